// Any tool schema is refused with a word or rewritten for each target, and what was rewritten is taken
// as it stands the second time: rewriting is done once and for all.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/internal/dialects.h"

namespace {

using namespace proviso::protocol;

void Require(bool held) {
  if (!held) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ToolDefinition tool;
  tool.schema = std::string(reinterpret_cast<const char*>(data), size);
  if (tool.schema.empty()) return 0;
  for (const Dialect target : kDialects) {
    for (const bool strict : {false, true}) {
      tool.strict = strict;
      const auto fitted = internal::SchemaFor(target, tool);
      if (!fitted) {
        Require(!fitted.error().message.empty());
        continue;
      }
      ToolDefinition again = tool;
      again.schema = *fitted;
      const auto twice = internal::SchemaFor(target, again);
      Require(twice && *twice == *fitted);
    }
  }
  return 0;
}
