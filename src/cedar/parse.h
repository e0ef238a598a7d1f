// Text to policies. The grammar is that of the Cedar policy language reference, version 4.5, with
// trailing commas in lists, records, calls and scopes.
#pragma once

#include <string_view>

#include "base/result.h"
#include "cedar/policy.h"

namespace proviso::cedar {

/// Reads policies and templates; their ids are policy0, policy1, … in the order of the text.
/// `source_name` stands in messages and in each policy's body. On failure (kInvalid, or kLimit) the
/// message has one line for each error found, up to kSyntaxErrorsMax:
///   clauses.cedar:3:14: expected `)` or `,`, found `when`
/// Parsing goes on after the next `;`, so that one run shows the errors of every policy.
[[nodiscard]] base::Result<PolicySet> ParsePolicies(std::string_view text, std::string_view source_name);

/// Reads one expression and nothing else.
[[nodiscard]] base::Result<ExpressionPtr> ParseExpression(std::string_view text,
                                                          std::string_view source_name);

/// Reads `Namespace::Type::"id"`.
[[nodiscard]] base::Result<EntityUid> ParseEntityUid(std::string_view text);

/// Whether `text` is a type name as JSON gives it: identifiers that are not reserved, joined by `::`,
/// without spaces.
[[nodiscard]] bool IsTypeName(std::string_view text);

/// Whether `type` is a type of actions: `Action`, or `Namespace::Action`.
[[nodiscard]] bool IsActionType(std::string_view type);

}  // namespace proviso::cedar
