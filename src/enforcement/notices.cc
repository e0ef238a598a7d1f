#include "enforcement/notices.h"

namespace proviso::enforcement {
namespace {

std::string ClauseList(const std::vector<terms::Clause>& clauses) {
  std::string text = clauses.size() == 1 ? "clause " : "clauses ";
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    if (i > 0) text += ", ";
    text += clauses[i].id;
    if (clauses[i].title != clauses[i].id) text += " (" + clauses[i].title + ")";
  }
  return text;
}

std::string NeedText(const terms::ApproverProfile& need) {
  std::string text = std::to_string(need.count) + (need.count == 1 ? " person" : " people");
  for (std::size_t i = 0; i < need.roles.size(); ++i) {
    text += (i == 0 ? " with role " : " or ") + need.roles[i];
  }
  return text;
}

/// Tool names come from the model: nothing of one may break the notice's line or hide in it.
std::string Quoted(std::string_view tool) {
  constexpr std::size_t kShownBytesMax = 80;
  std::string text = "\"";
  for (const char c : tool.substr(0, kShownBytesMax)) {
    text += c >= 0x20 && c < 0x7F && c != '"' ? c : '?';
  }
  return text + "\"";
}

}  // namespace

std::string ReasonOf(const terms::Decision& decision) {
  switch (decision.ground) {
    case terms::Ground::kNotPermitted:
      if (decision.outcome == terms::Outcome::kHold) break;
      return decision.detail.empty() ? "Nothing in the agreement permits it." : decision.detail + ".";
    case terms::Ground::kUndecidable:
      return "It cannot be decided, so it is forbidden: " + decision.detail + ".";
    case terms::Ground::kNotInForce:
      return "The agreement is not in force: " + decision.detail + ".";
    case terms::Ground::kErringForbid:
      if (decision.outcome == terms::Outcome::kHold) break;
      return "A safeguard could not be evaluated, so it forbids: " + ClauseList(decision.clauses) + ".";
    case terms::Ground::kForbidden:
    case terms::Ground::kPermitted:
      break;
  }
  if (decision.outcome == terms::Outcome::kHold && decision.need) {
    return "By " + ClauseList(decision.clauses) + ", " + NeedText(*decision.need) + " must decide first.";
  }
  const bool permitted = decision.outcome == terms::Outcome::kPermit;
  return (permitted ? "Permitted by " : "Forbidden by ") + ClauseList(decision.clauses) + ".";
}

std::vector<std::string> ClauseIdsOf(const terms::Decision& decision) {
  std::vector<std::string> ids;
  for (const terms::Clause& clause : decision.clauses) ids.push_back(clause.id);
  return ids;
}

protocol::Refusal RefusalOf(const terms::Decision& decision, std::string_view decision_id,
                            std::string_view hold_id) {
  protocol::Refusal refusal;
  refusal.kind = hold_id.empty() ? protocol::RefusalKind::kForbidden : protocol::RefusalKind::kHeld;
  refusal.message = "Proviso did not send this request. " + ReasonOf(decision) + " Decision " +
                    std::string(decision_id) + ".";
  if (!hold_id.empty()) {
    refusal.message +=
        " Once approved, send the same request again with the header Proviso-Hold: " + std::string(hold_id) +
        ".";
  }
  refusal.decision_id = decision_id;
  refusal.clauses = ClauseIdsOf(decision);
  refusal.hold_id = hold_id;
  return refusal;
}

std::string WithheldNotice(std::string_view tool, const terms::Decision& decision,
                           std::string_view decision_id, std::string_view hold_id) {
  std::string text = "[Proviso withheld a call to " + Quoted(tool) + ". " + ReasonOf(decision) +
                     " Decision " + std::string(decision_id) + ".";
  if (!hold_id.empty()) {
    text +=
        " It waits as " + std::string(hold_id) +
        ": once approved, send the same request again with the header Proviso-Hold: " + std::string(hold_id) +
        ".";
  }
  return text + "]";
}

std::string DeniedNotice(std::string_view tool, std::string_view decision_id, std::string_view hold_id,
                         std::string_view why) {
  return "[Proviso withheld a call to " + Quoted(tool) + ". " + std::string(why) + " Decision " +
         std::string(decision_id) + ", hold " + std::string(hold_id) + ".]";
}

}  // namespace proviso::enforcement
