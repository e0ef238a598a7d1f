// Replaced by the dialect's own files; goes when they are there.
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
base::Result<std::string> SchemaFor(Dialect, const ToolDefinition& tool) {
  return tool.schema;
}
base::Result<std::string> AnswerSchemaFor(Dialect, const AnswerFormat& format) {
  return format.schema;
}
}  // namespace proviso::protocol::internal
