// Entities: what principals, actions and resources are, what they belong to, and their attributes.
//
//   auto base = EntitiesFromJson(text, "entities.json", &schema);     // once, shared by all threads
//   auto local = Entities::Build({caller, tool}, &*base);             // per request, cheap
//   Authorize(policies, *local, request);
//
// A set is immutable once built. Every entity knows all its ancestors, so that `in` is one look-up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cedar/schema.h"
#include "cedar/value.h"

namespace proviso::cedar {

struct Entity {
  EntityUid uid;
  std::vector<EntityUid> parents;  ///< may name entities that no set holds
  Record attributes;
  Record tags;

  bool operator==(const Entity&) const = default;
};

class Entities {
 public:
  /// An entity in its place: for whoever asks several things of one (a decision does).
  struct Node {
    struct Ancestor {
      std::size_t hash;  ///< of uid, so that a look-up compares numbers
      EntityUid uid;
    };
    Entity entity;
    std::vector<Ancestor> ancestors{};  ///< all of them, by hash; none stored where `walks`
    bool walks = false;                 ///< past kAncestorPairsMax: parents are followed at each question
  };

  Entities() = default;
  Entities(Entities&&) noexcept = default;
  Entities& operator=(Entities&&) noexcept = default;

  /// Takes entities and computes their ancestors. With `base` (borrowed; must outlive the result)
  /// the new set is a layer above it: look-ups that miss here go there, and ancestors are followed
  /// into it. Fails with kInvalid on a cycle; kConflict on an entity given twice with different
  /// content, or one that `base` holds or names as a parent (its ancestors there would be stale).
  /// The same entity given twice is one. Past kAncestorPairsMax ancestors are no longer stored but
  /// walked to: memory is bounded, and `in` costs what the hierarchy above the entity does.
  [[nodiscard]] static base::Result<Entities> Build(std::vector<Entity> entities,
                                                    const Entities* base = nullptr);

  /// The entity, or nullptr. Lives as long as this set (and its base).
  [[nodiscard]] const Entity* Find(const EntityUid& uid) const;
  [[nodiscard]] const Node* FindNode(const EntityUid& uid) const;
  /// Whether `descendant` is `ancestor` or is below it. An entity that no set holds is below none.
  [[nodiscard]] bool IsIn(const EntityUid& descendant, const EntityUid& ancestor) const;
  /// Whether `node`, of this set or its base, is below `ancestor`.
  [[nodiscard]] bool IsBelow(const Node& node, const EntityUid& ancestor) const;
  /// Whether `node` is below any of `ancestors`, a set of nothing but entities. Takes time linear in the
  /// smaller of the set and what is above the node (in the latter, where it must be walked to).
  [[nodiscard]] bool IsBelowAny(const Node& node, const Set& ancestors) const;
  /// Number of entities of this layer.
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// This layer's entities, sorted by uid.
  [[nodiscard]] std::vector<const Entity*> Sorted() const;

 private:
  /// Where an entity is in nodes_: open addressing, a power of two, at most half full.
  struct Slot {
    std::size_t hash = 0;
    std::uint32_t number = 0;  ///< index in nodes_ plus 1; 0 for an empty slot
  };
  [[nodiscard]] const Node* FindHere(const EntityUid& uid) const;
  [[nodiscard]] base::Status Insert(std::vector<Entity> entities);
  [[nodiscard]] base::Status CheckLayersBelow(const EntityUid& uid) const;
  void AddSlot(const EntityUid& uid, std::size_t index);
  [[nodiscard]] base::Status CloseAncestors();
  /// Needs the parents' ancestors to be complete. Takes what it costs from `pairs_left`.
  void CollectAncestors(Node& node, std::size_t& pairs_left);
  /// Whether `is_sought(uid)` of a parent above, or `holds_sought(node)` of a node with stored ancestors.
  template <typename IsSought, typename HoldsSought>
  [[nodiscard]] bool Walk(const Node& from, IsSought is_sought, HoldsSought holds_sought) const;
  [[nodiscard]] bool NamesAsMissingParent(const EntityUid& uid) const;

  std::vector<Node> nodes_;
  std::vector<Slot> slots_;                  // empty while few enough to look at each
  std::vector<EntityUid> dangling_parents_;  // sorted
  const Entities* base_ = nullptr;
};

/// Reads the JSON array of entities of the Cedar reference (uid, attrs, parents, tags), with explicit
/// escapes (`__entity`, `__extn`) anywhere and, where `schema` gives a type, the implicit forms: an
/// entity as {"type", "id"}, an extension value as its text or {"fn", "arg"}. With a schema its action
/// entities are added; an action in the JSON must have the ancestors that the schema gives it. Errors
/// begin with `source_name` and say which entity and attribute.
[[nodiscard]] base::Result<Entities> EntitiesFromJson(std::string_view text, std::string_view source_name,
                                                      const Schema* schema);

/// Reads a context: a JSON object. The schema's type for `action` guides the implicit forms.
[[nodiscard]] base::Result<Record> ContextFromJson(base::Json object, const Schema* schema,
                                                   const EntityUid& action);

/// Reads {"type": T, "id": I} or {"__entity": {…}}.
[[nodiscard]] base::Result<EntityUid> EntityUidFromJson(base::Json object);

/// Reads any value; `type` (nullptr for none) guides the implicit forms.
[[nodiscard]] base::Result<Value> ValueFromJson(base::Json value, const Type* type);

/// This layer's entities (without its base) as the JSON array that EntitiesFromJson reads, sorted by uid,
/// with explicit escapes: it reads back the same with any schema or none. Fails with kInvalid where a
/// record has an attribute named like an escape (`__entity`, `__extn`, `__expr`), which JSON has no way
/// to say, and with kLimit where a value nests deeper than kValueDepthMax.
[[nodiscard]] base::Result<std::string> EntitiesToJson(const Entities& entities);

/// One value, and a record (as a request's context is), the same way.
[[nodiscard]] base::Result<std::string> ValueToJson(const Value& value);
[[nodiscard]] base::Result<std::string> ValueToJson(const Record& record);

}  // namespace proviso::cedar
