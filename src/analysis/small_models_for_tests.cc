#include "analysis/internal/small_models_for_tests.h"

#include <gtest/gtest.h>

#include <limits>

#include "analysis/internal/random_policies_for_tests.h"
#include "analysis/internal/types.h"
#include "cedar/compiled.h"

namespace proviso::analysis::internal {
namespace {

using cedar::EntityUid;
using cedar::Type;
using cedar::Value;

/// Combinations tried in turn.
constexpr std::size_t kCombinationsMax = 128;

const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> kPools = {
    {"User", {"u0", "u1", "u2"}},
    {"Doc", {"d0", "d1"}},
    {"Folder", {"f0", "f1"}},
    {"Group", {"g0", "g1"}},
    {"Color", {"red", "green", "blue"}},
    {"Org", {"o0"}}};

const std::vector<std::string_view>& PoolOf(std::string_view type) {
  for (const auto& [name, ids] : kPools) {
    if (name == type) return ids;
  }
  static const std::vector<std::string_view> kNone = {""};
  return kNone;
}

/// The parents that an entity may have: none leads back to it.
std::vector<EntityUid> PossibleParents(const EntityUid& uid) {
  if (uid.type() == "User") return {{"Group", "g0"}, {"Group", "g1"}};
  if (uid == EntityUid("Group", "g0")) return {{"Group", "g1"}, {"Org", "o0"}};
  if (uid == EntityUid("Group", "g1")) return {{"Org", "o0"}};
  if (uid.type() == "Doc") return {{"Folder", "f0"}, {"Folder", "f1"}};
  if (uid == EntityUid("Folder", "f0")) return {{"Folder", "f1"}};
  return {};
}

template <typename Extension>
Value Parsed(Value (*make)(Extension), std::string_view text) {
  return make(*Extension::Parse(text));
}

}  // namespace

PolicyOutcome OutcomeOf(const std::shared_ptr<const cedar::PolicySet>& policies,
                        const cedar::Entities& entities, const cedar::Request& request) {
  const cedar::Response response = cedar::Authorize(*policies, entities, request);
  const cedar::CompiledPolicies compiled(policies);
  cedar::CompiledPolicies::Scratch scratch;
  const cedar::Verdict& verdict = compiled.Decide(request, entities, scratch);
  EXPECT_EQ(verdict.errors.size(), response.errors.size());
  EXPECT_EQ(verdict.outcome, response.outcome);
  if (!response.errors.empty()) return PolicyOutcome::kErrs;
  const bool is_satisfied = !response.satisfied_permits.empty() || !response.satisfied_forbids.empty();
  return is_satisfied ? PolicyOutcome::kSatisfied : PolicyOutcome::kNeither;
}

SmallModels::SmallModels(const RequestKind& kind, std::string mentioned, std::uint32_t seed)
    : kind_(kind), mentioned_(std::move(mentioned)), random_(seed), combinations_left_(kCombinationsMax) {}

std::size_t SmallModels::Below(std::size_t bound) {
  if (is_random_) return random_() % bound;
  if (next_choice_ == choices_.size()) choices_.emplace_back(0, bound);
  return choices_[next_choice_++].first;
}

void SmallModels::Next() {
  if (!is_random_) {
    next_choice_ = 0;
    --combinations_left_;
    while (!choices_.empty() && choices_.back().first + 1 == choices_.back().second) choices_.pop_back();
    if (choices_.empty()) {
      combinations_left_ = 0;
    } else {
      ++choices_.back().first;
    }
  }
  is_random_ = combinations_left_ == 0 || !is_random_;
}

EntityUid SmallModels::MakeUid(std::string_view type) {
  const auto& pool = PoolOf(type);
  return {std::string(type), std::string(pool[Below(pool.size())])};
}

Value SmallModels::Make(const Type& type) {
  constexpr std::int64_t kLongs[] = {
      0, 1, -1, 7, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()};
  constexpr std::string_view kTexts[] = {"", "a", "b", "ab"};
  constexpr std::string_view kAddresses[] = {"10.0.0.0/8", "10.1.2.3", "127.0.0.1",
                                             "::1",        "ff00::1",  "0.0.0.0/0"};
  constexpr std::string_view kTimes[] = {"1970-01-02T00:00:01Z", "1969-12-31", "2024-10-15",
                                         "1969-12-31T23:59:59.999Z"};
  constexpr std::string_view kSpans[] = {"0ms", "1d", "-1h30m", "36h", "106751991167d", "-999ms"};
  constexpr std::string_view kPrices[] = {"1.5", "-0.0001", "0.0", "1.4999"};
  const auto pick = [&](const auto& pool) { return pool[Below(std::size(pool))]; };
  switch (type.kind) {
    case Type::Kind::kBool:
      return Value::Bool(Chance());
    case Type::Kind::kLong:
      return Value::Long(pick(kLongs));
    case Type::Kind::kString:
      return Value::String(std::string(pick(kTexts)));
    case Type::Kind::kSet: {
      std::vector<Value> elements;
      for (std::size_t left = Below(4); left > 0; --left) elements.push_back(Make(*type.element));
      return Value::FromElements(std::move(elements));
    }
    case Type::Kind::kRecord:
      return Value::FromRecord(MakeRecord(type));
    case Type::Kind::kEntity:
      return Value::Entity(MakeUid(type.entity_type));
    case Type::Kind::kDecimal:
      return Parsed(&Value::FromDecimal, pick(kPrices));
    case Type::Kind::kIpAddress:
      return Value::FromIpAddress(*cedar::IpAddress::Parse(pick(kAddresses)));
    case Type::Kind::kDatetime:
      return Parsed(&Value::FromDatetime, pick(kTimes));
    case Type::Kind::kDuration:
      return Parsed(&Value::FromDuration, pick(kSpans));
  }
  std::unreachable();
}

cedar::Record SmallModels::MakeRecord(const Type& type) {
  std::vector<cedar::Attribute> attributes;
  for (const cedar::AttributeType& field : type.attributes) {
    const bool mentioned = Mentions(field.name);
    if (field.presence == cedar::Presence::kOptional && (!mentioned || Chance())) continue;
    attributes.push_back(
        {field.name, mentioned ? Make(*field.type) : PlainValue(*field.type, &SmallSchema())});
  }
  return cedar::Record(std::move(attributes));
}

std::vector<EntityUid> SmallModels::SomeParents(const EntityUid& uid) {
  std::vector<EntityUid> parents;
  if (!Mentions(" in ")) return parents;
  for (const EntityUid& parent : PossibleParents(uid)) {
    if (Chance()) parents.push_back(parent);
  }
  return parents;
}

cedar::Entity SmallModels::MakeEntity(const EntityUid& uid) {
  const cedar::EntityDeclaration& declaration = *SmallSchema().FindEntity(uid.type());
  std::vector<cedar::Attribute> tags;
  if (declaration.tags != nullptr && Mentions("Tag(")) {
    for (const std::string name : {"", "a"}) {
      if (Chance()) tags.push_back({name, Make(*declaration.tags)});
    }
  }
  return {uid, SomeParents(uid), MakeRecord(*declaration.attributes), cedar::Record(std::move(tags))};
}

std::vector<cedar::Entity> SmallModels::WholeStore() {
  std::vector<cedar::Entity> store;
  for (const auto& [type, ids] : kPools) {
    for (const std::string_view id : ids) store.push_back(MakeEntity({std::string(type), std::string(id)}));
  }
  store.push_back({EntityUid("Action", "view"), {EntityUid("Action", "read")}, {}, {}});
  return store;
}

std::vector<cedar::Entity> SmallModels::PartOfStore() {
  std::vector<cedar::Entity> store = WholeStore();
  std::erase_if(store, [&](const cedar::Entity& entity) {
    // A folder or group that a known entity names must be known: a layer above could not add it.
    const bool may_lack = entity.uid.type() == "User" || entity.uid.type() == "Doc";
    return may_lack && random_() % 3 == 0;
  });
  return store;
}

std::vector<cedar::Entity> SmallModels::LocalsOf(const cedar::Request& request,
                                                 const cedar::Entities& world) {
  std::vector<cedar::Entity> locals;
  const auto add = [&](const EntityUid& uid, std::string_view parent_type) {
    if (uid.type() == parent_type) return;
    const bool has_parent = Chance();
    std::vector<EntityUid> parents;
    if (has_parent) parents.push_back(MakeUid(parent_type));
    if (world.Find(uid) == nullptr) locals.push_back({uid, std::move(parents), {}, {}});
  };
  add(request.principal, "Group");
  add(request.resource, "Folder");
  return locals;
}

cedar::Request SmallModels::MakeRequest() {
  const EntityUid principal = MakeUid(kind_.principal_type);
  const EntityUid resource = MakeUid(kind_.resource_type);
  return {principal, kind_.action, resource,
          Value::FromRecord(MakeRecord(*SmallSchema().FindAction(kind_.action)->context))};
}

void AddLocals(Terms& terms, SymbolicRequest& request, const std::string& name) {
  const auto add = [&](const SymbolicValue& entity, const std::string& parent_type) {
    if (entity.type->entity_type == parent_type) return;
    LocalEntity local{.entity = entity, .parents = {}};
    const std::string path = name + "." + parent_type;
    local.parents.push_back(
        {terms.Variable(path + "?", terms.BoolSort()),
         VariablesOf(terms, EntityType(parent_type), path, SmallSchema(), request.bounds)});
    request.locals.push_back(std::move(local));
  };
  add(request.principal, "Group");
  add(request.resource, "Folder");
}

}  // namespace proviso::analysis::internal
