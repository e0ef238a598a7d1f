#include "cedar/expression.h"

#include <algorithm>
#include <array>

namespace proviso::cedar {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

/// Calls `visit` on each child that is there, left to right.
template <typename Visit>
void ForEachChild(const Expression::Node& node, Visit visit) {
  const auto visit_if = [&](const ExpressionPtr& child) {
    if (child) visit(child);
  };
  std::visit(Overloaded{
                 [](const Literal&) {},
                 [](const Variable&) {},
                 [&](const Unary& unary) { visit_if(unary.operand); },
                 [&](const Binary& binary) { visit_if(binary.left), visit_if(binary.right); },
                 [&](const If& branch) {
                   visit_if(branch.condition), visit_if(branch.then_branch), visit_if(branch.else_branch);
                 },
                 [&](const GetAttribute& get) { visit_if(get.of); },
                 [&](const HasAttribute& has) { visit_if(has.of); },
                 [&](const Like& like) { visit_if(like.of); },
                 [&](const Is& is) { visit_if(is.of), visit_if(is.container); },
                 [&](const SetLiteral& set) { std::ranges::for_each(set.elements, visit_if); },
                 [&](const RecordLiteral& record) {
                   std::ranges::for_each(record.fields, visit_if, &RecordField::value);
                 },
                 [&](const Call& call) { std::ranges::for_each(call.arguments, visit_if); },
             },
             node);
}

bool SameOptional(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (!a || !b) return !a && !b;
  return SameTree(*a, *b);
}

bool SameList(const std::vector<ExpressionPtr>& a, const std::vector<ExpressionPtr>& b) {
  return std::ranges::equal(a, b, SameOptional);
}

bool SameNode(const Literal& a, const Literal& b) {
  return a.value == b.value;
}
bool SameNode(const Variable& a, const Variable& b) {
  return a.name == b.name;
}
bool SameNode(const Unary& a, const Unary& b) {
  return a.op == b.op && SameTree(*a.operand, *b.operand);
}
bool SameNode(const Binary& a, const Binary& b) {
  return a.op == b.op && SameTree(*a.left, *b.left) && SameTree(*a.right, *b.right);
}
bool SameNode(const If& a, const If& b) {
  return SameTree(*a.condition, *b.condition) && SameTree(*a.then_branch, *b.then_branch) &&
         SameTree(*a.else_branch, *b.else_branch);
}
bool SameNode(const GetAttribute& a, const GetAttribute& b) {
  return a.name == b.name && SameTree(*a.of, *b.of);
}
bool SameNode(const HasAttribute& a, const HasAttribute& b) {
  return a.path == b.path && SameTree(*a.of, *b.of);
}
bool SameNode(const Like& a, const Like& b) {
  return a.pattern == b.pattern && SameTree(*a.of, *b.of);
}
bool SameNode(const Is& a, const Is& b) {
  return a.type == b.type && SameTree(*a.of, *b.of) && SameOptional(a.container, b.container);
}
bool SameNode(const SetLiteral& a, const SetLiteral& b) {
  return SameList(a.elements, b.elements);
}
bool SameNode(const RecordLiteral& a, const RecordLiteral& b) {
  return std::ranges::equal(a.fields, b.fields, [](const RecordField& x, const RecordField& y) {
    return x.name == y.name && SameTree(*x.value, *y.value);
  });
}
bool SameNode(const Call& a, const Call& b) {
  return a.function == b.function && SameList(a.arguments, b.arguments);
}

constexpr std::array<FunctionSignature, 22> kSignatures = {{
    {ExtensionFunction::kDecimal, "decimal", CallStyle::kFunction, 1},
    {ExtensionFunction::kIp, "ip", CallStyle::kFunction, 1},
    {ExtensionFunction::kDatetime, "datetime", CallStyle::kFunction, 1},
    {ExtensionFunction::kDuration, "duration", CallStyle::kFunction, 1},
    {ExtensionFunction::kLessThan, "lessThan", CallStyle::kMethod, 2},
    {ExtensionFunction::kLessThanOrEqual, "lessThanOrEqual", CallStyle::kMethod, 2},
    {ExtensionFunction::kGreaterThan, "greaterThan", CallStyle::kMethod, 2},
    {ExtensionFunction::kGreaterThanOrEqual, "greaterThanOrEqual", CallStyle::kMethod, 2},
    {ExtensionFunction::kIsIpv4, "isIpv4", CallStyle::kMethod, 1},
    {ExtensionFunction::kIsIpv6, "isIpv6", CallStyle::kMethod, 1},
    {ExtensionFunction::kIsLoopback, "isLoopback", CallStyle::kMethod, 1},
    {ExtensionFunction::kIsMulticast, "isMulticast", CallStyle::kMethod, 1},
    {ExtensionFunction::kIsInRange, "isInRange", CallStyle::kMethod, 2},
    {ExtensionFunction::kOffset, "offset", CallStyle::kMethod, 2},
    {ExtensionFunction::kDurationSince, "durationSince", CallStyle::kMethod, 2},
    {ExtensionFunction::kToDate, "toDate", CallStyle::kMethod, 1},
    {ExtensionFunction::kToTime, "toTime", CallStyle::kMethod, 1},
    {ExtensionFunction::kToMilliseconds, "toMilliseconds", CallStyle::kMethod, 1},
    {ExtensionFunction::kToSeconds, "toSeconds", CallStyle::kMethod, 1},
    {ExtensionFunction::kToMinutes, "toMinutes", CallStyle::kMethod, 1},
    {ExtensionFunction::kToHours, "toHours", CallStyle::kMethod, 1},
    {ExtensionFunction::kToDays, "toDays", CallStyle::kMethod, 1},
}};

constexpr std::array<std::string_view, 4> kVariables = {"principal", "action", "resource", "context"};

}  // namespace

std::string_view VariableText(VariableName name) {
  return kVariables[static_cast<std::size_t>(name)];
}

std::optional<VariableName> FindVariable(std::string_view text) {
  const auto at = std::ranges::find(kVariables, text);
  if (at == kVariables.end()) return std::nullopt;
  return static_cast<VariableName>(at - kVariables.begin());
}

ExpressionPtr MakeExpression(Expression::Node node, Position position) {
  std::uint32_t depth = 0;
  ForEachChild(node, [&](const ExpressionPtr& child) { depth = std::max(depth, child->depth); });
  return std::make_shared<const Expression>(Expression{std::move(node), position, depth + 1});
}

bool SameTree(const Expression& a, const Expression& b) {
  if (a.node.index() != b.node.index()) return false;
  return std::visit([&]<typename Node>(const Node& node) { return SameNode(node, std::get<Node>(b.node)); },
                    a.node);
}

std::span<const FunctionSignature> FunctionSignatures() {
  return kSignatures;
}

const FunctionSignature& SignatureOf(ExtensionFunction function) {
  return kSignatures[static_cast<std::size_t>(function)];
}

const FunctionSignature* FindFunction(std::string_view name) {
  const auto at = std::ranges::find(kSignatures, name, &FunctionSignature::name);
  return at == kSignatures.end() ? nullptr : &*at;
}

std::string_view MethodName(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kContains:
      return "contains";
    case BinaryOperator::kContainsAll:
      return "containsAll";
    case BinaryOperator::kContainsAny:
      return "containsAny";
    case BinaryOperator::kGetTag:
      return "getTag";
    case BinaryOperator::kHasTag:
      return "hasTag";
    case BinaryOperator::kAnd:
    case BinaryOperator::kOr:
    case BinaryOperator::kEqual:
    case BinaryOperator::kNotEqual:
    case BinaryOperator::kLess:
    case BinaryOperator::kLessOrEqual:
    case BinaryOperator::kGreater:
    case BinaryOperator::kGreaterOrEqual:
    case BinaryOperator::kIn:
    case BinaryOperator::kAdd:
    case BinaryOperator::kSubtract:
    case BinaryOperator::kMultiply:
      return "";
  }
  return "";
}

}  // namespace proviso::cedar
