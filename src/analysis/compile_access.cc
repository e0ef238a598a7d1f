// Attributes, tags, and what is in what.
#include <utility>

#include "analysis/internal/expression_compiler.h"
#include "analysis/internal/types.h"

namespace proviso::analysis::internal {

std::optional<Reading> ExpressionCompiler::ReadAttribute(const Node& node, const SymbolicValue& entity) {
  const cedar::EntityDeclaration* declaration = schema_.FindEntity(entity.type->entity_type);
  const cedar::AttributeType* attribute =
      declaration == nullptr ? nullptr : declaration->attributes->FindAttribute(node.name);
  if (attribute == nullptr) return std::nullopt;
  auto read = store_.Attribute(entity, *attribute);
  if (read) return std::move(*read);
  Refuse(node, read.error().code, read.error().message);
  return std::nullopt;
}

std::optional<Reading> ExpressionCompiler::ReadTag(const Node& node, const SymbolicValue& entity, Term name) {
  const cedar::EntityDeclaration* declaration = schema_.FindEntity(entity.type->entity_type);
  if (declaration == nullptr || declaration->tags == nullptr) return std::nullopt;
  auto read = store_.Tag(entity, name, declaration->tags);
  if (read) return std::move(*read);
  Refuse(node, read.error().code, read.error().message);
  return std::nullopt;
}

Option ExpressionCompiler::CompileGetAttribute(const Node& node) {
  const Option of = Compile(node.child(0));
  if (AlwaysErrs(of)) return Errs();
  if (of.value->is_record()) {
    const SymbolicField* field = of.value->FindField(node.name);
    if (field == nullptr) return Errs();
    return {&field->value, terms_.And({of.ok, field->present})};
  }
  if (!Is(*of.value, TypeKind::kEntity)) return Errs();
  auto read = ReadAttribute(node, *of.value);
  if (!read || read->present == terms_.False()) return Errs();
  return Keep(std::move(read->value), terms_.And({of.ok, read->present}));
}

Option ExpressionCompiler::CompileHasAttribute(const Node& node) {
  const Option of = Compile(node.child(0));
  if (AlwaysErrs(of)) return Errs();
  if (of.value->is_record()) {
    const SymbolicField* field = of.value->FindField(node.name);
    return Of(TypeKind::kBool, field == nullptr ? terms_.False() : field->present, of.ok);
  }
  if (!Is(*of.value, TypeKind::kEntity)) return Errs();
  const auto read = ReadAttribute(node, *of.value);
  return Of(TypeKind::kBool, read ? read->present : terms_.False(), of.ok);
}

Option ExpressionCompiler::CompileGetTag(const Node& node) {
  const Operands both = CompileBoth(node);
  if (both.ok == terms_.False()) return Errs();
  if (!Is(*both.left, TypeKind::kEntity) || !Is(*both.right, TypeKind::kString)) return Errs();
  auto read = ReadTag(node, *both.left, both.right->term);
  if (!read || read->present == terms_.False()) return Errs();
  return Keep(std::move(read->value), terms_.And({both.ok, read->present}));
}

Option ExpressionCompiler::CompileHasTag(const Node& node) {
  const Operands both = CompileBoth(node);
  if (both.ok == terms_.False()) return Errs();
  if (!Is(*both.left, TypeKind::kEntity) || !Is(*both.right, TypeKind::kString)) return Errs();
  const auto read = ReadTag(node, *both.left, both.right->term);
  return Of(TypeKind::kBool, read ? read->present : terms_.False(), both.ok);
}

Option ExpressionCompiler::CompileIs(const Node& node) {
  const Option of = Compile(node.child(0));
  if (AlwaysErrs(of) || !Is(*of.value, TypeKind::kEntity)) return Errs();
  return Of(TypeKind::kBool, terms_.Bool(of.value->type->entity_type == node.name), of.ok);
}

Term ExpressionCompiler::IsInEntity(const Node& node, const SymbolicValue& member,
                                    const SymbolicValue& container) {
  const auto is_in = store_.IsIn(member, {container.type->entity_type, container.term});
  if (is_in) return *is_in;
  Refuse(node, is_in.error().code, is_in.error().message);
  return terms_.False();
}

Option ExpressionCompiler::CompileIn(const Node& node) {
  if (node.child(1).kind == NodeKind::kSet) {
    const Option member = Compile(node.child(0));
    if (AlwaysErrs(member) || !Is(*member.value, TypeKind::kEntity)) return Errs();
    return CompileInLiteral(node.child(1), member);
  }
  const Operands both = CompileBoth(node);
  if (both.ok == terms_.False() || !Is(*both.left, TypeKind::kEntity)) return Errs();
  if (Is(*both.right, TypeKind::kEntity)) {
    return Of(TypeKind::kBool, IsInEntity(node, *both.left, *both.right), both.ok);
  }
  if (!Is(*both.right, TypeKind::kSet)) return Errs();
  const SymbolicValue& set = *both.right;
  if (set.type->element->kind != TypeKind::kEntity) {
    // Only a set without elements holds nothing that is no entity.
    const Term is_empty = terms_.Equal(set.term, terms_.EmptySet(set.term->sort));
    return Of(TypeKind::kBool, terms_.False(), terms_.And({both.ok, is_empty}));
  }
  const auto is_in = store_.IsIn(*both.left, {set.type->element->entity_type, nullptr, set.term});
  if (!is_in) return Refuse(node, is_in.error().code, is_in.error().message);
  return Of(TypeKind::kBool, *is_in, both.ok);
}

/// Every element has its own type, and all are evaluated.
Option ExpressionCompiler::CompileInLiteral(const Node& node, const Option& member) {
  std::vector<Term> any;
  std::vector<Term> ok = {member.ok};
  for (const Node* element : node.children) {
    const Option container = Compile(*element);
    if (AlwaysErrs(container) || !Is(*container.value, TypeKind::kEntity)) return Errs();
    any.push_back(IsInEntity(*element, *member.value, *container.value));
    ok.push_back(container.ok);
  }
  return Of(TypeKind::kBool, terms_.Or(any), terms_.And(ok));
}

}  // namespace proviso::analysis::internal
