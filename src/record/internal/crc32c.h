// CRC-32C (Castagnoli; RFC 3720 appendix B.4): notices torn and decayed frames. No defence against
// people: that is what the tree is for.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace proviso::record::internal {

[[nodiscard]] std::uint32_t Crc32c(base::ByteView bytes);

}  // namespace proviso::record::internal
