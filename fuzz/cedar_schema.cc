// Schemas in both forms: whatever reads resolves without crashing, and every type has a text.
#include <string_view>

#include "cedar/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso::cedar;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const auto& schema : {Schema::Parse(text, "fuzz"), Schema::ParseJson(text, "fuzz")}) {
    if (!schema) continue;
    for (const auto& [uid, action] : schema->actions()) (void)action.context->Text();
    for (const auto& [name, entity] : schema->entities()) (void)entity.attributes->Text();
  }
  return 0;
}
