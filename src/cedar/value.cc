#include "cedar/value.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <functional>
#include <utility>

#include "cedar/internal/same_text.h"
#include "cedar/print.h"

namespace proviso::cedar {
namespace {

/// Up to this many elements or attributes are looked at one by one.
constexpr std::size_t kSearchedMax = 8;
/// From this many on, a set of entities knows their hashes.
constexpr std::size_t kHashedMin = 2;

std::strong_ordering CompareSets(const Set& a, const Set& b) {
  return a.elements() <=> b.elements();
}

std::string ConstructorText(std::string_view function, std::string_view argument) {
  return std::string(function) + "(\"" + std::string(argument) + "\")";
}

std::string DatetimeText(const Datetime& value) {
  if (const auto text = value.Text()) return ConstructorText("datetime", *text);
  return "datetime(\"1970-01-01\").offset(" + ConstructorText("duration", Duration{value.epoch_ms}.Text()) +
         ")";
}

std::string SetText(const Set& set) {
  std::string out = "[";
  for (const Value& element : set.elements()) {
    if (out.size() > 1) out += ", ";
    out += element.Text();
  }
  return out + "]";
}

}  // namespace

EntityUid::EntityUid(std::string type, std::string id) {
  const std::size_t type_hash = std::hash<std::string_view>()(type);
  const std::size_t hash = (type_hash * 0x9E3779B97F4A7C15ULL) ^ std::hash<std::string_view>()(id);
  name_ = std::make_shared<const Name>(Name{std::move(type), std::move(id), hash, type_hash});
}

std::string EntityUid::Text() const {
  return type() + "::" + QuoteString(id());
}

bool EntityUid::HasSameText(const EntityUid& other) const {
  return internal::SameText(id(), other.id()) && internal::SameText(type(), other.type());
}

std::strong_ordering EntityUid::operator<=>(const EntityUid& other) const {
  if (name_ == other.name_) return std::strong_ordering::equal;
  const auto by_type = type() <=> other.type();
  return by_type != 0 ? by_type : id() <=> other.id();
}

std::string_view KindName(ValueKind kind) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "bool", "long", "string", "entity", "set", "record", "decimal", "ipaddr", "datetime", "duration"};
  return kNames[static_cast<std::size_t>(kind)];
}

Value Value::String(std::string value) {
  return Value(Storage(std::make_shared<const std::string>(std::move(value))));
}

Value Value::FromElements(std::vector<Value> elements) {
  return Value(Storage(std::make_shared<const Set>(std::move(elements))));
}

Value Value::FromRecord(Record record) {
  return Value(Storage(std::make_shared<const Record>(std::move(record))));
}

Value Value::FromIpAddress(const IpAddress& value) {
  return Value(Storage(std::make_shared<const IpAddress>(value)));
}

std::string Value::Text() const {
  switch (kind()) {
    case ValueKind::kBool:
      return *AsBool() ? "true" : "false";
    case ValueKind::kLong:
      return std::to_string(*AsLong());
    case ValueKind::kString:
      return QuoteString(*AsString());
    case ValueKind::kEntity:
      return AsEntity()->Text();
    case ValueKind::kSet:
      return SetText(*AsSet());
    case ValueKind::kRecord:
      return AsRecord()->Text();
    case ValueKind::kDecimal:
      return ConstructorText("decimal", AsDecimal()->Text());
    case ValueKind::kIpAddress:
      return ConstructorText("ip", AsIpAddress()->Text());
    case ValueKind::kDatetime:
      return DatetimeText(*AsDatetime());
    case ValueKind::kDuration:
      return ConstructorText("duration", AsDuration()->Text());
  }
  std::unreachable();
}

bool Value::operator==(const Value& other) const {
  if (kind() != other.kind()) return false;
  if (const EntityUid* entity = AsEntity()) return *entity == *other.AsEntity();
  if (const std::string* text = AsString()) return internal::SameText(*text, *other.AsString());
  return (*this <=> other) == std::strong_ordering::equal;
}

std::strong_ordering Value::operator<=>(const Value& other) const {
  if (kind() != other.kind()) return kind() <=> other.kind();
  switch (kind()) {
    case ValueKind::kBool:
      return *AsBool() <=> *other.AsBool();
    case ValueKind::kLong:
      return *AsLong() <=> *other.AsLong();
    case ValueKind::kString:
      return *AsString() <=> *other.AsString();
    case ValueKind::kEntity:
      return *AsEntity() <=> *other.AsEntity();
    case ValueKind::kSet:
      return CompareSets(*AsSet(), *other.AsSet());
    case ValueKind::kRecord:
      return *AsRecord() <=> *other.AsRecord();
    case ValueKind::kDecimal:
      return *AsDecimal() <=> *other.AsDecimal();
    case ValueKind::kIpAddress:
      return *AsIpAddress() <=> *other.AsIpAddress();
    case ValueKind::kDatetime:
      return *AsDatetime() <=> *other.AsDatetime();
    case ValueKind::kDuration:
      return *AsDuration() <=> *other.AsDuration();
  }
  std::unreachable();
}

Set::Set(std::vector<Value> elements) : elements_(std::move(elements)) {
  std::ranges::sort(elements_);
  const auto repeated = std::ranges::unique(elements_);
  elements_.erase(repeated.begin(), repeated.end());
  if (elements_.size() < kHashedMin || !HoldsOnlyEntities()) return;
  entity_hashes_.reserve(elements_.size());
  for (const Value& element : elements_) {
    entity_hashes_.push_back({element.AsEntity()->hash(), static_cast<std::uint32_t>(entity_hashes_.size())});
  }
  std::ranges::sort(entity_hashes_, {}, &EntityHash::hash);
}

bool Set::Contains(const Value& value) const {
  if (elements_.size() <= kSearchedMax) return std::ranges::find(elements_, value) != elements_.end();
  return std::ranges::binary_search(elements_, value);
}

bool Set::ContainsEntity(const EntityUid& uid) const {
  if (entity_hashes_.empty()) {
    return std::ranges::any_of(elements_, [&](const Value& element) {
      const EntityUid* entity = element.AsEntity();
      return entity != nullptr && *entity == uid;
    });
  }
  const std::size_t hash = uid.hash();
  auto at = std::ranges::lower_bound(entity_hashes_, hash, {}, &EntityHash::hash);
  for (; at != entity_hashes_.end() && at->hash == hash; ++at) {
    if (*elements_[at->index].AsEntity() == uid) return true;
  }
  return false;
}

/// Elements are in the order of their kinds, so the first and the last tell for all.
bool Set::HoldsOnlyEntities() const {
  return elements_.empty() ||
         (elements_.front().AsEntity() != nullptr && elements_.back().AsEntity() != nullptr);
}

bool Set::ContainsAll(const Set& other) const {
  return std::ranges::includes(elements_, other.elements_);
}

bool Set::ContainsAny(const Set& other) const {
  const auto& fewer = elements_.size() < other.elements_.size() ? *this : other;
  const auto& more = &fewer == this ? other : *this;
  return std::ranges::any_of(fewer.elements_, [&](const Value& value) { return more.Contains(value); });
}

Record::Record(std::vector<Attribute> attributes) : attributes_(std::move(attributes)) {
  std::ranges::sort(attributes_, {}, &Attribute::name);
  assert(std::ranges::adjacent_find(attributes_, {}, &Attribute::name) == attributes_.end());
}

std::size_t Record::IndexOf(std::string_view name) const {
  const auto at = std::ranges::lower_bound(attributes_, name, {}, &Attribute::name);
  return at != attributes_.end() && at->name == name ? static_cast<std::size_t>(at - attributes_.begin())
                                                     : attributes_.size();
}

const Value* Record::Find(std::string_view name) const {
  const std::size_t index = IndexOf(name);
  return index != attributes_.size() ? &attributes_[index].value : nullptr;
}

std::string Record::Text() const {
  std::string out = "{";
  for (const Attribute& attribute : attributes_) {
    if (out.size() > 1) out += ", ";
    out += QuoteString(attribute.name) + ": " + attribute.value.Text();
  }
  return out + "}";
}

bool Record::operator==(const Record& other) const {
  return (*this <=> other) == 0;
}

std::strong_ordering Record::operator<=>(const Record& other) const {
  return std::lexicographical_compare_three_way(attributes_.begin(), attributes_.end(),
                                                other.attributes_.begin(), other.attributes_.end(),
                                                [](const Attribute& a, const Attribute& b) {
                                                  const auto by_name = a.name <=> b.name;
                                                  return by_name != 0 ? by_name : a.value <=> b.value;
                                                });
}

}  // namespace proviso::cedar
