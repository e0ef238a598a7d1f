// Operators, literals with parts, and sets.
#include <algorithm>
#include <utility>

#include "analysis/internal/expression_compiler.h"
#include "analysis/internal/made_value.h"
#include "analysis/internal/sets.h"
#include "analysis/internal/types.h"

namespace proviso::analysis::internal {
namespace {

using base::ErrorCode;
using cedar::Type;

bool HasOrder(const SymbolicValue& value) {
  const Type::Kind kind = value.type->kind;
  return kind == Type::Kind::kLong || kind == Type::Kind::kDatetime || kind == Type::Kind::kDuration;
}

}  // namespace

Option ExpressionCompiler::CompileEqual(const Node& node) {
  const Operands both = CompileBoth(node);
  if (both.ok == terms_.False()) return Errs();
  return Of(TypeKind::kBool, EqualValues(terms_, *both.left, *both.right), both.ok);
}

Option ExpressionCompiler::CompileOrder(const Node& node) {
  const Operands both = CompileBoth(node);
  if (both.ok == terms_.False()) return Errs();
  if (!HasOrder(*both.left) || both.left->type->kind != both.right->type->kind) return Errs();
  const Term a = both.left->term;
  const Term b = both.right->term;
  return Of(TypeKind::kBool, node.kind == NodeKind::kLess ? terms_.Less(a, b) : terms_.LessOrEqual(a, b),
            both.ok);
}

Option ExpressionCompiler::Checked(TypeKind kind, Term number, Term ok) {
  return Of(kind, number, terms_.And({ok, FitsLong(terms_, number)}));
}

Option ExpressionCompiler::CompileNegate(const Node& node) {
  const Option operand = Compile(node.child(0));
  if (AlwaysErrs(operand) || !Is(*operand.value, TypeKind::kLong)) return Errs();
  return Checked(TypeKind::kLong, terms_.Subtract(terms_.Int(0), operand.value->term), operand.ok);
}

Option ExpressionCompiler::CompileArithmetic(const Node& node) {
  const Operands both = CompileBoth(node);
  if (both.ok == terms_.False()) return Errs();
  if (!Is(*both.left, TypeKind::kLong) || !Is(*both.right, TypeKind::kLong)) return Errs();
  const Term a = both.left->term;
  const Term b = both.right->term;
  const Term result = node.kind == NodeKind::kAdd        ? terms_.Add(a, b)
                      : node.kind == NodeKind::kSubtract ? terms_.Subtract(a, b)
                                                         : terms_.Multiply(a, b);
  return Checked(TypeKind::kLong, result, both.ok);
}

Option ExpressionCompiler::CompileLike(const Node& node) {
  const Option of = Compile(node.child(0));
  if (AlwaysErrs(of) || !Is(*of.value, TypeKind::kString)) return Errs();
  std::vector<PatternPiece> pieces;
  for (const cedar::PatternElement& element : *node.pattern) {
    const bool is_wildcard = element.kind == cedar::PatternElement::Kind::kWildcard;
    if (!is_wildcard && element.character > kCharacterMax) {
      return Refuse(node, ErrorCode::kInvalid,
                    "a pattern has a character past U+2FFFF, which solvers do not know");
    }
    if (pieces.empty() || pieces.back().is_wildcard != is_wildcard) {
      pieces.push_back({.text = {}, .is_wildcard = is_wildcard});
    }
    if (!is_wildcard) pieces.back().text += element.character;
  }
  return Of(TypeKind::kBool, terms_.Like(of.value->term, std::move(pieces)), of.ok);
}

Option ExpressionCompiler::CompileSet(const Node& node) {
  std::vector<Term> elements;
  std::vector<Term> ok;
  cedar::TypePtr type;
  for (const Node* child : node.children) {
    const Option element = Compile(*child);
    if (AlwaysErrs(element)) return Errs();
    if (type == nullptr) type = element.value->type;
    if (!SameType(*type, *element.value->type)) {
      return Refuse(node, ErrorCode::kInvalid, "the elements of a set are of different types");
    }
    elements.push_back(Pack(terms_, *element.value));
    ok.push_back(element.ok);
  }
  if (type == nullptr) return Refuse(node, ErrorCode::kInvalid, "the type of an empty set is not known");
  const Term set = SetOfElements(terms_, terms_.SetSort(elements.front()->sort), elements);
  return Keep({.type = SetType(type), .term = set, .fields = {}}, terms_.And(ok));
}

Option ExpressionCompiler::CompileRecord(const Node& node) {
  Type type{.kind = Type::Kind::kRecord};
  SymbolicValue record;
  std::vector<Term> ok;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const Option field = Compile(node.child(i));
    if (AlwaysErrs(field)) return Errs();
    const std::string name(node.names[i]);
    type.attributes.push_back({.name = name, .type = field.value->type});
    type.depth = std::max(type.depth, field.value->type->depth + 1);
    record.fields.push_back({name, terms_.True(), *field.value});
    ok.push_back(field.ok);
  }
  record.type = std::make_shared<const Type>(std::move(type));
  return Keep(std::move(record), terms_.And(ok));
}

Option ExpressionCompiler::CompileIsEmpty(const Node& node) {
  const Option of = Compile(node.child(0));
  if (AlwaysErrs(of) || !Is(*of.value, TypeKind::kSet)) return Errs();
  const Term set = of.value->term;
  const auto elements = ElementsOf(set);
  const Term is_empty =
      elements ? terms_.Bool(elements->empty()) : terms_.Equal(set, terms_.EmptySet(set->sort));
  return Of(TypeKind::kBool, is_empty, of.ok);
}

Option ExpressionCompiler::CompileContains(const Node& node) {
  const Operands both = CompileBoth(node);
  if (both.ok == terms_.False() || !Is(*both.left, TypeKind::kSet)) return Errs();
  const Term element = Pack(terms_, *both.right);
  const Term set = both.left->term;
  if (set->sort->element == element->sort && both.left->type->element->kind == both.right->type->kind) {
    return Of(TypeKind::kBool, terms_.Member(element, set), both.ok);
  }
  if (both.right->is_record() || Is(*both.right, TypeKind::kSet)) {
    return Refuse(node, ErrorCode::kInvalid, "a set does not hold what is looked for in it");
  }
  return Of(TypeKind::kBool, terms_.False(), both.ok);
}

Option ExpressionCompiler::CompileContainsMany(const Node& node) {
  const Operands both = CompileBoth(node);
  if (both.ok == terms_.False()) return Errs();
  if (!Is(*both.left, TypeKind::kSet) || !Is(*both.right, TypeKind::kSet)) return Errs();
  const Term set = both.left->term;
  const Term other = both.right->term;
  if (!SameType(*both.left->type, *both.right->type)) {
    return Refuse(node, ErrorCode::kInvalid, "two sets hold elements of different types");
  }
  if (node.kind == NodeKind::kContainsAny) {
    return Of(TypeKind::kBool, Overlap(terms_, set, other), both.ok);
  }
  return Of(TypeKind::kBool, terms_.Subset(other, set), both.ok);
}

}  // namespace proviso::analysis::internal
