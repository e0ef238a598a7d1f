// Policy text: whatever parses prints to a text that parses to the same print, and can be decided.
#include <cstdlib>
#include <string_view>

#include "cedar/authorize.h"
#include "cedar/parse.h"
#include "cedar/print.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso::cedar;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto policies = ParsePolicies(text, "fuzz");
  if (!policies) return 0;
  const std::string printed = Print(*policies);
  const auto again = ParsePolicies(printed, "printed");
  if (!again || Print(*again) != printed) std::abort();
  const Request request{EntityUid("User", "alice"), EntityUid("Action", "view"), EntityUid("Photo", "p"),
                        Value::FromRecord(Record({{"a", Value::Long(1)}}))};
  for (const auto& [policy, message] : Authorize(*policies, Entities(), request).errors) {
    if (message.empty()) std::abort();
  }
  return 0;
}
