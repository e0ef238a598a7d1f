// Bundles and tile paths: whatever is read writes the same bytes.
#include <algorithm>
#include <cstdlib>

#include "record/tiles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace proviso;
  if (size == 0) return 0;
  const std::uint64_t width = std::uint64_t{data[0]} + 1;
  const std::string_view bytes = base::AsText({data + 1, size - 1});
  if (const auto entries = record::DecodeBundle(bytes, width)) {
    const std::vector<std::string> owned(entries->begin(), entries->end());
    if (owned.size() != width || record::EncodeBundle(owned) != bytes) std::abort();
  }
  if (const auto name = record::ParseTilePath(bytes)) {
    if (record::TilePath(*name) != bytes) std::abort();
  }
  return 0;
}
