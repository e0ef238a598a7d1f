// From a schema as written to a schema that means something: every name is looked up in its own
// namespace first, then outside any, then among the built-in types. A qualified name is absolute, and
// a namespace may not declare again what is declared outside any.
#include <algorithm>
#include <array>
#include <set>

#include "cedar/entities.h"
#include "cedar/internal/nearest.h"
#include "cedar/internal/schema_fragment.h"
#include "cedar/limits.h"

namespace proviso::cedar::internal {
namespace {

using base::ErrorCode;

std::unexpected<base::Error> Fail(const std::string& where, const std::string& message) {
  return base::Fail(ErrorCode::kInvalid, where + ": " + message);
}

struct BuiltIn {
  std::string_view name;
  Type::Kind kind;
};
constexpr std::array<BuiltIn, 7> kBuiltIns = {{{"Bool", Type::Kind::kBool},
                                               {"Long", Type::Kind::kLong},
                                               {"String", Type::Kind::kString},
                                               {"decimal", Type::Kind::kDecimal},
                                               {"ipaddr", Type::Kind::kIpAddress},
                                               {"datetime", Type::Kind::kDatetime},
                                               {"duration", Type::Kind::kDuration}}};
constexpr std::string_view kActionType = "Action";
constexpr std::string_view kBuiltInNamespace = "__cedar::";

std::string Qualified(const std::string& space, const std::string& name) {
  return space.empty() ? name : space + "::" + name;
}

/// The full names that `name` can mean in `space`, best first.
std::vector<std::string> Candidates(const std::string& space, const std::string& name) {
  if (space.empty() || name.contains("::")) return {name};
  return {Qualified(space, name), name};
}

}  // namespace

class SchemaResolver {
 public:
  base::Result<Schema> Run(const SchemaFragment& fragment) {
    for (const NamespaceSyntax& space : fragment) {
      if (auto status = Declare(space); !status) return std::unexpected(status.error());
    }
    for (const NamespaceSyntax& space : fragment) {
      if (auto status = CheckShadows(space); !status) return std::unexpected(status.error());
    }
    for (const NamespaceSyntax& space : fragment) {
      if (auto status = ResolveNamespace(space); !status) return std::unexpected(status.error());
    }
    if (auto status = CheckActionGroups(fragment); !status) return std::unexpected(status.error());
    return std::move(schema_);
  }

 private:
  /// A common type while it is being resolved: nullptr `type` and `entered` mean a cycle.
  struct Common {
    const CommonTypeSyntax* syntax;
    const std::string* space;
    TypePtr type;
    bool entered = false;
  };

  base::Status Declare(const NamespaceSyntax& space) {
    if (!space.annotations.empty()) schema_.namespace_annotations_[space.name] = space.annotations;
    for (const CommonTypeSyntax& common : space.common_types) {
      const std::string name = Qualified(space.name, common.name.name);
      if (!commons_.try_emplace(name, Common{&common, &space.name, nullptr}).second) {
        return Fail(common.name.where, "type `" + name + "` is declared twice");
      }
    }
    for (const EntitySyntax& entity : space.entities) {
      const std::string name = Qualified(space.name, entity.name.name);
      if (entity.name.name == kActionType) {
        return Fail(entity.name.where, "`Action` is the type of actions; choose another name");
      }
      if (!schema_.entities_.try_emplace(name, EntityDeclaration{.name = name}).second) {
        return Fail(entity.name.where, "entity type `" + name + "` is declared twice");
      }
    }
    for (const ActionSyntax& action : space.actions) {
      EntityUid uid(Qualified(space.name, std::string(kActionType)), action.name.name);
      action_types_.insert(uid.type());
      if (!schema_.actions_.try_emplace(uid, ActionDeclaration{.uid = uid}).second) {
        return Fail(action.name.where, "action " + uid.Text() + " is declared twice");
      }
    }
    return {};
  }

  /// A name outside any namespace means one thing everywhere: no namespace declares it again.
  base::Status CheckShadows(const NamespaceSyntax& space) const {
    if (space.name.empty()) return {};
    for (const CommonTypeSyntax& common : space.common_types) {
      if (auto status = CheckShadow(common.name); !status) return status;
    }
    for (const EntitySyntax& entity : space.entities) {
      if (auto status = CheckShadow(entity.name); !status) return status;
    }
    for (const ActionSyntax& action : space.actions) {
      const EntityUid outside(std::string(kActionType), action.name.name);
      if (schema_.actions_.contains(outside)) return FailShadow(action.name.where, outside.Text());
    }
    return {};
  }

  base::Status CheckShadow(const NameSyntax& name) const {
    if (!commons_.contains(name.name) && !schema_.entities_.contains(name.name)) return {};
    return FailShadow(name.where, "`" + name.name + "`");
  }

  static base::Status FailShadow(const std::string& where, const std::string& what) {
    return Fail(where, what + " is declared outside any namespace too; rename one of them");
  }

  base::Status ResolveNamespace(const NamespaceSyntax& space) {
    for (const CommonTypeSyntax& common : space.common_types) {
      const std::string name = Qualified(space.name, common.name.name);
      auto type = ResolveCommon(name, common.name.where, 1);
      if (!type) return std::unexpected(type.error());
      schema_.common_types_.emplace(name, std::move(*type));
    }
    for (const EntitySyntax& entity : space.entities) {
      if (auto status = ResolveEntity(space, entity); !status) return status;
    }
    for (const ActionSyntax& action : space.actions) {
      if (auto status = ResolveAction(space, action); !status) return status;
    }
    return {};
  }

  base::Status ResolveEntity(const NamespaceSyntax& space, const EntitySyntax& entity) {
    EntityDeclaration& declaration = schema_.entities_.at(Qualified(space.name, entity.name.name));
    declaration.annotations = entity.annotations;
    declaration.choices = entity.choices;
    if (auto status = ResolveEntityNames(space, entity.parents, declaration.parent_types); !status)
      return status;
    auto attributes = ResolveRecord(space, entity.attributes, entity.name.where);
    if (!attributes) return std::unexpected(attributes.error());
    declaration.attributes = std::move(*attributes);
    if (!entity.tags) return {};
    auto tags = Resolve(*entity.tags, space.name, 1);
    if (!tags) return std::unexpected(tags.error());
    declaration.tags = std::move(*tags);
    return {};
  }

  base::Status ResolveAction(const NamespaceSyntax& space, const ActionSyntax& action) {
    const EntityUid uid(Qualified(space.name, std::string(kActionType)), action.name.name);
    ActionDeclaration& declaration = schema_.actions_.at(uid);
    declaration.annotations = action.annotations;
    for (const ActionReference& parent : action.parents) {
      auto resolved = ResolveActionReference(space.name, parent);
      if (!resolved) return std::unexpected(resolved.error());
      declaration.parents.push_back(std::move(*resolved));
    }
    if (auto s = ResolveEntityNames(space, action.principals, declaration.principal_types); !s) return s;
    if (auto s = ResolveEntityNames(space, action.resources, declaration.resource_types); !s) return s;
    auto context = ResolveRecord(space, action.context, action.name.where);
    if (!context) return std::unexpected(context.error());
    declaration.context = std::move(*context);
    return {};
  }

  base::Result<EntityUid> ResolveActionReference(const std::string& space, const ActionReference& reference) {
    const std::vector<std::string> types =
        Candidates(space, reference.type.value_or(std::string(kActionType)));
    for (const std::string& type : types) {
      EntityUid uid(type, reference.id);
      if (schema_.actions_.contains(uid)) return uid;
    }
    return Fail(reference.where,
                "action " + EntityUid(types.front(), reference.id).Text() + " is not declared");
  }

  base::Status ResolveEntityNames(const NamespaceSyntax& space, const std::vector<NameSyntax>& names,
                                  std::vector<std::string>& resolved) {
    for (const NameSyntax& name : names) {
      auto full = ResolveEntityName(space.name, name);
      if (!full) return std::unexpected(full.error());
      resolved.push_back(std::move(*full));
    }
    return {};
  }

  base::Result<std::string> ResolveEntityName(const std::string& space, const NameSyntax& name) {
    for (const std::string& candidate : Candidates(space, name.name)) {
      if (schema_.entities_.contains(candidate)) return candidate;
    }
    return FailUnknown(name, "entity type");
  }

  /// A record type; an empty one for nullptr.
  base::Result<TypePtr> ResolveRecord(const NamespaceSyntax& space, const TypeSyntaxPtr& syntax,
                                      const std::string& where) {
    if (!syntax) return std::make_shared<const Type>(Type{.kind = Type::Kind::kRecord});
    auto type = Resolve(*syntax, space.name, 1);
    if (type && (*type)->kind != Type::Kind::kRecord) {
      return Fail(where, "expected a record type here, found `" + (*type)->Text() + "`");
    }
    return type;
  }

  base::Result<TypePtr> Resolve(const TypeSyntax& syntax, const std::string& space, std::size_t depth) {
    switch (syntax.kind) {
      case TypeSyntax::Kind::kName:
        return ResolveName(syntax.name, space, depth);
      case TypeSyntax::Kind::kEntityName:
        for (const std::string& candidate : Candidates(space, syntax.name.name)) {
          if (IsEntityType(candidate)) return EntityType(candidate);
        }
        return FailUnknown(syntax.name, "entity type");
      case TypeSyntax::Kind::kCommonName:
        return ResolveCommonName(syntax.name, space, depth);
      case TypeSyntax::Kind::kSet: {
        auto element = Resolve(*syntax.element, space, depth + 1);
        if (!element) return element;
        Type type{.kind = Type::Kind::kSet, .element = std::move(*element)};
        type.depth = type.element->depth + 1;
        return Finish(std::move(type), syntax.name.where);
      }
      case TypeSyntax::Kind::kRecord:
        return ResolveAttributes(syntax, space, depth);
    }
    std::unreachable();
  }

  base::Result<TypePtr> ResolveAttributes(const TypeSyntax& syntax, const std::string& space,
                                          std::size_t depth) {
    Type type{.kind = Type::Kind::kRecord};
    for (const AttributeSyntax& attribute : syntax.attributes) {
      auto resolved = Resolve(*attribute.type, space, depth + 1);
      if (!resolved) return resolved;
      type.depth = std::max(type.depth, (*resolved)->depth + 1);
      type.attributes.push_back(
          {attribute.name, std::move(*resolved), attribute.presence, attribute.annotations});
    }
    std::ranges::sort(type.attributes, {}, &AttributeType::name);
    const auto twice = std::ranges::adjacent_find(type.attributes, {}, &AttributeType::name);
    if (twice != type.attributes.end()) {
      return Fail(syntax.name.where, "attribute `" + twice->name + "` is declared twice in this record");
    }
    return Finish(std::move(type), syntax.name.where);
  }

  base::Result<TypePtr> ResolveName(const NameSyntax& name, const std::string& space, std::size_t depth) {
    if (!name.name.starts_with(kBuiltInNamespace)) {
      for (const std::string& candidate : Candidates(space, name.name)) {
        if (commons_.contains(candidate)) return ResolveCommon(candidate, name.where, depth);
        if (IsEntityType(candidate)) return EntityType(candidate);
      }
    }
    return ResolveBuiltIn(name);
  }

  base::Result<TypePtr> ResolveCommonName(const NameSyntax& name, const std::string& space,
                                          std::size_t depth) {
    for (const std::string& candidate : Candidates(space, name.name)) {
      if (commons_.contains(candidate)) return ResolveCommon(candidate, name.where, depth);
    }
    return ResolveBuiltIn(name);
  }

  /// A built-in type, with or without __cedar.
  base::Result<TypePtr> ResolveBuiltIn(const NameSyntax& name) {
    std::string_view short_name = name.name;
    if (short_name.starts_with(kBuiltInNamespace)) short_name.remove_prefix(kBuiltInNamespace.size());
    const auto built_in = std::ranges::find(kBuiltIns, short_name, &BuiltIn::name);
    if (built_in == kBuiltIns.end()) return FailUnknown(name, "type");
    return std::make_shared<const Type>(Type{.kind = built_in->kind});
  }

  base::Result<TypePtr> ResolveCommon(const std::string& name, const std::string& where, std::size_t depth) {
    Common& common = commons_.at(name);
    if (common.type) return common.type;
    if (common.entered) return Fail(where, "type `" + name + "` contains itself");
    if (depth > kNestingMax) {
      return Fail(where, "types nest deeper than " + std::to_string(kNestingMax) + " levels");
    }
    common.entered = true;
    auto type = Resolve(*common.syntax->type, *common.space, depth + 1);
    if (type) common.type = *type;
    return type;
  }

  static base::Result<TypePtr> Finish(Type type, const std::string& where) {
    if (type.depth <= kNestingMax) return std::make_shared<const Type>(std::move(type));
    return Fail(where, "types nest deeper than " + std::to_string(kNestingMax) + " levels");
  }

  static TypePtr EntityType(std::string name) {
    return std::make_shared<const Type>(Type{.kind = Type::Kind::kEntity, .entity_type = std::move(name)});
  }

  /// Whether an attribute may hold one: actions have a type too, though nothing can be a member of it.
  [[nodiscard]] bool IsEntityType(const std::string& name) const {
    return schema_.entities_.contains(name) || action_types_.contains(name);
  }

  std::unexpected<base::Error> FailUnknown(const NameSyntax& name, std::string_view what) {
    std::vector<std::string_view> known;
    for (const auto& [entity, declaration] : schema_.entities_) known.push_back(entity);
    for (const auto& [common, syntax] : commons_) known.push_back(common);
    for (const BuiltIn& built_in : kBuiltIns) known.push_back(built_in.name);
    return Fail(name.where,
                "there is no " + std::string(what) + " `" + name.name + "`" + DidYouMean(name.name, known));
  }

  /// Building the action entities refuses a group that contains itself.
  base::Status CheckActionGroups(const SchemaFragment& fragment) {
    std::vector<Entity> actions;
    for (const auto& [uid, declaration] : schema_.actions_) {
      actions.push_back({.uid = uid, .parents = declaration.parents, .attributes = {}, .tags = {}});
    }
    const auto built = Entities::Build(std::move(actions));
    if (built) return {};
    for (const NamespaceSyntax& space : fragment) {
      if (!space.actions.empty()) return base::Within(space.actions[0].name.where, built.error());
    }
    return std::unexpected(built.error());
  }

  Schema schema_;
  std::set<std::string, std::less<>> action_types_;  ///< of the actions that are declared
  std::map<std::string, Common, std::less<>> commons_;
};

base::Result<Schema> ResolveSchema(const SchemaFragment& fragment) {
  return SchemaResolver().Run(fragment);
}

}  // namespace proviso::cedar::internal
