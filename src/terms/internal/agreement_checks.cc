#include "terms/internal/agreement_checks.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/fields.h"
#include "cedar/parse.h"
#include "terms/internal/agreement_signing.h"
#include "terms/limits.h"

namespace proviso::terms::internal {
namespace {

/// Sources of facts that are no party.
constexpr std::array<std::string_view, 5> kSources{"gateway", "detector", "ledger", "person", "party"};

using Errors = std::vector<std::string>;

template <typename Range, typename Name>
void RefuseTwice(const Range& items, std::string_view what, const Name& name, Errors& errors) {
  std::set<std::string> seen;
  for (const auto& item : items) {
    if (!seen.insert(name(item)).second)
      errors.push_back(std::string(what) + ": " + name(item) + " stands twice");
  }
}

void CheckNamesAreDistinct(const Agreement& agreement, Errors& errors) {
  RefuseTwice(agreement.parties, "party", [](const Party& p) { return p.id; }, errors);
  RefuseTwice(agreement.facts, "fact", [](const FactDeclaration& f) { return f.name; }, errors);
  RefuseTwice(agreement.applications, "application", [](const ApplicationTerms& a) { return a.id; }, errors);
  RefuseTwice(
      agreement.tools, "tool",
      [](const CatalogueTool& t) { return t.server.empty() ? t.name : t.name + " of server " + t.server; },
      errors);
  RefuseTwice(
      agreement.approver_profiles, "approver_profile", [](const ApproverProfile& p) { return p.name; },
      errors);
}

/// One key must not count as two people, under whatever names it stands.
void CheckApproverKeys(const Agreement& agreement, Errors& errors) {
  std::set<keys::PublicKey> seen;
  for (const NamedApprover& approver : agreement.approvers) {
    if (seen.insert(approver.key.public_key()).second) continue;
    errors.push_back("approver " + approver.person + ": the key " + approver.key.Text() +
                     " stands twice; every person has a key of their own");
  }
}

void CheckProfiles(const Agreement& agreement, Errors& errors) {
  if (agreement.approver_profiles.size() > kApproverProfilesMax) {
    errors.push_back("approver_profile: more than " + std::to_string(kApproverProfilesMax));
  }
  for (const ApproverProfile& profile : agreement.approver_profiles) {
    std::set<std::string> people;
    for (const NamedApprover& approver : agreement.approvers) {
      if (MayDecide(approver, profile)) people.insert(approver.person);
    }
    if (people.size() >= profile.count) continue;
    errors.push_back("approver_profile " + profile.name + ": needs " + std::to_string(profile.count) +
                     " people, and [[approver]] names " + std::to_string(people.size()) +
                     " with such a role; name more, or ask for fewer");
  }
}

void CheckParties(const Agreement& agreement, Errors& errors) {
  if (agreement.parties.empty()) errors.emplace_back("party: an agreement names its parties; add [[party]]");
  std::vector<std::string> everyone = agreement.third_parties;
  for (const Party& party : agreement.parties) everyone.push_back(party.id);
  for (const std::string& id : everyone) {
    if (std::ranges::find(kSources, id) == kSources.end()) continue;
    errors.push_back("party " + id + ": the name is taken by a source of facts; choose another");
  }
  for (const std::string& id : agreement.third_parties) {
    if (std::ranges::find(agreement.parties, id, &Party::id) == agreement.parties.end()) continue;
    errors.push_back("agreement.third_parties: " + id + " is a [[party]]");
  }
}

bool IsIdentifier(std::string_view name) {
  return cedar::IsTypeName(name) && !name.contains(':');
}

/// Whether `type` can only be read as one type where the schema has room for one. Whether that type
/// exists, the schema's reader says.
bool IsOneType(std::string_view type) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:<>{},? ";
  if (type.find_first_not_of(kAllowed) != std::string_view::npos) return false;
  int open = 0;
  for (const char c : type) {
    if (c == '<' || c == '{') ++open;
    if (c == '>' || c == '}') --open;
    if (open < 0 || (open == 0 && (c == ',' || c == '?'))) return false;
  }
  return open == 0;
}

void CheckFacts(const Agreement& agreement, Errors& errors) {
  for (const FactDeclaration& fact : agreement.facts) {
    if (!IsIdentifier(fact.name))
      errors.push_back("fact " + fact.name + ": the name must be one word of letters, digits and _");
    if (!IsOneType(fact.type))
      errors.push_back("fact " + fact.name + ": type \"" + fact.type + "\" is not one Cedar type");
    if (auto unknown = UnknownAsserter(agreement, fact.asserted_by))
      errors.push_back("fact " + fact.name + ": " + *unknown);
  }
}

void CheckApplications(const Agreement& agreement, Errors& errors) {
  std::vector<std::string> parties;
  for (const Party& party : agreement.parties) parties.push_back(party.id);
  for (const ApplicationTerms& application : agreement.applications) {
    if (std::ranges::find(parties, application.party) != parties.end()) continue;
    const std::string meant = base::DidYouMean(application.party, parties);
    errors.push_back("application " + application.id + ": party \"" + application.party +
                     "\" is not a [[party]]" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
}

void CheckDates(const Agreement& agreement, Errors& errors) {
  if (agreement.effective_ms && agreement.expires_ms && *agreement.effective_ms >= *agreement.expires_ms) {
    errors.emplace_back("agreement.expires: must be after effective; such an agreement is never in force");
  }
}

}  // namespace

std::optional<std::string> UnknownAsserter(const Agreement& agreement, std::string_view asserter) {
  std::vector<std::string> asserters(kSources.begin(), kSources.end());
  for (const Party& party : agreement.parties) asserters.push_back(party.id);
  asserters.insert(asserters.end(), agreement.third_parties.begin(), agreement.third_parties.end());
  if (std::ranges::find(asserters, asserter) != asserters.end()) return std::nullopt;
  const std::string meant = base::DidYouMean(asserter, asserters);
  return "asserted_by \"" + std::string(asserter) +
         "\" is neither a source (gateway, detector, ledger, person, party) nor a party" +
         (meant.empty() ? "" : "; did you mean " + meant + "?");
}

void CheckAgreement(const Agreement& agreement, std::vector<std::string>& errors) {
  CheckParties(agreement, errors);
  CheckNamesAreDistinct(agreement, errors);
  CheckApproverKeys(agreement, errors);
  CheckFacts(agreement, errors);
  CheckApplications(agreement, errors);
  CheckProfiles(agreement, errors);
  CheckDates(agreement, errors);
  CheckSigning(agreement, errors);
}

}  // namespace proviso::terms::internal
