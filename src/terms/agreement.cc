#include "terms/agreement.h"

#include <algorithm>
#include <map>

#include "base/clock.h"
#include "base/fields.h"
#include "base/toml.h"
#include "terms/internal/agreement_checks.h"
#include "terms/internal/agreement_references.h"
#include "terms/internal/agreement_signing.h"
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
  Party party{table.RequiredText("id"),
              table.Text("name", ""),
              {},
              static_cast<std::size_t>(table.Integer("signatures", 1, 1, kKeysPerPartyMax))};
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

/// "" or a digest in the one spelling that is compared.
std::string ReadDigest(Fields& table, std::string_view key, std::string_view made_by) {
  constexpr std::string_view kPrefix = "sha256:";
  std::string digest = table.Text(key, "");
  const bool fits = digest.starts_with(kPrefix) && digest.size() == kPrefix.size() + 64 &&
                    digest.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string::npos;
  if (!digest.empty() && !fits) {
    table.Error(
        key, "must be sha256: and 64 hexadecimal digits in lower case (see `" + std::string(made_by) + "`)");
  }
  return digest;
}

std::optional<CatalogueTool> ReadTool(Fields& table) {
  return CatalogueTool{table.RequiredText("name"), table.Text("server", ""),
                       ReadDigest(table, "schema_digest", "proviso terms tool-digest"),
                       table.RequiredText("effect")};
}

std::optional<ApproverProfile> ReadProfile(Fields& table) {
  return ApproverProfile{table.RequiredText("name"),
                         static_cast<std::size_t>(table.Integer("count", 1, 1, kApproversPerProfileMax)),
                         table.Texts("roles")};
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

/// By hand: std::stable_sort of this library uses what C++20 deprecates.
void SortWeakestFirst(std::vector<ApproverProfile>& profiles) {
  std::multimap<std::size_t, ApproverProfile> by_count;
  for (ApproverProfile& profile : profiles) by_count.emplace(profile.count, std::move(profile));
  profiles.clear();
  for (auto& [count, profile] : by_count) profiles.push_back(std::move(profile));
}

void ReadHead(Fields& root, Agreement& agreement, std::vector<std::string>& errors) {
  Fields head(root.Table("agreement"), "agreement", errors);
  agreement.name = head.RequiredText("name");
  agreement.title = head.Text("title", agreement.name);
  agreement.version = head.RequiredText("version");
  agreement.effective_ms = ReadTime(head, "effective");
  agreement.expires_ms = ReadTime(head, "expires");
  agreement.supersedes = ReadDigest(head, "supersedes", "proviso terms show");
  agreement.order_of_precedence = head.Texts("order_of_precedence");
  agreement.third_parties = head.Texts("third_parties");
  head.RefuseOthers();
  Fields hold(root.Table("hold"), "hold", errors);
  constexpr std::int64_t kDayMs = 86'400'000;
  agreement.hold.wait_ms = hold.Integer("wait_ms", agreement.hold.wait_ms, 0, 600'000);
  agreement.hold.expires_ms = hold.Integer("expires_ms", agreement.hold.expires_ms, 1'000, 7 * kDayMs);
  hold.RefuseOthers();
}

}  // namespace

bool MayDecide(const NamedApprover& approver, const ApproverProfile& profile) {
  return profile.roles.empty() || std::ranges::any_of(profile.roles, [&approver](const std::string& role) {
           return std::ranges::find(approver.roles, role) != approver.roles.end();
         });
}

const Reference* Agreement::FindReference(std::string_view reference_name) const {
  const auto found = std::ranges::find(references, reference_name, &Reference::name);
  return found == references.end() ? nullptr : &*found;
}

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
  internal::ReadReferences(root, agreement, found);
  internal::ReadSigning(root, agreement, found);
  root.RefuseOthers();
  internal::CheckAgreement(agreement, found);
  SortWeakestFirst(agreement.approver_profiles);
  for (const std::string& error : found) errors.push_back("agreement.toml: " + error);
  return agreement;
}

}  // namespace proviso::terms
