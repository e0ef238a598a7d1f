#include "enforcement/ruling.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "keys/digest.h"

namespace proviso::enforcement {
namespace {

terms::Decision Undecidable(std::string detail) {
  terms::Decision decision;
  decision.outcome = terms::Outcome::kForbid;
  decision.ground = terms::Ground::kUndecidable;
  decision.detail = std::move(detail);
  return decision;
}

terms::Decision RefusedDeclaration(const Case& the_case) {
  terms::Decision decision;
  decision.outcome = terms::Outcome::kForbid;
  decision.ground = terms::Ground::kNotPermitted;
  decision.detail = *the_case.refused_declaration;
  return decision;
}

base::Result<cedar::Value> InputOf(const protocol::ToolCall& call) {
  if (call.kind != protocol::CallKind::kCustom) return terms::InputFromJson(call.arguments);
  return cedar::Value::FromRecord(cedar::Record({{"text", cedar::Value::String(call.arguments)}}));
}

void AddPeople(const Case& the_case, const std::optional<People>& people, terms::Question& question) {
  if (people) question.facts.decision = terms::DecisionBy(the_case.terms->agreement(), *people);
}

/// A tool of the catalogue that the model calls although the request does not offer it: no schema speaks
/// against its name, and without an effect, clauses on effects would let it pass.
const terms::CatalogueTool* Unoffered(const Case& the_case, std::string_view tool) {
  const bool offered = std::ranges::find(the_case.request.tools, tool, &protocol::OfferedTool::name) !=
                       the_case.request.tools.end();
  if (offered || !the_case.tool_server.empty()) return nullptr;
  return the_case.terms->agreement().FindTool("", tool);
}

terms::Question CallQuestion(const Case& the_case, std::string_view tool) {
  terms::Question question = RequestQuestion(the_case);
  question.act = terms::Act::kCallTool;
  question.tool = tool;
  question.tool_server = the_case.tool_server;
  const auto known = std::ranges::find(the_case.tools, tool, &KnownTool::name);
  if (known != the_case.tools.end()) {
    question.tool_server = known->server;
    question.facts.effect = known->effect;
  } else if (const terms::CatalogueTool* unoffered = Unoffered(the_case, tool)) {
    question.facts.effect = unoffered->effect;
  }
  return question;
}

/// What an approver sees of it: a claim must not look like a statement.
std::string AuthorityText(const terms::AuthorityFact& authority) {
  const std::string text = authority.kind + " " + authority.reference;
  switch (authority.standing) {
    case terms::AuthorityFact::Standing::kSigned:
      return text + ", signed by " + authority.issuer;
    case terms::AuthorityFact::Standing::kClaimed:
      break;
  }
  return text + ", claimed without a signature";
}

oversight::ProposedCall Proposal(const Case& the_case, const terms::Decision& decision) {
  oversight::ProposedCall proposed;
  proposed.model = the_case.target.model.empty() ? std::string(kNoModel) : the_case.target.model;
  proposed.provider = the_case.target.provider;
  proposed.dialect = the_case.dialect;
  proposed.application = the_case.caller.application;
  proposed.organization = the_case.caller.organization;
  proposed.on_behalf_of = the_case.facts.on_behalf_of.value_or("");
  proposed.purpose = the_case.facts.purpose.value_or("");
  if (the_case.facts.authority) {
    proposed.authority = AuthorityText(*the_case.facts.authority);
  }
  proposed.facts = the_case.declared.facts.value_or("");
  proposed.terms_digest = the_case.terms->digest();
  proposed.request_digest = the_case.request_digest;
  for (const terms::Clause& clause : decision.clauses) proposed.clauses.push_back({clause.id, clause.title});
  if (decision.need) {
    proposed.need = {static_cast<std::uint32_t>(decision.need->count), decision.need->roles};
  }
  return proposed;
}

}  // namespace

terms::Decision RuleRequest(const Case& the_case, const std::optional<People>& people) {
  if (the_case.refused_declaration) return RefusedDeclaration(the_case);
  terms::Question question = RequestQuestion(the_case);
  AddPeople(the_case, people, question);
  return terms::Decide(*the_case.terms, question);
}

terms::Decision RuleCall(const Case& the_case, const protocol::ToolCall& call,
                         const std::optional<People>& people) {
  if (the_case.refused_declaration) return RefusedDeclaration(the_case);
  auto input = InputOf(call);
  if (!input) return Undecidable(input.error().message);
  terms::Question question = CallQuestion(the_case, call.name);
  question.facts.input = std::move(*input);
  AddPeople(the_case, people, question);
  return terms::Decide(*the_case.terms, question);
}

bool CouldBePermitted(const Case& the_case, std::string_view tool) {
  if (the_case.refused_declaration) return false;
  return !terms::ForbiddenWhateverTheInput(*the_case.terms, CallQuestion(the_case, tool));
}

oversight::ProposedCall ProposalForCall(const Case& the_case, const protocol::ToolCall& call,
                                        const terms::Decision& decision) {
  oversight::ProposedCall proposed = Proposal(the_case, decision);
  proposed.call = {call.name, call.arguments, call.id};
  return proposed;
}

oversight::ProposedCall ProposalForRequest(const Case& the_case, std::string_view body,
                                           const terms::Decision& decision) {
  oversight::ProposedCall proposed = Proposal(the_case, decision);
  proposed.call = {std::string(kRequestTool), std::string(body), ""};
  return proposed;
}

bool IsForRequest(const oversight::ProposedCall& shown) {
  return shown.call.tool == kRequestTool && shown.call.call_id.empty() &&
         keys::Sha256(shown.call.arguments) == shown.request_digest;
}

bool WasShownFor(const Case& the_case, const oversight::ProposedCall& shown) {
  const auto facts = [](const oversight::ProposedCall& call) {
    return std::tie(call.model, call.provider, call.dialect, call.application, call.organization,
                    call.on_behalf_of, call.purpose, call.authority, call.facts);
  };
  const oversight::ProposedCall now = Proposal(the_case, {});
  return facts(now) == facts(shown);
}

base::Result<oversight::ApproverBook> BookOf(const terms::Agreement& agreement) {
  std::map<std::string, oversight::Approver> by_person;
  for (const terms::NamedApprover& named : agreement.approvers) {
    oversight::Approver& approver = by_person[named.person];
    approver.person = named.person;
    approver.keys.push_back(named.key);
    for (const std::string& role : named.roles) {
      if (std::ranges::find(approver.roles, role) == approver.roles.end()) approver.roles.push_back(role);
    }
  }
  std::vector<oversight::Approver> approvers;
  for (auto& [person, approver] : by_person) approvers.push_back(std::move(approver));
  return oversight::ApproverBook::Make(std::move(approvers));
}

std::optional<People> PeopleOf(const oversight::Release& release) {
  if (!release.hold.permitted_under.empty()) return std::nullopt;
  People people;
  for (const oversight::Decision& decision : release.hold.decisions) {
    if (decision.verdict == oversight::Verdict::kApprove) people.push_back(decision.person);
  }
  return people;
}

}  // namespace proviso::enforcement
