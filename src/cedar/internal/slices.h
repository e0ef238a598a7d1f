// Which policies can apply to a kind of request: an action, a type of principal, a type of resource.
//
// What a scope says of these three is settled once for each kind that comes, exactly; what it says of
// one principal or resource (`==`, `in`) is left to the decision, by hash where many policies say it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cedar/authorize.h"

namespace proviso::cedar::internal {

/// What a decision needs of one policy. Pointers are into the policy, which outlives this.
struct CompiledPolicy {
  /// How the scope names one entity.
  enum class Target : std::uint8_t { kNone, kEqual, kIn };
  const Policy* policy = nullptr;
  const EntityUid* principal = nullptr;
  const EntityUid* resource = nullptr;
  Target principal_target = Target::kNone;
  Target resource_target = Target::kNone;
  Effect effect = Effect::kPermit;
  bool has_conditions = false;
  std::uint32_t code = 0;  ///< where its conditions begin
};

/// The candidates of one kind of request, as indices of the compiled policies.
struct Slice {
  struct Keyed {
    std::size_t hash;  ///< of the entity that the scope names
    std::uint32_t policy;
  };
  std::vector<std::uint32_t> open;  ///< tried each time; ascending
  std::vector<Keyed> by_principal;  ///< by hash, then policy
  std::vector<Keyed> by_resource;
  /// The action's ancestors are not stored, so its scope is still to be asked.
  bool asks_action = false;

  [[nodiscard]] std::size_t size() const { return open.size() + by_principal.size() + by_resource.size(); }
};

/// Slices that requests have asked for, most recent last; bounded in number and in size.
class SliceCache {
 public:
  /// `action` is where the request's action stands, or nullptr. The slice lives until the next call.
  [[nodiscard]] const Slice& Find(const std::vector<CompiledPolicy>& policies, const Request& request,
                                  const Entities::Node* action);
  void Clear();

 private:
  struct Kind {
    EntityUid action;
    std::vector<EntityUid> groups;  ///< the action's ancestors
    std::string principal_type;
    std::string resource_type;
    Slice slice;
  };
  static bool IsOf(const Kind& kind, const Request& request, const Entities::Node* action);
  static Kind Make(const std::vector<CompiledPolicy>& policies, const Request& request,
                   const Entities::Node* action);

  static constexpr std::size_t kSlots = 512;  // a power of two
  std::array<std::unique_ptr<Kind>, kSlots> slots_;
  std::size_t candidates_ = 0;  // of all slices
};

}  // namespace proviso::cedar::internal
