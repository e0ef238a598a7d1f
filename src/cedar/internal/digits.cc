#include "cedar/internal/digits.h"

#include <algorithm>

namespace proviso::cedar::internal {

std::optional<Magnitude> ReadDigits(std::string_view& text) {
  constexpr Magnitude kMost = Magnitude{1} << 64U;
  Magnitude value = 0;
  std::size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') {
    value = std::min(value * 10 + static_cast<unsigned>(text[length] - '0'), kMost);
    ++length;
  }
  if (length == 0) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

std::optional<std::int64_t> Signed(Sign sign, Magnitude magnitude) {
  constexpr Magnitude kEdge = Magnitude{1} << 63U;
  if (magnitude > kEdge || (magnitude == kEdge && sign == Sign::kPositive)) return std::nullopt;
  const auto bits = static_cast<std::uint64_t>(magnitude);
  return static_cast<std::int64_t>(sign == Sign::kNegative ? 0 - bits : bits);
}

}  // namespace proviso::cedar::internal
