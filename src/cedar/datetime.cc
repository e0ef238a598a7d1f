#include <chrono>
#include <cstdio>

#include "cedar/extension.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kSecondMs = 1'000;

/// Walks over a text of fixed shape; once something does not fit, all that follows fails too.
class FixedShape {
 public:
  explicit FixedShape(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }
  [[nodiscard]] bool NextIs(char expected) const { return rest_.starts_with(expected); }

  void Take(char expected) {
    ok_ = ok_ && rest_.starts_with(expected);
    if (ok_) rest_.remove_prefix(1);
  }

  /// Exactly `digits` digits with a value of at most `most`.
  int TakeNumber(std::size_t digits, int most) {
    int value = 0;
    ok_ = ok_ && rest_.size() >= digits;
    for (std::size_t i = 0; ok_ && i < digits; ++i) {
      ok_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = value * 10 + (rest_[i] - '0');
    }
    ok_ = ok_ && value <= most;
    if (ok_) rest_.remove_prefix(digits);
    return value;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::int64_t SinceMidnightMs(std::int64_t ms) {
  const std::int64_t remainder = ms % kDayMs;
  return remainder < 0 ? remainder + kDayMs : remainder;
}

/// "Thh:mm:ss[.SSS](Z|+hhmm|-hhmm)" in milliseconds after midnight UTC of the written date.
std::int64_t TakeTimeOfDay(FixedShape& shape) {
  shape.Take('T');
  std::int64_t ms = shape.TakeNumber(2, 23) * kHourMs;
  shape.Take(':');
  ms += shape.TakeNumber(2, 59) * kMinuteMs;
  shape.Take(':');
  ms += shape.TakeNumber(2, 59) * kSecondMs;
  if (shape.NextIs('.')) {
    shape.Take('.');
    ms += shape.TakeNumber(3, 999);
  }
  if (shape.NextIs('Z')) {
    shape.Take('Z');
    return ms;
  }
  const bool east = shape.NextIs('+');
  shape.Take(east ? '+' : '-');
  std::int64_t offset_ms = shape.TakeNumber(2, 23) * kHourMs;
  offset_ms += shape.TakeNumber(2, 59) * kMinuteMs;
  return east ? ms - offset_ms : ms + offset_ms;
}

}  // namespace

base::Result<Datetime> Datetime::Parse(std::string_view text) {
  FixedShape shape(text);
  const std::chrono::year year(shape.TakeNumber(4, 9999));
  shape.Take('-');
  const std::chrono::month month(static_cast<unsigned>(shape.TakeNumber(2, 12)));
  shape.Take('-');
  const std::chrono::day day(static_cast<unsigned>(shape.TakeNumber(2, 31)));
  const std::int64_t time_ms = shape.done() ? 0 : TakeTimeOfDay(shape);
  const std::chrono::year_month_day date(year, month, day);
  if (!shape.done() || !date.ok()) {
    return Fail(ErrorCode::kInvalid,
                "`" + std::string(text) +
                    "` is not a datetime: write a real date as 2024-10-15, 2024-10-15T11:35:00Z, or with "
                    ".000 after the seconds, or with +0100 for Z");
  }
  return Datetime{std::chrono::sys_days(date).time_since_epoch().count() * kDayMs + time_ms};
}

std::optional<std::string> Datetime::Text() const {
  const std::int64_t in_day_ms = SinceMidnightMs(epoch_ms);
  // The day is found by division, as subtracting could pass the least integer.
  const std::int64_t days = epoch_ms / kDayMs - (epoch_ms < 0 && in_day_ms != 0 ? 1 : 0);
  constexpr std::int64_t kFirstDay = -719'528;  // 0000-01-01
  constexpr std::int64_t kLastDay = 2'932'896;  // 9999-12-31
  if (days < kFirstDay || days > kLastDay) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(in_day_ms / kHourMs), static_cast<int>(in_day_ms / kMinuteMs % 60),
                static_cast<int>(in_day_ms / kSecondMs % 60), static_cast<int>(in_day_ms % kSecondMs));
  return std::string(out.data());
}

std::optional<Datetime> Datetime::Offset(Duration by) const {
  Datetime result;
  if (__builtin_add_overflow(epoch_ms, by.ms, &result.epoch_ms)) return std::nullopt;
  return result;
}

std::optional<Duration> Datetime::DurationSince(Datetime earlier) const {
  Duration result;
  if (__builtin_sub_overflow(epoch_ms, earlier.epoch_ms, &result.ms)) return std::nullopt;
  return result;
}

std::optional<Datetime> Datetime::ToDate() const {
  Datetime result;
  if (__builtin_sub_overflow(epoch_ms, SinceMidnightMs(epoch_ms), &result.epoch_ms)) return std::nullopt;
  return result;
}

Duration Datetime::ToTime() const {
  return Duration{SinceMidnightMs(epoch_ms)};
}

}  // namespace proviso::cedar
