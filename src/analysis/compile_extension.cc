// The functions and methods of the extension types: exact, with the errors of 64 bits of milliseconds.
#include <array>
#include <utility>

#include "analysis/internal/expression_compiler.h"
#include "analysis/internal/ip_sort.h"
#include "analysis/internal/types.h"

namespace proviso::analysis::internal {
namespace {

using cedar::ExtensionFunction;
using cedar::Type;
using cedar::Value;

constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

/// The value and its kind; nothing where the text does not read.
std::optional<std::pair<Value, Type::Kind>> Constructed(ExtensionFunction function, std::string_view text) {
  if (function == ExtensionFunction::kDecimal) {
    if (const auto read = cedar::Decimal::Parse(text)) {
      return std::pair(Value::FromDecimal(*read), Type::Kind::kDecimal);
    }
  } else if (function == ExtensionFunction::kIp) {
    if (const auto read = cedar::IpAddress::Parse(text)) {
      return std::pair(Value::FromIpAddress(*read), Type::Kind::kIpAddress);
    }
  } else if (function == ExtensionFunction::kDatetime) {
    if (const auto read = cedar::Datetime::Parse(text)) {
      return std::pair(Value::FromDatetime(*read), Type::Kind::kDatetime);
    }
  } else if (const auto read = cedar::Duration::Parse(text)) {
    return std::pair(Value::FromDuration(*read), Type::Kind::kDuration);
  }
  return std::nullopt;
}

/// The kinds of a method's arguments, the receiver first.
std::vector<Type::Kind> ArgumentsOf(ExtensionFunction function) {
  using Kind = Type::Kind;
  switch (function) {
    case ExtensionFunction::kDecimal:
    case ExtensionFunction::kIp:
    case ExtensionFunction::kDatetime:
    case ExtensionFunction::kDuration:
      return {Kind::kString};
    case ExtensionFunction::kLessThan:
    case ExtensionFunction::kLessThanOrEqual:
    case ExtensionFunction::kGreaterThan:
    case ExtensionFunction::kGreaterThanOrEqual:
      return {Kind::kDecimal, Kind::kDecimal};
    case ExtensionFunction::kIsIpv4:
    case ExtensionFunction::kIsIpv6:
    case ExtensionFunction::kIsLoopback:
    case ExtensionFunction::kIsMulticast:
      return {Kind::kIpAddress};
    case ExtensionFunction::kIsInRange:
      return {Kind::kIpAddress, Kind::kIpAddress};
    case ExtensionFunction::kOffset:
      return {Kind::kDatetime, Kind::kDuration};
    case ExtensionFunction::kDurationSince:
      return {Kind::kDatetime, Kind::kDatetime};
    case ExtensionFunction::kToDate:
    case ExtensionFunction::kToTime:
      return {Kind::kDatetime};
    case ExtensionFunction::kToMilliseconds:
    case ExtensionFunction::kToSeconds:
    case ExtensionFunction::kToMinutes:
    case ExtensionFunction::kToHours:
    case ExtensionFunction::kToDays:
      return {Kind::kDuration};
  }
  std::unreachable();
}

}  // namespace

Option ExpressionCompiler::CompileCall(const Node& node) {
  std::vector<const SymbolicValue*> arguments;
  std::vector<Term> ok;
  for (const Node* child : node.children) {
    const Option argument = Compile(*child);
    if (AlwaysErrs(argument)) return Errs();
    arguments.push_back(argument.value);
    ok.push_back(argument.ok);
  }
  const std::vector<TypeKind> expected = ArgumentsOf(node.function);
  if (arguments.size() != expected.size()) return Errs();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!Is(*arguments[i], expected[i])) return Errs();
  }
  if (cedar::SignatureOf(node.function).style == cedar::CallStyle::kFunction) {
    return CompileConstructor(node);
  }
  return CallMethod(node, arguments, terms_.And(ok));
}

Option ExpressionCompiler::CompileConstructor(const Node& node) {
  const Option text = Compile(node.child(0));
  if (text.value->term->kind != TermNode::Kind::kString) {
    return Refuse(node, base::ErrorCode::kInvalid,
                  "the text of an extension value is computed, which solvers cannot read");
  }
  const auto constructed = Constructed(node.function, text.value->term->text);
  if (!constructed) return Errs();
  return Keep(ConstantOf(terms_, constructed->first, SimpleType(constructed->second)), text.ok);
}

Option ExpressionCompiler::CallMethod(const Node& node, std::span<const SymbolicValue* const> arguments,
                                      Term ok) {
  const Term first = arguments[0]->term;
  const Term second = arguments.back()->term;
  const auto count = [&](std::int64_t unit_ms) {
    return Of(TypeKind::kLong, DivideTowardsZero(first, unit_ms), ok);
  };
  switch (node.function) {
    case ExtensionFunction::kDecimal:
    case ExtensionFunction::kIp:
    case ExtensionFunction::kDatetime:
    case ExtensionFunction::kDuration:
      break;
    case ExtensionFunction::kLessThan:
    case ExtensionFunction::kLessThanOrEqual:
    case ExtensionFunction::kGreaterThan:
    case ExtensionFunction::kGreaterThanOrEqual:
      return CompareDecimals(node, first, second, ok);
    case ExtensionFunction::kIsIpv4:
    case ExtensionFunction::kIsIpv6:
    case ExtensionFunction::kIsLoopback:
    case ExtensionFunction::kIsMulticast:
      return AskAddress(node, first, ok);
    case ExtensionFunction::kIsInRange:
      return Of(TypeKind::kBool, IsInRange(first, second), ok);
    case ExtensionFunction::kOffset:
      return Checked(TypeKind::kDatetime, terms_.Add(first, second), ok);
    case ExtensionFunction::kDurationSince:
      return Checked(TypeKind::kDuration, terms_.Subtract(first, second), ok);
    case ExtensionFunction::kToDate:
      return Checked(TypeKind::kDatetime, terms_.Subtract(first, terms_.Modulo(first, kDayMs)), ok);
    case ExtensionFunction::kToTime:
      return Of(TypeKind::kDuration, terms_.Modulo(first, kDayMs), ok);
    case ExtensionFunction::kToMilliseconds:
      return count(1);
    case ExtensionFunction::kToSeconds:
      return count(kSecondMs);
    case ExtensionFunction::kToMinutes:
      return count(kMinuteMs);
    case ExtensionFunction::kToHours:
      return count(kHourMs);
    case ExtensionFunction::kToDays:
      return count(kDayMs);
  }
  std::unreachable();
}

Option ExpressionCompiler::CompareDecimals(const Node& node, Term a, Term b, Term ok) {
  const bool swapped = node.function == ExtensionFunction::kGreaterThan ||
                       node.function == ExtensionFunction::kGreaterThanOrEqual;
  const bool strict =
      node.function == ExtensionFunction::kLessThan || node.function == ExtensionFunction::kGreaterThan;
  if (swapped) std::swap(a, b);
  return Of(TypeKind::kBool, strict ? terms_.Less(a, b) : terms_.LessOrEqual(a, b), ok);
}

/// SMT-LIB rounds down; Cedar rounds towards zero.
Term ExpressionCompiler::DivideTowardsZero(Term number, std::int64_t by) {
  if (by == 1) return number;
  const Term zero = terms_.Int(0);
  const Term negated = terms_.Subtract(zero, number);
  return terms_.Ite(terms_.LessOrEqual(zero, number), terms_.Divide(number, by),
                    terms_.Subtract(zero, terms_.Divide(negated, by)));
}

Option ExpressionCompiler::AskAddress(const Node& node, Term address, Term ok) {
  const auto in_either = [&](std::string_view v4, std::string_view v6) {
    return Of(TypeKind::kBool, terms_.Or({IsInConstantRange(address, v4), IsInConstantRange(address, v6)}),
              ok);
  };
  if (node.function == ExtensionFunction::kIsIpv4) return Of(TypeKind::kBool, terms_.Is(address, kV4), ok);
  if (node.function == ExtensionFunction::kIsIpv6) return Of(TypeKind::kBool, terms_.Is(address, kV6), ok);
  if (node.function == ExtensionFunction::kIsLoopback) return in_either("127.0.0.0/8", "::1/128");
  return in_either("224.0.0.0/4", "ff00::/8");
}

Term ExpressionCompiler::IsInConstantRange(Term address, std::string_view range) {
  const Value value = Value::FromIpAddress(*cedar::IpAddress::Parse(range));
  return IsInRange(address, ConstantOf(terms_, value, SimpleType(TypeKind::kIpAddress)).term);
}

Term ExpressionCompiler::IsInRange(Term address, Term range) {
  return terms_.Or({IsInRangeOf(kV4, address, range), IsInRangeOf(kV6, address, range)});
}

/// The range's prefix is no longer, and as many bits as it says are the same: spelt out for each length.
Term ExpressionCompiler::IsInRangeOf(std::uint32_t family, Term address, Term range) {
  const Term families = terms_.And({terms_.Is(address, family), terms_.Is(range, family)});
  if (families == terms_.False()) return families;
  const std::uint32_t width = family == kV4 ? kV4Bits : kV6Bits;
  const Term bits = terms_.Select(address, family, kBitsSelector);
  const Term range_bits = terms_.Select(range, family, kBitsSelector);
  const Term prefix = terms_.Select(range, family, kPrefixSelector);
  const Term narrower = terms_.LessOrEqual(prefix, terms_.Select(address, family, kPrefixSelector));
  std::vector<Term> any;
  for (std::uint32_t length = 0; length <= width; ++length) {
    const Term is_length = terms_.Equal(prefix, terms_.Int(length));
    if (is_length == terms_.False()) continue;
    const Term shared = length == 0 ? terms_.True()
                                    : terms_.Equal(terms_.BitExtract(bits, width - 1, width - length),
                                                   terms_.BitExtract(range_bits, width - 1, width - length));
    any.push_back(terms_.And({is_length, shared}));
  }
  return terms_.And({families, narrower, terms_.Or(any)});
}

}  // namespace proviso::analysis::internal
