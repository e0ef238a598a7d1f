// Expressions of Cedar as a tree, close to the text: print(parse(x)) gives the same tree.
//
// A tree is immutable once built and is shared (shared_ptr to const) by the policies that link one
// template. Depth is bounded by kExpressionDepthMax, so that walking it recursively is safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cedar/value.h"

namespace proviso::cedar {

/// Where something stands in its text; both from 1, columns in characters. 0 where there is no text.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

enum class VariableName : std::uint8_t { kPrincipal, kAction, kResource, kContext };
/// ?principal and ?resource: only in the scope of a template.
enum class SlotName : std::uint8_t { kPrincipal, kResource };
enum class UnaryOperator : std::uint8_t { kNot, kNegate, kIsEmpty };
enum class BinaryOperator : std::uint8_t {
  kAnd,
  kOr,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kIn,
  kAdd,
  kSubtract,
  kMultiply,
  kContains,
  kContainsAll,
  kContainsAny,
  kGetTag,
  kHasTag
};
/// Functions and methods of the extension types.
enum class ExtensionFunction : std::uint8_t {
  kDecimal,
  kIp,
  kDatetime,
  kDuration,
  kLessThan,
  kLessThanOrEqual,
  kGreaterThan,
  kGreaterThanOrEqual,
  kIsIpv4,
  kIsIpv6,
  kIsLoopback,
  kIsMulticast,
  kIsInRange,
  kOffset,
  kDurationSince,
  kToDate,
  kToTime,
  kToMilliseconds,
  kToSeconds,
  kToMinutes,
  kToHours,
  kToDays
};

/// A pattern of `like`: characters to match, and wildcards for any run of characters.
struct PatternElement {
  enum class Kind : std::uint8_t { kCharacter, kWildcard };
  Kind kind;
  char32_t character = 0;
  bool operator==(const PatternElement&) const = default;
};
using Pattern = std::vector<PatternElement>;

/// true, 7, "text" or User::"alice".
struct Literal {
  Value value;
};
struct Variable {
  VariableName name;
};
struct Unary {
  UnaryOperator op;
  ExpressionPtr operand;
};
struct Binary {
  BinaryOperator op;
  ExpressionPtr left;
  ExpressionPtr right;
};
struct If {
  ExpressionPtr condition;
  ExpressionPtr then_branch;
  ExpressionPtr else_branch;
};
/// of.name or of["name"]
struct GetAttribute {
  ExpressionPtr of;
  std::string name;
};
/// of has a.b.c: true if each step is there. The path has at least one name.
struct HasAttribute {
  ExpressionPtr of;
  std::vector<std::string> path;
};
struct Like {
  ExpressionPtr of;
  Pattern pattern;
};
/// of is Type, or of is Type in container (nullptr without `in`).
struct Is {
  ExpressionPtr of;
  std::string type;
  ExpressionPtr container;
};
struct SetLiteral {
  std::vector<ExpressionPtr> elements;
};
struct RecordField {
  std::string name;
  ExpressionPtr value;
};
/// Names are distinct; fields in the order of the text.
struct RecordLiteral {
  std::vector<RecordField> fields;
};
/// decimal("1.0"), or x.lessThan(y) with x as the first argument. Arguments are counted when evaluated.
struct Call {
  ExtensionFunction function;
  std::vector<ExpressionPtr> arguments;
};

struct Expression {
  using Node = std::variant<Literal, Variable, Unary, Binary, If, GetAttribute, HasAttribute, Like, Is,
                            SetLiteral, RecordLiteral, Call>;
  Node node;
  Position position;
  std::uint32_t depth = 1;  ///< 1 + the greatest depth of a child
};

/// Makes a node; computes its depth.
[[nodiscard]] ExpressionPtr MakeExpression(Expression::Node node, Position position);

/// Whether two trees are the same, positions aside.
[[nodiscard]] bool SameTree(const Expression& a, const Expression& b);

/// "principal", …, and back.
[[nodiscard]] std::string_view VariableText(VariableName name);
[[nodiscard]] std::optional<VariableName> FindVariable(std::string_view text);

/// How a function is written: `ip(x)`, or `x.isIpv4()`.
enum class CallStyle : std::uint8_t { kFunction, kMethod };
struct FunctionSignature {
  ExtensionFunction function;
  std::string_view name;
  CallStyle style;
  std::size_t argument_count;  ///< with the receiver
};
/// All of them, in the order of ExtensionFunction.
[[nodiscard]] std::span<const FunctionSignature> FunctionSignatures();
[[nodiscard]] const FunctionSignature& SignatureOf(ExtensionFunction function);
/// The row of the function or method called `name`; nullptr if there is none.
[[nodiscard]] const FunctionSignature* FindFunction(std::string_view name);

/// "contains", "getTag", … for the operators that are written as methods; empty for the others.
[[nodiscard]] std::string_view MethodName(BinaryOperator op);

}  // namespace proviso::cedar
