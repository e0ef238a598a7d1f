// Approval notes come from people's tools, over HTTP and the command line.
// Property: what parses is canonical; written again it is the same text.
#include <cstdlib>

#include "oversight/approval.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;
  const auto parsed = oversight::ParseApproval(base::AsText({bytes, size}));
  if (!parsed) return 0;
  const auto text = oversight::ApprovalText(parsed->approval);
  if (!text || *text != parsed->note.text) std::abort();
  return 0;
}
