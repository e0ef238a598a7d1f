// Policies in JSON: what is read is written again, reads back, and is then the same JSON.
#include <cstdlib>
#include <string_view>

#include "cedar/policy_json.h"
#include "cedar/print.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso::cedar;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto body = PolicyFromJson(text, "fuzz"); body && Print(*body).empty()) std::abort();
  const auto policies = PoliciesFromJson(text, "fuzz");
  if (!policies) return 0;
  const auto written = ToJson(*policies);
  if (!written) std::abort();  // there is no path of `has` in JSON that could pass a limit
  const auto again = PoliciesFromJson(*written, "written");
  if (!again || *ToJson(*again) != *written) std::abort();
  return 0;
}
