// The formatter: what parses is formatted, means the same (the formatter checks), and settles at once.
#include <cstdlib>
#include <string_view>

#include "cedar/format.h"
#include "cedar/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso::cedar;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (!ParsePolicies(text, "fuzz")) return 0;
  for (const FormatOptions& options : {FormatOptions{}, FormatOptions{.line_width = 20, .indent_width = 3}}) {
    const auto formatted = FormatPolicies(text, "fuzz", options);
    if (!formatted) std::abort();
    const auto again = FormatPolicies(*formatted, "formatted", options);
    if (!again || *again != *formatted) std::abort();
  }
  return 0;
}
