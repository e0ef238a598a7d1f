// Schemas for each target: what is rewritten, what is refused by name, and that a rewritten schema
// accepts what it accepted before.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/canonical_json.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/schema/references.h"
#include "protocol/internal/schema/value.h"
#include "protocol/limits.h"

namespace proviso::protocol {
namespace {

using base::Result;
using internal::schema::Value;

constexpr auto kChat = Dialect::kOpenAiChat;
constexpr auto kClaude = Dialect::kAnthropicMessages;
constexpr auto kGemini = Dialect::kGemini;
constexpr auto kBedrock = Dialect::kBedrockConverse;

enum class Strict : bool { kNo, kYes };

/// The schema for a tool of the target; or the error.
std::string Fitted(Dialect target, std::string schema, Strict strict = Strict::kNo) {
  ToolDefinition tool;
  tool.schema = std::move(schema);
  tool.strict = strict == Strict::kYes;
  const auto fitted = internal::SchemaFor(target, tool);
  if (!fitted) return fitted.error().message;
  const auto document = base::JsonDocument::Parse(*fitted);
  EXPECT_TRUE(document) << *fitted;
  return document ? base::CanonicalJson(document->root()) : "";
}

/// Of the property p of an object; or the error.
std::string OfProperty(Dialect target, const std::string& schema, Strict strict = Strict::kNo) {
  const std::string fitted =
      Fitted(target, R"({"type":"object","required":["p"],"properties":{"p":)" + schema + "}}", strict);
  const auto document = base::JsonDocument::Parse(fitted);
  if (!document) return fitted;
  return base::CanonicalJson(document->root().Find("properties").Find("p"));
}

TEST(ToolSchema, GivesAToolWithoutOneAnEmptyObject) {
  for (const Dialect target : kDialects) {
    EXPECT_EQ(Fitted(target, ""), R"({"properties":{},"type":"object"})");
    EXPECT_TRUE(Fitted(target, "{}").contains(R"("type":"object")"));
    EXPECT_TRUE(Fitted(target, "true").contains(R"("type":"object")"));
  }
}

struct Row {
  Dialect target;
  Strict strict;
  std::string schema;
  std::string gives;
};

TEST(ToolSchema, IsRewrittenWhereTheTargetWantsItOtherwise) {
  const auto no = Strict::kNo;
  const auto yes = Strict::kYes;
  for (const Row& row : {
           Row{kGemini, no, R"({"const":"a"})", R"({"enum":["a"],"type":"string"})"},
           Row{kGemini, no, R"({"const":null})", R"({"type":"null"})"},
           Row{kGemini, no, R"({"enum":["a",1,null]})",
               R"({"anyOf":[{"enum":["a"],"type":"string"},{"enum":[1],"type":"integer"},{"type":"null"}]})"},
           Row{kGemini, no, R"({"enum":[true,false]})", R"({"type":"boolean"})"},
           Row{kGemini, no, R"({"type":"string","enum":["a",1]})", R"({"enum":["a"],"type":"string"})"},
           Row{kGemini, no, R"({"type":["string","integer"],"minLength":2,"description":"d"})",
               R"({"anyOf":[{"minLength":2,"type":"string"},{"type":"integer"}],"description":"d"})"},
           Row{kGemini, no, R"({"type":["string","null"]})", R"({"type":["string","null"]})"},
           Row{kGemini, no, R"({"type":"integer","exclusiveMinimum":0})",
               R"({"minimum":1,"type":"integer"})"},
           Row{kGemini, no, R"({"allOf":[{"type":"string","minLength":1},{"minLength":3,"maxLength":5}]})",
               R"({"maxLength":5,"minLength":3,"type":"string"})"},
           Row{kGemini, no, R"({"type":"string","format":"email","description":"who"})",
               R"j({"description":"who (format: email)","type":"string"})j"},
           Row{kGemini, no, R"({"type":"array","items":true,"uniqueItems":false,"$comment":"c"})",
               R"({"items":{},"type":"array"})"},
           Row{kClaude, no, R"({"type":"STRING","nullable":true,"minLength":"3"})",
               R"({"minLength":3,"type":["string","null"]})"},
           Row{kClaude, no, R"({"type":"array","items":[{"type":"string"}],"additionalItems":false})",
               R"({"items":false,"prefixItems":[{"type":"string"}],"type":"array"})"},
           Row{kClaude, no, R"({"type":"number","minimum":1,"exclusiveMinimum":true})",
               R"({"exclusiveMinimum":1,"type":"number"})"},
           Row{kClaude, no, R"({"dependencies":{"a":["b"],"c":{"required":["d"]}}})",
               R"({"dependentRequired":{"a":["b"]},"dependentSchemas":{"c":{"required":["d"]}}})"},
           Row{kClaude, yes, R"({"type":"integer","minimum":1,"maximum":3})",
               R"({"enum":[1,2,3],"type":"integer"})"},
           Row{kClaude, yes, R"({"type":"object","properties":{"a":{"type":"string"}}})",
               R"({"additionalProperties":false,"properties":{"a":{"type":"string"}},"type":"object"})"},
           Row{kClaude, yes, R"({"oneOf":[{"type":"string"},{"type":"null"}]})",
               R"({"anyOf":[{"type":"string"},{"type":"null"}]})"},
           Row{kChat, no, R"({"type":"array"})", R"({"items":{},"type":"array"})"},
           Row{kChat, no, R"({"type":"object"})", R"({"properties":{},"type":"object"})"},
       }) {
    EXPECT_EQ(OfProperty(row.target, row.schema, row.strict), row.gives) << row.schema;
  }
}

TEST(ToolSchema, IsRefusedByNameAndPlace) {
  const auto no = Strict::kNo;
  const auto yes = Strict::kYes;
  for (const Row& row : {
           Row{kGemini, no, R"({"not":{"type":"string"}})",
               "properties.p.not: Gemini does not take this keyword"},
           Row{kGemini, no, R"({"type":"array","contains":{}})",
               "properties.p.contains: Gemini does not take this keyword"},
           Row{kGemini, no, R"({"type":"number","multipleOf":0.5})",
               "properties.p.multipleOf: Gemini does not take this keyword"},
           Row{kGemini, no, R"({"enum":[true]})",
               "properties.p.enum: Gemini lists only strings and numbers, not one boolean"},
           Row{kGemini, no, R"({"enum":[{}]})", "properties.p.enum: Gemini lists only strings and numbers"},
           Row{kGemini, no, R"({"type":"array","items":false})",
               "properties.p.items: Gemini takes no false as a schema"},
           Row{kGemini, no, R"({"allOf":[{"type":"string"},{"type":"integer"}]})",
               "properties.p.allOf: type: two schemas that both hold cannot be made one here"},
           Row{kGemini, no, R"({"items":7})", "properties.p.items: Gemini takes only an object as a schema"},
           Row{kGemini, no, R"({"$ref":"https://x.example/s"})",
               "properties.p.$ref: Gemini finds no \"https://x.example/s\" in the schema"},
           Row{kGemini, no, R"({"$ref":"#/$defs/none"})",
               "properties.p.$ref: Gemini finds no \"#/$defs/none\" in the schema"},
           Row{kGemini, no, R"({"type":"object","properties":{"q":{"$ref":"#/properties/p"}}})",
               "properties.p.properties.q.$ref: Gemini takes no recursive schema, and \"#/properties/p\" "
               "refers to itself"},
           Row{kClaude, yes, R"({"type":"string","minLength":3})",
               "properties.p.minLength: Anthropic's strict mode does not take this keyword"},
           Row{kClaude, yes, R"({"type":"array","minItems":2})",
               "properties.p.minItems: Anthropic's strict mode takes only 0 and 1"},
           Row{kClaude, yes, R"({"type":"object","additionalProperties":{"type":"string"}})",
               "properties.p.additionalProperties: Anthropic's strict mode takes only false"},
           Row{kClaude, yes, R"({"oneOf":[{"type":"string"},{"minLength":3}]})",
               "properties.p.oneOf: Anthropic's strict mode takes only anyOf, and an instance may satisfy "
               "several of these; give them a member with a value of its own each, or write anyOf"},
           Row{kChat, yes, R"({"type":"object","properties":{"q":{}}})",
               "properties.p.properties.q: OpenAI's strict mode takes no property that is not required"},
       }) {
    EXPECT_EQ(OfProperty(row.target, row.schema, row.strict), row.gives) << row.schema;
  }
  for (const Row& row : {
           Row{kClaude, no, R"({"type":"string"})", "type: Anthropic takes only an object at the root"},
           Row{kChat, no, R"({"anyOf":[{"type":"object"},{"required":["a"]}]})",
               "anyOf: OpenAI takes none at the root"},
           Row{kBedrock, no, R"({"enum":[{}]})", "enum: Bedrock takes none at the root"},
           Row{kChat, no, "[]", "schema: OpenAI takes only an object as a schema"},
           Row{kChat, no, "false", "schema: OpenAI takes only an object as a schema"},
       }) {
    EXPECT_EQ(Fitted(row.target, row.schema, row.strict), row.gives) << row.schema;
  }
}

constexpr std::string_view kWithReferences =
    R"({"$ref":"#/$defs/root","$defs":{"root":{"type":"object","properties":{)"
    R"("a":{"$ref":"#/$defs/name","description":"the first"},"b":{"$ref":"#/$defs/name"}}},)"
    R"("name":{"type":"string","description":"a name","minLength":1}}})";

TEST(ToolSchema, PutsReferencesInPlaceWhereTheTargetTakesNone) {
  for (const Dialect target : {kGemini, kBedrock}) {
    EXPECT_EQ(Fitted(target, std::string(kWithReferences)),
              R"({"properties":{"a":{"description":"the first","minLength":1,"type":"string"},)"
              R"("b":{"description":"a name","minLength":1,"type":"string"}},"type":"object"})");
  }
  EXPECT_TRUE(Fitted(kClaude, std::string(kWithReferences)).contains(R"("$ref":"#/$defs/name")"));
}

TEST(ToolSchema, MayReferToItselfOnlyWhereTheTargetTakesIt) {
  const std::string tree =
      R"({"type":"object","properties":{"root":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"object",)"
      R"("properties":{"next":{"$ref":"#/$defs/n"}}}}})";
  for (const Dialect target : {kChat, kClaude}) EXPECT_TRUE(Fitted(target, tree).contains("$ref"));
  for (const Dialect target : {kGemini, kBedrock}) {
    EXPECT_TRUE(Fitted(target, tree).starts_with("properties.root.$ref: ")) << Fitted(target, tree);
  }
  EXPECT_TRUE(Fitted(kClaude, tree, Strict::kYes)
                  .ends_with("takes no recursive schema, and \"#/$defs/n\" refers to itself"));
  for (const Dialect target : kDialects) {
    EXPECT_TRUE(Fitted(target, R"({"$ref":"#"})").starts_with("$ref: "));
    EXPECT_TRUE(
        Fitted(target, R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/%24defs/a"}}})").starts_with("$ref: "));
  }
}

TEST(ToolSchema, StopsWhenReferencesMakeItTooLarge) {
  std::string schema = R"({"type":"object","properties":{"p":{"$ref":"#/$defs/d0"}},"$defs":{)";
  for (int i = 0; i < 30; ++i) {  // each holds the next one twice
    const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + R"("})";
    schema += R"("d)" + std::to_string(i) + R"(":{"type":"object","properties":{"a":)" + next + R"(,"b":)" +
              next + "}},";
  }
  schema += R"("d30":{"type":"string"}}})";
  EXPECT_TRUE(Fitted(kGemini, schema).contains("with all references put in place the schema has more than"))
      << Fitted(kGemini, schema).substr(0, 300);
}

std::string Chain(std::size_t length) {
  std::string schema = R"({"type":"object","properties":{"p":{"$ref":"#/$defs/d0"}},"$defs":{)";
  for (std::size_t i = 0; i + 1 < length; ++i) {
    schema += R"("d)" + std::to_string(i) + R"(":{"$ref":"#/$defs/d)" + std::to_string(i + 1) + R"("},)";
  }
  return schema + R"("d)" + std::to_string(length - 1) + R"(":{"type":"string"}}})";
}

TEST(ToolSchema, StopsAtTheLimitOfReferences) {
  EXPECT_TRUE(Fitted(kGemini, Chain(kSchemaReferencesMax)).contains("string"));
  EXPECT_TRUE(Fitted(kGemini, Chain(kSchemaReferencesMax + 1)).contains("more than 500 references"));
}

std::string Nested(std::size_t levels) {
  std::string schema = R"({"type":"object","properties":{},"required":[],"additionalProperties":false})";
  for (std::size_t i = 0; i < levels; ++i) {
    schema = R"({"type":"object","required":["a"],"additionalProperties":false,"properties":{"a":)" + schema +
             "}}";
  }
  return schema;
}

TEST(ToolSchema, StopsAtTheTargetsDepth) {
  EXPECT_TRUE(Fitted(kChat, Nested(10), Strict::kYes).starts_with("{"));
  EXPECT_TRUE(
      Fitted(kChat, Nested(11), Strict::kYes).ends_with("OpenAI's strict mode takes at most 10 levels"));
  EXPECT_TRUE(Fitted(kGemini, Nested(60)).starts_with("{"));
}

TEST(ToolSchema, DropsTheBranchesOfTheRootThatNoObjectSatisfies) {
  EXPECT_EQ(Fitted(kClaude, R"({"anyOf":[{"type":"object","required":["a"]},{"type":"null"}]})"),
            R"({"required":["a"],"type":"object"})");
}

TEST(AnswerSchema, MayHaveAnyRootWhereTheTargetTakesIt) {
  AnswerFormat format;
  format.kind = AnswerFormat::Kind::kSchema;
  format.schema = R"({"type":"array","items":{"type":"string"}})";
  EXPECT_TRUE(internal::AnswerSchemaFor(kClaude, format));
  EXPECT_TRUE(internal::AnswerSchemaFor(kGemini, format));
  EXPECT_FALSE(internal::AnswerSchemaFor(kChat, format));
}

// ---- The property: the same instances are accepted ------------------------------------------------

bool SameValue(const Value& one, const Value& other) {
  if (one.is_number() && other.is_number()) return std::stod(one.text) == std::stod(other.text);
  return one == other;
}

std::string TypeOf(const Value& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  if (value.is_bool()) return "boolean";
  return value.is_number() ? "number" : "null";
}

/// A small validator, written apart from the rewriter: what the generated schemas need.
class Validator {
 public:
  explicit Validator(const Value& root) : root_(root) {}

  [[nodiscard]] bool Accepts(const Value& schema, const Value& instance) const {
    if (!schema.is_object()) return !schema.is_false();
    return std::ranges::all_of(schema.members, [&](const auto& member) {
      return Holds(member.first, member.second, schema, instance);
    });
  }

 private:
  [[nodiscard]] bool Holds(const std::string& keyword, const Value& value, const Value& schema,
                           const Value& instance) const {
    const auto accepts = [&](const Value& part) { return Accepts(part, instance); };
    if (keyword == "$ref") return accepts(*internal::schema::Resolve(root_, value.text));
    if (keyword == "type") return value.is_string() ? Is(value.text, instance) : IsAny(value, instance);
    if (keyword == "const") return SameValue(value, instance);
    if (keyword == "enum")
      return std::ranges::any_of(value.items, [&](const Value& v) { return SameValue(v, instance); });
    if (keyword == "allOf") return std::ranges::all_of(value.items, accepts);
    if (keyword == "anyOf") return std::ranges::any_of(value.items, accepts);
    if (keyword == "oneOf") return std::ranges::count_if(value.items, accepts) == 1;
    if (keyword == "nullable") return true;
    if (instance.is_number()) return HoldsNumber(keyword, value, instance);
    if (instance.is_string()) return HoldsString(keyword, value, instance);
    if (instance.is_array()) return HoldsArray(keyword, value, instance);
    return !instance.is_object() || HoldsObject(keyword, value, schema, instance);
  }

  [[nodiscard]] bool IsAny(const Value& types, const Value& instance) const {
    return std::ranges::any_of(types.items, [&](const Value& type) { return Is(type.text, instance); });
  }

  static bool Is(const std::string& type, const Value& instance) {
    if (type == "integer") return instance.integer().has_value();
    return type == TypeOf(instance);
  }

  static bool HoldsNumber(const std::string& keyword, const Value& value, const Value& instance) {
    const double number = std::stod(instance.text);
    if (keyword == "minimum") return number >= std::stod(value.text);
    if (keyword == "maximum") return number <= std::stod(value.text);
    if (keyword == "exclusiveMinimum") return number > std::stod(value.text);
    return keyword != "exclusiveMaximum" || number < std::stod(value.text);
  }

  static bool HoldsString(const std::string& keyword, const Value& value, const Value& instance) {
    if (keyword == "minLength") return instance.text.size() >= std::stoul(value.text);
    return keyword != "maxLength" || instance.text.size() <= std::stoul(value.text);
  }

  [[nodiscard]] bool HoldsArray(const std::string& keyword, const Value& value, const Value& instance) const {
    if (keyword == "items")
      return std::ranges::all_of(instance.items, [&](const Value& item) { return Accepts(value, item); });
    if (keyword == "minItems") return instance.items.size() >= std::stoul(value.text);
    return keyword != "maxItems" || instance.items.size() <= std::stoul(value.text);
  }

  [[nodiscard]] bool HoldsObject(const std::string& keyword, const Value& value, const Value& schema,
                                 const Value& instance) const {
    if (keyword == "required") {
      return std::ranges::all_of(value.items,
                                 [&](const Value& name) { return instance.Find(name.text) != nullptr; });
    }
    if (keyword == "properties") {
      return std::ranges::all_of(value.members, [&](const auto& member) {
        const Value* there = instance.Find(member.first);
        return there == nullptr || Accepts(member.second, *there);
      });
    }
    if (keyword != "additionalProperties") return true;
    const Value* named = schema.Find("properties");
    return std::ranges::all_of(instance.members, [&](const auto& member) {
      const bool known = named != nullptr && named->Find(member.first) != nullptr;
      return known || Accepts(value, member.second);
    });
  }

  const Value& root_;
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::string Root() {
    return R"({"type":"object","properties":{"a":)" + Schema(3) + R"(,"b":)" + Schema(3) +
           R"(},"required":)" + Pick({"[]", R"(["a"])", R"(["a","b"])"}) + R"(,"$defs":{"x":)" + Schema(1) +
           R"(,"y":)" + Leaf() + "}}";
  }

  std::string Instance(int depth) {
    if (depth == 0 || Below(3) > 0)
      return Pick({"0", "1", "2.5", "3", "-1", R"("")", R"("a")", R"("b")", R"("abc")", "true", "false",
                   "null", "[]", "{}", "1.0"});
    if (Below(3) == 0) return "[" + Instance(depth - 1) + "," + Instance(depth - 1) + "]";
    return R"({"a":)" + Instance(depth - 1) + (Below(2) == 0 ? R"(,"b":)" + Instance(depth - 1) : "") +
           (Below(4) == 0 ? R"(,"c":1)" : "") + "}";
  }

 private:
  std::size_t Below(std::size_t bound) { return random_() % bound; }
  std::string Pick(const std::vector<std::string>& from) { return from[Below(from.size())]; }

  std::string Leaf() {
    return Pick({R"({"type":"string"})", R"({"type":"string","minLength":1,"format":"email"})",
                 R"({"type":"integer","exclusiveMinimum":0})",
                 R"({"type":"integer","minimum":0,"maximum":2})", R"({"type":"number","maximum":2.5})",
                 R"({"enum":["a","b"]})", R"({"enum":["a",1,null]})", R"({"const":"a"})",
                 R"({"type":["string","null"]})", R"({"type":["integer","string"],"minimum":1})",
                 R"({"type":"boolean"})", "true", "{}", R"({"type":"null"})", R"({"type":"array"})",
                 R"({"type":"object"})", R"({"type":"string","maxLength":2,"title":"t"})",
                 R"({"type":"STRING","nullable":true})"});
  }

  std::string Schema(int depth) {
    if (depth == 0) return Leaf();
    switch (Below(9)) {
      case 0:
        return R"({"type":"array","items":)" + Schema(depth - 1) +
               Pick({"", R"(,"minItems":1)", R"(,"maxItems":1)"}) + "}";
      case 1:
        return R"({"type":"object","properties":{"a":)" + Schema(depth - 1) + R"(,"b":)" + Schema(depth - 1) +
               R"(},"required":["a"])" +
               Pick({"", R"(,"additionalProperties":false)",
                     R"(,"additionalProperties":{"type":"integer"})"}) +
               "}";
      case 2:
        return R"({"anyOf":[)" + Schema(depth - 1) + "," + Schema(depth - 1) + "]}";
      case 3:
        return R"({"allOf":[)" + Schema(depth - 1) + "," + Schema(depth - 1) + "]}";
      case 4:
        return R"({"oneOf":[)" + Leaf() + "," + Leaf() + "]}";
      case 5:
        return depth == 3 ? R"({"$ref":"#/$defs/x","description":"d"})" : Leaf();
      case 6:
        return depth == 3 ? R"({"$ref":"#/$defs/y"})" : Leaf();
      default:
        return Leaf();
    }
  }

  std::mt19937 random_;
};

Value Parsed(const std::string& text) {
  const auto document = base::JsonDocument::Parse(text);
  EXPECT_TRUE(document) << text;
  return document ? Value::Of(document->root()) : Value();
}

TEST(ToolSchema, AcceptsTheSameInstancesWhenRewritten) {
  std::map<std::string, std::size_t> rewritten;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    Generator generator(seed);
    const std::string text = generator.Root();
    // OpenAPI's spelling has a meaning only after respelling, which the first target does.
    const std::string plain = Fitted(kClaude, text);
    if (!plain.starts_with('{')) continue;
    const Value before = Parsed(plain);
    std::vector<Value> instances;
    for (int i = 0; i < 40; ++i) instances.push_back(Parsed(generator.Instance(3)));
    for (const Dialect target : {kChat, kGemini, kBedrock}) {
      const std::string fitted = Fitted(target, text);
      if (!fitted.starts_with('{')) continue;
      ++rewritten[std::string(NameOf(target))];
      const Value after = Parsed(fitted);
      for (const Value& instance : instances) {
        if (!instance.is_object()) continue;
        ASSERT_EQ(Validator(after).Accepts(after, instance), Validator(before).Accepts(before, instance))
            << text << "\n"
            << fitted << "\n"
            << instance.ToJson();
      }
    }
    for (const Dialect target : {kChat, kClaude, kBedrock}) {  // narrower, never wider
      const std::string fitted = Fitted(target, text, Strict::kYes);
      if (!fitted.starts_with('{')) continue;
      ++rewritten[std::string(NameOf(target)) + " strict"];
      const Value after = Parsed(fitted);
      for (const Value& instance : instances) {
        if (instance.is_object() && Validator(after).Accepts(after, instance))
          ASSERT_TRUE(Validator(before).Accepts(before, instance)) << text << "\n" << fitted;
      }
    }
  }
  for (const auto& [target, count] : rewritten) EXPECT_GT(count, 50U) << target;
  EXPECT_EQ(rewritten.size(), 6U);
}

}  // namespace
}  // namespace proviso::protocol
