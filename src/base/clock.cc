#include "base/clock.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace proviso::base {
namespace {

/// Reads exactly `width` decimal digits at `at`; -1 if they are not there.
int Digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

Error NotUtc(std::string_view text) {
  return {ErrorCode::kInvalid, "not a UTC time: \"" + std::string(text.substr(0, 40)) +
                                   "\"; write 2026-02-28, 2026-02-28T09:30:00Z or 2026-02-28T09:30:00.000Z"};
}

/// The time of day in milliseconds, or -1: "T09:30:00Z" or "T09:30:00.000Z".
std::int64_t TimeOfDayMs(std::string_view text) {
  const int hour = Digits(text, 1, 2);
  const int minute = Digits(text, 4, 2);
  const int second = Digits(text, 7, 2);
  const bool plain = text.size() == 10 && text[9] == 'Z';
  const bool millis = text.size() == 14 && text[9] == '.' && text[13] == 'Z';
  if (text[0] != 'T' || (!plain && !millis) || text[3] != ':' || text[6] != ':') return -1;
  const int ms = millis ? Digits(text, 10, 3) : 0;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || ms < 0) return -1;
  return ((std::int64_t{hour} * 60 + minute) * 60 + second) * 1000 + ms;
}

}  // namespace

std::int64_t SystemClock::WallMs() const {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t SystemClock::MonotonicNs() const {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string FormatUtc(std::int64_t wall_ms) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds{wall_ms}};
  const auto day = floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  std::array<char, 40> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

Result<std::int64_t> ParseUtc(std::string_view text) {
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-')
    return std::unexpected(NotUtc(text));
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::unexpected(NotUtc(text));
  const std::int64_t midnight_ms =
      std::int64_t{std::chrono::sys_days{date}.time_since_epoch().count()} * 86'400'000;
  if (text.size() == 10) return midnight_ms;
  const std::int64_t time_ms = text.size() < 20 ? -1 : TimeOfDayMs(text.substr(10));
  if (time_ms < 0) return std::unexpected(NotUtc(text));
  return midnight_ms + time_ms;
}

}  // namespace proviso::base
