#include "cedar/entities.h"

#include <algorithm>
#include <bit>
#include <unordered_set>
#include <utility>

#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Fail;
using Node = Entities::Node;

/// Up to this many a set is searched from end to end: the layer of one request is built for each.
constexpr std::size_t kSearchedMax = 8;

bool SameAncestor(const Node::Ancestor& a, const Node::Ancestor& b) {
  return a.hash == b.hash && a.uid == b.uid;
}

bool ComesBefore(const Node::Ancestor& a, const Node::Ancestor& b) {
  return a.hash != b.hash ? a.hash < b.hash : a.uid < b.uid;
}

bool Stores(const Node& node, const EntityUid& ancestor) {
  const std::size_t hash = ancestor.hash();
  const auto& ancestors = node.ancestors;
  auto at = ancestors.begin();
  if (ancestors.size() > kSearchedMax) {
    at = std::ranges::lower_bound(ancestors, hash, {}, &Node::Ancestor::hash);
  } else {
    while (at != ancestors.end() && at->hash < hash) ++at;
  }
  for (; at != ancestors.end() && at->hash == hash; ++at) {
    if (at->uid == ancestor) return true;
  }
  return false;
}

/// Whether a stored ancestor is in the set. Where the set has hashes, each of the fewer is looked for
/// among the more.
bool StoresAny(const Node& node, const Set& set) {
  const auto& hashes = set.entity_hashes();
  if (hashes.empty()) {
    return std::ranges::any_of(set.elements(), [&](const Value& element) {
      const EntityUid* uid = element.AsEntity();
      return uid != nullptr && Stores(node, *uid);
    });
  }
  if (node.ancestors.size() <= hashes.size()) {
    return std::ranges::any_of(
        node.ancestors, [&](const Node::Ancestor& ancestor) { return set.ContainsEntity(ancestor.uid); });
  }
  return std::ranges::any_of(hashes, [&](const Set::EntityHash& each) {
    const auto same = std::ranges::equal_range(node.ancestors, each.hash, {}, &Node::Ancestor::hash);
    return std::ranges::any_of(same, [&](const Node::Ancestor& ancestor) {
      return ancestor.uid == *set.elements()[each.index].AsEntity();
    });
  });
}

}  // namespace

base::Result<Entities> Entities::Build(std::vector<Entity> entities, const Entities* base) {
  Entities result;
  result.base_ = base;
  if (auto status = result.Insert(std::move(entities)); !status) return std::unexpected(status.error());
  if (auto status = result.CloseAncestors(); !status) return std::unexpected(status.error());
  return result;
}

base::Status Entities::Insert(std::vector<Entity> entities) {
  nodes_.reserve(entities.size());
  if (entities.size() > kSearchedMax) slots_.resize(std::bit_ceil(2 * entities.size()));
  for (Entity& entity : entities) {
    if (auto status = CheckLayersBelow(entity.uid); !status) return status;
    std::ranges::sort(entity.parents);
    const auto repeated = std::ranges::unique(entity.parents);
    entity.parents.erase(repeated.begin(), repeated.end());
    const Node* present = FindHere(entity.uid);
    if (present == nullptr) {
      nodes_.push_back({.entity = std::move(entity)});
      AddSlot(nodes_.back().entity.uid, nodes_.size() - 1);
    } else if (!(present->entity == entity)) {
      return Fail(ErrorCode::kConflict,
                  "entity " + entity.uid.Text() + " is given twice with different content");
    }
  }
  return {};
}

base::Status Entities::CheckLayersBelow(const EntityUid& uid) const {
  for (const Entities* below = base_; below != nullptr; below = below->base_) {
    if (below->FindHere(uid) != nullptr) {
      return Fail(ErrorCode::kConflict, "entity " + uid.Text() + " is in the set below; a layer only adds");
    }
    if (below->NamesAsMissingParent(uid)) {
      return Fail(ErrorCode::kConflict, "entity " + uid.Text() +
                                            " is named as a parent in the set below; define it there, as the "
                                            "ancestors of its members are already computed");
    }
  }
  return {};
}

void Entities::AddSlot(const EntityUid& uid, std::size_t index) {
  if (slots_.empty()) return;
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = uid.hash() & mask;
  while (slots_[at].number != 0) at = (at + 1) & mask;
  slots_[at] = {uid.hash(), static_cast<std::uint32_t>(index + 1)};
}

/// Depth first without recursion: an entity's ancestors are complete when it is left.
base::Status Entities::CloseAncestors() {
  enum class State : std::uint8_t { kNew, kEntered, kLeft };
  struct Visit {
    std::size_t index;
    std::size_t next_parent;
  };
  std::vector<State> states(nodes_.size(), State::kNew);
  std::vector<Visit> path;
  std::size_t pairs_left = kAncestorPairsMax;
  for (std::size_t start = 0; start < nodes_.size(); ++start) {
    if (states[start] != State::kNew) continue;
    states[start] = State::kEntered;
    path.push_back({start, 0});
    while (!path.empty()) {
      Visit& visit = path.back();
      Node& node = nodes_[visit.index];
      if (visit.next_parent == node.entity.parents.size()) {
        CollectAncestors(node, pairs_left);
        states[visit.index] = State::kLeft;
        path.pop_back();
        continue;
      }
      const Node* parent = FindHere(node.entity.parents[visit.next_parent++]);
      if (parent == nullptr) continue;
      const auto index = static_cast<std::size_t>(parent - nodes_.data());
      if (states[index] == State::kEntered) {
        return Fail(ErrorCode::kInvalid, "entity " + parent->entity.uid.Text() +
                                             " is its own ancestor; remove a parent from the cycle");
      }
      if (states[index] == State::kLeft) continue;
      states[index] = State::kEntered;
      path.push_back({index, 0});
    }
  }
  std::ranges::sort(dangling_parents_);
  return {};
}

void Entities::CollectAncestors(Node& node, std::size_t& pairs_left) {
  std::size_t pairs = node.entity.parents.size();
  for (const EntityUid& parent : node.entity.parents) {
    const Node* known = FindNode(parent);
    if (known == nullptr) {
      dangling_parents_.push_back(parent);
    } else {
      pairs += known->ancestors.size();
      node.walks = node.walks || known->walks;
    }
  }
  node.walks = node.walks || pairs > pairs_left;
  if (node.walks) return;
  pairs_left -= pairs;
  node.ancestors.reserve(pairs);
  for (const EntityUid& parent : node.entity.parents) {
    node.ancestors.push_back({parent.hash(), parent});
    const Node* known = FindNode(parent);
    if (known == nullptr) continue;
    node.ancestors.insert(node.ancestors.end(), known->ancestors.begin(), known->ancestors.end());
  }
  if (node.ancestors.size() < 2) return;
  std::ranges::sort(node.ancestors, ComesBefore);
  const auto repeated = std::ranges::unique(node.ancestors, SameAncestor);
  node.ancestors.erase(repeated.begin(), repeated.end());
}

bool Entities::NamesAsMissingParent(const EntityUid& uid) const {
  return !dangling_parents_.empty() && std::ranges::binary_search(dangling_parents_, uid);
}

const Node* Entities::FindHere(const EntityUid& uid) const {
  const std::size_t hash = uid.hash();
  if (slots_.empty()) {
    for (const Node& node : nodes_) {
      if (node.entity.uid.hash() == hash && node.entity.uid == uid) return &node;
    }
    return nullptr;
  }
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].number != 0; at = (at + 1) & mask) {
    if (slots_[at].hash != hash) continue;
    const Node& node = nodes_[slots_[at].number - 1];
    if (node.entity.uid == uid) return &node;
  }
  return nullptr;
}

const Node* Entities::FindNode(const EntityUid& uid) const {
  for (const Entities* layer = this; layer != nullptr; layer = layer->base_) {
    if (const Node* node = layer->FindHere(uid)) return node;
  }
  return nullptr;
}

const Entity* Entities::Find(const EntityUid& uid) const {
  const Node* node = FindNode(uid);
  return node == nullptr ? nullptr : &node->entity;
}

bool Entities::IsIn(const EntityUid& descendant, const EntityUid& ancestor) const {
  if (descendant == ancestor) return true;
  const Node* node = FindNode(descendant);
  return node != nullptr && IsBelow(*node, ancestor);
}

/// Looks at each entity above once; those whose ancestors are stored are not walked through.
template <typename IsSought, typename HoldsSought>
bool Entities::Walk(const Node& from, IsSought is_sought, HoldsSought holds_sought) const {
  std::vector<const Node*> open = {&from};
  std::unordered_set<const Node*> seen = {&from};
  while (!open.empty()) {
    const Node& node = *open.back();
    open.pop_back();
    for (const EntityUid& parent : node.entity.parents) {
      if (is_sought(parent)) return true;
      const Node* above = FindNode(parent);
      if (above == nullptr || !seen.insert(above).second) continue;
      if (above->walks) {
        open.push_back(above);
      } else if (holds_sought(*above)) {
        return true;
      }
    }
  }
  return false;
}

bool Entities::IsBelow(const Node& node, const EntityUid& ancestor) const {
  if (!node.walks) return Stores(node, ancestor);
  return Walk(
      node, [&](const EntityUid& uid) { return uid == ancestor; },
      [&](const Node& above) { return Stores(above, ancestor); });
}

bool Entities::IsBelowAny(const Node& node, const Set& ancestors) const {
  if (!node.walks) return StoresAny(node, ancestors);
  return Walk(
      node, [&](const EntityUid& uid) { return ancestors.ContainsEntity(uid); },
      [&](const Node& above) { return StoresAny(above, ancestors); });
}

std::vector<const Entity*> Entities::Sorted() const {
  std::vector<const Entity*> sorted;
  sorted.reserve(nodes_.size());
  for (const Node& node : nodes_) sorted.push_back(&node.entity);
  std::ranges::sort(sorted, {}, [](const Entity* entity) -> const EntityUid& { return entity->uid; });
  return sorted;
}

}  // namespace proviso::cedar
