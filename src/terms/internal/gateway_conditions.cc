// Who may say what: enforcement/case.cc gathers these facts, and refuses what an agreement does not grant.
#include "terms/internal/gateway_conditions.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.h"
#include "cedar/print.h"

namespace proviso::terms::internal {
namespace {

using cedar::EntityUid;

std::string Entity(std::string_view type, std::string_view id) {
  return EntityUid(std::string(type), std::string(id)).Text();
}

std::string TextSet(const std::set<std::string>& texts) {
  std::string set = "[";
  for (const std::string& text : texts) set += (set.size() == 1 ? "" : ", ") + cedar::QuoteString(text);
  return set + "]";
}

/// `context.effect == "engage"`, of any of these.
std::string EqualsAny(const std::string& what, const std::set<std::string>& texts) {
  std::vector<std::string> each;
  for (const std::string& text : texts) each.push_back(what + " == " + cedar::QuoteString(text));
  return AnyOf(each);
}

}  // namespace

bool ConditionScope::Has(std::string_view fact) const {
  return std::ranges::binary_search(facts, fact);
}

std::string AnyOf(std::span<const std::string> conditions) {
  if (conditions.empty()) return "false";
  if (conditions.size() == 1) return conditions.front();
  constexpr std::size_t kFlatMax = 8;
  if (conditions.size() > kFlatMax) {
    const std::size_t half = conditions.size() / 2;
    return "(" + AnyOf(conditions.first(half)) + " || " + AnyOf(conditions.subspan(half)) + ")";
  }
  std::string text;
  for (const std::string& condition : conditions) text += (text.empty() ? "(" : " || ") + condition;
  return text + ")";
}

/// daemon/in_force.cc gives a key only to an application that the agreement names; terms/declare.cc lets it
/// declare only what was granted to it.
void AddCaller(const ConditionScope& scope, Conditions& out) {
  if (!scope.IsOfAnApplication()) {
    if (scope.Has("purpose"))
      out.push_back({"!(context has purpose)", "only an application that the agreement names has a purpose"});
    return;
  }
  std::vector<std::string> callers;
  std::vector<std::string> grants{"!(context has purpose)"};
  for (const ApplicationTerms& application : scope.agreement().applications) {
    callers.push_back("principal == " + Entity("Application", application.id));
    std::vector<std::string> purposes;
    for (const std::string& purpose : application.purposes)
      purposes.push_back("context.purpose == " + Entity("UseCase", purpose));
    if (!purposes.empty()) grants.push_back("(" + callers.back() + " && " + AnyOf(purposes) + ")");
  }
  out.push_back({AnyOf(callers), "only an application that the agreement names can call"});
  if (!scope.Has("purpose")) return;
  out.push_back({AnyOf(grants), "an application declares only purposes that the agreement grants it"});
}

/// RequestQuestion of enforcement/case.cc: the model is the one that the request would reach, and a name is
/// not empty. daemon/configuration.cc: a standing is one of five words.
void AddModel(const ConditionScope& scope, Conditions& out) {
  const std::string unnamed = Entity("Model", "");
  if (scope.IsOfAModel()) {
    out.push_back({"resource != " + unnamed, "a model has a name"});
    if (scope.Has("model")) {
      out.push_back({"context has model && context.model == resource",
                     "the model that is asked is the model that the facts name"});
    }
  } else if (scope.Has("model")) {
    out.push_back({"!(context has model) || context.model != " + unnamed, "a model has a name"});
  }
  if (scope.Has("standing")) {
    const std::set<std::string> words{"clear", "effective", "proposed", "stayed", "waived"};
    out.push_back({"!(context has standing) || " + EqualsAny("context.standing", words),
                   "the configuration knows five standings under orders"});
  }
}

namespace {

/// The catalogue's tools by the entity that a call of them has. What a provider runs itself is catalogued
/// by kind and called by a name of the request's choice.
std::string EffectOfACall(const Agreement& agreement) {
  std::vector<std::string> calls{"!(context has effect)"};
  std::set<std::string> of_providers;
  for (const CatalogueTool& tool : agreement.tools) {
    if (tool.server == kProviderServer) of_providers.insert(tool.effect);
    calls.push_back("(resource == " + ToolUid(tool.server, tool.name).Text() +
                    " && context.effect == " + cedar::QuoteString(tool.effect) + ")");
  }
  if (!of_providers.empty()) {
    calls.push_back("(resource in " + Entity("ToolServer", kProviderServer) + " && " +
                    EqualsAny("context.effect", of_providers) + ")");
  }
  return AnyOf(calls);
}

/// MatchTools of enforcement/case.cc counts them: what is offered, what of it is not catalogued, and the
/// effects of the others. A request has at most kJsonNodesMax of anything.
std::string OfferedTools(const Agreement& agreement) {
  std::set<std::string> effects;
  for (const CatalogueTool& tool : agreement.tools) effects.insert(tool.effect);
  return "!(context has tools) || (context.tools.offered >= 1 && context.tools.offered <= " +
         std::to_string(base::kJsonNodesMax) +
         " && context.tools.uncatalogued >= 0 && context.tools.uncatalogued <= context.tools.offered && " +
         (effects.empty() ? "context.tools.effects.isEmpty()"
                          : TextSet(effects) + ".containsAll(context.tools.effects)") +
         " && (context.tools.uncatalogued == context.tools.offered) == context.tools.effects.isEmpty())";
}

}  // namespace

/// CallQuestion of enforcement/ruling.cc: only a call has an effect and arguments, and a call always has
/// its arguments (those that cannot be read forbid it).
void AddTools(const ConditionScope& scope, Conditions& out) {
  const bool is_call = scope.act == Act::kCallTool;
  if (scope.Has("effect")) {
    out.push_back({is_call ? EffectOfACall(scope.agreement()) : "!(context has effect)",
                   is_call ? "a call has the effect that the catalogue gives its tool, or none"
                           : "only the call of a tool has an effect"});
  }
  if (scope.Has("tools") && scope.IsOfAnApplication()) {
    out.push_back({OfferedTools(scope.agreement()), "the gateway counts the tools that a request offers"});
  }
  if (scope.Has("input")) {
    out.push_back({is_call ? "context has input" : "!(context has input)",
                   is_call ? "a call has its arguments" : "only the call of a tool has arguments"});
  }
}

/// ReadAuthority of terms/authority.cc: a claim has neither cap nor expiry; a statement is signed by an
/// issuer that the agreement names, and has not expired. No member is an empty text.
void AddAuthority(const ConditionScope& scope, Conditions& out) {
  if (!scope.Has("authority")) return;
  const std::string a = "context.authority";
  out.push_back({"!(context has authority) || (" + a + ".kind != \"\" && (!(" + a + " has case) || " + a +
                     ".case != \"\") && (!(" + a + " has issuer) || " + a + ".issuer != \"\"))",
                 "an authority's members are not empty"});
  out.push_back({"!(context has authority) || " + a + ".signed || (!(" + a + " has subject_cap) && !(" + a +
                     " has expires))",
                 "an authority that nobody signed has no cap and no expiry"});
  std::set<std::string> issuers;
  for (const AuthorityIssuer& issuer : scope.agreement().authority_issuers) issuers.insert(issuer.id);
  out.push_back({"!(context has authority) || !" + a + ".signed || (" + a + " has issuer && " +
                     EqualsAny(a + ".issuer", issuers) + ")",
                 "a signed authority is signed by an issuer that the agreement names"});
  out.push_back({"!(context has authority) || !(" + a + " has expires) || (" + a +
                     ".expires >= datetime(\"0000-01-01\") && " + a +
                     ".expires <= datetime(\"9999-12-31T23:59:59.999Z\")" +
                     (scope.Has("now") ? " && context has now && context.now < " + a + ".expires)" : ")"),
                 "an authority that has expired is refused"});
}

namespace {

/// `if approvers.contains(Person::"a") then 1 else 0`, summed over all people, halved so that no nesting is
/// deep.
std::string PeopleCounted(std::span<const std::string> people) {
  if (people.size() == 1) {
    return "(if context.decision.approvers.contains(" + Entity("Person", people.front()) + ") then 1 else 0)";
  }
  const std::size_t half = people.size() / 2;
  return "(" + PeopleCounted(people.first(half)) + " + " + PeopleCounted(people.subspan(half)) + ")";
}

/// DecisionBy of terms/decide.cc: some of the people whom the agreement names, how many they are, exactly
/// the roles that they hold, and about this call.
std::string DecisionOfPeople(const std::map<std::string, std::set<std::string>>& roles_by_person) {
  std::vector<std::string> people;
  std::string persons;
  std::map<std::string, std::vector<std::string>> holders;
  for (const auto& [person, roles] : roles_by_person) {
    people.push_back(person);
    persons += (persons.empty() ? "" : ", ") + Entity("Person", person);
    for (const std::string& role : roles)
      holders[role].push_back("context.decision.approvers.contains(" + Entity("Person", person) + ")");
  }
  std::set<std::string> roles;
  std::string held;
  for (const auto& [role, by] : holders) {
    roles.insert(role);
    held += " && context.decision.roles.contains(" + cedar::QuoteString(role) + ") == " + AnyOf(by);
  }
  return "!(context has decision) || (context.decision.call_digest_matches && [" + persons +
         "].containsAll(context.decision.approvers) && context.decision.count == " + PeopleCounted(people) +
         " && " +
         (roles.empty() ? "context.decision.roles.isEmpty()"
                        : TextSet(roles) + ".containsAll(context.decision.roles)") +
         held + ")";
}

}  // namespace

void AddDecision(const ConditionScope& scope, Conditions& out) {
  if (!scope.Has("decision")) return;
  std::map<std::string, std::set<std::string>> roles_by_person;
  for (const NamedApprover& approver : scope.agreement().approvers)
    roles_by_person[approver.person].insert(approver.roles.begin(), approver.roles.end());
  out.push_back({roles_by_person.empty() ? "!(context has decision)" : DecisionOfPeople(roles_by_person),
                 "a decision is one of people whom the agreement names, on exactly this call"});
}

}  // namespace proviso::terms::internal
