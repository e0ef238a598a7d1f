#include "cedar/compiled.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "cedar/internal/machine.h"
#include "cedar/internal/slices.h"

namespace proviso::cedar {
namespace {

using internal::CompiledPolicy;
using internal::Machine;
using internal::Slice;
using Target = CompiledPolicy::Target;
using Truth = Machine::Truth;

/// An address may be used again; a number is not.
std::uint64_t NextNumber() {
  static std::atomic<std::uint64_t> next = 1;
  return next.fetch_add(1, std::memory_order_relaxed);
}

Target TargetOf(const ScopeConstraint& constraint) {
  switch (constraint.kind) {
    case ScopeConstraint::Kind::kAny:
    case ScopeConstraint::Kind::kIs:
      return Target::kNone;
    case ScopeConstraint::Kind::kEqual:
      return Target::kEqual;
    case ScopeConstraint::Kind::kIn:
    case ScopeConstraint::Kind::kIsIn:
      return Target::kIn;
  }
  std::unreachable();
}

const EntityUid* TargetEntity(const Policy& policy, const ScopeConstraint& constraint) {
  return constraint.target ? &policy.Resolve(*constraint.target) : nullptr;
}

bool IsAt(Target target, const EntityUid* named, VariableName variable, const EntityUid& uid,
          Machine& machine) {
  switch (target) {
    case Target::kNone:
      return true;
    case Target::kEqual:
      return uid == *named;
    case Target::kIn:
      return machine.IsIn(variable, *named);
  }
  std::unreachable();
}

/// Calls `try_policy` with each policy that names `uid` or one of its ancestors, and perhaps with others.
template <typename TryPolicy>
void TryNamed(const std::vector<Slice::Keyed>& keyed, const EntityUid& uid, const Entities::Node* node,
              const TryPolicy& try_policy) {
  const std::size_t ancestors = node == nullptr ? 0 : node->ancestors.size();
  if (ancestors > keyed.size() || (node != nullptr && node->walks)) {
    for (const Slice::Keyed& each : keyed) try_policy(each.policy);
    return;
  }
  const auto try_at = [&](std::size_t hash) {
    for (const Slice::Keyed& each : std::ranges::equal_range(keyed, hash, {}, &Slice::Keyed::hash)) {
      try_policy(each.policy);
    }
  };
  try_at(uid.hash());
  for (std::size_t i = 0; i < ancestors; ++i) {
    const std::size_t hash = node->ancestors[i].hash;
    if (hash != uid.hash() && (i == 0 || hash != node->ancestors[i - 1].hash)) try_at(hash);
  }
}

bool IsActionInScope(const ActionConstraint& constraint, Machine& machine) {
  return constraint.kind == ActionConstraint::Kind::kAny ||
         constraint.kind == ActionConstraint::Kind::kEqual ||  // settled by the slice
         std::ranges::any_of(constraint.entities, [&](const EntityUid& named) {
           return machine.IsIn(VariableName::kAction, named);
         });
}

}  // namespace

struct CompiledPolicies::Compiled {
  std::shared_ptr<const PolicySet> set;
  std::uint64_t number = NextNumber();
  internal::Program program;
  std::vector<CompiledPolicy> policies;

  /// In the order of the set.
  void PointTo(std::vector<std::uint32_t>& indices, std::vector<const Policy*>& found) const {
    if (!std::ranges::is_sorted(indices)) std::ranges::sort(indices);
    found.clear();
    for (const std::uint32_t index : indices) found.push_back(policies[index].policy);
  }
};

struct CompiledPolicies::Scratch::State {
  std::uint64_t compiled_number = 0;
  internal::MachineMemory memory;
  internal::SliceCache slices;
  Verdict verdict;

  void StartFor(const Compiled& compiled) {
    if (compiled_number == compiled.number) return;
    compiled_number = compiled.number;
    memory.FitTo(compiled.program);
    slices.Clear();
  }

  /// What the decision has found, as indices of policies.
  std::vector<std::uint32_t> permits;
  std::vector<std::uint32_t> forbids;
  std::vector<std::uint32_t> errors;

  void Clear() {
    permits.clear();
    forbids.clear();
    errors.clear();
  }
  void Add(std::uint32_t index, Effect effect, Truth truth) {
    if (truth == Truth::kFalse) return;
    (truth == Truth::kError ? errors : effect == Effect::kPermit ? permits : forbids).push_back(index);
  }
  void Conclude(const Compiled& compiled) {
    compiled.PointTo(permits, verdict.satisfied_permits);
    compiled.PointTo(forbids, verdict.satisfied_forbids);
    compiled.PointTo(errors, verdict.errors);
    const bool permitted = forbids.empty() && !permits.empty();
    verdict.decision = permitted ? Decision::kAllow : Decision::kDeny;
    verdict.outcome = permitted         ? Outcome::kPermitted
                      : forbids.empty() ? Outcome::kNotPermitted
                                        : Outcome::kForbidden;
  }
};

CompiledPolicies::Scratch::Scratch() : state_(std::make_unique<State>()) {}
CompiledPolicies::Scratch::~Scratch() = default;
CompiledPolicies::Scratch::Scratch(Scratch&&) noexcept = default;
CompiledPolicies::Scratch& CompiledPolicies::Scratch::operator=(Scratch&&) noexcept = default;

CompiledPolicies::CompiledPolicies(std::shared_ptr<const PolicySet> policies) {
  auto compiled = std::make_unique<Compiled>();
  compiled->policies.reserve(policies->policies().size());
  std::unordered_map<const PolicyBody*, std::uint32_t> written;  // links of one template share their code
  for (const Policy& policy : policies->policies()) {
    const PolicyBody& body = policy.body();
    const auto [code, is_new] = written.try_emplace(&body, 0);
    if (is_new) code->second = internal::AppendConditions(body, compiled->program);
    compiled->policies.push_back({.policy = &policy,
                                  .principal = TargetEntity(policy, body.principal),
                                  .resource = TargetEntity(policy, body.resource),
                                  .principal_target = TargetOf(body.principal),
                                  .resource_target = TargetOf(body.resource),
                                  .effect = body.effect,
                                  .has_conditions = !body.conditions.empty(),
                                  .code = code->second});
  }
  compiled->set = std::move(policies);
  compiled_ = std::move(compiled);
}
CompiledPolicies::~CompiledPolicies() = default;
CompiledPolicies::CompiledPolicies(CompiledPolicies&&) noexcept = default;
CompiledPolicies& CompiledPolicies::operator=(CompiledPolicies&&) noexcept = default;

const PolicySet& CompiledPolicies::policies() const {
  return *compiled_->set;
}

const Verdict& CompiledPolicies::Decide(const Request& request, const Entities& entities,
                                        Scratch& scratch) const {
  Scratch::State& state = *scratch.state_;
  state.StartFor(*compiled_);
  state.Clear();
  Machine machine(compiled_->program, entities, request, state.memory);
  const Slice& slice = state.slices.Find(compiled_->policies, request, machine.NodeOf(VariableName::kAction));
  const auto try_policy = [&](std::uint32_t index) {
    const CompiledPolicy& compiled = compiled_->policies[index];
    if (!IsAt(compiled.principal_target, compiled.principal, VariableName::kPrincipal, request.principal,
              machine) ||
        !IsAt(compiled.resource_target, compiled.resource, VariableName::kResource, request.resource,
              machine) ||
        (slice.asks_action && !IsActionInScope(compiled.policy->body().action, machine))) {
      return;
    }
    state.Add(index, compiled.effect, compiled.has_conditions ? machine.Run(compiled.code) : Truth::kTrue);
  };
  for (const std::uint32_t index : slice.open) try_policy(index);
  if (!slice.by_principal.empty()) {
    TryNamed(slice.by_principal, request.principal, machine.NodeOf(VariableName::kPrincipal), try_policy);
  }
  if (!slice.by_resource.empty()) {
    TryNamed(slice.by_resource, request.resource, machine.NodeOf(VariableName::kResource), try_policy);
  }
  state.Conclude(*compiled_);
  return state.verdict;
}

}  // namespace proviso::cedar
