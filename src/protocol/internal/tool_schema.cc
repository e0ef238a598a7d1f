// Schemas of tools and answers for each target. internal/schema/ has the rules and the rewriting.
#include "protocol/internal/dialects.h"
#include "protocol/internal/schema/rewriter.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Result;

Result<std::string> Fit(std::string_view text, const schema::Rules& rules) {
  const auto document =
      base::JsonDocument::Parse(text, {.depth_max = kDepthMax, .nodes_max = kSchemaNodesMax});
  if (!document) return std::unexpected(document.error());
  const auto fitted = schema::Rewrite(schema::Value::Of(document->root()), rules);
  if (!fitted) return std::unexpected(fitted.error());
  return fitted->ToJson();
}

schema::Held HeldBy(const std::optional<bool>& strict) {
  return strict.value_or(false) ? schema::Held::kYes : schema::Held::kNo;
}

}  // namespace

Result<std::string> SchemaFor(Dialect target, const ToolDefinition& tool) {
  if (tool.schema.empty()) return R"({"type":"object","properties":{}})";
  return Fit(tool.schema, schema::RulesForTool(target, HeldBy(tool.strict)));
}

Result<std::string> AnswerSchemaFor(Dialect target, const AnswerFormat& format) {
  return Fit(format.schema.empty() ? "{}" : format.schema,
             schema::RulesForAnswer(target, HeldBy(format.strict)));
}

}  // namespace proviso::protocol::internal
