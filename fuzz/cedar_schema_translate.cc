// Schemas: text to JSON and back says the same, and JSON to text does where text can say it.
#include <cstdlib>
#include <string_view>

#include "cedar/schema_translate.h"

namespace {

/// Any text that translates to JSON comes back as a text of the same JSON.
void CheckText(std::string_view text) {
  using namespace proviso::cedar;
  const auto json = SchemaTextToJson(text, "fuzz");
  if (!json) return;
  const auto back = SchemaJsonToText(*json, "json");
  if (!back) std::abort();
  const auto again = SchemaTextToJson(*back, "text");
  if (!again || *again != *json) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  CheckText(input);
  const auto text = proviso::cedar::SchemaJsonToText(input, "fuzz");
  if (!text) return 0;
  if (!proviso::cedar::SchemaTextToJson(*text, "text")) std::abort();
  CheckText(*text);
  return 0;
}
