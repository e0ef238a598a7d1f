#include "protocol/internal/schema/rewriter.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "protocol/internal/reading.h"
#include "protocol/internal/schema/merge.h"
#include "protocol/internal/schema/references.h"
#include "protocol/internal/schema/spelling.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal::schema {
namespace {

using base::ErrorCode;
using base::JsonKind;
using base::Result;
using base::Status;

/// An integer range of at most this many values may become their enum.
constexpr std::int64_t kEnumValuesMax = 100;

std::string Below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

Value OfType(std::string_view type) {
  Value schema = Value::Object();
  schema.Set("type", Value::String(type));
  return schema;
}

bool Names(const Value& schema, std::string_view type) {
  const Value* said = schema.Find("type");
  if (said == nullptr) return false;
  return said->text == type || std::ranges::find(said->items, Value::String(type)) != said->items.end();
}

/// Keywords that hold nothing up with this value.
bool IsVacuous(std::string_view keyword, const Value& value) {
  if (keyword == "minItems" || keyword == "minLength" || keyword == "minProperties")
    return value.integer() == 0;
  if (keyword == "uniqueItems") return value.is_false();
  if (keyword == "additionalProperties" || keyword.starts_with("unevaluated")) return value.is_true();
  if (keyword == "required" || keyword == "dependentRequired" || keyword == "dependentSchemas")
    return value.items.empty() && value.members.empty();
  if (keyword == "patternProperties" || keyword == "$defs" || keyword == "definitions")
    return value.members.empty();
  return false;
}

/// Of the keywords that only speak of one type, which.
std::string_view TypeOfKeyword(std::string_view keyword) {
  struct Row {
    std::string_view keyword;
    std::string_view type;
  };
  constexpr std::array<Row, 23> kRows = {{{"pattern", "string"},           {"minLength", "string"},
                                          {"maxLength", "string"},         {"format", "string"},
                                          {"minimum", "number"},           {"maximum", "number"},
                                          {"exclusiveMinimum", "number"},  {"exclusiveMaximum", "number"},
                                          {"multipleOf", "number"},        {"items", "array"},
                                          {"prefixItems", "array"},        {"minItems", "array"},
                                          {"maxItems", "array"},           {"uniqueItems", "array"},
                                          {"contains", "array"},           {"properties", "object"},
                                          {"required", "object"},          {"additionalProperties", "object"},
                                          {"patternProperties", "object"}, {"propertyNames", "object"},
                                          {"minProperties", "object"},     {"maxProperties", "object"},
                                          {"propertyOrdering", "object"}}};
  const auto* row = std::ranges::find(kRows, keyword, &Row::keyword);
  return row == kRows.end() ? "" : row->type;
}

std::string_view TypeOfValue(const Value& value) {
  switch (value.kind) {
    case JsonKind::kBool:
      return "boolean";
    case JsonKind::kNumber:
      return "number";
    case JsonKind::kString:
      return "string";
    case JsonKind::kArray:
      return "array";
    case JsonKind::kObject:
      return "object";
    case JsonKind::kMissing:
    case JsonKind::kNull:
      break;
  }
  return "null";
}

/// A reference below `value` that `root` does not hold; "" when there is none.
std::string FindDangling(const Value& root, const Value& value) {
  const Value* reference = value.Find("$ref");
  if (reference != nullptr && reference->is_string() && reference->text.starts_with("#/") &&
      Resolve(root, reference->text) == nullptr) {
    return reference->text;
  }
  for (const Value& item : value.items) {
    if (auto found = FindDangling(root, item); !found.empty()) return found;
  }
  for (const auto& [key, member] : value.members) {
    if (auto found = FindDangling(root, member); !found.empty()) return found;
  }
  return "";
}

/// What became of a schema with a reference.
enum class Referred : std::uint8_t { kStays, kGone };

class Rewriter {
 public:
  Rewriter(const Value& root, const Rules& rules) : root_(root), rules_(rules) {}

  Result<Value> Run();

 private:
  /// How deep a schema stands: in schemas of any kind, and in objects and arrays.
  struct Depth {
    std::size_t schemas = 0;
    std::size_t levels = 0;
    [[nodiscard]] Depth Beside() const { return {schemas + 1, levels}; }
    [[nodiscard]] Depth Within() const { return {schemas + 1, levels + 1}; }
  };

  Status Root(Value& schema);
  Status RootReference(Value& schema);
  Status Schema(Value& schema, const std::string& path, Depth depth);
  Result<Referred> Reference(Value& schema, const std::string& path);
  Status Inline(Value& schema, const std::string& path);
  Status MergeAll(Value& schema, const std::string& path);
  Status Values(Value& schema, const std::string& path);
  Status Types(Value& schema, const std::string& path);
  Status OneOf(Value& schema, const std::string& path);
  void Numbers(Value& schema);
  void Format(Value& schema);
  Status Shape(Value& schema, const std::string& path);
  Status Refuse(Value& schema, const std::string& path);
  Status Children(Value& schema, const std::string& path, Depth depth);

  [[nodiscard]] bool Takes(std::string_view keyword) const { return TakesKeyword(rules_, keyword); }
  [[nodiscard]] bool restricted() const { return !rules_.keywords.empty(); }
  [[nodiscard]] std::unexpected<base::Error> Not(const std::string& path, std::string_view what) const {
    return base::Fail(ErrorCode::kInvalid, path + ": " + std::string(rules_.who) + " " + std::string(what));
  }

  /// Of a reference as spelt.
  [[nodiscard]] Result<bool> IsRecursiveHere(const std::string& reference, const std::string& place);

  const Value& root_;
  const Rules& rules_;
  std::map<std::string, bool> recursive_;  // by reference
  std::size_t nodes_ = 0;
};

Result<Value> Rewriter::Run() {
  Value schema = root_;
  nodes_ = schema.CountNodes();
  if (schema.is_true()) schema = Value::Object();
  if (!schema.is_object()) return Not("schema", "takes only an object as a schema");
  if (auto read = Root(schema); !read) return std::unexpected(read.error());
  if (auto read = Schema(schema, "", {}); !read) return std::unexpected(read.error());
  const std::string dangling = FindDangling(schema, schema);
  if (!dangling.empty()) return Not("$ref", "finds no \"" + Shorten(dangling, 100) + "\" in the schema");
  return schema;
}

/// A tool's input is an object: whatever else the root would allow has no instance.
Status Rewriter::Root(Value& schema) {
  if (rules_.root_combination == Takes::kYes) return {};
  Respell(schema);
  if (auto replaced = RootReference(schema); !replaced) return replaced;
  if (auto merged = MergeAll(schema, ""); !merged) return merged;
  for (const std::string_view keyword : {"anyOf", "oneOf"}) {
    Value* branches = schema.Find(keyword);
    if (branches == nullptr) continue;
    for (Value& branch : branches->items) {
      if (branch.is_object()) Respell(branch);
    }
    std::erase_if(branches->items, [](const Value& branch) {
      return branch.is_false() || (branch.Find("type") != nullptr && !Names(branch, "object"));
    });
    if (branches->items.size() != 1) return Not(std::string(keyword), "takes none at the root");
    Value only = branches->items.front();
    schema.Erase(keyword);
    schema.Set("allOf", Value::Array({std::move(only)}));
    if (auto merged = MergeAll(schema, ""); !merged) return merged;
  }
  for (const std::string_view keyword : {"enum", "const", "not"}) {
    if (schema.Find(keyword) != nullptr) return Not(std::string(keyword), "takes none at the root");
  }
  if (schema.Find("type") != nullptr && !Names(schema, "object"))
    return Not("type", "takes only an object at the root");
  schema.Erase("type");
  schema.members.insert(schema.members.begin(), {"type", Value::String("object")});
  return {};
}

/// The root itself is never a reference; what it refers to may well refer to itself further down.
Status Rewriter::RootReference(Value& schema) {
  if (rules_.references == Takes::kNo) return Inline(schema, "");
  constexpr int kStepsMax = 20;
  for (int step = 0; schema.Find("$ref") != nullptr; ++step) {
    const std::string reference = schema.Take("$ref")->text;
    const Value* target = Resolve(root_, reference);
    if (target == nullptr || !target->is_object() || step == kStepsMax)
      return Not("$ref", "finds no \"" + Shorten(reference, 100) + "\" in the schema");
    Value whole = *target;
    Respell(whole);
    whole.Erase("$defs");
    whole.Erase("definitions");
    if (auto merged = Merge(schema, whole); !merged) return base::Within("$ref", merged.error());
  }
  return {};
}

/// Recursion ends at kDepthMax, and inlining at kSchemaNodesMax.
Status Rewriter::Schema(Value& schema, const std::string& path, Depth depth) {
  const std::size_t levels_max = std::min(rules_.depth_max, kDepthMax);
  if (depth.levels > levels_max || depth.schemas > kDepthMax)
    return Not(Shorten(path, 200), "takes at most " + std::to_string(levels_max) + " levels");
  if (schema.is_true()) schema = Value::Object();
  if (schema.is_false() && restricted()) return Not(path, "takes no false as a schema");
  if (schema.is_false()) return {};
  if (!schema.is_object()) return Not(path, "takes only an object as a schema");
  Respell(schema);
  schema.Erase("$schema");  // it is of 2020-12 now
  const auto referred = Reference(schema, path);
  if (!referred) return std::unexpected(referred.error());
  if (*referred == Referred::kStays) return Children(schema, path, depth);
  const bool merges = !Takes("allOf") && schema.Find("allOf") != nullptr;
  if (merges) {
    if (auto merged = MergeAll(schema, path); !merged) return merged;
  }
  for (const auto step : {&Rewriter::Values, &Rewriter::OneOf, &Rewriter::Types}) {
    if (auto read = (this->*step)(schema, path); !read) return read;
  }
  Numbers(schema);
  Format(schema);
  for (const auto step : {&Rewriter::Shape, &Rewriter::Refuse}) {
    if (auto read = (this->*step)(schema, path); !read) return read;
  }
  return Children(schema, path, depth);
}

Result<bool> Rewriter::IsRecursiveHere(const std::string& reference, const std::string& place) {
  const auto known = recursive_.find(reference);
  if (known != recursive_.end()) return known->second;
  if (recursive_.size() == kSchemaReferencesMax) {
    return base::Fail(ErrorCode::kLimit, place + ": the schema has more than " +
                                             std::to_string(kSchemaReferencesMax) + " references");
  }
  return recursive_[reference] = IsRecursive(root_, reference);
}

/// Leaves a reference where the target takes it as it stands.
Result<Referred> Rewriter::Reference(Value& schema, const std::string& path) {
  const Value* reference = schema.Find("$ref");
  if (reference == nullptr) return Referred::kGone;
  const std::string place = Below(path, "$ref");
  if (!reference->is_string()) return Not(place, "takes only a string");
  const bool alone = std::ranges::all_of(schema.members, [](const auto& member) {
    return member.first == "$ref" || member.first == "$defs" || member.first == "definitions";
  });
  const auto recursive = IsRecursiveHere(reference->text, place);
  if (!recursive) return std::unexpected(recursive.error());
  if (*recursive && rules_.recursion == Takes::kNo) {
    return Not(place,
               "takes no recursive schema, and \"" + Shorten(reference->text, 100) + "\" refers to itself");
  }
  const bool stays = rules_.references == Takes::kYes && (alone || !restricted() || *recursive);
  if (!stays) {
    if (auto inlined = Inline(schema, path); !inlined) return std::unexpected(inlined.error());
    return Referred::kGone;
  }
  if (restricted()) {  // nothing may stand beside it there
    std::erase_if(schema.members,
                  [](const auto& member) { return member.first != "$ref" && !IsAssertion(member.first); });
    if (*recursive && schema.members.size() > 1) return Not(place, "takes nothing beside a recursive one");
  }
  return Referred::kStays;
}

/// Puts what the reference stands for in its place, and again while that is one itself.
Status Rewriter::Inline(Value& schema, const std::string& path) {
  const std::string place = Below(path, "$ref");
  while (const auto reference = schema.Take("$ref")) {
    const Value* target = Resolve(root_, reference->text);
    if (target == nullptr)
      return Not(place, "finds no \"" + Shorten(reference->text, 100) + "\" in the schema");
    const auto recursive = IsRecursiveHere(reference->text, place);
    if (!recursive) return std::unexpected(recursive.error());
    if (*recursive) {
      return Not(place, "cannot be given \"" + Shorten(reference->text, 100) +
                            "\" in its place, for it refers to itself");
    }
    nodes_ += target->CountNodes();
    if (nodes_ > kSchemaNodesMax) {
      return base::Fail(ErrorCode::kLimit, place +
                                               ": with all references put in place the schema has more "
                                               "than " +
                                               std::to_string(kSchemaNodesMax) + " values");
    }
    Value whole = target->is_true() ? Value::Object() : *target;
    if (!whole.is_object()) return Not(place, "takes only an object as a schema");
    Respell(whole);
    whole.Erase("$defs");
    whole.Erase("definitions");
    if (whole.Find("$ref") != nullptr && schema.members.empty()) {
      schema = std::move(whole);
      continue;
    }
    if (whole.Find("$ref") != nullptr) {
      if (auto inlined = Inline(whole, path); !inlined) return inlined;
    }
    // What stands beside the reference speaks first: its description is about this place.
    if (auto merged = Merge(schema, whole); !merged) return base::Within(place, merged.error());
  }
  return {};
}

Status Rewriter::MergeAll(Value& schema, const std::string& path) {
  const std::string place = Below(path, "allOf");
  while (const auto all = schema.Take("allOf")) {
    for (const Value& part : all->items) {
      Value other = part.is_true() ? Value::Object() : part;
      if (!other.is_object()) return Not(place, "takes only an object as a schema");
      Respell(other);
      if (auto inlined = Inline(other, place); !inlined) return inlined;
      if (auto merged = Merge(schema, other); !merged) return base::Within(place, merged.error());
    }
  }
  return {};
}

/// `const` and `enum` as the target lists them.
Status Rewriter::Values(Value& schema, const std::string& path) {
  if (!Takes("const")) {
    if (auto value = schema.Take("const")) {
      if (schema.Find("enum") != nullptr) return Not(Below(path, "const"), "takes none beside enum");
      schema.Set("enum", Value::Array({std::move(*value)}));
    }
  }
  Value* values = schema.Find("enum");
  if (values == nullptr || rules_.any_enum == Takes::kYes) return {};
  const std::string place = Below(path, "enum");
  // Values that a type rules out are no values.
  const std::vector<std::string> types = TypesOf(schema);
  std::erase_if(values->items, [&](const Value& value) {
    return std::ranges::find(types, TypeOfValue(value)) == types.end() &&
           !(value.integer() && std::ranges::find(types, "integer") != types.end());
  });
  Value strings = Value::Array({});
  Value numbers = Value::Array({});
  std::size_t truths = 0;
  bool null = false;
  for (const Value& value : values->items) {
    if (value.is_array() || value.is_object()) return Not(place, "lists only strings and numbers");
    if (value.is_string()) strings.items.push_back(value);
    if (value.is_number()) numbers.items.push_back(value);
    if (value.is_bool()) ++truths;
    if (value.kind == JsonKind::kNull) null = true;
  }
  const bool both = std::ranges::any_of(values->items, &Value::is_true) &&
                    std::ranges::any_of(values->items, &Value::is_false);
  if (truths > 0 && !both) return Not(place, "lists only strings and numbers, not one boolean");
  Value branches = Value::Array({});
  const auto add = [&](std::string_view type, Value& listed) {
    if (listed.items.empty()) return;
    branches.items.push_back(OfType(type));
    branches.items.back().Set("enum", std::move(listed));
  };
  const bool whole =
      std::ranges::all_of(numbers.items, [](const Value& item) { return item.integer().has_value(); });
  add("string", strings);
  add(whole ? "integer" : "number", numbers);
  if (truths > 0) branches.items.push_back(OfType("boolean"));
  if (null) branches.items.push_back(OfType("null"));
  if (branches.items.empty()) return Not(place, "takes no schema that accepts nothing");
  schema.Erase("enum");
  schema.Erase("type");
  if (branches.items.size() == 1) {
    for (auto& [key, value] : branches.items.front().members) schema.Set(key, std::move(value));
  } else if (schema.Find("anyOf") != nullptr) {
    return Not(place, "takes no mixed values beside anyOf");
  } else {
    schema.Set("anyOf", std::move(branches));
  }
  return {};
}

/// A list of types as anyOf: each with the keywords that speak of it.
Status Rewriter::Types(Value& schema, const std::string& path) {
  const Value* type = schema.Find("type");
  if (type == nullptr || !type->is_array() || rules_.type_lists == Takes::kYes) return {};
  if (type->items.size() == 1) schema.Set("type", Value(type->items.front()));
  const bool nullable = type->items.size() == 2 && Names(schema, "null");
  if (type->items.size() <= 1 || nullable) return {};
  if (schema.Find("anyOf") != nullptr) return Not(Below(path, "type"), "takes no list beside anyOf");
  Value branches = Value::Array({});
  for (const Value& name : type->items) branches.items.push_back(OfType(name.text));
  schema.Erase("type");
  for (const auto& [key, value] : std::exchange(schema.members, {})) {
    const std::string_view about = TypeOfKeyword(key);
    if (about.empty()) {
      schema.Set(key, value);
      continue;
    }
    for (Value& branch : branches.items) {
      const std::string& name = branch.Find("type")->text;
      if (name == about || (name == "integer" && about == "number")) branch.Set(key, value);
    }
  }
  schema.Set("anyOf", std::move(branches));
  return {};
}

Status Rewriter::OneOf(Value& schema, const std::string& path) {
  if (Takes("oneOf")) return {};
  auto branches = schema.Take("oneOf");
  if (!branches) return {};
  for (Value& branch : branches->items) {
    if (branch.is_object()) Respell(branch);
    if (auto inlined = Inline(branch, Below(path, "oneOf")); !inlined) return inlined;
  }
  for (std::size_t i = 0; i < branches->items.size(); ++i) {
    for (std::size_t j = i + 1; j < branches->items.size(); ++j) {
      if (!AreDisjoint(branches->items[i], branches->items[j])) {
        return Not(Below(path, "oneOf"),
                   "takes only anyOf, and an instance may satisfy several of these; give them a member with "
                   "a value of its own each, or write anyOf");
      }
    }
  }
  if (schema.Find("anyOf") != nullptr) return Not(Below(path, "oneOf"), "takes none beside anyOf");
  schema.Set("anyOf", std::move(*branches));
  return {};
}

void Rewriter::Numbers(Value& schema) {
  const Value* type = schema.Find("type");
  if (type == nullptr || type->text != "integer") return;
  const auto shift = [&](std::string_view exclusive, std::string_view inclusive, std::int64_t by) {
    const Value* bound = schema.Find(exclusive);
    if (bound == nullptr || Takes(exclusive) || !bound->integer() || schema.Find(inclusive) != nullptr)
      return;
    const std::int64_t next = *bound->integer() + by;
    schema.Erase(exclusive);
    schema.Set(inclusive, Value::Integer(next));
  };
  shift("exclusiveMinimum", "minimum", 1);
  shift("exclusiveMaximum", "maximum", -1);
  const Value* least = schema.Find("minimum");
  const Value* most = schema.Find("maximum");
  if (Takes("minimum") || least == nullptr || most == nullptr || schema.Find("enum") != nullptr) return;
  const auto from = least->integer();
  const auto to = most->integer();
  if (!from || !to || *to < *from || *to - *from >= kEnumValuesMax) return;
  Value values = Value::Array({});
  for (std::int64_t i = *from; i <= *to; ++i) values.items.push_back(Value::Integer(i));
  schema.Erase("minimum");
  schema.Erase("maximum");
  schema.Set("enum", std::move(values));
}

/// A format asserts nothing (JSON Schema 2020-12 §7.2.1); the model may still read it.
void Rewriter::Format(Value& schema) {
  const Value* format = schema.Find("format");
  if (format == nullptr || rules_.formats.empty()) return;
  if (std::ranges::find(rules_.formats, format->text) != rules_.formats.end()) return;
  const auto taken = schema.Take("format");
  if (!taken->is_string() || taken->text == "enum") return;  // OpenAPI's word for a string with an enum
  const Value* said = schema.Find("description");
  const std::string before = said == nullptr ? "" : said->text + " ";
  schema.Set("description", Value::String(before + "(format: " + taken->text + ")"));
}

/// What the target wants said of every array and object.
Status Rewriter::Shape(Value& schema, const std::string& path) {
  const bool object = Names(schema, "object");
  if (rules_.bare == Takes::kNo) {
    if (Names(schema, "array") && schema.Find("items") == nullptr && schema.Find("prefixItems") == nullptr)
      schema.Set("items", Value::Object());
    if (object && schema.Find("properties") == nullptr) schema.Set("properties", Value::Object());
  }
  const Value* properties = schema.Find("properties");
  const Value* required = schema.Find("required");
  if (object && rules_.open_objects == Takes::kNo) {
    const Value* rest = schema.Find("additionalProperties");
    if (rest != nullptr && !rest->is_false())
      return Not(Below(path, "additionalProperties"), "takes only false");
    schema.Set("additionalProperties", Value::Literal(JsonKind::kBool, "false"));
    properties = schema.Find("properties");
    required = schema.Find("required");
  }
  if (rules_.optional_properties == Takes::kYes || properties == nullptr) return {};
  for (const auto& [name, member] : properties->members) {
    const bool named = required != nullptr &&
                       std::ranges::find(required->items, Value::String(name)) != required->items.end();
    if (!named) return Not(Below(path, "properties." + name), "takes no property that is not required");
  }
  return {};
}

Status Rewriter::Refuse(Value& schema, const std::string& path) {
  const bool referred = rules_.references == Takes::kYes && path.empty();
  for (const std::string_view keyword : {"$defs", "definitions"}) {
    if (!referred && (restricted() || rules_.references == Takes::kNo)) schema.Erase(keyword);
  }
  if (!restricted()) return {};
  if (schema.Find("if") == nullptr) {
    schema.Erase("then");
    schema.Erase("else");
  }
  for (const auto& [keyword, value] : schema.members) {
    if (!IsAssertion(keyword)) continue;
    if (!Takes(keyword) && !IsVacuous(keyword, value))
      return Not(Below(path, keyword), "does not take this keyword");
    // Those that take no other bounds on arrays take only these two.
    const auto count = value.integer();
    if (keyword == "minItems" && !Takes("maxItems") && (!count || *count > 1))
      return Not(Below(path, keyword), "takes only 0 and 1");
  }
  std::erase_if(schema.members, [this](const auto& member) { return !Takes(member.first); });
  return {};
}

Status Rewriter::Children(Value& schema, const std::string& path, Depth depth) {
  for (auto& [keyword, value] : schema.members) {
    const std::string place = Below(path, keyword);
    if (keyword == "properties" || keyword == "patternProperties" || keyword == "dependentSchemas" ||
        keyword == "$defs" || keyword == "definitions") {
      for (auto& [name, child] : value.members) {
        if (auto read = Schema(child, Below(place, name), depth.Within()); !read) return read;
      }
    } else if (keyword == "anyOf" || keyword == "oneOf" || keyword == "allOf" || keyword == "prefixItems") {
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (auto read = Schema(value.items[i], At(place, i), depth.Beside()); !read) return read;
      }
    } else if (keyword == "items" || keyword == "contains" || keyword == "not" || keyword == "if" ||
               keyword == "then" || keyword == "else" || keyword == "propertyNames") {
      if (auto read = Schema(value, place, depth.Within()); !read) return read;
    } else if ((keyword == "additionalProperties" || keyword.starts_with("unevaluated")) &&
               value.is_object()) {
      if (auto read = Schema(value, place, depth.Within()); !read) return read;
    }
  }
  return {};
}

}  // namespace

Result<Value> Rewrite(const Value& schema, const Rules& rules) {
  return Rewriter(schema, rules).Run();
}

}  // namespace proviso::protocol::internal::schema
