// IP addresses and ranges as a datatype: a constructor for each family, with the address's bits and the
// length of the prefix, an Int.
#pragma once

#include "analysis/term.h"

namespace proviso::analysis::internal {

inline constexpr std::uint32_t kV4 = 0;
inline constexpr std::uint32_t kV6 = 1;
inline constexpr std::uint32_t kBitsSelector = 0;
inline constexpr std::uint32_t kPrefixSelector = 1;
inline constexpr std::uint32_t kV4Bits = 32;
inline constexpr std::uint32_t kV6Bits = 128;

[[nodiscard]] Sort IpSort(Terms& terms);

}  // namespace proviso::analysis::internal
