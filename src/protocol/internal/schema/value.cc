#include "protocol/internal/schema/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json_writer.h"

namespace proviso::protocol::internal::schema {
namespace {

using base::Json;
using base::JsonKind;

/// Recursion is bounded by the depth that the parse allowed.
void Write(const Value& value, base::JsonWriter& json) {
  switch (value.kind) {
    case JsonKind::kMissing:
    case JsonKind::kNull:
      json.Null();
      return;
    case JsonKind::kBool:
    case JsonKind::kNumber:
      json.Raw(value.text);
      return;
    case JsonKind::kString:
      json.String(value.text);
      return;
    case JsonKind::kArray:
      json.BeginArray();
      for (const Value& item : value.items) Write(item, json);
      json.EndArray();
      return;
    case JsonKind::kObject:
      json.BeginObject();
      for (const auto& [key, member] : value.members) {
        json.Key(key);
        Write(member, json);
      }
      json.EndObject();
      return;
  }
}

}  // namespace

Value Value::Of(Json json) {
  Value value;
  value.kind = json.kind();
  if (json.is_string()) value.text = json.text();
  if (json.is_number() || json.is_bool()) value.text = json.raw();
  for (const Json element : json.elements()) value.items.push_back(Of(element));
  for (const base::JsonMember member : json.members())
    value.members.emplace_back(member.key.text(), Of(member.value));
  return value;
}

std::optional<std::int64_t> Value::integer() const {
  if (!is_number()) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr double kExact = 9007199254740992.0;  // 2^53: above it doubles skip integers
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::abs(number) > kExact || number != std::floor(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

const Value* Value::Find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, [](const auto& member) { return member.first; });
  return found == members.end() ? nullptr : &found->second;
}

Value* Value::Find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).Find(key));
}

void Value::Set(std::string_view key, Value value) {
  if (Value* found = Find(key)) {
    *found = std::move(value);
  } else {
    members.emplace_back(key, std::move(value));
  }
}

void Value::Erase(std::string_view key) {
  std::erase_if(members, [key](const auto& member) { return member.first == key; });
}

std::optional<Value> Value::Take(std::string_view key) {
  Value* found = Find(key);
  if (found == nullptr) return std::nullopt;
  Value taken = std::move(*found);
  Erase(key);
  return taken;
}

std::string Value::ToJson() const {
  base::JsonWriter json;
  Write(*this, json);
  return json.Take();
}

std::size_t Value::CountNodes() const {
  std::size_t nodes = 1;
  for (const Value& item : items) nodes += item.CountNodes();
  for (const auto& [key, member] : members) nodes += member.CountNodes();
  return nodes;
}

}  // namespace proviso::protocol::internal::schema
