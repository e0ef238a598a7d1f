#include "protocol/internal/gemini/openapi_schema.h"

#include <algorithm>

#include "base/json_writer.h"
#include "protocol/internal/gemini/names.h"

namespace proviso::protocol::internal::gemini {
namespace {

using base::Json;
using base::JsonWriter;

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool IsAny(std::string_view name, Names names) {
  return std::ranges::find(names, name) != names.end();
}

bool IsInteger(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void WriteSchema(JsonWriter& json, Json schema);

void WriteType(JsonWriter& json, Json type, Json nullable) {
  if (!nullable.is_true()) {
    json.String(Lower(type.text()));
    return;
  }
  json.BeginArray().String(Lower(type.text())).String("null").EndArray();
}

void WriteMember(JsonWriter& json, const std::string& name, Json value, Json nullable) {
  json.Key(name);
  if (name == "type" && value.is_string()) {
    WriteType(json, value, nullable);
  } else if (name == "properties" && value.is_object()) {
    json.BeginObject();
    for (const base::JsonMember property : value.members()) {
      json.Key(property.key.text());
      WriteSchema(json, property.value);
    }
    json.EndObject();
  } else if (name == "anyOf" && value.is_array()) {
    json.BeginArray();
    for (const Json option : value.elements()) WriteSchema(json, option);
    if (nullable.is_true()) json.BeginObject().Key("type").String("null").EndObject();
    json.EndArray();
  } else if (name == "enum" && value.is_array() && nullable.is_true()) {
    json.BeginArray();
    for (const Json option : value.elements()) json.Raw(option.raw());
    json.Null().EndArray();
  } else if (value.is_object() && IsAny(name, {"items", "additionalProperties"})) {
    WriteSchema(json, value);
  } else if (value.is_string() && IsInteger(value.text()) &&
             IsAny(name,
                   {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})) {
    json.Raw(value.text());
  } else {
    json.Raw(value.raw());
  }
}

void WriteSchema(JsonWriter& json, Json schema) {
  if (!schema.is_object()) {
    json.Raw(schema.raw());
    return;
  }
  json.BeginObject();
  const Json nullable = schema.Find("nullable");
  for (const base::JsonMember member : schema.members()) {
    const std::string name = CamelOf(member.key.text());
    // The order of properties is no constraint.
    if (IsAny(name, {"nullable", "propertyOrdering"})) continue;
    const bool nothing = (name == "type" && member.value.equals("TYPE_UNSPECIFIED")) ||
                         (name == "format" && member.value.equals("enum"));
    if (!nothing) WriteMember(json, name, member.value, nullable);
  }
  json.EndObject();
}

}  // namespace

std::string JsonSchemaOf(Json schema) {
  JsonWriter json;
  WriteSchema(json, schema);
  return json.Take();
}

}  // namespace proviso::protocol::internal::gemini
