// An open world: attributes and tags are functions of the entity, what it is in are sets for each pair of
// types, and every entity that is spoken of exists.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "analysis/internal/made_value.h"
#include "analysis/internal/sets.h"
#include "analysis/internal/symbolic_store.h"
#include "analysis/internal/types.h"
#include "analysis/limits.h"

namespace proviso::analysis::internal {
namespace {

using base::ErrorCode;
using cedar::EntityUid;
using cedar::Value;

std::unexpected<base::Error> TooLarge(const std::string& what) {
  return base::Fail(ErrorCode::kLimit,
                    what + " have more than " + std::to_string(kTypePartsMax) + " parts; declare fewer");
}

/// Everything above a node of a small graph, itself only where it is.
template <typename Node, typename ParentsOf>
std::set<Node> Above(const Node& start, ParentsOf parents_of) {
  std::set<Node> above;
  std::vector<Node> open = parents_of(start);
  while (!open.empty()) {
    const Node next = open.back();
    open.pop_back();
    if (!above.insert(next).second) continue;
    for (const Node& parent : parents_of(next)) open.push_back(parent);
  }
  return above;
}

class OpenStore final : public SymbolicStore {
 public:
  OpenStore(Terms& terms, const cedar::Schema& schema) : terms_(terms), schema_(schema) {}

  base::Result<Reading> Attribute(const SymbolicValue& entity,
                                  const cedar::AttributeType& attribute) override {
    const auto key = std::pair(entity.term, attribute.name);
    if (const auto made = attributes_.find(key); made != attributes_.end()) return made->second.reading;
    if (IsTooLarge(*attribute.type)) return TooLarge("attributes called `" + attribute.name + "`");
    const std::string path = PathOf("attribute " + entity.type->entity_type, attribute.name);
    const Term arguments[] = {entity.term};
    const bool required = attribute.presence == cedar::Presence::kRequired;
    Reading reading = Read(path, arguments, attribute.type);
    if (required) reading.present = terms_.True();
    attributes_.emplace(key, ReadAttribute{entity, reading});
    return reading;
  }

  base::Result<Reading> Tag(const SymbolicValue& entity, Term name, const cedar::TypePtr& type) override {
    const auto key = std::pair(entity.term, name);
    if (const auto made = tags_.find(key); made != tags_.end()) return made->second.reading;
    if (IsTooLarge(*type)) return TooLarge("tags of `" + entity.type->entity_type + "`");
    const Term arguments[] = {entity.term, name};
    Reading reading = Read("tag " + entity.type->entity_type, arguments, type);
    tags_.emplace(key, ReadTag{entity, name, reading});
    return reading;
  }

  base::Result<Term> IsIn(const SymbolicValue& entity, const Containers& containers) override {
    std::vector<Term> any;
    const std::string& type = entity.type->entity_type;
    if (type == containers.type) any.push_back(IsAmong(terms_, entity.term, containers));
    if (IsActionType(type)) {
      any.push_back(IsActionIn(entity, containers));
    } else if (TypesAbove(type).contains(containers.type)) {
      if (auto status = AddMember(entity); !status) return std::unexpected(status.error());
      asked_.insert({type, containers.type});
      const Term above = Ancestors(entity, containers.type);
      any.push_back(containers.one != nullptr ? terms_.Member(containers.one, above)
                                              : Overlap(terms_, containers.set, above));
    }
    return terms_.Or(any);
  }

  std::vector<Term> Assumptions() override {
    CloseAsked();
    std::vector<Term> all = bounds_;
    for (const auto& [type, members] : members_) {
      for (const SymbolicValue& member : members) AppendHierarchy(member, all);
    }
    return all;
  }

  std::vector<Term> Wanted() override {
    CloseAsked();
    std::vector<Term> wanted;
    for (const auto& [key, read] : attributes_) AppendWanted(read.entity, read.reading, wanted);
    for (const auto& [key, read] : tags_) {
      AppendWanted(read.entity, read.reading, wanted);
      wanted.push_back(read.name);
    }
    for (const auto& [type, members] : members_) {
      for (const SymbolicValue& member : members) {
        wanted.push_back(member.term);
        for (const std::string& above : AskedAbove(type)) wanted.push_back(Ancestors(member, above));
      }
    }
    return wanted;
  }

  base::Result<std::vector<cedar::Entity>> EntitiesIn(const Model& model) override;

 private:
  struct ReadAttribute {
    SymbolicValue entity;
    Reading reading;
  };
  struct ReadTag {
    SymbolicValue entity;
    Term name;
    Reading reading;
  };
  /// By the terms' numbers: the same order in every run.
  struct ByNumber {
    bool operator()(Term a, Term b) const { return a->number < b->number; }
    template <typename Second>
    bool operator()(const std::pair<Term, Second>& a, const std::pair<Term, Second>& b) const {
      if (a.first != b.first) return a.first->number < b.first->number;
      if constexpr (std::is_same_v<Second, Term>) {
        return a.second->number < b.second->number;
      } else {
        return a.second < b.second;
      }
    }
  };

  Reading Read(const std::string& path, std::span<const Term> arguments, const cedar::TypePtr& type) {
    const auto make = [&](const std::string& leaf, Sort sort) {
      std::vector<Sort> sorts;
      for (const Term argument : arguments) sorts.push_back(argument->sort);
      return terms_.Apply(terms_.Declare(leaf, std::move(sorts), sort), {arguments.begin(), arguments.end()});
    };
    Reading reading;
    reading.present = make(path + "?", terms_.BoolSort());
    reading.value = MakeValue(terms_, type, path, schema_, make, bounds_);
    return reading;
  }

  const std::set<std::string>& TypesAbove(const std::string& type) {
    const auto made = types_above_.find(type);
    if (made != types_above_.end()) return made->second;
    const auto parents_of = [&](const std::string& name) {
      const cedar::EntityDeclaration* declaration = schema_.FindEntity(name);
      return declaration == nullptr ? std::vector<std::string>() : declaration->parent_types;
    };
    return types_above_.emplace(type, Above(type, parents_of)).first->second;
  }

  std::set<EntityUid> ActionsAbove(const EntityUid& action) const {
    return Above(action, [&](const EntityUid& uid) {
      const cedar::ActionDeclaration* declaration = schema_.FindAction(uid);
      return declaration == nullptr ? std::vector<EntityUid>() : declaration->parents;
    });
  }

  /// The schema says all that an action is in.
  Term IsActionIn(const SymbolicValue& action, const Containers& containers) {
    std::vector<Term> any;
    for (const auto& [uid, declaration] : schema_.actions()) {
      if (uid.type() != action.type->entity_type) continue;
      const Term is_this = terms_.Equal(action.term, EntityTerm(terms_, uid));
      if (is_this == terms_.False()) continue;
      for (const EntityUid& group : ActionsAbove(uid)) {
        if (group.type() != containers.type) continue;
        any.push_back(terms_.And({is_this, IsAmong(terms_, EntityTerm(terms_, group), containers)}));
      }
    }
    return terms_.Or(any);
  }

  base::Status AddMember(const SymbolicValue& entity) {
    auto& members = members_[entity.type->entity_type];
    if (std::ranges::find(members, entity.term, &SymbolicValue::term) != members.end()) return {};
    if (++member_count_ > kOpenMembersMax) {
      return base::Fail(ErrorCode::kLimit, "more than " + std::to_string(kOpenMembersMax) +
                                               " entities are asked what they are in; ask for fewer");
    }
    members.push_back(entity);
    return {};
  }

  Term Ancestors(const SymbolicValue& entity, const std::string& type) {
    const std::string name = "ancestors " + entity.type->entity_type + " " + type;
    const Function* function =
        terms_.Declare(name, {entity.term->sort}, terms_.SetSort(EntitySort(terms_, type)));
    return terms_.Apply(function, {entity.term});
  }

  /// Where it is asked for A in B and for B in C, A in C matters too: an entity between two may close a
  /// circle.
  void CloseAsked() {
    for (bool grown = true; grown;) {
      const auto before = asked_.size();
      const std::vector<std::pair<std::string, std::string>> pairs(asked_.begin(), asked_.end());
      for (const auto& [below, middle] : pairs) {
        for (const std::string& above : AskedAbove(middle)) asked_.insert({below, above});
      }
      grown = asked_.size() > before;
    }
  }

  std::vector<std::string> AskedAbove(const std::string& type) const {
    std::vector<std::string> above;
    for (auto at = asked_.lower_bound({type, ""}); at != asked_.end() && at->first == type; ++at) {
      above.push_back(at->second);
    }
    return above;
  }

  /// Ancestors are among the choices of an enumerated type; nothing is above itself; what is above one that
  /// is above it is above it too.
  void AppendHierarchy(const SymbolicValue& member, std::vector<Term>& all) {
    const std::string& type = member.type->entity_type;
    for (const std::string& above_type : AskedAbove(type)) {
      const Term above = Ancestors(member, above_type);
      const auto ancestors = [&](const std::string&, Sort) { return above; };
      (void)MakeValue(terms_, SetType(EntityType(above_type)), "", schema_, ancestors, all);
      if (above_type == type) all.push_back(terms_.Not(terms_.Member(member.term, above)));
      const auto between = members_.find(above_type);
      if (between == members_.end()) continue;
      for (const SymbolicValue& middle : between->second) {
        if (middle.term == member.term) continue;
        std::vector<Term> closed;
        for (const std::string& top : AskedAbove(above_type)) {
          closed.push_back(terms_.Subset(Ancestors(middle, top), Ancestors(member, top)));
        }
        if (closed.empty()) continue;
        all.push_back(terms_.Implies(terms_.Member(middle.term, above), terms_.And(closed)));
      }
    }
  }

  static void AppendWanted(const SymbolicValue& entity, const Reading& reading, std::vector<Term>& wanted) {
    wanted.push_back(entity.term);
    wanted.push_back(reading.present);
    AppendLeaves(reading.value, wanted);
  }

  Terms& terms_;
  const cedar::Schema& schema_;
  std::map<std::pair<Term, std::string>, ReadAttribute, ByNumber> attributes_;
  std::map<std::pair<Term, Term>, ReadTag, ByNumber> tags_;
  std::map<std::string, std::vector<SymbolicValue>> members_;  // whose ancestors were asked for, by type
  std::size_t member_count_ = 0;
  std::set<std::pair<std::string, std::string>> asked_;  // of the left type in the right one
  std::map<std::string, std::set<std::string>> types_above_;
  std::vector<Term> bounds_;
};

/// What is known of one entity, from all the terms that are it.
struct MadeEntity {
  std::map<std::string, Value> attributes;
  std::map<std::string, Value> tags;
  std::set<EntityUid> ancestors;
};

cedar::Record RecordOf(const std::map<std::string, Value>& values) {
  std::vector<cedar::Attribute> attributes;
  for (const auto& [name, value] : values) attributes.push_back({name, value});
  return cedar::Record(std::move(attributes));
}

/// The value where it is present.
base::Result<std::optional<Value>> ValueIn(const Model& model, const Reading& reading) {
  const auto is_present = model.IsTrue(reading.present);
  if (!is_present) return std::unexpected(is_present.error());
  if (!*is_present) return std::nullopt;
  auto value = model.ValueOf(reading.value);
  if (!value) return std::unexpected(value.error());
  return std::move(*value);
}

/// Ancestors that no other ancestor is below.
std::vector<EntityUid> ParentsOf(const MadeEntity& entity, const std::map<EntityUid, MadeEntity>& all) {
  std::set<EntityUid> parents = entity.ancestors;
  for (const EntityUid& ancestor : entity.ancestors) {
    const auto known = all.find(ancestor);
    if (known == all.end()) continue;
    for (const EntityUid& higher : known->second.ancestors) parents.erase(higher);
  }
  return {parents.begin(), parents.end()};
}

base::Result<std::vector<cedar::Entity>> OpenStore::EntitiesIn(const Model& model) {
  std::map<EntityUid, MadeEntity> all;
  const auto made = [&](const SymbolicValue& entity) -> base::Result<MadeEntity*> {
    const auto uid = model.ValueOf(entity);
    if (!uid) return std::unexpected(uid.error());
    return &all[*uid->AsEntity()];
  };
  for (const auto& [key, read] : attributes_) {
    const auto entity = made(read.entity);
    if (!entity) return std::unexpected(entity.error());
    const auto value = ValueIn(model, read.reading);
    if (!value) return std::unexpected(value.error());
    if (*value) (*entity)->attributes.emplace(key.second, **value);
  }
  for (const auto& [key, read] : tags_) {
    const auto entity = made(read.entity);
    if (!entity) return std::unexpected(entity.error());
    const auto value = ValueIn(model, read.reading);
    if (!value) return std::unexpected(value.error());
    const auto name =
        model.ValueOf({.type = SimpleType(cedar::Type::Kind::kString), .term = read.name, .fields = {}});
    if (!name) return std::unexpected(name.error());
    if (*value) (*entity)->tags.emplace(*name->AsString(), **value);
  }
  for (const auto& [type, members] : members_) {
    for (const SymbolicValue& member : members) {
      const auto entity = made(member);
      if (!entity) return std::unexpected(entity.error());
      for (const std::string& above : AskedAbove(type)) {
        const auto ancestors = model.ValueOf(
            {.type = SetType(EntityType(above)), .term = Ancestors(member, above), .fields = {}});
        if (!ancestors) return std::unexpected(ancestors.error());
        for (const Value& each : ancestors->AsSet()->elements()) {
          (*entity)->ancestors.insert(*each.AsEntity());
        }
      }
    }
  }
  std::vector<cedar::Entity> entities;
  for (auto& [uid, entity] : all) {
    if (const cedar::EntityDeclaration* declaration = schema_.FindEntity(uid.type())) {
      const Value plain = PlainValue(*declaration->attributes, &schema_);
      for (const cedar::Attribute& required : plain.AsRecord()->attributes()) {
        entity.attributes.emplace(required.name, required.value);
      }
    }
    entities.push_back({uid, ParentsOf(entity, all), RecordOf(entity.attributes), RecordOf(entity.tags)});
  }
  for (const auto& [uid, action] : schema_.actions()) {
    if (!action.parents.empty()) entities.push_back({uid, action.parents, {}, {}});
  }
  return entities;
}

}  // namespace

std::unique_ptr<SymbolicStore> MakeOpenStore(Terms& terms, const cedar::Schema& schema) {
  return std::make_unique<OpenStore>(terms, schema);
}

}  // namespace proviso::analysis::internal
