#include "cedar/validate.h"

#include <algorithm>
#include <tuple>

#include "cedar/core_tree.h"
#include "cedar/internal/schema_index.h"
#include "cedar/internal/typechecker.h"
#include "cedar/internal/validate_level.h"
#include "cedar/internal/validate_names.h"
#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using internal::Budget;
using internal::RequestKind;
using internal::SchemaIndex;
using internal::Typechecker;
using internal::TypeProblem;
using internal::TypeTable;

class Validator {
 public:
  Validator(const Schema& schema, const ValidationOptions& options)
      : budget_(kValidationStepsMax),
        options_(options),
        types_(options.mode, budget_),
        schema_(schema, types_, budget_),
        typechecker_(schema_, types_, budget_, options.mode, problems_) {}

  ValidationReport Run(const PolicySet& policies) {
    for (const Template& shared : policies.templates()) {
      CheckBody(*shared.body);
      Report(shared.id, *shared.body);
    }
    for (const Policy& policy : policies.policies()) {
      if (policy.template_id().empty()) {
        CheckBody(policy.body());
      } else {
        internal::FindUnknownSlotTypes(policy.slots(), schema_, policy.body().position, problems_);
        internal::FindMissingAction(policy.body(), policy.slots(), schema_, problems_);
      }
      Report(policy.id(), policy.body());
    }
    return std::move(report_);
  }

 private:
  void CheckBody(const PolicyBody& body) {
    const auto tree = CoreTree::Build(body);
    if (!tree) {
      problems_.push_back({FindingKind::kTooCostly, body.position, tree.error().message});
      return;
    }
    internal::FindUnknownNames(*tree, schema_, problems_);
    internal::FindMissingAction(body, {}, schema_, problems_);
    CheckTypes(body, *tree);
  }

  void CheckTypes(const PolicyBody& body, const CoreTree& tree) {
    bool always_false = true;
    ForEachRequestKind(body, [&](const RequestKind& request) {
      const std::size_t known = problems_.size();
      const internal::Typing typing = typechecker_.Run(tree, request);
      const bool is_false =
          typing.type != nullptr && typing.type->kind == internal::CheckedType::Kind::kFalse;
      always_false = always_false && is_false;
      if (options_.level_max && typing.ok) {
        internal::FindDeepDereferences(tree, typechecker_, request.action->uid, *options_.level_max,
                                       problems_);
      }
      if (problems_.size() > known) TrimProblems();
    });
    if (always_false && !budget_.spent()) {
      problems_.push_back({FindingKind::kImpossible, body.position,
                           "no request that the schema allows can satisfy this; correct it, or remove it"});
    }
  }

  template <typename Use>
  void ForEachRequestKind(const PolicyBody& body, Use use) {
    for (const auto& [uid, action] : schema_.schema().actions()) {
      for (const std::string& principal : action.principal_types) {
        for (const std::string& resource : action.resource_types) {
          ForEachSlotType(body, {principal, &action, resource}, use);
          if (budget_.spent()) return;
        }
      }
    }
  }

  template <typename Use>
  void ForEachSlotType(const PolicyBody& body, const RequestKind& request, Use use) {
    for (const std::string_view principal_slot :
         SlotTypes(body, SlotName::kPrincipal, body.principal, request.principal_type)) {
      for (const std::string_view resource_slot :
           SlotTypes(body, SlotName::kResource, body.resource, request.resource_type)) {
        RequestKind linked = request;
        linked.principal_slot_type = principal_slot;
        linked.resource_slot_type = resource_slot;
        use(linked);
        if (budget_.spent()) return;
      }
    }
  }

  /// The types of entities that a slot can have where `type` satisfies its constraint; one empty name
  /// where there is no such slot.
  std::vector<std::string_view> SlotTypes(const PolicyBody& body, SlotName slot,
                                          const ScopeConstraint& constraint, std::string_view type) {
    if (!body.HasSlot(slot)) return {{}};
    std::vector<std::string_view> types = {type};
    if (constraint.kind == ScopeConstraint::Kind::kEqual) return types;
    for (const std::string_view above : schema_.AncestorTypes(type)) {
      if (above != type) types.push_back(above);
    }
    return types;
  }

  /// The same problem is found in many kinds of request.
  void TrimProblems() {
    budget_.Spend(4 * problems_.size());
    const auto key = [](const TypeProblem& problem) {
      return std::tuple(problem.kind == FindingKind::kImpossible, problem.position.line,
                        problem.position.column, problem.kind, std::string_view(problem.message));
    };
    std::ranges::sort(problems_, {}, key);
    const auto repeated = std::ranges::unique(problems_, {}, key);
    problems_.erase(repeated.begin(), repeated.end());
    if (problems_.size() > kFindingsMax) problems_.resize(kFindingsMax);
  }

  /// Turns what was found about one policy into findings.
  void Report(const std::string& id, const PolicyBody& body) {
    TrimProblems();
    if (budget_.spent()) {
      problems_.push_back({FindingKind::kTooCostly, body.position,
                           "validating it under this schema takes too many steps; make the schema's actions "
                           "apply to fewer types, or the policies smaller"});
    }
    if (report_.findings.size() >= kFindingsMax && problems_.size() > 1) problems_.resize(1);
    for (TypeProblem& problem : problems_) {
      report_.findings.push_back(
          {problem.kind, id, body.source_name, problem.position, std::move(problem.message)});
    }
    problems_.clear();
  }

  Budget budget_;
  ValidationOptions options_;
  TypeTable types_;
  SchemaIndex schema_;
  std::vector<TypeProblem> problems_;
  Typechecker typechecker_;
  ValidationReport report_;
};

}  // namespace

std::string ValidationFinding::Text() const {
  std::string where = source_name;
  if (position.line != 0) {
    where += ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
  }
  return where + ": " + (severity() == Severity::kError ? "error" : "warning") + ": policy `" + policy_id +
         "`: " + message;
}

bool ValidationReport::passed() const {
  return std::ranges::none_of(findings, [](const ValidationFinding& finding) {
    return finding.severity() == ValidationFinding::Severity::kError;
  });
}

bool ValidationReport::passed(std::string_view id) const {
  return std::ranges::none_of(findings, [&](const ValidationFinding& finding) {
    return finding.policy_id == id && finding.severity() == ValidationFinding::Severity::kError;
  });
}

ValidationReport Validate(const PolicySet& policies, const Schema& schema, const ValidationOptions& options) {
  return Validator(schema, options).Run(policies);
}

}  // namespace proviso::cedar
