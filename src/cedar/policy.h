// Policies, templates and the set that a decision is made under.
//
//   auto set = ParsePolicies(text, "clauses.cedar");
//   for (const Policy& policy : set->policies())
//     Show(policy.id(), policy.body().effect, policy.FindAnnotation("title").value_or("untitled"));
//
// A PolicySet is built once and then only read: any number of threads may use it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "cedar/expression.h"

namespace proviso::cedar {

/// `?principal` or `?resource`.
[[nodiscard]] std::string_view SlotText(SlotName slot);

enum class Effect : std::uint8_t { kPermit, kForbid };

/// `@key("value")`, or `@key` alone, whose value is empty.
struct Annotation {
  std::string key;
  std::string value;
  bool has_value = true;

  bool operator==(const Annotation&) const = default;
};

/// What a scope compares with: an entity, or a slot that a link fills.
using ScopeTarget = std::variant<EntityUid, SlotName>;

/// The constraint on principal or resource.
struct ScopeConstraint {
  enum class Kind : std::uint8_t { kAny, kEqual, kIn, kIs, kIsIn };
  Kind kind = Kind::kAny;
  std::string type;                   ///< for kIs and kIsIn
  std::optional<ScopeTarget> target;  ///< for kEqual, kIn and kIsIn
  Position position{};                ///< of the variable

  /// Where they stand does not count.
  bool operator==(const ScopeConstraint& other) const {
    return kind == other.kind && type == other.type && target == other.target;
  }
};

/// The constraint on action: `==` has one entity, `in` one, `in [..]` any number.
struct ActionConstraint {
  enum class Kind : std::uint8_t { kAny, kEqual, kIn, kInList };
  Kind kind = Kind::kAny;
  std::vector<EntityUid> entities;
  Position position{};  ///< of the variable

  /// Where they stand does not count.
  bool operator==(const ActionConstraint& other) const {
    return kind == other.kind && entities == other.entities;
  }
};

struct Condition {
  enum class Kind : std::uint8_t { kWhen, kUnless };
  Kind kind = Kind::kWhen;
  ExpressionPtr body;
};

/// All that a policy's text says. With a slot in its scope it is a template.
struct PolicyBody {
  Effect effect = Effect::kPermit;
  std::vector<Annotation> annotations;  ///< keys are distinct; in the order of the text
  ScopeConstraint principal;
  ActionConstraint action;
  ScopeConstraint resource;
  std::vector<Condition> conditions;
  std::string source_name;  ///< the file, as the parser was told
  Position position;        ///< of the first token, annotations included

  [[nodiscard]] bool HasSlot(SlotName slot) const;
  [[nodiscard]] bool IsTemplate() const {
    return HasSlot(SlotName::kPrincipal) || HasSlot(SlotName::kResource);
  }
};

/// Whether two bodies say the same: effect, annotations, scope and conditions, in their order; where they
/// stand aside.
[[nodiscard]] bool SameTree(const PolicyBody& a, const PolicyBody& b);

/// A template: what its links share.
struct Template {
  std::string id;
  std::shared_ptr<const PolicyBody> body;
};

/// Values for a template's slots.
struct SlotValues {
  std::optional<EntityUid> principal;
  std::optional<EntityUid> resource;
};

/// A policy that decides: a static one, or a template with its slots filled.
class Policy {
 public:
  Policy(std::string id, std::shared_ptr<const PolicyBody> body)
      : id_(std::move(id)), body_(std::move(body)) {}
  Policy(std::string id, const Template& linked, SlotValues slots)
      : id_(std::move(id)), template_id_(linked.id), body_(linked.body), slots_(std::move(slots)) {}

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const PolicyBody& body() const { return *body_; }
  [[nodiscard]] Effect effect() const { return body_->effect; }
  /// The template that this policy links; empty for a static policy.
  [[nodiscard]] const std::string& template_id() const { return template_id_; }
  [[nodiscard]] const SlotValues& slots() const { return slots_; }
  /// The entity that a scope target means here. Lives as long as this policy.
  [[nodiscard]] const EntityUid& Resolve(const ScopeTarget& target) const;
  /// An annotation's value ("" for a bare `@key`); nothing if the policy does not carry it.
  [[nodiscard]] std::optional<std::string_view> FindAnnotation(std::string_view key) const;

 private:
  std::string id_;
  std::string template_id_;
  std::shared_ptr<const PolicyBody> body_;  // shared by a template and all its links
  SlotValues slots_;
};

/// Policies and templates by id. Ids are unique across both.
class PolicySet {
 public:
  PolicySet() = default;
  PolicySet(PolicySet&&) noexcept = default;
  PolicySet& operator=(PolicySet&&) noexcept = default;

  /// Fails with kConflict if the id is taken, kInvalid if the body is a template, kLimit when full.
  [[nodiscard]] base::Status Add(std::string id, PolicyBody body);
  /// As Add, for a body with at least one slot.
  [[nodiscard]] base::Status AddTemplate(std::string id, PolicyBody body);
  /// Adds a policy `id`: the template with exactly its slots filled. kNotFound without the template.
  [[nodiscard]] base::Status Link(std::string_view template_id, std::string id, SlotValues slots);
  /// Adds all of `other`. Fails with kConflict, and adds nothing, if an id is taken.
  [[nodiscard]] base::Status Merge(PolicySet other);

  /// In the order of addition. References stay valid until the set is destroyed; adding keeps them.
  [[nodiscard]] const std::deque<Policy>& policies() const { return policies_; }
  [[nodiscard]] const std::deque<Template>& templates() const { return templates_; }
  [[nodiscard]] const Policy* Find(std::string_view id) const;
  [[nodiscard]] const Template* FindTemplate(std::string_view id) const;

 private:
  [[nodiscard]] base::Status CheckNewId(std::string_view id) const;

  std::deque<Policy> policies_;
  std::deque<Template> templates_;
  std::map<std::string, std::size_t, std::less<>> policy_index_;
  std::map<std::string, std::size_t, std::less<>> template_index_;
};

}  // namespace proviso::cedar
