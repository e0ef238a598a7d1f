// Attributes and tags: what is there, and what is known to be there.
#include <utility>

#include "cedar/internal/lexer.h"
#include "cedar/internal/typechecker.h"
#include "cedar/print.h"

namespace proviso::cedar::internal {

namespace {

/// How an expression is best named: a short path as it is written, else by its type.
std::string PathText(const CoreNode& node, const CheckedType& type) {
  constexpr std::size_t kStepsMax = 4;
  std::string path;
  const CoreNode* at = &node;
  for (std::size_t i = 0; i < kStepsMax && at->kind == CoreNode::Kind::kGetAttribute; ++i) {
    path.insert(0, IsIdentifier(at->name) ? "." + std::string(at->name) : "[" + QuoteString(at->name) + "]");
    at = &at->child(0);
  }
  if (at->kind != CoreNode::Kind::kVariable) return type.Text();
  switch (at->variable) {
    case VariableName::kPrincipal:
      return "`principal" + path + "` (" + type.Text() + ")";
    case VariableName::kAction:
      return "`action" + path + "`";
    case VariableName::kResource:
      return "`resource" + path + "` (" + type.Text() + ")";
    case VariableName::kContext:
      return "`context" + path + "`";
  }
  std::unreachable();
}

}  // namespace

std::optional<CheckedField> Typechecker::FindAttribute(TypeRef of, std::string_view name) {
  TypeRef holder = of;
  if (of->kind == TypeKind::kEntity) holder = schema_.AttributesOf(of);
  if (holder->kind != TypeKind::kRecord) return std::nullopt;
  const CheckedField* field = holder->FindField(name);
  return field == nullptr ? std::nullopt : std::optional(*field);
}

Typing Typechecker::CheckGetAttribute(const CoreNode& node, const Capabilities& prior) {
  const Typing of = Expect(node.child(0), prior, Expected::kEntityOrRecord);
  if (of.type == nullptr) return {};
  const std::optional<CheckedField> attribute = FindAttribute(of.type, node.name);
  if (!attribute) {
    RefuseAttribute(node, of.type);
    return {};
  }
  if (attribute->presence == Presence::kRequired || prior.Contains(node.capability)) {
    return {attribute->type, of.ok};
  }
  const std::string of_text = PathText(node.child(0), *of.type);
  Problem(FindingKind::kUnguardedAttribute, node,
          "attribute `" + std::string(node.name) + "` of " + of_text +
              " is optional and may not be there; ask for it first: `… has " + QuoteString(node.name) +
              " && …`");
  return {attribute->type, false};
}

void Typechecker::RefuseAttribute(const CoreNode& node, TypeRef of) {
  std::vector<std::string_view> names;
  TypeRef holder = of->kind == TypeKind::kEntity ? schema_.AttributesOf(of) : of;
  for (const CheckedField& field : holder->fields) names.push_back(field.name);
  std::string message = PathText(node.child(0), *of) + " has no attribute `" + std::string(node.name) + "`";
  if (schema_.MayHaveAttribute(of, node.name)) {
    message += " that each of its values has with one type; narrow it down with `is` first";
  } else {
    message += schema_.Suggestion(node.name, names);
  }
  Problem(FindingKind::kUnknownAttribute, node, std::move(message));
}

Typing Typechecker::CheckHasAttribute(const CoreNode& node, const Capabilities& prior) {
  const Typing of = Expect(node.child(0), prior, Expected::kEntityOrRecord);
  if (of.type == nullptr) return {types_.Simple(TypeKind::kBool), false};
  const std::optional<CheckedField> attribute = FindAttribute(of.type, node.name);
  if (!attribute) {
    const bool possible = schema_.MayHaveAttribute(of.type, node.name);
    return {types_.Simple(possible ? TypeKind::kBool : TypeKind::kFalse), of.ok};
  }
  // An entity may not exist, and then it has nothing, not even what is required.
  const bool surely = attribute->presence == Presence::kRequired && of.type->kind == TypeKind::kRecord;
  const bool is_true = surely || prior.Contains(node.capability);
  return {types_.Simple(is_true ? TypeKind::kTrue : TypeKind::kBool), of.ok, Capabilities(node.capability)};
}

Typing Typechecker::CheckHasTag(const CoreNode& node, const Capabilities& prior) {
  const Typing of = Expect(node.child(0), prior, Expected::kEntity);
  const Typing name = Expect(node.child(1), prior, Expected::kString);
  if (of.type == nullptr) return {};
  TypeKind kind = prior.Contains(node.capability) ? TypeKind::kTrue : TypeKind::kBool;
  if (schema_.TagTypesOf(of.type).empty()) kind = TypeKind::kFalse;
  return {types_.Simple(kind), of.ok && name.ok, Capabilities(node.capability)};
}

Typing Typechecker::CheckGetTag(const CoreNode& node, const Capabilities& prior) {
  const Typing of = Expect(node.child(0), prior, Expected::kEntity);
  const Typing name = Expect(node.child(1), prior, Expected::kString);
  if (of.type == nullptr) return {};
  if (!prior.Contains(node.capability)) {
    Problem(FindingKind::kUnguardedTag, node,
            "an entity of " + of.type->Text() +
                " may not have this tag; ask for it first with the same name: `….hasTag(name) && "
                "….getTag(name)`");
    return {};
  }
  const std::vector<TypeRef> tags = schema_.TagTypesOf(of.type);
  if (tags.empty()) {
    Problem(FindingKind::kNoTags, node,
            "entities of " + of.type->Text() + " have no tags; declare `tags` in the schema");
    return {};
  }
  TypeRef joined = JoinAll(node, tags, "the tags of the entities that this can be");
  return {joined, joined != nullptr && of.ok && name.ok};
}

}  // namespace proviso::cedar::internal
