// Policies as JSON: the "JSON policy format" of the Cedar documentation, which other tools call EST.
//
//   auto set = PoliciesFromJson(text, "clauses.json");        // {"staticPolicies": {"p1": {…}}, …}
//   auto json = ToJson(*set);                                 // reads back as the same set
//
// One policy or template is an object with `effect`, `principal`, `action`, `resource`, `conditions` and,
// where it has any, `annotations`. A set keeps ids and links:
//
//   {"staticPolicies": {ID: policy}, "templates": {ID: template},
//    "templateLinks": [{"templateId": ID, "newId": ID, "values": {"?principal": {"type": T, "id": I}}}]}
//
// Two things are written as what they mean, as the reference engine does: `x has a.b.c` as
// `x has a && x.a has b && x.a.b has c`, and `action in [A]` as `action in A`. All else that text can say
// reads back as the same tree. (A tree from JSON may nest deeper than the parser of text allows.)
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cedar/policy.h"

namespace proviso::cedar {

/// Reads a policy set; each of its three members may be left out. Unknown keys, operators and functions
/// are refused, and so is what the grammar of the text has no place for. Errors are kInvalid, kConflict
/// (an id given twice) or kLimit, begin with `source_name`, and say which policy and where it stands.
/// Positions in the trees are those of the JSON text.
[[nodiscard]] base::Result<PolicySet> PoliciesFromJson(std::string_view text, std::string_view source_name);

/// Reads one policy or template.
[[nodiscard]] base::Result<PolicyBody> PolicyFromJson(std::string_view text, std::string_view source_name);

/// The JSON, compact. Fails only with kLimit: where writing out each `has a.b.c` would make a tree deeper
/// than kExpressionDepthMax or with more than kJsonExpressionsMax nodes.
[[nodiscard]] base::Result<std::string> ToJson(const PolicySet& policies);
[[nodiscard]] base::Result<std::string> ToJson(const PolicyBody& body);

}  // namespace proviso::cedar
