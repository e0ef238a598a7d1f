// Small requests with small stores of entities, one after another: every combination of what a policy
// mentions in turn, up to a bound, and between them some at random. What is true of one of them a solver must
// find.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "analysis/compile.h"

namespace proviso::analysis::internal {

/// What a policy does with one request.
enum class PolicyOutcome : std::uint8_t { kSatisfied, kErrs, kNeither };
inline constexpr PolicyOutcome kPolicyOutcomes[] = {PolicyOutcome::kSatisfied, PolicyOutcome::kErrs,
                                                    PolicyOutcome::kNeither};

/// Of the set's only policy; both evaluators must agree.
[[nodiscard]] PolicyOutcome OutcomeOf(const std::shared_ptr<const cedar::PolicySet>& policies,
                                      const cedar::Entities& entities, const cedar::Request& request);

class SmallModels {
 public:
  /// Of SmallSchema(), for requests of `kind`. What `mentioned`, a policy's text, does not name stays plain.
  SmallModels(const RequestKind& kind, std::string mentioned, std::uint32_t seed);

  /// A store in which every entity of the pools exists: for open worlds.
  [[nodiscard]] std::vector<cedar::Entity> WholeStore();
  /// A store that lacks some of them: for closed worlds.
  [[nodiscard]] std::vector<cedar::Entity> PartOfStore();
  /// What a closed world's local entities are for this request: its principal and its resource.
  [[nodiscard]] std::vector<cedar::Entity> LocalsOf(const cedar::Request& request,
                                                    const cedar::Entities& world);
  [[nodiscard]] cedar::Request MakeRequest();

  /// Goes to the next one.
  void Next();

 private:
  [[nodiscard]] std::size_t Below(std::size_t bound);
  [[nodiscard]] bool Chance() { return Below(2) == 0; }
  [[nodiscard]] bool Mentions(std::string_view name) const {
    return mentioned_.find(name) != std::string::npos;
  }
  [[nodiscard]] cedar::Value Make(const cedar::Type& type);
  [[nodiscard]] cedar::Record MakeRecord(const cedar::Type& type);
  [[nodiscard]] cedar::EntityUid MakeUid(std::string_view type);
  [[nodiscard]] cedar::Entity MakeEntity(const cedar::EntityUid& uid);
  [[nodiscard]] std::vector<cedar::EntityUid> SomeParents(const cedar::EntityUid& uid);

  RequestKind kind_;
  std::string mentioned_;
  std::mt19937 random_;
  std::vector<std::pair<std::size_t, std::size_t>> choices_;  // what was chosen, of how many
  std::size_t next_choice_ = 0;
  std::size_t combinations_left_;
  bool is_random_ = true;
};

/// The request's principal and resource as local entities: the one with a Group, the other with a Folder.
void AddLocals(Terms& terms, SymbolicRequest& request, const std::string& name);

}  // namespace proviso::analysis::internal
