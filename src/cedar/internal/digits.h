// Decimal digits to numbers, with room enough that sums of a few need no overflow check.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace proviso::cedar::internal {

/// Without sign. ReadDigits gives at most 2^64, so that products with the milliseconds of a day and
/// sums of some such products stay exact.
__extension__ using Magnitude = unsigned __int128;

enum class Sign : std::uint8_t { kPositive, kNegative };

/// Takes the leading digits of `text`. Nothing if there are none. A number above 2^64 gives 2^64:
/// it is out of range for all that asks.
[[nodiscard]] std::optional<Magnitude> ReadDigits(std::string_view& text);

/// The number with its sign; nothing if it does not fit.
[[nodiscard]] std::optional<std::int64_t> Signed(Sign sign, Magnitude magnitude);

}  // namespace proviso::cedar::internal
