// What is decided about a request and about each call that the model proposes.
//
//   Decision on the request    permit: send it. forbid: refuse. hold: people decide first.
//   Decision on each call      permit: release its bytes. forbid: withhold. hold: people decide first.
//
// People's decisions come back as a released hold (oversight::Release): the call or request is decided
// again with the fact of who approved, and only then may anything happen.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "enforcement/case.h"
#include "oversight/approvers.h"
#include "oversight/desk.h"
#include "protocol/answer.h"
#include "terms/decide.h"

namespace proviso::enforcement {

/// Names of the people who approved, as a released hold carries them.
using People = std::vector<std::string>;

/// Decides whether the request may be sent; with `people` when they have approved exactly this one.
[[nodiscard]] terms::Decision RuleRequest(const Case& the_case, const std::optional<People>& people);

/// Decides one proposed call. A call whose arguments cannot be read is forbidden.
[[nodiscard]] terms::Decision RuleCall(const Case& the_case, const protocol::ToolCall& call,
                                       const std::optional<People>& people);

/// Whether some arguments might let a call of this tool be permitted or held. What could not is not worth
/// offering to a model; what could is decided when it is called.
[[nodiscard]] bool CouldBePermitted(const Case& the_case, std::string_view tool);

/// What approvers are shown as the model of a call that no model behind this gateway proposed.
inline constexpr std::string_view kNoModel = "not known: the application called the tool itself";

/// What approvers are to be shown of a call that must wait, and of a request that must wait (whose
/// "tool" is "request" and whose arguments are the request body).
[[nodiscard]] oversight::ProposedCall ProposalForCall(const Case& the_case, const protocol::ToolCall& call,
                                                      const terms::Decision& decision);
[[nodiscard]] oversight::ProposedCall ProposalForRequest(const Case& the_case, std::string_view body,
                                                         const terms::Decision& decision);
inline constexpr std::string_view kRequestTool = "request";

/// Whether people decided on a request itself, not on a call that a model proposed.
[[nodiscard]] bool IsForRequest(const oversight::ProposedCall& shown);

/// Whether people were shown this case's model, caller, purpose, authority and on-behalf-of: an approval
/// says nothing of a call or a request under other facts.
[[nodiscard]] bool WasShownFor(const Case& the_case, const oversight::ProposedCall& shown);

/// Who may decide under these terms.
[[nodiscard]] base::Result<oversight::ApproverBook> BookOf(const terms::Agreement& agreement);

/// The people whose approvals a released hold carries; nothing when the terms that came into force need
/// nobody: then the call is decided on the facts as they are.
[[nodiscard]] std::optional<People> PeopleOf(const oversight::Release& release);

}  // namespace proviso::enforcement
