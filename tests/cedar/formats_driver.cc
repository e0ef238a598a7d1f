// Answers questions about formats, for formats.mjs, which compares the answers with the reference engine's:
// each line of standard input is {"op": …, "text": …}, and each line of output {"ok": …} or {"error": …}.
#include <iostream>

#include "base/json.h"
#include "base/json_writer.h"
#include "cedar/entities.h"
#include "cedar/format.h"
#include "cedar/parse.h"
#include "cedar/policy_json.h"
#include "cedar/print.h"
#include "cedar/schema_translate.h"

namespace {

using proviso::base::Result;
using namespace proviso::cedar;

Result<std::string> PolicySetToJson(const std::string& text) {
  const auto policies = ParsePolicies(text, "policies");
  if (!policies) return std::unexpected(policies.error());
  return ToJson(*policies);
}

Result<std::string> PolicySetToText(const std::string& text) {
  const auto policies = PoliciesFromJson(text, "policies");
  if (!policies) return std::unexpected(policies.error());
  return Print(*policies);
}

Result<std::string> PolicySetAgain(const std::string& text) {
  const auto policies = PoliciesFromJson(text, "policies");
  if (!policies) return std::unexpected(policies.error());
  return ToJson(*policies);
}

Result<std::string> EntitiesAgain(const std::string& text) {
  const auto entities = EntitiesFromJson(text, "entities", nullptr);
  if (!entities) return std::unexpected(entities.error());
  return EntitiesToJson(*entities);
}

Result<std::string> Answer(const std::string& op, const std::string& text) {
  if (op == "policies-to-json") return PolicySetToJson(text);
  if (op == "policies-to-text") return PolicySetToText(text);
  if (op == "policies-again") return PolicySetAgain(text);
  if (op == "entities") return EntitiesAgain(text);
  if (op == "format") return FormatPolicies(text, "policies", {});
  if (op == "schema-to-json") return SchemaTextToJson(text, "schema");
  if (op == "schema-to-text") return SchemaJsonToText(text, "schema");
  return proviso::base::Fail(proviso::base::ErrorCode::kInvalid, "unknown op " + op);
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto question = proviso::base::JsonDocument::Parse(line);
    if (!question) return 1;
    const auto answer = Answer(question->root().Find("op").text(), question->root().Find("text").text());
    proviso::base::JsonWriter json;
    json.BeginObject().Key(answer ? "ok" : "error").String(answer ? *answer : answer.error().message);
    std::cout << json.EndObject().Take() << std::endl;
  }
  return 0;
}
