// The four extension types of Cedar 4.5: decimal, ipaddr, datetime, duration. Each has one reader
// of text, exact arithmetic on 64 bits that fails on overflow, and a text that reads back as itself.
// Source: "Data types" and "Operators" in the Cedar policy language reference.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::cedar {

/// A number with four digits after the point, from -922337203685477.5808 to 922337203685477.5807.
struct Decimal {
  std::int64_t ten_thousandths = 0;

  /// "-12.5": an optional minus, digits, a point, one to four digits.
  [[nodiscard]] static base::Result<Decimal> Parse(std::string_view text);
  /// Without needless zeros, but always with a point: "12.5", "1.0".
  [[nodiscard]] std::string Text() const;
  auto operator<=>(const Decimal&) const = default;
};

/// An IPv4 or IPv6 address with a prefix length: one address, or the range that it stands in.
struct IpAddress {
  enum class Family : std::uint8_t { kV4, kV6 };
  Family family = Family::kV4;
  std::uint8_t prefix_bits = 32;
  std::array<std::uint8_t, 16> bytes{};  ///< Network order; IPv4 uses the first four.

  /// "10.0.0.1", "10.0.0.0/8", "::1", "ffee::/64". No leading zeros in IPv4 or in the prefix, no
  /// IPv4 inside IPv6, no zone.
  [[nodiscard]] static base::Result<IpAddress> Parse(std::string_view text);
  [[nodiscard]] std::string Text() const;

  /// Whether every address of this range is in `range`; false across families.
  [[nodiscard]] bool IsInRange(const IpAddress& range) const;
  [[nodiscard]] bool IsLoopback() const;
  [[nodiscard]] bool IsMulticast() const;
  auto operator<=>(const IpAddress&) const = default;
};

/// A span of time in milliseconds, signed.
struct Duration {
  std::int64_t ms = 0;

  /// "1d2h3m4s5ms", each part optional but in this order and at least one; a minus before all.
  [[nodiscard]] static base::Result<Duration> Parse(std::string_view text);
  [[nodiscard]] std::string Text() const;
  auto operator<=>(const Duration&) const = default;
};

/// An instant: milliseconds since 1970-01-01T00:00:00Z, in the proleptic Gregorian calendar.
struct Datetime {
  std::int64_t epoch_ms = 0;

  /// "2024-10-15", or with "T11:35:00", optional ".000", and "Z" or "+hhmm" / "-hhmm".
  /// Years 0000 to 9999; no leap seconds; offsets to 23:59.
  [[nodiscard]] static base::Result<Datetime> Parse(std::string_view text);
  /// A text for Parse, where years 0000 to 9999 can hold it; nothing otherwise.
  [[nodiscard]] std::optional<std::string> Text() const;

  /// Nothing on overflow.
  [[nodiscard]] std::optional<Datetime> Offset(Duration by) const;
  [[nodiscard]] std::optional<Duration> DurationSince(Datetime earlier) const;
  /// Midnight at or before; nothing on overflow.
  [[nodiscard]] std::optional<Datetime> ToDate() const;
  /// What has passed since that midnight.
  [[nodiscard]] Duration ToTime() const;
  auto operator<=>(const Datetime&) const = default;
};

}  // namespace proviso::cedar
