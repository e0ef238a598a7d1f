#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

#include "cedar/extension.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::size_t kV4Bytes = 4;
constexpr std::size_t kV6Groups = 8;

std::uint8_t BitsOf(IpAddress::Family family) {
  return family == IpAddress::Family::kV4 ? 32 : 128;
}

/// All of `text` as a number of 1 to `digits_max` digits in `base`, at most `most`.
std::optional<std::uint16_t> ReadNumber(std::string_view text, int base, std::size_t digits_max,
                                        std::uint16_t most) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

/// As ReadNumber in base ten, without leading zeros.
std::optional<std::uint16_t> ReadPlainDecimal(std::string_view text, std::uint16_t most) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return ReadNumber(text, 10, 3, most);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool ReadV4(std::string_view text, IpAddress& out) {
  const auto parts = Split(text, '.');
  if (parts.size() != kV4Bytes) return false;
  for (std::size_t i = 0; i < kV4Bytes; ++i) {
    const auto byte = ReadPlainDecimal(parts[i], 255);
    if (!byte) return false;
    out.bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  return true;
}

/// Groups joined by ":"; an empty text has none.
std::optional<std::vector<std::uint16_t>> ReadGroups(std::string_view text) {
  std::vector<std::uint16_t> groups;
  if (text.empty()) return groups;
  for (const std::string_view part : Split(text, ':')) {
    const auto group = ReadNumber(part, 16, 4, 0xFFFF);
    if (!group || groups.size() == kV6Groups) return std::nullopt;
    groups.push_back(*group);
  }
  return groups;
}

bool ReadV6(std::string_view text, IpAddress& out) {
  const std::size_t gap = text.find("::");
  const auto head = ReadGroups(text.substr(0, gap));
  if (!head) return false;
  std::array<std::uint16_t, kV6Groups> groups{};
  if (gap == std::string_view::npos) {
    if (head->size() != kV6Groups) return false;
  } else {
    const auto tail = ReadGroups(text.substr(gap + 2));
    // "::" stands for at least one group.
    if (!tail || head->size() + tail->size() >= kV6Groups) return false;
    std::ranges::copy(*tail, groups.end() - static_cast<std::ptrdiff_t>(tail->size()));
  }
  std::ranges::copy(*head, groups.begin());
  for (std::size_t i = 0; i < kV6Groups; ++i) {
    out.bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8U);
    out.bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xFFU);
  }
  return true;
}

/// Whether the first `bits` of both addresses agree.
bool SharePrefix(const IpAddress& a, const IpAddress& b, std::uint8_t bits) {
  const std::size_t whole_bytes = bits / 8U;
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + static_cast<std::ptrdiff_t>(whole_bytes),
                  b.bytes.begin())) {
    return false;
  }
  const unsigned rest_bits = bits % 8U;
  if (rest_bits == 0) return true;
  const unsigned mask = 0xFF00U >> rest_bits & 0xFFU;
  return (a.bytes[whole_bytes] & mask) == (b.bytes[whole_bytes] & mask);
}

std::string V6Text(const IpAddress& address) {
  std::string out;
  std::array<char, 8> digits{};
  for (std::size_t i = 0; i < kV6Groups; ++i) {
    const unsigned group = address.bytes[2 * i] * 256U + address.bytes[2 * i + 1];
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), group, 16).ptr;
    if (i > 0) out += ':';
    out.append(digits.data(), end);
  }
  return out;
}

IpAddress Range(IpAddress::Family family, std::array<std::uint8_t, 16> bytes, std::uint8_t prefix_bits) {
  return IpAddress{family, prefix_bits, bytes};
}

}  // namespace

base::Result<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  IpAddress result;
  result.family = address.find(':') == std::string_view::npos ? Family::kV4 : Family::kV6;
  result.prefix_bits = BitsOf(result.family);
  bool ok = result.family == Family::kV4 ? ReadV4(address, result) : ReadV6(address, result);
  if (ok && slash != std::string_view::npos) {
    const auto prefix_bits = ReadPlainDecimal(text.substr(slash + 1), BitsOf(result.family));
    ok = prefix_bits.has_value();
    result.prefix_bits = static_cast<std::uint8_t>(prefix_bits.value_or(0));
  }
  if (!ok) {
    return Fail(ErrorCode::kInvalid,
                "`" + std::string(text) +
                    "` is not an IP address or range: write 10.0.0.1, 10.0.0.0/8, ::1 or "
                    "ffee::/64, without leading zeros and without IPv4 inside IPv6");
  }
  return result;
}

std::string IpAddress::Text() const {
  std::string out;
  if (family == Family::kV4) {
    for (std::size_t i = 0; i < kV4Bytes; ++i) out += (i > 0 ? "." : "") + std::to_string(bytes[i]);
  } else {
    out = V6Text(*this);
  }
  if (prefix_bits != BitsOf(family)) out += "/" + std::to_string(prefix_bits);
  return out;
}

bool IpAddress::IsInRange(const IpAddress& range) const {
  return family == range.family && prefix_bits >= range.prefix_bits &&
         SharePrefix(*this, range, range.prefix_bits);
}

bool IpAddress::IsLoopback() const {
  static const IpAddress kV4 = Range(Family::kV4, {127}, 8);
  static const IpAddress kV6 = Range(Family::kV6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128);
  return IsInRange(kV4) || IsInRange(kV6);
}

bool IpAddress::IsMulticast() const {
  static const IpAddress kV4 = Range(Family::kV4, {224}, 4);
  static const IpAddress kV6 = Range(Family::kV6, {0xFF}, 8);
  return IsInRange(kV4) || IsInRange(kV6);
}

}  // namespace proviso::cedar
