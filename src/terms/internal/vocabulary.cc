#include "terms/internal/vocabulary.h"

#include <algorithm>

#include "cedar/authorize.h"

namespace proviso::terms::internal {

using cedar::Expression;
using cedar::ExpressionPtr;
using cedar::Value;

/// Reads one expression at a time. Depth is bounded by the parser.
class VocabularyReader {
 public:
  explicit VocabularyReader(Vocabulary& into) : into_(into) {}

  void Read(const Expression& expression) {
    if (const auto* like = std::get_if<cedar::Like>(&expression.node)) {
      Relate(PathsIn(*like->of), {Value::String(Plain(like->pattern))});
    }
    const std::vector<ExpressionPtr> children = ChildrenOf(expression);
    if (IsComparison(expression)) {
      std::vector<std::string> paths;
      std::vector<Value> constants;
      for (const ExpressionPtr& child : children) {
        for (std::string& path : PathsIn(*child)) paths.push_back(std::move(path));
        AddConstants(*child, constants);
      }
      Relate(paths, constants);
    }
    if (const auto* literal = std::get_if<cedar::Literal>(&expression.node)) {
      if (literal->value.AsEntity() != nullptr) into_.AddId(*literal->value.AsEntity());
    }
    for (const ExpressionPtr& child : children) Read(*child);
  }

 private:
  static bool IsComparison(const Expression& expression) {
    if (std::holds_alternative<cedar::Call>(expression.node)) return true;
    const auto* binary = std::get_if<cedar::Binary>(&expression.node);
    return binary != nullptr && binary->op != cedar::BinaryOperator::kAnd &&
           binary->op != cedar::BinaryOperator::kOr;
  }

  static std::string Plain(const cedar::Pattern& pattern) {
    std::string text;
    for (const cedar::PatternElement& element : pattern) {
      if (element.kind != cedar::PatternElement::Kind::kCharacter) continue;
      if (element.character < 0x80) text.push_back(static_cast<char>(element.character));
    }
    return text;
  }

  static std::vector<ExpressionPtr> ChildrenOf(const Expression& expression) {
    const auto& node = expression.node;
    if (const auto* unary = std::get_if<cedar::Unary>(&node)) return {unary->operand};
    if (const auto* binary = std::get_if<cedar::Binary>(&node)) return {binary->left, binary->right};
    if (const auto* choice = std::get_if<cedar::If>(&node))
      return {choice->condition, choice->then_branch, choice->else_branch};
    if (const auto* get = std::get_if<cedar::GetAttribute>(&node)) return {get->of};
    if (const auto* has = std::get_if<cedar::HasAttribute>(&node)) return {has->of};
    if (const auto* like = std::get_if<cedar::Like>(&node)) return {like->of};
    if (const auto* is = std::get_if<cedar::Is>(&node)) {
      return is->container == nullptr ? std::vector{is->of} : std::vector{is->of, is->container};
    }
    if (const auto* set = std::get_if<cedar::SetLiteral>(&node)) return set->elements;
    if (const auto* call = std::get_if<cedar::Call>(&node)) return call->arguments;
    std::vector<ExpressionPtr> children;
    if (const auto* record = std::get_if<cedar::RecordLiteral>(&node)) {
      for (const cedar::RecordField& field : record->fields) children.push_back(field.value);
    }
    return children;
  }

  /// "authority.kind" for context.authority.kind; nothing for what is not below the context.
  static std::optional<std::string> PathOf(const Expression& expression) {
    const auto* get = std::get_if<cedar::GetAttribute>(&expression.node);
    if (get == nullptr) return std::nullopt;
    if (const auto* variable = std::get_if<cedar::Variable>(&get->of->node)) {
      return variable->name == cedar::VariableName::kContext ? std::optional(get->name) : std::nullopt;
    }
    const auto outer = PathOf(*get->of);
    return outer ? std::optional(*outer + "." + get->name) : std::nullopt;
  }

  static std::vector<std::string> PathsIn(const Expression& expression) {
    if (auto path = PathOf(expression)) return {*path};
    std::vector<std::string> paths;
    for (const ExpressionPtr& child : ChildrenOf(expression)) {
      for (std::string& path : PathsIn(*child)) paths.push_back(std::move(path));
    }
    return paths;
  }

  static bool IsConstant(const Expression& expression) {
    if (std::holds_alternative<cedar::Variable>(expression.node)) return false;
    return std::ranges::all_of(ChildrenOf(expression),
                               [](const ExpressionPtr& child) { return IsConstant(*child); });
  }

  static void AddConstants(const Expression& expression, std::vector<Value>& constants) {
    if (!IsConstant(expression)) {
      for (const ExpressionPtr& child : ChildrenOf(expression)) AddConstants(*child, constants);
      return;
    }
    const cedar::Request nobody{{"A", ""}, {"Action", ""}, {"A", ""}};
    auto value = cedar::Evaluate(expression, cedar::Entities(), nobody);
    if (!value) return;
    if (const cedar::Set* set = value->AsSet()) {
      for (const Value& element : set->elements()) constants.push_back(element);
    }
    constants.push_back(std::move(*value));
  }

  void Relate(const std::vector<std::string>& paths, const std::vector<Value>& constants) {
    for (const std::string& path : paths) {
      for (const Value& constant : constants) into_.Add(path, constant);
    }
  }

  Vocabulary& into_;
};

Vocabulary::Vocabulary(std::span<const Package* const> packages) {
  VocabularyReader reader(*this);
  for (const Package* package : packages) {
    const Agreement& agreement = package->agreement();
    for (const CatalogueTool& tool : agreement.tools) Add("effect", Value::String(tool.effect));
    for (const ApplicationTerms& application : agreement.applications) {
      for (const std::string& purpose : application.purposes) AddId({"UseCase", purpose});
    }
    for (const AuthorityIssuer& issuer : agreement.authority_issuers)
      Add("authority.issuer", Value::String(issuer.id));
    for (const cedar::Policy& policy : package->deciding().policies()) {
      for (const cedar::ScopeConstraint* scope : {&policy.body().principal, &policy.body().resource}) {
        if (!scope->target) continue;
        if (const auto* uid = std::get_if<cedar::EntityUid>(&*scope->target)) AddId(*uid);
      }
      for (const cedar::Condition& condition : policy.body().conditions) reader.Read(*condition.body);
    }
    for (const auto& [type, declared] : package->schema().entities()) {
      if (!declared.choices.empty()) enumerated_.insert(type);
      for (const std::string& choice : declared.choices) AddId({type, choice});
    }
    for (const cedar::Entity* entity : package->entities().Sorted()) AddId(entity->uid);
  }
}

const std::vector<Value>& Vocabulary::At(const std::string& path) const {
  static const std::vector<Value> kNone;
  const auto found = values_.find(path);
  return found == values_.end() ? kNone : found->second;
}

const std::vector<std::string>& Vocabulary::IdsOf(const std::string& entity_type) const {
  static const std::vector<std::string> kNone;
  const auto found = ids_.find(entity_type);
  return found == ids_.end() ? kNone : found->second;
}

void Vocabulary::Add(const std::string& path, const Value& value) {
  std::vector<Value>& values = values_[path];
  if (std::ranges::find(values, value) == values.end()) values.push_back(value);
  if (value.AsRecord() == nullptr) return;
  for (const cedar::Attribute& member : value.AsRecord()->attributes())
    Add(path + "." + member.name, member.value);
}

void Vocabulary::AddId(const cedar::EntityUid& uid) {
  std::vector<std::string>& ids = ids_[uid.type()];
  if (std::ranges::find(ids, uid.id()) == ids.end()) ids.push_back(uid.id());
}

}  // namespace proviso::terms::internal
