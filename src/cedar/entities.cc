#include "cedar/entities.h"

#include <algorithm>
#include <utility>

#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Fail;

bool ComesBefore(const EntityUid& a, const EntityUid& b) {
  return a.hash() != b.hash() ? a.hash() < b.hash() : a < b;
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
  for (Entity& entity : entities) {
    const EntityUid uid = entity.uid;
    for (const Entities* below = base_; below != nullptr; below = below->base_) {
      if (below->nodes_.contains(uid)) {
        return Fail(ErrorCode::kConflict, "entity " + uid.Text() + " is in the set below; a layer only adds");
      }
      if (below->dangling_parents_.contains(uid)) {
        return Fail(ErrorCode::kConflict,
                    "entity " + uid.Text() +
                        " is named as a parent in the set below; define it there, as the "
                        "ancestors of its members are already computed");
      }
    }
    std::ranges::sort(entity.parents);
    const auto repeated = std::ranges::unique(entity.parents);
    entity.parents.erase(repeated.begin(), repeated.end());
    const auto present = nodes_.find(uid);
    if (present == nodes_.end()) {
      nodes_.emplace(uid, Node{std::move(entity), {}});
    } else if (!(present->second.entity == entity)) {
      return Fail(ErrorCode::kConflict, "entity " + uid.Text() + " is given twice with different content");
    }
  }
  return {};
}

/// Depth first without recursion: an entity's ancestors are complete when it is left.
base::Status Entities::CloseAncestors() {
  enum class State : std::uint8_t { kEntered, kLeft };
  struct Visit {
    Node* node;
    std::size_t next_parent;
  };
  std::unordered_map<const Node*, State> states;
  std::vector<Visit> path;
  std::size_t pairs_left = kAncestorPairsMax;
  for (auto& [start_uid, start] : nodes_) {
    if (states.contains(&start)) continue;
    states[&start] = State::kEntered;
    path.push_back({&start, 0});
    while (!path.empty()) {
      Visit& visit = path.back();
      const auto& parents = visit.node->entity.parents;
      if (visit.next_parent == parents.size()) {
        if (auto status = CollectAncestors(*visit.node, pairs_left); !status) return status;
        states[visit.node] = State::kLeft;
        path.pop_back();
        continue;
      }
      const auto parent = nodes_.find(parents[visit.next_parent++]);
      if (parent == nodes_.end()) continue;
      const auto [state, is_new] = states.try_emplace(&parent->second, State::kEntered);
      if (is_new) {
        path.push_back({&parent->second, 0});
      } else if (state->second == State::kEntered) {
        return Fail(ErrorCode::kInvalid, "entity " + parent->first.Text() +
                                             " is its own ancestor; remove a parent from the cycle");
      }
    }
  }
  return {};
}

base::Status Entities::CollectAncestors(Node& node, std::size_t& pairs_left) {
  std::size_t pairs = node.entity.parents.size();
  for (const EntityUid& parent : node.entity.parents) {
    const Node* known = FindNode(parent);
    if (known == nullptr) {
      dangling_parents_.insert(parent);
    } else {
      pairs += known->ancestors.size();
    }
  }
  if (pairs > pairs_left) {
    return Fail(ErrorCode::kLimit, "the hierarchy has more than " + std::to_string(kAncestorPairsMax) +
                                       " pairs of entity and ancestor; make it flatter, or split it");
  }
  pairs_left -= pairs;
  node.ancestors.reserve(pairs);
  for (const EntityUid& parent : node.entity.parents) {
    node.ancestors.push_back(parent);
    const Node* known = FindNode(parent);
    if (known == nullptr) continue;
    node.ancestors.insert(node.ancestors.end(), known->ancestors.begin(), known->ancestors.end());
  }
  std::ranges::sort(node.ancestors, ComesBefore);
  const auto repeated = std::ranges::unique(node.ancestors);
  node.ancestors.erase(repeated.begin(), repeated.end());
  return {};
}

const Entities::Node* Entities::FindNode(const EntityUid& uid) const {
  for (const Entities* layer = this; layer != nullptr; layer = layer->base_) {
    const auto at = layer->nodes_.find(uid);
    if (at != layer->nodes_.end()) return &at->second;
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
  return node != nullptr && std::ranges::binary_search(node->ancestors, ancestor, ComesBefore);
}

std::vector<const Entity*> Entities::Sorted() const {
  std::vector<const Entity*> sorted;
  sorted.reserve(nodes_.size());
  for (const auto& [uid, node] : nodes_) sorted.push_back(&node.entity);
  std::ranges::sort(sorted, {}, [](const Entity* entity) -> const EntityUid& { return entity->uid; });
  return sorted;
}

}  // namespace proviso::cedar
