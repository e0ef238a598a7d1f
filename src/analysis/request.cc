// Requests of one kind, with a variable for everything in them.
#include <algorithm>

#include "analysis/compile.h"
#include "analysis/internal/types.h"

namespace proviso::analysis {

std::vector<RequestKind> RequestKindsOf(const cedar::Schema& schema) {
  std::vector<RequestKind> kinds;
  for (const auto& [uid, action] : schema.actions()) {
    for (const std::string& principal : action.principal_types) {
      for (const std::string& resource : action.resource_types) kinds.push_back({principal, uid, resource});
    }
  }
  return kinds;
}

SymbolicRequest SymbolicRequest::With(std::string_view fact, Term present, SymbolicValue value) const {
  SymbolicRequest changed = *this;
  const auto field = std::ranges::find(changed.context.fields, fact, &SymbolicField::name);
  if (field == changed.context.fields.end()) return changed;
  field->present = present;
  field->value = std::move(value);
  return changed;
}

SymbolicRequest MakeRequest(Terms& terms, const cedar::Schema& schema, const RequestKind& kind,
                            const std::string& name, const cedar::TypePtr& context) {
  std::vector<Term> bounds;
  const auto variables = [&](const cedar::TypePtr& type, std::string_view part) {
    return VariablesOf(terms, type, name + "." + std::string(part), schema, bounds);
  };
  const cedar::ActionDeclaration* action = schema.FindAction(kind.action);
  cedar::TypePtr type = context;
  if (type == nullptr) {
    type = action != nullptr ? action->context : internal::SimpleType(cedar::Type::Kind::kRecord);
  }
  SymbolicRequest request{.kind = kind,
                          .principal = variables(internal::EntityType(kind.principal_type), "principal"),
                          .resource = variables(internal::EntityType(kind.resource_type), "resource"),
                          .context = variables(type, "context")};
  request.bounds = std::move(bounds);
  return request;
}

}  // namespace proviso::analysis
