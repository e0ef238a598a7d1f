// Decimals and durations; datetime.cc and ip_address.cc hold the rest of extension.h.
#include "cedar/extension.h"

#include <algorithm>
#include <limits>

#include "cedar/internal/digits.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Fail;
using internal::Magnitude;
using internal::ReadDigits;
using internal::Signed;

constexpr std::size_t kFractionDigitsMax = 4;

std::unexpected<base::Error> FailDecimal(std::string_view text, std::string_view why) {
  return Fail(ErrorCode::kInvalid, "`" + std::string(text) + "` is not a decimal: " + std::string(why));
}

std::unexpected<base::Error> FailDuration(std::string_view text, std::string_view why) {
  return Fail(ErrorCode::kInvalid, "`" + std::string(text) + "` is not a duration: " + std::string(why));
}

/// Takes the leading "-" of `text`, if there is one.
internal::Sign TakeSign(std::string_view& text) {
  if (!text.starts_with('-')) return internal::Sign::kPositive;
  text.remove_prefix(1);
  return internal::Sign::kNegative;
}

struct DurationUnit {
  std::string_view suffix;
  Magnitude ms;
};
constexpr std::array<DurationUnit, 5> kDurationUnits = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

}  // namespace

base::Result<Decimal> Decimal::Parse(std::string_view text) {
  constexpr std::string_view kShape = "write digits, a point, and one to four digits";
  std::string_view rest = text;
  const internal::Sign sign = TakeSign(rest);
  const std::size_t point = rest.find('.');
  if (point == std::string_view::npos) return FailDecimal(text, kShape);
  std::string_view whole_text = rest.substr(0, point);
  std::string fraction_text(rest.substr(point + 1));
  const std::size_t fraction_digits = fraction_text.size();
  if (fraction_digits > kFractionDigitsMax) return FailDecimal(text, kShape);
  fraction_text.resize(kFractionDigitsMax, '0');
  std::string_view fraction_rest = fraction_text;
  const auto whole = ReadDigits(whole_text);
  const auto fraction = ReadDigits(fraction_rest);
  if (!whole || !whole_text.empty() || !fraction || !fraction_rest.empty() || fraction_digits == 0) {
    return FailDecimal(text, kShape);
  }
  const auto value = Signed(sign, *whole * 10'000 + *fraction);
  if (!value) {
    return FailDecimal(text, "it is outside -922337203685477.5808 to 922337203685477.5807");
  }
  return Decimal{*value};
}

std::string Decimal::Text() const {
  const std::uint64_t magnitude = ten_thousandths < 0 ? 0 - static_cast<std::uint64_t>(ten_thousandths)
                                                      : static_cast<std::uint64_t>(ten_thousandths);
  std::string fraction = std::to_string(magnitude % 10'000);
  fraction.insert(0, kFractionDigitsMax - fraction.size(), '0');
  while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
  return (ten_thousandths < 0 ? "-" : "") + std::to_string(magnitude / 10'000) + "." + fraction;
}

base::Result<Duration> Duration::Parse(std::string_view text) {
  constexpr std::string_view kShape =
      "write days, hours, minutes, seconds and milliseconds in this order, as in 1d2h3m4s5ms";
  std::string_view rest = text;
  const internal::Sign sign = TakeSign(rest);
  if (rest.empty()) return FailDuration(text, kShape);
  Magnitude total = 0;
  auto next_unit = kDurationUnits.begin();
  while (!rest.empty()) {
    const auto count = ReadDigits(rest);
    if (!count) return FailDuration(text, kShape);
    const std::string_view suffix = rest.substr(0, rest.find_first_of("0123456789"));
    const auto unit = std::find_if(next_unit, kDurationUnits.end(),
                                   [&](const DurationUnit& candidate) { return candidate.suffix == suffix; });
    if (unit == kDurationUnits.end()) return FailDuration(text, kShape);
    rest.remove_prefix(suffix.size());
    next_unit = unit + 1;
    total += *count * unit->ms;
  }
  const auto value = Signed(sign, total);
  if (!value) return FailDuration(text, "it does not fit 64 bits of milliseconds");
  return Duration{*value};
}

std::string Duration::Text() const {
  return std::to_string(ms) + "ms";
}

}  // namespace proviso::cedar
