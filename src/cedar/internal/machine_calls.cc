// The extension functions on cells. What they take and give is the same as the plain evaluator's.
#include <optional>
#include <utility>

#include "cedar/internal/machine.h"

namespace proviso::cedar::internal {
namespace {

constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

using Answer = std::optional<Cell>;

Answer CompareDecimals(ExtensionFunction function, const Cell& left, const Cell& right) {
  if (left.kind != ValueKind::kDecimal || right.kind != ValueKind::kDecimal) return std::nullopt;
  if (function == ExtensionFunction::kLessThan) return Cell::Bool(left.number < right.number);
  if (function == ExtensionFunction::kLessThanOrEqual) return Cell::Bool(left.number <= right.number);
  if (function == ExtensionFunction::kGreaterThan) return Cell::Bool(left.number > right.number);
  return Cell::Bool(left.number >= right.number);
}

Answer AskAddress(ExtensionFunction function, const Cell& of) {
  if (of.kind != ValueKind::kIpAddress) return std::nullopt;
  const IpAddress& address = *of.value->AsIpAddress();
  if (function == ExtensionFunction::kIsIpv4) return Cell::Bool(address.family == IpAddress::Family::kV4);
  if (function == ExtensionFunction::kIsIpv6) return Cell::Bool(address.family == IpAddress::Family::kV6);
  if (function == ExtensionFunction::kIsLoopback) return Cell::Bool(address.IsLoopback());
  return Cell::Bool(address.IsMulticast());
}

Answer IsInRange(const Cell& address, const Cell& range) {
  if (address.kind != ValueKind::kIpAddress || range.kind != ValueKind::kIpAddress) return std::nullopt;
  return Cell::Bool(address.value->AsIpAddress()->IsInRange(*range.value->AsIpAddress()));
}

Answer Offset(const Cell& from, const Cell& by) {
  if (from.kind != ValueKind::kDatetime || by.kind != ValueKind::kDuration) return std::nullopt;
  const auto result = from.AsDatetime().Offset(by.AsDuration());
  if (!result) return std::nullopt;
  return Cell::Number(ValueKind::kDatetime, result->epoch_ms);
}

Answer DurationSince(const Cell& later, const Cell& earlier) {
  if (later.kind != ValueKind::kDatetime || earlier.kind != ValueKind::kDatetime) return std::nullopt;
  const auto result = later.AsDatetime().DurationSince(earlier.AsDatetime());
  if (!result) return std::nullopt;
  return Cell::Number(ValueKind::kDuration, result->ms);
}

Answer ToDate(const Cell& of) {
  if (of.kind != ValueKind::kDatetime) return std::nullopt;
  const auto result = of.AsDatetime().ToDate();
  if (!result) return std::nullopt;
  return Cell::Number(ValueKind::kDatetime, result->epoch_ms);
}

Answer ToTime(const Cell& of) {
  if (of.kind != ValueKind::kDatetime) return std::nullopt;
  return Cell::Number(ValueKind::kDuration, of.AsDatetime().ToTime().ms);
}

Answer DivideDuration(const Cell& of, std::int64_t unit_ms) {
  if (of.kind != ValueKind::kDuration) return std::nullopt;
  return Cell::Number(ValueKind::kLong, of.number / unit_ms);
}

/// All functions but the constructors; `second` is read only by those that take two.
Answer CallMethod(ExtensionFunction function, const Cell& first, const Cell& second) {
  switch (function) {
    case ExtensionFunction::kLessThan:
    case ExtensionFunction::kLessThanOrEqual:
    case ExtensionFunction::kGreaterThan:
    case ExtensionFunction::kGreaterThanOrEqual:
      return CompareDecimals(function, first, second);
    case ExtensionFunction::kIsIpv4:
    case ExtensionFunction::kIsIpv6:
    case ExtensionFunction::kIsLoopback:
    case ExtensionFunction::kIsMulticast:
      return AskAddress(function, first);
    case ExtensionFunction::kIsInRange:
      return IsInRange(first, second);
    case ExtensionFunction::kOffset:
      return Offset(first, second);
    case ExtensionFunction::kDurationSince:
      return DurationSince(first, second);
    case ExtensionFunction::kToDate:
      return ToDate(first);
    case ExtensionFunction::kToTime:
      return ToTime(first);
    case ExtensionFunction::kToMilliseconds:
      return DivideDuration(first, 1);
    case ExtensionFunction::kToSeconds:
      return DivideDuration(first, kSecondMs);
    case ExtensionFunction::kToMinutes:
      return DivideDuration(first, kMinuteMs);
    case ExtensionFunction::kToHours:
      return DivideDuration(first, kHourMs);
    case ExtensionFunction::kToDays:
      return DivideDuration(first, kDayMs);
    case ExtensionFunction::kDecimal:
    case ExtensionFunction::kIp:
    case ExtensionFunction::kDatetime:
    case ExtensionFunction::kDuration:
      break;
  }
  std::unreachable();
}

bool IsConstructor(ExtensionFunction function) {
  return function == ExtensionFunction::kDecimal || function == ExtensionFunction::kIp ||
         function == ExtensionFunction::kDatetime || function == ExtensionFunction::kDuration;
}

}  // namespace

bool Machine::Call(const Instruction& instruction) {
  const auto function = static_cast<ExtensionFunction>(instruction.selector);
  if (IsConstructor(function)) return Construct(function);
  const Cell second = SignatureOf(function).argument_count == 2 ? Pop() : Cell();
  const Answer answer = CallMethod(function, Top(), second);
  if (answer) Top() = *answer;
  return answer.has_value();
}

/// Only for text that the request gives: a constructor of a literal was folded at load.
bool Machine::Construct(ExtensionFunction function) {
  if (Top().kind != ValueKind::kString) return false;
  const std::string& text = *Top().value->AsString();
  const auto set_top = [&](ValueKind kind, std::int64_t number) {
    Top() = Cell::Number(kind, number);
    return true;
  };
  if (function == ExtensionFunction::kDecimal) {
    const auto parsed = Decimal::Parse(text);
    return parsed && set_top(ValueKind::kDecimal, parsed->ten_thousandths);
  }
  if (function == ExtensionFunction::kDatetime) {
    const auto parsed = Datetime::Parse(text);
    return parsed && set_top(ValueKind::kDatetime, parsed->epoch_ms);
  }
  if (function == ExtensionFunction::kDuration) {
    const auto parsed = Duration::Parse(text);
    return parsed && set_top(ValueKind::kDuration, parsed->ms);
  }
  const auto parsed = IpAddress::Parse(text);
  if (parsed) Top() = Cell::View(Keep(Value::FromIpAddress(*parsed)));
  return parsed.has_value();
}

}  // namespace proviso::cedar::internal
