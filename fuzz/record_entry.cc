// Entries from other people's logs: the strict reader either refuses, or gives back what writes
// exactly the same bytes.
#include <cstdlib>

#include "record/entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace proviso;
  const std::string_view bytes = base::AsText({data, size});
  const auto entry = record::DecodeEntry(bytes);
  if (entry && record::EncodeEntry(*entry) != bytes) std::abort();
  return 0;
}
