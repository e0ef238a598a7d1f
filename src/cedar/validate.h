// Validation: whether policies, requests and entities mean something under a schema, before anything
// is decided with them.
//
//   const ValidationReport report = Validate(policies, schema, {.mode = ValidationMode::kStrict});
//   for (const ValidationFinding& finding : report.findings)
//     Show(finding.Text());   // "clauses.cedar:7:12: error: policy `2.1`: there is no attribute `lvel` …"
//   if (!report.passed()) Refuse();
//
// A policy that passes can err at run time only on arithmetic that overflows, on an entity that is not
// there, and on data that is not as the schema says (which ValidateRequest and ValidateEntities find).
// Each policy is checked once for every kind of request that the schema allows: an action with one of
// its principal types and one of its resource types. Booleans whose value is known there cut the
// checking short as evaluation would: in `principal is Agent && principal.model == …` the right side
// needs to make sense only where the principal is an Agent.
//
// Verdicts agree with the reference validator of Cedar 4.5. Pure functions over shared immutable data:
// call them from any thread. Sources: "Policy validation" in the Cedar language reference; RFC 19
// (strict mode), RFC 76 (levels), RFC 82 (tags).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cedar/authorize.h"
#include "cedar/schema.h"

namespace proviso::cedar {

/// Strict refuses what an analysis by solver cannot follow: values of different types in one set or
/// compared with each other, empty set literals, extension values that are not literals. What passes
/// strictly passes permissively.
enum class ValidationMode : std::uint8_t { kStrict, kPermissive };

struct ValidationOptions {
  ValidationMode mode = ValidationMode::kStrict;
  /// Also refuse policies that follow more references between entities than this: `principal.name` is
  /// level 1, `principal.manager.name` 2. Nothing for no bound.
  std::optional<std::uint32_t> level_max = std::nullopt;
};

enum class FindingKind : std::uint8_t {
  kUnknownEntityType,
  kUnknownAction,
  kUnknownEnumeratedId,
  kNoApplicableAction,
  kUnexpectedType,
  kIncompatibleTypes,
  kUnknownAttribute,
  kUnguardedAttribute,
  kUnguardedTag,
  kNoTags,
  kArgumentCount,
  kMalformedExtensionText,
  kComputedExtensionText,
  kEmptySet,
  kLevelExceeded,
  kDereferencedLiteral,
  kTooCostly,
  kImpossible,  ///< the only warning
};

struct ValidationFinding {
  enum class Severity : std::uint8_t { kError, kWarning };

  FindingKind kind;
  std::string policy_id;    ///< of the policy or template; of the link where its slots are wrong
  std::string source_name;  ///< the file that the policy is from
  Position position;        ///< 0:0 where the policy has no text
  std::string message;      ///< what is wrong and what to do

  [[nodiscard]] Severity severity() const {
    return kind == FindingKind::kImpossible ? Severity::kWarning : Severity::kError;
  }
  /// "clauses.cedar:7:12: error: policy `2.1`: …"
  [[nodiscard]] std::string Text() const;
  bool operator==(const ValidationFinding&) const;
};

struct ValidationReport {
  std::vector<ValidationFinding>
      findings;  ///< by policy (templates first); errors by position, then warnings

  /// Whether there is no error. Warnings pass.
  [[nodiscard]] bool passed() const;
  /// Whether there is no error about the policy or template `id`.
  [[nodiscard]] bool passed(std::string_view id) const;
};

/// Checks every policy, template and link. What a hostile schema or policy can cost is bounded by
/// kValidationStepsMax: past it, the policy that was being checked and all after it get kTooCostly.
[[nodiscard]] ValidationReport Validate(const PolicySet& policies, const Schema& schema,
                                        const ValidationOptions& options = {});

/// Whether the action is declared and applies to these types of principal and resource, ids of
/// enumerated entities are among the declared ones, and the context is exactly as declared. The first
/// thing that is wrong is kInvalid: "request: …".
[[nodiscard]] base::Status ValidateRequest(const Request& request, const Schema& schema);

/// Whether one entity of `entities` is as declared: its attributes, tags, ancestors, and the ids of
/// enumerated entities and actions in it. An action must be exactly the schema's.
[[nodiscard]] base::Status ValidateEntity(const Entity& entity, const Entities& entities,
                                          const Schema& schema);

/// ValidateEntity for each of them; the first thing that is wrong.
[[nodiscard]] base::Status ValidateEntities(const Entities& entities, const Schema& schema);

}  // namespace proviso::cedar
