#include "protocol/internal/schema/spelling.h"

#include <algorithm>
#include <array>

namespace proviso::protocol::internal::schema {
namespace {

using base::JsonKind;

void RespellType(Value& type) {
  constexpr std::array<std::string_view, 7> kOpenApi = {"STRING", "NUMBER", "INTEGER", "BOOLEAN",
                                                        "ARRAY",  "OBJECT", "NULL"};
  for (Value& item : type.items) RespellType(item);
  if (!type.is_string() || std::ranges::find(kOpenApi, type.text) == kOpenApi.end()) return;
  std::ranges::transform(type.text, type.text.begin(),
                         [](char c) { return static_cast<char>(c - 'A' + 'a'); });
}

void RespellCounts(Value& schema) {
  for (const std::string_view key :
       {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}) {
    Value* count = schema.Find(key);
    if (count == nullptr || !count->is_string() || count->text.empty() || count->text.size() > 15) continue;
    if (std::ranges::all_of(count->text, [](char c) { return c >= '0' && c <= '9'; }))
      *count = Value::Integer(std::stoll(count->text));
  }
}

void RespellExclusive(Value& schema, std::string_view bound, std::string_view exclusive) {
  const Value* flag = schema.Find(exclusive);
  if (flag == nullptr || !flag->is_bool()) return;
  const bool excludes = flag->is_true();
  schema.Erase(exclusive);
  auto limit = excludes ? schema.Take(bound) : std::nullopt;
  if (limit) schema.Set(exclusive, std::move(*limit));
}

void RespellItems(Value& schema) {
  auto rest = schema.Take("additionalItems");
  const Value* items = schema.Find("items");
  if (items == nullptr || !items->is_array()) return;
  schema.Set("prefixItems", *schema.Take("items"));
  if (rest) schema.Set("items", std::move(*rest));
}

void RespellDependencies(Value& schema) {
  const auto dependencies = schema.Take("dependencies");
  if (!dependencies) return;
  for (const auto& [name, needs] : dependencies->members) {
    const std::string_view key = needs.is_array() ? "dependentRequired" : "dependentSchemas";
    Value all = schema.Find(key) != nullptr ? *schema.Find(key) : Value::Object();
    all.Set(name, needs);
    schema.Set(key, std::move(all));
  }
}

void RespellNullable(Value& schema) {
  const auto nullable = schema.Take("nullable");
  if (!nullable || !nullable->is_true()) return;
  const Value null = Value::Literal(JsonKind::kNull, "");
  if (Value* type = schema.Find("type"); type != nullptr) {
    if (type->is_string()) *type = Value::Array({*type});
    const Value word = Value::String("null");
    if (std::ranges::find(type->items, word) == type->items.end()) type->items.push_back(word);
    Value* values = schema.Find("enum");
    if (values != nullptr && std::ranges::find(values->items, null) == values->items.end())
      values->items.push_back(null);
  } else if (schema.Find("$ref") != nullptr) {
    Value reference = Value::Object();
    reference.Set("$ref", *schema.Take("$ref"));
    Value nothing = Value::Object();
    nothing.Set("type", Value::String("null"));
    schema.Set("anyOf", Value::Array({std::move(reference), std::move(nothing)}));
  } else if (Value* either = schema.Find("anyOf"); either != nullptr) {
    Value nothing = Value::Object();
    nothing.Set("type", Value::String("null"));
    either->items.push_back(std::move(nothing));
  }
}

}  // namespace

void Respell(Value& schema) {
  if (Value* type = schema.Find("type"); type != nullptr) {
    RespellType(*type);
    if (type->is_string() && type->text == "TYPE_UNSPECIFIED") schema.Erase("type");
  }
  RespellCounts(schema);
  RespellExclusive(schema, "minimum", "exclusiveMinimum");
  RespellExclusive(schema, "maximum", "exclusiveMaximum");
  RespellItems(schema);
  RespellDependencies(schema);
  RespellNullable(schema);
}

}  // namespace proviso::protocol::internal::schema
