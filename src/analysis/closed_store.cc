// A closed world: what is known of each entity is constant, so that reading one is a choice among the known
// entities that have it.
#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "analysis/internal/symbolic_store.h"
#include "analysis/internal/types.h"
#include "analysis/limits.h"

namespace proviso::analysis::internal {
namespace {

using base::ErrorCode;
using cedar::EntityUid;
using cedar::Value;

struct Known {
  const cedar::Entities::Node* node;
  Term term;
};

/// Finds in an entity what is read of it; nullptr where it has none.
using Finder = std::function<const Value*(const cedar::Entity& entity)>;

class ClosedStore final : public SymbolicStore {
 public:
  ClosedStore(Terms& terms, const cedar::Entities& entities, const std::vector<LocalEntity>& locals)
      : terms_(terms), entities_(entities), locals_(locals) {
    for (const cedar::Entity* entity : entities.Sorted()) {
      known_[entity->uid.type()].push_back({entities.FindNode(entity->uid), EntityTerm(terms, entity->uid)});
    }
  }

  base::Result<Reading> Attribute(const SymbolicValue& entity,
                                  const cedar::AttributeType& attribute) override {
    const auto key = std::pair(entity.term, attribute.name);
    if (const auto made = attributes_.find(key); made != attributes_.end()) return made->second;
    auto read = Read(entity, attribute.type,
                     [&](const cedar::Entity& known) { return known.attributes.Find(attribute.name); });
    if (read) attributes_.emplace(key, *read);
    return read;
  }

  /// The tag of each name that some known entity has, where the name is that one.
  base::Result<Reading> Tag(const SymbolicValue& entity, Term name, const cedar::TypePtr& type) override {
    std::vector<std::string> names;
    for (const Known& known : Candidates(entity)) {
      for (const cedar::Attribute& tag : known.node->entity.tags.attributes()) names.push_back(tag.name);
    }
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    Reading all{terms_.False(), {}};
    for (const std::string& each : names) {
      const Term is_named = terms_.Equal(name, terms_.String(each));
      if (is_named == terms_.False()) continue;
      const auto read = Read(entity, type, [&](const cedar::Entity& known) { return known.tags.Find(each); });
      if (!read) return std::unexpected(read.error());
      if (read->present == terms_.False()) continue;
      all.value = all.value.type == nullptr ? read->value : Choose(terms_, is_named, read->value, all.value);
      all.present = terms_.Or({all.present, terms_.And({is_named, read->present})});
    }
    return all;
  }

  base::Result<Term> IsIn(const SymbolicValue& entity, const Containers& containers) override {
    pairs_left_ = kMembershipPairsMax;
    std::vector<Term> any = IsOrIsBelow(entity, containers);
    for (const LocalEntity& local : locals_) {
      if (local.entity.term->sort != entity.term->sort) continue;
      const Term is_local =
          terms_.And({terms_.Equal(entity.term, local.entity.term), terms_.Not(IsKnown(local.entity))});
      if (is_local == terms_.False()) continue;
      std::vector<Term> above;
      for (const LocalEntity::Parent& parent : local.parents) {
        above.push_back(terms_.And({parent.present, terms_.Or(IsOrIsBelow(parent.entity, containers))}));
      }
      any.push_back(terms_.And({is_local, terms_.Or(above)}));
    }
    if (pairs_left_ > 0) return terms_.Or(any);
    return base::Fail(ErrorCode::kLimit, "one `in` has more than " + std::to_string(kMembershipPairsMax) +
                                             " pairs of entities to look at; ask for fewer entities");
  }

  std::vector<Term> Assumptions() override { return {}; }

  std::vector<Term> Wanted() override {
    std::vector<Term> wanted;
    for (const LocalEntity& local : locals_) {
      wanted.push_back(local.entity.term);
      for (const LocalEntity::Parent& parent : local.parents) {
        wanted.push_back(parent.present);
        wanted.push_back(parent.entity.term);
      }
    }
    return wanted;
  }

  base::Result<std::vector<cedar::Entity>> EntitiesIn(const Model& model) override {
    std::map<EntityUid, std::vector<EntityUid>> parents;  // two locals of one name are one entity
    for (const LocalEntity& local : locals_) {
      const auto uid = model.ValueOf(local.entity);
      if (!uid) return std::unexpected(uid.error());
      if (entities_.Find(*uid->AsEntity()) != nullptr) continue;
      auto& above = parents[*uid->AsEntity()];
      for (const LocalEntity::Parent& parent : local.parents) {
        const auto is_present = model.IsTrue(parent.present);
        if (!is_present) return std::unexpected(is_present.error());
        if (!*is_present) continue;
        const auto parent_uid = model.ValueOf(parent.entity);
        if (!parent_uid) return std::unexpected(parent_uid.error());
        above.push_back(*parent_uid->AsEntity());
      }
    }
    std::vector<cedar::Entity> made;
    for (auto& [uid, above] : parents) made.push_back({uid, std::move(above), {}, {}});
    return made;
  }

 private:
  /// The known entities that `entity` may be: one where it is a constant.
  std::span<const Known> Candidates(const SymbolicValue& entity) {
    const auto of_type = known_.find(entity.type->entity_type);
    if (of_type == known_.end()) return {};
    const std::vector<Known>& all = of_type->second;
    const auto uid = UidOf(entity);
    if (!uid) return all;
    const auto at = std::ranges::lower_bound(
        all, *uid, {}, [](const Known& known) -> const EntityUid& { return known.node->entity.uid; });
    if (at == all.end() || !(at->node->entity.uid == *uid)) return {};
    return {&*at, 1};
  }

  Term IsKnown(const SymbolicValue& entity) {
    std::vector<Term> any;
    for (const Known& known : Candidates(entity)) any.push_back(terms_.Equal(entity.term, known.term));
    return terms_.Or(any);
  }

  /// Known entities with one value are one case.
  base::Result<Reading> Read(const SymbolicValue& entity, const cedar::TypePtr& type, const Finder& find) {
    const std::span<const Known> candidates = Candidates(entity);
    if (candidates.size() > kEntitiesOfTypeMax) {
      return base::Fail(ErrorCode::kLimit, "there are more than " + std::to_string(kEntitiesOfTypeMax) +
                                               " entities of type `" + entity.type->entity_type + "`");
    }
    std::map<Value, std::vector<Term>> cases;
    for (const Known& known : candidates) {
      const Value* value = find(known.node->entity);
      if (value == nullptr) continue;
      if (!Conforms(*value, *type)) {
        return base::Fail(ErrorCode::kInvalid,
                          "entity " + known.node->entity.uid.Text() + " is not as the schema says");
      }
      cases[*value].push_back(terms_.Equal(entity.term, known.term));
    }
    Reading read{terms_.False(), {}};
    for (const auto& [value, conditions] : cases) {
      const Term is_case = terms_.Or(conditions);
      SymbolicValue constant = ConstantOf(terms_, value, type);
      read.value =
          read.value.type == nullptr ? std::move(constant) : Choose(terms_, is_case, constant, read.value);
      read.present = terms_.Or({read.present, is_case});
    }
    return read;
  }

  /// The ways to be among the containers but for being a local entity.
  std::vector<Term> IsOrIsBelow(const SymbolicValue& entity, const Containers& containers) {
    std::vector<Term> any;
    if (entity.type->entity_type == containers.type) any.push_back(IsAmong(terms_, entity.term, containers));
    for (const Known& known : Candidates(entity)) {
      std::vector<Term> above;
      for (const Term ancestor : Ancestors(*known.node, containers.type)) {
        if (pairs_left_ > 0) --pairs_left_;
        if (pairs_left_ > 0) above.push_back(IsAmong(terms_, ancestor, containers));
      }
      const Term is_above = terms_.Or(above);
      if (is_above == terms_.False()) continue;
      any.push_back(terms_.And({terms_.Equal(entity.term, known.term), is_above}));
    }
    return any;
  }

  /// Of one type, by name.
  const std::vector<Term>& Ancestors(const cedar::Entities::Node& node, const std::string& type) {
    if (node.walks) pairs_left_ = 0;  // such a world stores no ancestors: it is past any bound of ours
    const auto key = std::pair(&node, type);
    if (const auto made = ancestors_.find(key); made != ancestors_.end()) return made->second;
    std::vector<EntityUid> uids;
    for (const auto& ancestor : node.ancestors) {
      if (ancestor.uid.type() == type) uids.push_back(ancestor.uid);
    }
    std::ranges::sort(uids);
    std::vector<Term> above;
    for (const EntityUid& uid : uids) above.push_back(EntityTerm(terms_, uid));
    return ancestors_.emplace(key, std::move(above)).first->second;
  }

  Terms& terms_;
  const cedar::Entities& entities_;
  const std::vector<LocalEntity>& locals_;
  std::map<std::string, std::vector<Known>, std::less<>> known_;  // each sorted by uid
  std::map<std::pair<Term, std::string>, Reading> attributes_;
  std::map<std::pair<const cedar::Entities::Node*, std::string>, std::vector<Term>> ancestors_;
  std::size_t pairs_left_ = 0;
};

}  // namespace

Term IsAmong(Terms& terms, Term entity, const Containers& containers) {
  if (containers.one != nullptr) return terms.Equal(entity, containers.one);
  return terms.Member(entity, containers.set);
}

std::optional<EntityUid> UidOf(const SymbolicValue& entity) {
  if (entity.term->kind != TermNode::Kind::kConstruct) return std::nullopt;
  const Term id = entity.term->children[0];
  if (id->kind != TermNode::Kind::kString) return std::nullopt;
  return EntityUid(entity.type->entity_type, id->text);
}

std::unique_ptr<SymbolicStore> MakeClosedStore(Terms& terms, const cedar::Entities& entities,
                                               const std::vector<LocalEntity>& locals) {
  return std::make_unique<ClosedStore>(terms, entities, locals);
}

}  // namespace proviso::analysis::internal
