#include "analysis/internal/model.h"

#include <bitset>
#include <limits>
#include <utility>

#include "analysis/internal/ip_sort.h"
#include "base/utf8.h"

namespace proviso::analysis::internal {
namespace {

using base::ErrorCode;
using cedar::Type;
using cedar::Value;
using Kind = Type::Kind;

std::unexpected<base::Error> Unfit(const Type& type) {
  return base::Fail(ErrorCode::kInvalid,
                    "the solver's value is none of " + type.Text() + "; this is a bug, report the script");
}

/// Where a value stands. The sort of a set's elements has more values than their type: such an element is
/// in no term, so any other value that is in no term does as well, if only it is always the same one.
enum class Place : std::uint8_t { kAlone, kElement };

/// FNV-1a.
std::uint64_t HashOf(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::uint64_t HashOf(WideInt number) {
  const auto bits = static_cast<unsigned __int128>(number);
  return HashOf(std::to_string(static_cast<std::uint64_t>(bits >> 64U)) + " " +
                std::to_string(static_cast<std::uint64_t>(bits)));
}

base::Result<std::int64_t> LongOf(const SmtValue& value, const Type& type, Place place) {
  if (value.kind != SmtValue::Kind::kInt) return Unfit(type);
  if (value.integer >= std::numeric_limits<std::int64_t>::min() &&
      value.integer <= std::numeric_limits<std::int64_t>::max()) {
    return static_cast<std::int64_t>(value.integer);
  }
  if (place == Place::kAlone) return Unfit(type);
  return static_cast<std::int64_t>(HashOf(value.integer));
}

base::Result<std::string> TextOf(const SmtValue& value, const Type& type) {
  if (value.kind != SmtValue::Kind::kString) return Unfit(type);
  if (base::IsUtf8(value.text)) return value.text;
  // A solver's characters have surrogates, and Cedar's do not.
  return "text " + std::to_string(HashOf(value.text));
}

base::Result<Value> IpOf(const SmtValue& value, const Type& type, Place place) {
  if (value.kind != SmtValue::Kind::kConstruct || value.children.size() != 2) return Unfit(type);
  const bool is_v4 = value.constructor == kV4;
  const std::uint32_t width = is_v4 ? kV4Bits : kV6Bits;
  std::string bits = value.children[0].text;
  WideInt prefix = value.children[1].integer;
  if (bits.size() != width) return Unfit(type);
  if (prefix < 0 || prefix > width) {
    if (place == Place::kAlone) return Unfit(type);
    bits.replace(0, kV4Bits, std::bitset<kV4Bits>(HashOf(bits) ^ HashOf(prefix)).to_string());
    prefix = width;
  }
  cedar::IpAddress ip;
  ip.family = is_v4 ? cedar::IpAddress::Family::kV4 : cedar::IpAddress::Family::kV6;
  ip.prefix_bits = static_cast<std::uint8_t>(prefix);
  for (std::size_t i = 0; i < width / 8; ++i) {
    ip.bytes[i] = static_cast<std::uint8_t>(std::bitset<8>(bits, 8 * i, 8).to_ulong());
  }
  return Value::FromIpAddress(ip);
}

base::Result<Value> Read(const SmtValue& value, const Type& type, Place place);

base::Result<Value> ReadPacked(const SmtValue& value, const Type& type, Place place) {
  if (value.kind != SmtValue::Kind::kConstruct || value.children.size() != type.attributes.size()) {
    return Unfit(type);
  }
  std::vector<cedar::Attribute> attributes;
  for (std::size_t i = 0; i < type.attributes.size(); ++i) {
    const cedar::AttributeType& field = type.attributes[i];
    const SmtValue* content = &value.children[i];
    if (field.presence == cedar::Presence::kOptional) {
      if (content->kind != SmtValue::Kind::kConstruct) return Unfit(type);
      if (content->constructor == 0) continue;
      if (content->children.size() != 1) return Unfit(type);
      content = &content->children[0];
    }
    auto read = Read(*content, *field.type, place);
    if (!read) return read;
    attributes.push_back({field.name, std::move(*read)});
  }
  return Value::FromRecord(cedar::Record(std::move(attributes)));
}

base::Result<Value> ReadSet(const SmtValue& value, const Type& type) {
  if (value.kind != SmtValue::Kind::kSet) return Unfit(type);
  std::vector<Value> elements;
  for (const SmtValue& element : value.children) {
    auto read = Read(element, *type.element, Place::kElement);
    if (!read) return read;
    elements.push_back(std::move(*read));
  }
  return Value::FromElements(std::move(elements));
}

base::Result<Value> ReadNumber(const SmtValue& value, const Type& type, Place place) {
  const auto number = LongOf(value, type, place);
  if (!number) return std::unexpected(number.error());
  if (type.kind == Kind::kDecimal) return Value::FromDecimal({*number});
  if (type.kind == Kind::kDatetime) return Value::FromDatetime({*number});
  if (type.kind == Kind::kDuration) return Value::FromDuration({*number});
  return Value::Long(*number);
}

base::Result<Value> Read(const SmtValue& value, const Type& type, Place place) {
  switch (type.kind) {
    case Kind::kBool:
      if (value.kind != SmtValue::Kind::kBool) return Unfit(type);
      return Value::Bool(value.boolean);
    case Kind::kLong:
    case Kind::kDecimal:
    case Kind::kDatetime:
    case Kind::kDuration:
      return ReadNumber(value, type, place);
    case Kind::kString: {
      auto text = TextOf(value, type);
      if (!text) return std::unexpected(text.error());
      return Value::String(std::move(*text));
    }
    case Kind::kEntity: {
      if (value.kind != SmtValue::Kind::kConstruct || value.children.size() != 1) return Unfit(type);
      auto id = TextOf(value.children[0], type);
      if (!id) return std::unexpected(id.error());
      return Value::Entity(cedar::EntityUid(type.entity_type, std::move(*id)));
    }
    case Kind::kSet:
      return ReadSet(value, type);
    case Kind::kRecord:
      return ReadPacked(value, type, place);
    case Kind::kIpAddress:
      return IpOf(value, type, place);
  }
  std::unreachable();
}

/// A constant term as the solver would say it.
SmtValue Evaluate(Term constant) {
  SmtValue value{.kind = SmtValue::Kind::kBool, .children = {}};
  const auto children = [&] {
    for (const Term child : constant->children) value.children.push_back(Evaluate(child));
  };
  switch (constant->sort->kind) {
    case SortNode::Kind::kBool:
      value.boolean = constant->integer != 0;
      break;
    case SortNode::Kind::kInt:
      value.kind = SmtValue::Kind::kInt;
      value.integer = constant->integer;
      break;
    case SortNode::Kind::kString:
      value.kind = SmtValue::Kind::kString;
      value.text = constant->text;
      break;
    case SortNode::Kind::kBitVec:
      value.kind = SmtValue::Kind::kBitVec;
      value.text = constant->text;
      break;
    case SortNode::Kind::kSet:
      value.kind = SmtValue::Kind::kSet;
      if (constant->kind == TermNode::Kind::kUnion) {
        for (const Term part : constant->children) {
          for (SmtValue& element : Evaluate(part).children) value.children.push_back(std::move(element));
        }
      } else {
        children();
      }
      break;
    case SortNode::Kind::kDatatype:
      value.kind = SmtValue::Kind::kConstruct;
      value.constructor = constant->index;
      children();
      break;
  }
  return value;
}

}  // namespace

Model::Model(std::span<const Term> wanted, std::span<const SmtValue> values) {
  for (std::size_t i = 0; i < wanted.size() && i < values.size(); ++i) values_[wanted[i]] = &values[i];
}

base::Result<SmtValue> Model::Find(Term term) const {
  if (const auto at = values_.find(term); at != values_.end()) return *at->second;
  if (term->is_constant()) return Evaluate(term);
  return base::Fail(ErrorCode::kInvalid, "the solver was not asked for all of a request's values");
}

base::Result<bool> Model::IsTrue(Term term) const {
  const auto value = Find(term);
  if (!value) return std::unexpected(value.error());
  if (value->kind != SmtValue::Kind::kBool) return Unfit(Type{.kind = Kind::kBool});
  return value->boolean;
}

base::Result<Value> Model::ValueOf(const SymbolicValue& value) const {
  if (value.is_record()) return RecordOf(value);
  const auto found = Find(value.term);
  if (!found) return std::unexpected(found.error());
  return Read(*found, *value.type, Place::kAlone);
}

base::Result<Value> Model::RecordOf(const SymbolicValue& value) const {
  std::vector<cedar::Attribute> attributes;
  for (const SymbolicField& field : value.fields) {
    const auto is_present = IsTrue(field.present);
    if (!is_present) return std::unexpected(is_present.error());
    if (!*is_present) continue;
    auto content = ValueOf(field.value);
    if (!content) return content;
    attributes.push_back({field.name, std::move(*content)});
  }
  return Value::FromRecord(cedar::Record(std::move(attributes)));
}

}  // namespace proviso::analysis::internal
