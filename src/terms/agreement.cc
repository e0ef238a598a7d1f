#include "terms/agreement.h"

#include <algorithm>
#include <set>

#include "base/clock.h"
#include "base/fields.h"
#include "base/toml.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using base::Fields;
using base::Json;

std::optional<std::int64_t> ReadTime(Fields& table, std::string_view key) {
  const std::string text = table.Text(key, "");
  if (text.empty()) return std::nullopt;
  const auto time = base::ParseUtc(text);
  if (!time) table.Error(key, time.error().message);
  return time ? std::optional(*time) : std::nullopt;
}

std::optional<keys::VerifyKey> ReadKey(Fields& table, std::string_view key, const std::string& text) {
  auto parsed = keys::VerifyKey::Parse(text);
  if (!parsed) {
    table.Error(key, parsed.error().message);
    return std::nullopt;
  }
  return std::move(*parsed);
}

std::string PathAt(std::string_view key, std::size_t index) {
  return std::string(key) + "[" + std::to_string(index) + "]";
}

/// Reads each table of [[key]] with `read`, which takes the table's Fields.
template <typename T, typename Read>
std::vector<T> ReadEach(Fields& root, std::string_view key, std::vector<std::string>& errors,
                        const Read& read) {
  std::vector<T> out;
  const std::vector<Json> tables = root.Tables(key);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Fields table(tables[i], PathAt(key, i), errors);
    if (auto item = read(table)) out.push_back(std::move(*item));
    table.RefuseOthers();
  }
  return out;
}

std::optional<Party> ReadParty(Fields& table) {
  Party party{table.RequiredText("id"), table.Text("name", ""), {}};
  for (const std::string& text : table.Texts("keys")) {
    if (auto key = ReadKey(table, "keys", text)) party.signers.push_back(std::move(*key));
  }
  return party;
}

std::optional<FactDeclaration> ReadFact(Fields& table) {
  return FactDeclaration{table.RequiredText("name"), table.Text("type", ""),
                         table.RequiredText("asserted_by")};
}

std::optional<ApplicationTerms> ReadApplication(Fields& table) {
  return ApplicationTerms{table.RequiredText("id"), table.RequiredText("organization"),
                          table.RequiredText("party"), table.Texts("purposes")};
}

std::optional<CatalogueTool> ReadTool(Fields& table) {
  CatalogueTool tool{table.RequiredText("name"), table.Text("server", ""), table.Text("schema_digest", ""),
                     table.RequiredText("effect")};
  const std::string_view digest = tool.schema_digest;
  if (!digest.empty() && (!digest.starts_with("sha256:") || digest.size() != 7 + 64)) {
    table.Error("schema_digest",
                "must be sha256: and 64 hexadecimal digits (see `proviso terms tool-digest`)");
  }
  return tool;
}

std::optional<ApproverProfile> ReadProfile(Fields& table) {
  return ApproverProfile{table.RequiredText("name"),
                         static_cast<std::size_t>(table.Integer("count", 1, 1, 16)), table.Texts("roles")};
}

std::optional<NamedApprover> ReadApprover(Fields& table) {
  std::string person = table.RequiredText("person");
  std::vector<std::string> roles = table.Texts("roles");
  auto key = ReadKey(table, "key", table.RequiredText("key"));
  if (!key) return std::nullopt;
  return NamedApprover{std::move(person), std::move(roles), std::move(*key)};
}

std::optional<AuthorityIssuer> ReadIssuer(Fields& table) {
  std::string id = table.RequiredText("id");
  auto key = ReadKey(table, "key", table.RequiredText("key"));
  if (!key) return std::nullopt;
  return AuthorityIssuer{std::move(id), std::move(*key)};
}

template <typename Range, typename Name>
void RefuseTwice(const Range& items, std::string_view what, const Name& name,
                 std::vector<std::string>& errors) {
  std::set<std::string> seen;
  for (const auto& item : items) {
    if (!seen.insert(name(item)).second)
      errors.push_back(std::string(what) + ": " + name(item) + " stands twice");
  }
}

bool HoldsOneRole(const NamedApprover& approver, const ApproverProfile& profile) {
  return profile.roles.empty() || std::ranges::any_of(profile.roles, [&approver](const std::string& role) {
           return std::ranges::find(approver.roles, role) != approver.roles.end();
         });
}

void CheckProfiles(const Agreement& agreement, std::vector<std::string>& errors) {
  if (agreement.approver_profiles.size() > kApproverProfilesMax) {
    errors.push_back("approver_profile: more than " + std::to_string(kApproverProfilesMax));
  }
  for (const ApproverProfile& profile : agreement.approver_profiles) {
    std::set<std::string> people;
    for (const NamedApprover& approver : agreement.approvers) {
      if (HoldsOneRole(approver, profile)) people.insert(approver.person);
    }
    if (people.size() >= profile.count) continue;
    errors.push_back("approver_profile " + profile.name + ": needs " + std::to_string(profile.count) +
                     " people, and [[approver]] names " + std::to_string(people.size()) +
                     " with such a role; name more, or ask for fewer");
  }
}

/// Fewest people first; of equals, the one that stands first in the file.
void SortWeakestFirst(std::vector<ApproverProfile>& profiles) {
  std::multimap<std::size_t, ApproverProfile> by_count;
  for (ApproverProfile& profile : profiles) by_count.emplace(profile.count, std::move(profile));
  profiles.clear();
  for (auto& [count, profile] : by_count) profiles.push_back(std::move(profile));
}

void CheckReferences(const Agreement& agreement, std::vector<std::string>& errors) {
  std::vector<std::string> asserters{"gateway", "detector", "ledger", "person", "party"};
  std::vector<std::string> parties;
  for (const Party& party : agreement.parties) parties.push_back(party.id);
  asserters.insert(asserters.end(), parties.begin(), parties.end());
  asserters.insert(asserters.end(), agreement.third_parties.begin(), agreement.third_parties.end());
  for (const FactDeclaration& fact : agreement.facts) {
    if (std::ranges::find(asserters, fact.asserted_by) != asserters.end()) continue;
    errors.push_back("fact " + fact.name + ": asserted_by \"" + fact.asserted_by +
                     "\" is neither a source (gateway, detector, ledger, person, party) nor a party");
  }
  for (const ApplicationTerms& application : agreement.applications) {
    if (std::ranges::find(parties, application.party) != parties.end()) continue;
    const std::string meant = base::DidYouMean(application.party, parties);
    errors.push_back("application " + application.id + ": party \"" + application.party +
                     "\" is not a [[party]]" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
}

void ReadHead(Fields& root, Agreement& agreement, std::vector<std::string>& errors) {
  Fields head(root.Table("agreement"), "agreement", errors);
  agreement.name = head.RequiredText("name");
  agreement.title = head.Text("title", agreement.name);
  agreement.version = head.RequiredText("version");
  agreement.effective_ms = ReadTime(head, "effective");
  agreement.expires_ms = ReadTime(head, "expires");
  agreement.supersedes = head.Text("supersedes", "");
  agreement.order_of_precedence = head.Texts("order_of_precedence");
  agreement.third_parties = head.Texts("third_parties");
  head.RefuseOthers();
  Fields hold(root.Table("hold"), "hold", errors);
  constexpr std::int64_t kDayMs = 86'400'000;
  agreement.hold.wait_ms = hold.Integer("wait_ms", agreement.hold.wait_ms, 0, 600'000);
  agreement.hold.expires_ms = hold.Integer("expires_ms", agreement.hold.expires_ms, 1'000, 30 * kDayMs);
  hold.RefuseOthers();
}

}  // namespace

const ApplicationTerms* Agreement::FindApplication(std::string_view id) const {
  const auto found = std::ranges::find(applications, id, &ApplicationTerms::id);
  return found == applications.end() ? nullptr : &*found;
}

const CatalogueTool* Agreement::FindTool(std::string_view server, std::string_view tool_name) const {
  const auto found = std::ranges::find_if(
      tools, [&](const CatalogueTool& tool) { return tool.server == server && tool.name == tool_name; });
  return found == tools.end() ? nullptr : &*found;
}

Agreement ReadAgreement(std::string_view toml, std::vector<std::string>& errors) {
  Agreement agreement;
  const auto json = base::TomlToJson(toml, "agreement.toml");
  const auto document = json ? base::JsonDocument::Parse(*json) : std::unexpected(json.error());
  if (!document) {
    errors.push_back(document.error().message);
    return agreement;
  }
  std::vector<std::string> found;
  Fields root(document->root(), "", found);
  ReadHead(root, agreement, found);
  agreement.parties = ReadEach<Party>(root, "party", found, ReadParty);
  agreement.facts = ReadEach<FactDeclaration>(root, "fact", found, ReadFact);
  agreement.applications = ReadEach<ApplicationTerms>(root, "application", found, ReadApplication);
  agreement.tools = ReadEach<CatalogueTool>(root, "tool", found, ReadTool);
  agreement.approver_profiles = ReadEach<ApproverProfile>(root, "approver_profile", found, ReadProfile);
  agreement.approvers = ReadEach<NamedApprover>(root, "approver", found, ReadApprover);
  agreement.authority_issuers = ReadEach<AuthorityIssuer>(root, "authority_issuer", found, ReadIssuer);
  root.RefuseOthers();
  if (agreement.parties.empty()) found.emplace_back("party: an agreement names its parties; add [[party]]");
  RefuseTwice(agreement.parties, "party", [](const Party& p) { return p.id; }, found);
  RefuseTwice(agreement.facts, "fact", [](const FactDeclaration& f) { return f.name; }, found);
  RefuseTwice(agreement.applications, "application", [](const ApplicationTerms& a) { return a.id; }, found);
  RefuseTwice(agreement.tools, "tool", [](const CatalogueTool& t) { return t.server + "/" + t.name; }, found);
  RefuseTwice(
      agreement.approver_profiles, "approver_profile", [](const ApproverProfile& p) { return p.name; },
      found);
  RefuseTwice(
      agreement.approvers, "approver key", [](const NamedApprover& a) { return a.key.Text(); }, found);
  CheckReferences(agreement, found);
  CheckProfiles(agreement, found);
  SortWeakestFirst(agreement.approver_profiles);
  for (const std::string& error : found) errors.push_back("agreement.toml: " + error);
  return agreement;
}

}  // namespace proviso::terms
