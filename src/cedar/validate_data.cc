// Requests and entities against a schema.
#include <algorithm>
#include <set>

#include "cedar/internal/budget.h"
#include "cedar/internal/checked_type.h"
#include "cedar/internal/library.h"
#include "cedar/internal/nearest.h"
#include "cedar/internal/schema_index.h"
#include "cedar/limits.h"
#include "cedar/validate.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Status;

std::unexpected<base::Error> Refuse(std::string message) {
  return base::Fail(ErrorCode::kInvalid, std::move(message));
}

/// Whether an id of an enumerated entity or of an action is declared.
Status CheckName(const EntityUid& uid, const Schema& schema) {
  if (internal::IsActionType(uid.type())) {
    if (schema.FindAction(uid) != nullptr) return {};
    return Refuse(uid.Text() + " is not an action that the schema declares");
  }
  const EntityDeclaration* declaration = schema.FindEntity(uid.type());
  if (declaration == nullptr || declaration->choices.empty()) return {};
  if (internal::Contains(declaration->choices, uid.id())) return {};
  return Refuse("`" + uid.type() + "` is enumerated and has no " + uid.Text() +
                "; use one of the ids that the schema lists");
}

Status CheckValue(const Value& value, const Type& type, const Schema& schema);

Status CheckRecord(const Record& record, const Type& type, const Schema& schema) {
  for (const AttributeType& declared : type.attributes) {
    if (declared.presence == Presence::kRequired && record.Find(declared.name) == nullptr) {
      return Refuse("attribute `" + declared.name + "` is missing; the schema requires it");
    }
  }
  for (const Attribute& attribute : record.attributes()) {
    const AttributeType* declared = type.FindAttribute(attribute.name);
    if (declared == nullptr) {
      return Refuse("attribute `" + attribute.name + "` is not in the schema; declare it, or leave it out");
    }
    if (auto status = CheckValue(attribute.value, *declared->type, schema); !status) {
      return base::Within("attribute `" + attribute.name + "`", status.error());
    }
  }
  return {};
}

bool HasKind(const Value& value, Type::Kind kind) {
  switch (kind) {
    case Type::Kind::kBool:
      return value.kind() == ValueKind::kBool;
    case Type::Kind::kLong:
      return value.kind() == ValueKind::kLong;
    case Type::Kind::kString:
      return value.kind() == ValueKind::kString;
    case Type::Kind::kSet:
      return value.kind() == ValueKind::kSet;
    case Type::Kind::kRecord:
      return value.kind() == ValueKind::kRecord;
    case Type::Kind::kEntity:
      return value.kind() == ValueKind::kEntity;
    case Type::Kind::kDecimal:
      return value.kind() == ValueKind::kDecimal;
    case Type::Kind::kIpAddress:
      return value.kind() == ValueKind::kIpAddress;
    case Type::Kind::kDatetime:
      return value.kind() == ValueKind::kDatetime;
    case Type::Kind::kDuration:
      return value.kind() == ValueKind::kDuration;
  }
  std::unreachable();
}

Status CheckValue(const Value& value, const Type& type, const Schema& schema) {
  if (!HasKind(value, type.kind)) {
    return Refuse("expected " + type.Text() + ", found a " + std::string(KindName(value.kind())));
  }
  if (const EntityUid* uid = value.AsEntity()) {
    if (uid->type() != type.entity_type) {
      return Refuse("expected an entity of type `" + type.entity_type + "`, found " + uid->Text());
    }
    return CheckName(*uid, schema);
  }
  if (const Record* record = value.AsRecord()) return CheckRecord(*record, type, schema);
  if (const Set* set = value.AsSet()) {
    for (const Value& element : set->elements()) {
      if (auto status = CheckValue(element, *type.element, schema); !status) {
        return base::Within("an element", status.error());
      }
    }
  }
  return {};
}

Status CheckSide(const EntityUid& uid, std::string_view role, const std::vector<std::string>& applicable,
                 const EntityUid& action, const Schema& schema) {
  if (schema.FindEntity(uid.type()) == nullptr) {
    return Refuse("the schema has no entity type `" + uid.type() + "` for the " + std::string(role));
  }
  if (auto status = CheckName(uid, schema); !status) return base::Within(role, status.error());
  if (internal::Contains(applicable, uid.type())) return {};
  std::string types;
  for (const std::string& type : applicable) types += (types.empty() ? "`" : ", `") + type + "`";
  return Refuse(action.Text() + " does not apply to a " + std::string(role) + " of type `" + uid.type() +
                "`; " + (types.empty() ? "it applies to none" : "it applies to " + types));
}

Status CheckRequest(const Request& request, const Schema& schema) {
  const ActionDeclaration* action = schema.FindAction(request.action);
  if (action == nullptr) {
    std::vector<std::string> texts;
    for (const auto& [uid, declaration] : schema.actions()) texts.push_back(uid.Text());
    const std::vector<std::string_view> names(texts.begin(), texts.end());
    return Refuse("the schema has no action " + request.action.Text() +
                  internal::DidYouMean(request.action.Text(), names));
  }
  if (auto s = CheckSide(request.principal, "principal", action->principal_types, request.action, schema);
      !s) {
    return s;
  }
  if (auto s = CheckSide(request.resource, "resource", action->resource_types, request.action, schema); !s) {
    return s;
  }
  if (auto status = CheckValue(request.context, *action->context, schema); !status) {
    return base::Within("context", status.error());
  }
  return {};
}

/// All that an entity is in, as far as the set knows.
std::set<EntityUid> AncestorsOf(const Entity& entity, const Entities& entities) {
  std::set<EntityUid> ancestors;
  std::vector<EntityUid> open = entity.parents;
  while (!open.empty()) {
    const EntityUid next = open.back();
    open.pop_back();
    if (!ancestors.insert(next).second) continue;
    if (const Entity* known = entities.Find(next)) {
      open.insert(open.end(), known->parents.begin(), known->parents.end());
    }
  }
  return ancestors;
}

Status CheckTags(const Entity& entity, const EntityDeclaration& declaration, const Schema& schema) {
  for (const Attribute& tag : entity.tags.attributes()) {
    if (declaration.tags == nullptr) {
      return Refuse("it has tag `" + tag.name + "`, but `" + declaration.name +
                    "` has no tags in the schema; declare `tags`, or leave it out");
    }
    if (auto status = CheckValue(tag.value, *declaration.tags, schema); !status) {
      return base::Within("tag `" + tag.name + "`", status.error());
    }
  }
  return {};
}

class EntityChecker {
 public:
  EntityChecker(const Entities& entities, const Schema& schema)
      : entities_(entities), schema_(schema), index_(schema, types_, budget_) {}

  Status Check(const Entity& entity) {
    const std::set<EntityUid> ancestors = AncestorsOf(entity, entities_);
    if (internal::IsActionType(entity.uid.type())) return CheckAction(entity, ancestors);
    const EntityDeclaration* declaration = schema_.FindEntity(entity.uid.type());
    if (declaration == nullptr) {
      std::vector<std::string_view> names;
      for (const auto& [name, known] : schema_.entities()) names.push_back(name);
      return Refuse("the schema has no entity type `" + entity.uid.type() + "`" +
                    internal::DidYouMean(entity.uid.type(), names));
    }
    if (auto status = CheckName(entity.uid, schema_); !status) return status;
    if (auto s = CheckRecord(entity.attributes, *declaration->attributes, schema_); !s) return s;
    for (const EntityUid& ancestor : ancestors) {
      if (auto status = CheckName(ancestor, schema_); !status)
        return base::Within("ancestor", status.error());
      if (!internal::Contains(index_.AncestorTypes(declaration->name), std::string_view(ancestor.type()))) {
        return Refuse("it is in " + ancestor.Text() + ", but the schema lets no `" + declaration->name +
                      "` be in a `" + ancestor.type() + "`");
      }
    }
    return CheckTags(entity, *declaration, schema_);
  }

 private:
  Status CheckAction(const Entity& action, const std::set<EntityUid>& ancestors) {
    const ActionDeclaration* declaration = schema_.FindAction(action.uid);
    if (declaration == nullptr) return Refuse("the schema has no such action");
    const std::vector<EntityUid>& declared = index_.AncestorActions(action.uid);
    const bool same =
        std::ranges::equal(ancestors, declared) && action.attributes.empty() && action.tags.empty();
    if (same) return {};
    return Refuse("the schema declares this action otherwise; leave it out of the entities");
  }

  const Entities& entities_;
  const Schema& schema_;
  internal::Budget budget_{kValidationStepsMax};
  internal::TypeTable types_{ValidationMode::kStrict, budget_};
  internal::SchemaIndex index_;
};

}  // namespace

Status ValidateRequest(const Request& request, const Schema& schema) {
  if (auto status = CheckRequest(request, schema); !status) return base::Within("request", status.error());
  return {};
}

Status ValidateEntity(const Entity& entity, const Entities& entities, const Schema& schema) {
  if (auto status = EntityChecker(entities, schema).Check(entity); !status) {
    return base::Within("entity " + entity.uid.Text(), status.error());
  }
  return {};
}

Status ValidateEntities(const Entities& entities, const Schema& schema) {
  EntityChecker checker(entities, schema);
  for (const Entity* entity : entities.Sorted()) {
    if (auto status = checker.Check(*entity); !status) {
      return base::Within("entity " + entity->uid.Text(), status.error());
    }
  }
  return {};
}

}  // namespace proviso::cedar
