#include "cedar/internal/slices.h"

#include <algorithm>

#include "cedar/limits.h"

namespace proviso::cedar::internal {
namespace {

/// From this many on, the policies that name a principal (or a resource) are looked up by its hash.
constexpr std::size_t kKeyedMin = 16;

bool TypeCanMatch(const Policy& policy, const ScopeConstraint& constraint, const std::string& type) {
  switch (constraint.kind) {
    case ScopeConstraint::Kind::kAny:
    case ScopeConstraint::Kind::kIn:
      return true;
    case ScopeConstraint::Kind::kEqual:
      return policy.Resolve(*constraint.target).type() == type;
    case ScopeConstraint::Kind::kIs:
    case ScopeConstraint::Kind::kIsIn:
      return constraint.type == type;
  }
  std::unreachable();
}

/// Whether the action is one of the constraint's, or in one of its groups. An action whose ancestors
/// are not stored may be in any.
bool ActionCanMatch(const ActionConstraint& constraint, const EntityUid& action, const Entities::Node* node) {
  if (constraint.kind == ActionConstraint::Kind::kAny) return true;
  const bool groups_count = constraint.kind != ActionConstraint::Kind::kEqual && node != nullptr;
  return std::ranges::any_of(constraint.entities, [&](const EntityUid& named) {
    if (named == action) return true;
    return groups_count && (node->walks || std::ranges::any_of(node->ancestors, [&](const auto& ancestor) {
                              return ancestor.uid == named;
                            }));
  });
}

/// Puts the policies that name an entity in their own list, if they are many, else with the open ones.
void Place(std::vector<Slice::Keyed>& keyed, std::vector<std::uint32_t>& open) {
  if (keyed.size() < kKeyedMin) {
    for (const Slice::Keyed& each : keyed) open.push_back(each.policy);
    keyed.clear();
  }
  std::ranges::sort(keyed, [](const Slice::Keyed& a, const Slice::Keyed& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.policy < b.policy;
  });
  keyed.shrink_to_fit();
}

}  // namespace

const Slice& SliceCache::Find(const std::vector<CompiledPolicy>& policies, const Request& request,
                              const Entities::Node* action) {
  const std::size_t groups = action == nullptr ? 0 : action->ancestors.size();
  const std::size_t key = request.action.hash() + 3 * request.principal.type_hash() +
                          5 * request.resource.type_hash() + 7 * groups;
  std::unique_ptr<Kind>& slot = slots_[(key ^ (key >> 32U)) % kSlots];
  if (slot != nullptr && IsOf(*slot, request, action)) return slot->slice;
  if (slot != nullptr) candidates_ -= slot->slice.size();
  slot.reset();
  auto made = std::make_unique<Kind>(Make(policies, request, action));
  if (candidates_ + made->slice.size() > kSliceCandidatesMax) Clear();
  candidates_ += made->slice.size();
  slot = std::move(made);
  return slot->slice;
}

void SliceCache::Clear() {
  for (auto& slot : slots_) slot.reset();
  candidates_ = 0;
}

bool SliceCache::IsOf(const Kind& kind, const Request& request, const Entities::Node* action) {
  if (!(kind.action == request.action) || kind.principal_type != request.principal.type() ||
      kind.resource_type != request.resource.type() ||
      kind.slice.asks_action != (action != nullptr && action->walks)) {
    return false;
  }
  if (action == nullptr) return kind.groups.empty();
  return std::ranges::equal(kind.groups, action->ancestors, {}, {}, &Entities::Node::Ancestor::uid);
}

SliceCache::Kind SliceCache::Make(const std::vector<CompiledPolicy>& policies, const Request& request,
                                  const Entities::Node* action) {
  Kind kind{request.action, {}, request.principal.type(), request.resource.type(), {}};
  Slice& slice = kind.slice;
  if (action != nullptr) {
    for (const auto& ancestor : action->ancestors) kind.groups.push_back(ancestor.uid);
    slice.asks_action = action->walks;
  }
  for (std::uint32_t i = 0; i < policies.size(); ++i) {
    const CompiledPolicy& compiled = policies[i];
    const PolicyBody& body = compiled.policy->body();
    if (!ActionCanMatch(body.action, request.action, action) ||
        !TypeCanMatch(*compiled.policy, body.principal, kind.principal_type) ||
        !TypeCanMatch(*compiled.policy, body.resource, kind.resource_type)) {
      continue;
    }
    if (compiled.principal != nullptr) {
      slice.by_principal.push_back({compiled.principal->hash(), i});
    } else if (compiled.resource != nullptr) {
      slice.by_resource.push_back({compiled.resource->hash(), i});
    } else {
      slice.open.push_back(i);
    }
  }
  Place(slice.by_principal, slice.open);
  Place(slice.by_resource, slice.open);
  std::ranges::sort(slice.open);
  return kind;
}

}  // namespace proviso::cedar::internal
