#include "cedar/print.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cedar/internal/lexer.h"
#include "cedar/internal/utf8.h"

namespace proviso::cedar {
namespace {

/// How tightly an expression binds; each level's text may stand wherever a looser one may.
enum class Binding : std::uint8_t { kExpression, kOr, kAnd, kRelation, kSum, kProduct, kUnary, kMember };

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

/// An operator's token, its own binding, and what its operands need.
struct OperatorText {
  std::string_view token;
  Binding own;
  Binding left;
  Binding right;
};

OperatorText TextOf(BinaryOperator op) {
  using enum Binding;
  switch (op) {
    case BinaryOperator::kAnd:
      return {" && ", kAnd, kAnd, kRelation};
    case BinaryOperator::kOr:
      return {" || ", kOr, kOr, kAnd};
    case BinaryOperator::kEqual:
      return {" == ", kRelation, kSum, kSum};
    case BinaryOperator::kNotEqual:
      return {" != ", kRelation, kSum, kSum};
    case BinaryOperator::kLess:
      return {" < ", kRelation, kSum, kSum};
    case BinaryOperator::kLessOrEqual:
      return {" <= ", kRelation, kSum, kSum};
    case BinaryOperator::kGreater:
      return {" > ", kRelation, kSum, kSum};
    case BinaryOperator::kGreaterOrEqual:
      return {" >= ", kRelation, kSum, kSum};
    case BinaryOperator::kIn:
      return {" in ", kRelation, kSum, kSum};
    case BinaryOperator::kAdd:
      return {" + ", kSum, kSum, kProduct};
    case BinaryOperator::kSubtract:
      return {" - ", kSum, kSum, kProduct};
    case BinaryOperator::kMultiply:
      return {" * ", kProduct, kProduct, kUnary};
    case BinaryOperator::kContains:
    case BinaryOperator::kContainsAll:
    case BinaryOperator::kContainsAny:
    case BinaryOperator::kGetTag:
    case BinaryOperator::kHasTag:
      return {"", kMember, kMember, kExpression};
  }
  std::unreachable();
}

bool IsNegativeLiteral(const Literal& literal) {
  const auto* number = literal.value.AsLong();
  return number != nullptr && *number < 0;
}

Binding BindingOf(const Expression& expression) {
  using enum Binding;
  return std::visit(
      Overloaded{
          [](const Literal& literal) { return IsNegativeLiteral(literal) ? kUnary : kMember; },
          [](const Unary& unary) { return unary.op == UnaryOperator::kIsEmpty ? kMember : kUnary; },
          [](const Binary& binary) { return TextOf(binary.op).own; },
          [](const If&) { return kExpression; },
          [](const HasAttribute&) { return kRelation; },
          [](const Like&) { return kRelation; },
          [](const Is&) { return kRelation; },
          [](const auto&) { return kMember; },
      },
      expression.node);
}

class Printer {
 public:
  /// Appends `expression`, in parentheses if it binds looser than `needed`.
  void Put(const Expression& expression, Binding needed) {
    const bool parentheses = BindingOf(expression) < needed;
    if (parentheses) out_ += '(';
    std::visit([&](const auto& node) { PutNode(node); }, expression.node);
    if (parentheses) out_ += ')';
  }

  [[nodiscard]] std::string Take() { return std::move(out_); }

 private:
  void PutNode(const Literal& literal) { out_ += literal.value.Text(); }
  void PutNode(const Variable& variable) { out_ += VariableText(variable.name); }

  void PutNode(const Unary& unary) {
    if (unary.op == UnaryOperator::kIsEmpty) {
      Put(*unary.operand, Binding::kMember);
      out_ += ".isEmpty()";
      return;
    }
    out_ += unary.op == UnaryOperator::kNot ? '!' : '-';
    // -(5) negates a literal; -5 is one.
    const auto* literal = std::get_if<Literal>(&unary.operand->node);
    const bool number = literal != nullptr && literal->value.AsLong() != nullptr;
    if (number && unary.op == UnaryOperator::kNegate) {
      out_ += '(';
      Put(*unary.operand, Binding::kExpression);
      out_ += ')';
    } else {
      Put(*unary.operand, Binding::kMember);
    }
  }

  void PutNode(const Binary& binary) {
    const OperatorText text = TextOf(binary.op);
    Put(*binary.left, text.left);
    const std::string_view method = MethodName(binary.op);
    if (method.empty()) {
      out_ += text.token;
      Put(*binary.right, text.right);
    } else {
      out_ += '.';
      out_ += method;
      out_ += '(';
      Put(*binary.right, text.right);
      out_ += ')';
    }
  }

  void PutNode(const If& branch) {
    out_ += "if ";
    Put(*branch.condition, Binding::kExpression);
    out_ += " then ";
    Put(*branch.then_branch, Binding::kExpression);
    out_ += " else ";
    Put(*branch.else_branch, Binding::kExpression);
  }

  void PutNode(const GetAttribute& get) {
    Put(*get.of, Binding::kMember);
    if (internal::IsIdentifier(get.name)) {
      out_ += "." + get.name;
    } else {
      out_ += "[" + QuoteString(get.name) + "]";
    }
  }

  void PutNode(const HasAttribute& has) {
    Put(*has.of, Binding::kSum);
    out_ += " has ";
    if (has.path.size() == 1) {
      out_ += NameOrQuoted(has.path[0]);
      return;
    }
    for (std::size_t i = 0; i < has.path.size(); ++i) out_ += (i > 0 ? "." : "") + has.path[i];
  }

  void PutNode(const Like& like) {
    Put(*like.of, Binding::kSum);
    out_ += " like " + QuotePattern(like.pattern);
  }

  void PutNode(const Is& is) {
    Put(*is.of, Binding::kSum);
    out_ += " is " + is.type;
    if (is.container) {
      out_ += " in ";
      Put(*is.container, Binding::kSum);
    }
  }

  void PutNode(const SetLiteral& set) {
    out_ += '[';
    PutList(set.elements);
    out_ += ']';
  }

  void PutNode(const RecordLiteral& record) {
    out_ += '{';
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
      if (i > 0) out_ += ", ";
      out_ += NameOrQuoted(record.fields[i].name) + ": ";
      Put(*record.fields[i].value, Binding::kExpression);
    }
    out_ += '}';
  }

  void PutNode(const Call& call) {
    const FunctionSignature& signature = SignatureOf(call.function);
    std::span<const ExpressionPtr> arguments = call.arguments;
    if (signature.style == CallStyle::kMethod) {
      Put(*arguments[0], Binding::kMember);
      out_ += '.';
      arguments = arguments.subspan(1);
    }
    out_ += signature.name;
    out_ += '(';
    PutList(arguments);
    out_ += ')';
  }

  void PutList(std::span<const ExpressionPtr> list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ", ";
      Put(*list[i], Binding::kExpression);
    }
  }

  std::string out_;
};

/// A link's entity where there is one, else what the target says.
std::string TargetText(const ScopeTarget& target, const SlotValues& slots) {
  if (const auto* uid = std::get_if<EntityUid>(&target)) return uid->Text();
  const SlotName slot = std::get<SlotName>(target);
  const auto& value = slot == SlotName::kPrincipal ? slots.principal : slots.resource;
  return value ? value->Text() : std::string(SlotText(slot));
}

std::string ScopeText(std::string_view variable, const ScopeConstraint& constraint, const SlotValues& slots) {
  std::string out(variable);
  const auto target = [&] { return TargetText(*constraint.target, slots); };
  switch (constraint.kind) {
    case ScopeConstraint::Kind::kAny:
      return out;
    case ScopeConstraint::Kind::kEqual:
      return out + " == " + target();
    case ScopeConstraint::Kind::kIn:
      return out + " in " + target();
    case ScopeConstraint::Kind::kIs:
      return out + " is " + constraint.type;
    case ScopeConstraint::Kind::kIsIn:
      return out + " is " + constraint.type + " in " + target();
  }
  std::unreachable();
}

std::string ActionText(const ActionConstraint& constraint) {
  switch (constraint.kind) {
    case ActionConstraint::Kind::kAny:
      return "action";
    case ActionConstraint::Kind::kEqual:
      return "action == " + constraint.entities[0].Text();
    case ActionConstraint::Kind::kIn:
      return "action in " + constraint.entities[0].Text();
    case ActionConstraint::Kind::kInList: {
      std::string list;
      for (const EntityUid& uid : constraint.entities) list += (list.empty() ? "" : ", ") + uid.Text();
      return "action in [" + list + "]";
    }
  }
  std::unreachable();
}

std::string PrintBody(const PolicyBody& body, const SlotValues& slots) {
  std::string out;
  for (const Annotation& annotation : body.annotations) {
    out += "@" + annotation.key;
    if (annotation.has_value) out += "(" + QuoteString(annotation.value) + ")";
    out += "\n";
  }
  out += body.effect == Effect::kPermit ? "permit (" : "forbid (";
  out += ScopeText("principal", body.principal, slots) + ", " + ActionText(body.action) + ", " +
         ScopeText("resource", body.resource, slots) + ")";
  for (const Condition& condition : body.conditions) {
    out += condition.kind == Condition::Kind::kWhen ? "\nwhen { " : "\nunless { ";
    out += Print(*condition.body) + " }";
  }
  return out + ";\n";
}

/// One character inside quotes.
void AppendEscaped(std::string& out, char32_t code) {
  switch (code) {
    case U'"':
      out += "\\\"";
      return;
    case U'\\':
      out += "\\\\";
      return;
    case U'\n':
      out += "\\n";
      return;
    case U'\t':
      out += "\\t";
      return;
    case U'\r':
      out += "\\r";
      return;
    case U'\0':
      out += "\\0";
      return;
    default:  // any other character, not an enumeration of ours
      break;
  }
  // Controls, and the marks that reorder or hide text, are shown as what they are.
  const bool hidden = code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
                      (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
                      code == 0xFEFF;
  if (!hidden) {
    internal::AppendUtf8(out, code);
    return;
  }
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), "\\u{%x}", static_cast<unsigned>(code));
  out += digits.data();
}

}  // namespace

std::string Print(const Expression& expression) {
  Printer printer;
  printer.Put(expression, Binding::kExpression);
  return printer.Take();
}

std::string Print(const PolicyBody& body) {
  return PrintBody(body, {});
}

std::string Print(const Policy& policy) {
  return PrintBody(policy.body(), policy.slots());
}

std::string Print(const PolicySet& policies) {
  std::string out;
  for (const Policy& policy : policies.policies()) {
    if (policy.template_id().empty()) out += Print(policy);
  }
  for (const Template& each : policies.templates()) out += Print(*each.body);
  return out;
}

std::string QuoteString(std::string_view text) {
  constexpr internal::Character kReplacement{0xFFFD, 1};
  std::string out = "\"";
  while (!text.empty()) {
    const internal::Character character = internal::FirstCharacter(text).value_or(kReplacement);
    AppendEscaped(out, character.code);
    text.remove_prefix(character.length_bytes);
  }
  return out + "\"";
}

std::string NameOrQuoted(std::string_view name) {
  return internal::IsIdentifier(name) ? std::string(name) : QuoteString(name);
}

std::string QuotePattern(const Pattern& pattern) {
  std::string out = "\"";
  for (const PatternElement& element : pattern) {
    if (element.kind == PatternElement::Kind::kWildcard) {
      out += '*';
    } else if (element.character == U'*') {
      out += "\\*";
    } else {
      AppendEscaped(out, element.character);
    }
  }
  return out + "\"";
}

}  // namespace proviso::cedar
