#include "cedar/policy.h"

#include <algorithm>
#include <cassert>

#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Fail;

bool TargetIsSlot(const ScopeConstraint& constraint, SlotName slot) {
  if (!constraint.target) return false;
  const auto* name = std::get_if<SlotName>(&*constraint.target);
  return name != nullptr && *name == slot;
}

base::Status CheckSlot(const PolicyBody& body, SlotName slot, const std::optional<EntityUid>& value) {
  if (body.HasSlot(slot) == value.has_value()) return {};
  return Fail(ErrorCode::kInvalid,
              std::string(SlotText(slot)) + (value ? ": the template has no such slot; leave it out"
                                                   : ": the template has this slot; give it an entity"));
}

}  // namespace

std::string_view SlotText(SlotName slot) {
  return slot == SlotName::kPrincipal ? "?principal" : "?resource";
}

bool PolicyBody::HasSlot(SlotName slot) const {
  return TargetIsSlot(principal, slot) || TargetIsSlot(resource, slot);
}

bool SameTree(const PolicyBody& a, const PolicyBody& b) {
  return a.effect == b.effect && a.annotations == b.annotations && a.principal == b.principal &&
         a.action == b.action && a.resource == b.resource &&
         std::ranges::equal(a.conditions, b.conditions, [](const Condition& x, const Condition& y) {
           return x.kind == y.kind && SameTree(*x.body, *y.body);
         });
}

const EntityUid& Policy::Resolve(const ScopeTarget& target) const {
  if (const auto* uid = std::get_if<EntityUid>(&target)) return *uid;
  const auto& slot = std::get<SlotName>(target) == SlotName::kPrincipal ? slots_.principal : slots_.resource;
  assert(slot.has_value());  // Add and Link refuse a policy with an empty slot
  return *slot;
}

std::optional<std::string_view> Policy::FindAnnotation(std::string_view key) const {
  const auto at = std::ranges::find(body_->annotations, key, &Annotation::key);
  if (at == body_->annotations.end()) return std::nullopt;
  return at->value;
}

base::Status PolicySet::CheckNewId(std::string_view id) const {
  if (policy_index_.contains(id) || template_index_.contains(id)) {
    return Fail(ErrorCode::kConflict,
                "policy id `" + std::string(id) + "` is taken; ids are unique in a set");
  }
  if (policies_.size() + templates_.size() >= kPoliciesMax) {
    return Fail(ErrorCode::kLimit,
                "a policy set holds at most " + std::to_string(kPoliciesMax) + " policies");
  }
  return {};
}

base::Status PolicySet::Add(std::string id, PolicyBody body) {
  if (auto status = CheckNewId(id); !status) return status;
  if (body.IsTemplate()) {
    return Fail(ErrorCode::kInvalid, "policy `" + id + "` has a slot; add it as a template and link it");
  }
  policy_index_.emplace(id, policies_.size());
  policies_.emplace_back(std::move(id), std::make_shared<const PolicyBody>(std::move(body)));
  return {};
}

base::Status PolicySet::AddTemplate(std::string id, PolicyBody body) {
  if (auto status = CheckNewId(id); !status) return status;
  if (!body.IsTemplate()) {
    return Fail(ErrorCode::kInvalid, "template `" + id + "` has no slot; add it as a policy");
  }
  template_index_.emplace(id, templates_.size());
  templates_.push_back({std::move(id), std::make_shared<const PolicyBody>(std::move(body))});
  return {};
}

base::Status PolicySet::Link(std::string_view template_id, std::string id, SlotValues slots) {
  const Template* linked = FindTemplate(template_id);
  if (linked == nullptr) {
    return Fail(ErrorCode::kNotFound,
                "no template `" + std::string(template_id) + "` to link as `" + id + "`");
  }
  if (auto status = CheckNewId(id); !status) return status;
  for (const auto& [slot, value] :
       {std::pair(SlotName::kPrincipal, slots.principal), std::pair(SlotName::kResource, slots.resource)}) {
    if (auto status = CheckSlot(*linked->body, slot, value); !status) {
      return base::Within("link `" + id + "` of template `" + linked->id + "`", status.error());
    }
  }
  policy_index_.emplace(id, policies_.size());
  policies_.emplace_back(std::move(id), *linked, std::move(slots));
  return {};
}

base::Status PolicySet::Merge(PolicySet other) {
  if (policies_.size() + templates_.size() + other.policies_.size() + other.templates_.size() >
      kPoliciesMax) {
    return Fail(ErrorCode::kLimit,
                "a policy set holds at most " + std::to_string(kPoliciesMax) + " policies");
  }
  for (const Policy& policy : other.policies_) {
    if (auto status = CheckNewId(policy.id()); !status) return status;
  }
  for (const Template& added : other.templates_) {
    if (auto status = CheckNewId(added.id); !status) return status;
  }
  for (Policy& policy : other.policies_) {
    policy_index_.emplace(policy.id(), policies_.size());
    policies_.push_back(std::move(policy));
  }
  for (Template& added : other.templates_) {
    template_index_.emplace(added.id, templates_.size());
    templates_.push_back(std::move(added));
  }
  return {};
}

const Policy* PolicySet::Find(std::string_view id) const {
  const auto at = policy_index_.find(id);
  return at == policy_index_.end() ? nullptr : &policies_[at->second];
}

const Template* PolicySet::FindTemplate(std::string_view id) const {
  const auto at = template_index_.find(id);
  return at == template_index_.end() ? nullptr : &templates_[at->second];
}

}  // namespace proviso::cedar
