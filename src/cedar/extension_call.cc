// The functions and methods of the extension types, by name.
#include <utility>

#include "cedar/internal/evaluator.h"
#include "cedar/internal/library.h"

namespace proviso::cedar::internal {
namespace {

using base::ErrorCode;
using base::Fail;

std::unexpected<base::Error> FailKind(std::string_view expected, const Value& found) {
  return Fail(ErrorCode::kInvalid, KindMismatch(expected, found));
}

std::unexpected<base::Error> FailOverflow(std::string_view method) {
  return Fail(ErrorCode::kInvalid, "overflow: `" + std::string(method) + "` passes 64 bits of milliseconds");
}

/// decimal(..), ip(..), datetime(..), duration(..).
base::Result<Value> Construct(ExtensionFunction function, const Value& argument) {
  const std::string* text = argument.AsString();
  if (text == nullptr) return FailKind("string", argument);
  if (function == ExtensionFunction::kDecimal) return Transform(Decimal::Parse(*text), Value::FromDecimal);
  if (function == ExtensionFunction::kIp) return Transform(IpAddress::Parse(*text), Value::FromIpAddress);
  if (function == ExtensionFunction::kDatetime) return Transform(Datetime::Parse(*text), Value::FromDatetime);
  return Transform(Duration::Parse(*text), Value::FromDuration);
}

base::Result<Value> CompareDecimals(ExtensionFunction function, const Value& left, const Value& right) {
  const Decimal* a = left.AsDecimal();
  if (a == nullptr) return FailKind("decimal", left);
  const Decimal* b = right.AsDecimal();
  if (b == nullptr) return FailKind("decimal", right);
  if (function == ExtensionFunction::kLessThan) return Value::Bool(*a < *b);
  if (function == ExtensionFunction::kLessThanOrEqual) return Value::Bool(*a <= *b);
  if (function == ExtensionFunction::kGreaterThan) return Value::Bool(*a > *b);
  return Value::Bool(*a >= *b);
}

base::Result<Value> AskAddress(ExtensionFunction function, const Value& of) {
  const IpAddress* address = of.AsIpAddress();
  if (address == nullptr) return FailKind("ipaddr", of);
  if (function == ExtensionFunction::kIsIpv4) return Value::Bool(address->family == IpAddress::Family::kV4);
  if (function == ExtensionFunction::kIsIpv6) return Value::Bool(address->family == IpAddress::Family::kV6);
  if (function == ExtensionFunction::kIsLoopback) return Value::Bool(address->IsLoopback());
  return Value::Bool(address->IsMulticast());
}

base::Result<Value> IsInRange(const Value& left, const Value& right) {
  const IpAddress* address = left.AsIpAddress();
  if (address == nullptr) return FailKind("ipaddr", left);
  const IpAddress* range = right.AsIpAddress();
  if (range == nullptr) return FailKind("ipaddr", right);
  return Value::Bool(address->IsInRange(*range));
}

base::Result<Value> Offset(const Value& left, const Value& right) {
  const Datetime* from = left.AsDatetime();
  if (from == nullptr) return FailKind("datetime", left);
  const Duration* by = right.AsDuration();
  if (by == nullptr) return FailKind("duration", right);
  const auto result = from->Offset(*by);
  if (!result) return FailOverflow("offset");
  return Value::FromDatetime(*result);
}

base::Result<Value> DurationSince(const Value& left, const Value& right) {
  const Datetime* later = left.AsDatetime();
  if (later == nullptr) return FailKind("datetime", left);
  const Datetime* earlier = right.AsDatetime();
  if (earlier == nullptr) return FailKind("datetime", right);
  const auto result = later->DurationSince(*earlier);
  if (!result) return FailOverflow("durationSince");
  return Value::FromDuration(*result);
}

base::Result<Value> ToDate(const Value& of) {
  const Datetime* datetime = of.AsDatetime();
  if (datetime == nullptr) return FailKind("datetime", of);
  const auto date = datetime->ToDate();
  if (!date) return FailOverflow("toDate");
  return Value::FromDatetime(*date);
}

base::Result<Value> ToTime(const Value& of) {
  const Datetime* datetime = of.AsDatetime();
  if (datetime == nullptr) return FailKind("datetime", of);
  return Value::FromDuration(datetime->ToTime());
}

/// Whole units, rounded towards zero.
base::Result<Value> DivideDuration(const Value& of, std::int64_t unit_ms) {
  const Duration* duration = of.AsDuration();
  if (duration == nullptr) return FailKind("duration", of);
  return Value::Long(duration->ms / unit_ms);
}

}  // namespace

base::Result<Value> CallExtension(ExtensionFunction function, std::span<const Value* const> arguments) {
  const Value& first = *arguments[0];
  switch (function) {
    case ExtensionFunction::kDecimal:
    case ExtensionFunction::kIp:
    case ExtensionFunction::kDatetime:
    case ExtensionFunction::kDuration:
      return Construct(function, first);
    case ExtensionFunction::kLessThan:
    case ExtensionFunction::kLessThanOrEqual:
    case ExtensionFunction::kGreaterThan:
    case ExtensionFunction::kGreaterThanOrEqual:
      return CompareDecimals(function, first, *arguments[1]);
    case ExtensionFunction::kIsIpv4:
    case ExtensionFunction::kIsIpv6:
    case ExtensionFunction::kIsLoopback:
    case ExtensionFunction::kIsMulticast:
      return AskAddress(function, first);
    case ExtensionFunction::kIsInRange:
      return IsInRange(first, *arguments[1]);
    case ExtensionFunction::kOffset:
      return Offset(first, *arguments[1]);
    case ExtensionFunction::kDurationSince:
      return DurationSince(first, *arguments[1]);
    case ExtensionFunction::kToDate:
      return ToDate(first);
    case ExtensionFunction::kToTime:
      return ToTime(first);
    case ExtensionFunction::kToMilliseconds:
      return DivideDuration(first, 1);
    case ExtensionFunction::kToSeconds:
      return DivideDuration(first, 1'000);
    case ExtensionFunction::kToMinutes:
      return DivideDuration(first, 60'000);
    case ExtensionFunction::kToHours:
      return DivideDuration(first, 3'600'000);
    case ExtensionFunction::kToDays:
      return DivideDuration(first, 86'400'000);
  }
  std::unreachable();
}

}  // namespace proviso::cedar::internal
