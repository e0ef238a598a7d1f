#include "protocol/internal/schema/rules.h"

#include <algorithm>
#include <array>

#include "protocol/limits.h"

namespace proviso::protocol::internal::schema {
namespace {

using enum Takes;
using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 43> kAssertions = {"$ref",
                                                          "$dynamicRef",
                                                          "$recursiveRef",
                                                          "$defs",
                                                          "definitions",
                                                          "type",
                                                          "enum",
                                                          "const",
                                                          "multipleOf",
                                                          "maximum",
                                                          "exclusiveMaximum",
                                                          "minimum",
                                                          "exclusiveMinimum",
                                                          "maxLength",
                                                          "minLength",
                                                          "pattern",
                                                          "maxItems",
                                                          "minItems",
                                                          "uniqueItems",
                                                          "maxContains",
                                                          "minContains",
                                                          "contains",
                                                          "maxProperties",
                                                          "minProperties",
                                                          "required",
                                                          "dependentRequired",
                                                          "dependentSchemas",
                                                          "properties",
                                                          "patternProperties",
                                                          "additionalProperties",
                                                          "propertyNames",
                                                          "items",
                                                          "prefixItems",
                                                          "unevaluatedItems",
                                                          "unevaluatedProperties",
                                                          "allOf",
                                                          "anyOf",
                                                          "oneOf",
                                                          "not",
                                                          "if",
                                                          "then",
                                                          "else",
                                                          "dependencies"};

constexpr std::array<std::string_view, 21> kOpenAiStrict = {"$ref",        "$defs",
                                                            "definitions", "type",
                                                            "enum",        "const",
                                                            "anyOf",       "properties",
                                                            "required",    "additionalProperties",
                                                            "items",       "pattern",
                                                            "format",      "multipleOf",
                                                            "maximum",     "exclusiveMaximum",
                                                            "minimum",     "exclusiveMinimum",
                                                            "minItems",    "maxItems",
                                                            "description"};
constexpr std::array<std::string_view, 9> kOpenAiFormats = {"date-time", "time", "date", "duration", "email",
                                                            "hostname",  "ipv4", "ipv6", "uuid"};

constexpr std::array<std::string_view, 18> kAnthropicStrict = {
    "$ref",       "$defs",    "definitions",          "type",  "enum",     "const",   "anyOf",  "allOf",
    "properties", "required", "additionalProperties", "items", "minItems", "pattern", "format", "description",
    "title",      "default"};
constexpr std::array<std::string_view, 10> kAnthropicFormats = {
    "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"};

constexpr std::array<std::string_view, 24> kGemini = {"type",
                                                      "enum",
                                                      "anyOf",
                                                      "oneOf",
                                                      "properties",
                                                      "required",
                                                      "additionalProperties",
                                                      "items",
                                                      "prefixItems",
                                                      "minItems",
                                                      "maxItems",
                                                      "minimum",
                                                      "maximum",
                                                      "minLength",
                                                      "maxLength",
                                                      "pattern",
                                                      "minProperties",
                                                      "maxProperties",
                                                      "format",
                                                      "description",
                                                      "title",
                                                      "default",
                                                      "propertyOrdering",
                                                      "example"};
constexpr std::array<std::string_view, 7> kGeminiFormats = {"date-time", "date",   "time", "int32",
                                                            "int64",     "double", "float"};

/// OpenAI's strict mode nests at most ten levels.
constexpr std::size_t kStrictDepthMax = 10;

//                                                    refer-  recur- any    type   bare    open     optional
//                                                    any   root
//  who         keywords            formats           ences   sion   enum   lists  ones    objects  properties
//  root  combination  depth
constexpr Rules kRules[] = {
    {"OpenAI", {}, {}, kYes, kYes, kYes, kYes, kNo, kYes, kYes, kNo, kNo, kDepthMax},
    {"OpenAI's strict mode", Words(kOpenAiStrict), Words(kOpenAiFormats), kYes, kYes, kYes, kYes, kNo, kNo,
     kNo, kNo, kNo, kStrictDepthMax},
    {"Anthropic", {}, {}, kYes, kYes, kYes, kYes, kYes, kYes, kYes, kNo, kNo, kDepthMax},
    {"Anthropic's strict mode", Words(kAnthropicStrict), Words(kAnthropicFormats), kYes, kNo, kYes, kYes,
     kYes, kNo, kYes, kNo, kNo, kDepthMax},
    {"Anthropic's answer format", Words(kAnthropicStrict), Words(kAnthropicFormats), kYes, kNo, kYes, kYes,
     kYes, kNo, kYes, kYes, kYes, kDepthMax},
    {"Gemini", Words(kGemini), Words(kGeminiFormats), kNo, kNo, kNo, kNo, kYes, kYes, kYes, kNo, kNo,
     kDepthMax},
    {"Gemini's answer format", Words(kGemini), Words(kGeminiFormats), kNo, kNo, kNo, kNo, kYes, kYes, kYes,
     kYes, kYes, kDepthMax},
    {"Bedrock", {}, {}, kNo, kNo, kYes, kYes, kYes, kYes, kYes, kNo, kNo, kDepthMax},
    {"Bedrock's strict mode", Words(kAnthropicStrict), Words(kAnthropicFormats), kNo, kNo, kYes, kYes, kYes,
     kNo, kYes, kNo, kNo, kDepthMax},
    {"Bedrock's answer format", Words(kAnthropicStrict), Words(kAnthropicFormats), kNo, kNo, kYes, kYes, kYes,
     kNo, kYes, kYes, kYes, kDepthMax},
};
enum Row : std::size_t {
  kOpenAi,
  kOpenAiHeld,
  kAnthropic,
  kAnthropicHeld,
  kAnthropicAnswer,
  kGeminiTool,
  kGeminiAnswer,
  kBedrock,
  kBedrockHeld,
  kBedrockAnswer,
};

}  // namespace

const Rules& RulesForTool(Dialect target, Held held) {
  switch (target) {
    case Dialect::kOpenAiChat:
    case Dialect::kOpenAiResponses:
      return kRules[held == Held::kYes ? kOpenAiHeld : kOpenAi];
    case Dialect::kAnthropicMessages:
      return kRules[held == Held::kYes ? kAnthropicHeld : kAnthropic];
    case Dialect::kGemini:
      return kRules[kGeminiTool];
    case Dialect::kBedrockConverse:
      break;
  }
  return kRules[held == Held::kYes ? kBedrockHeld : kBedrock];
}

const Rules& RulesForAnswer(Dialect target, Held held) {
  switch (target) {
    case Dialect::kOpenAiChat:
    case Dialect::kOpenAiResponses:
      return kRules[held == Held::kYes ? kOpenAiHeld : kOpenAi];
    case Dialect::kAnthropicMessages:
      return kRules[kAnthropicAnswer];
    case Dialect::kGemini:
      return kRules[kGeminiAnswer];
    case Dialect::kBedrockConverse:
      break;
  }
  return kRules[kBedrockAnswer];
}

bool TakesKeyword(const Rules& rules, std::string_view keyword) {
  return rules.keywords.empty() || std::ranges::find(rules.keywords, keyword) != rules.keywords.end();
}

bool IsAssertion(std::string_view keyword) {
  return std::ranges::find(kAssertions, keyword) != kAssertions.end();
}

}  // namespace proviso::protocol::internal::schema
