#include "terms/internal/agreement_signing.h"

#include <algorithm>
#include <map>

#include "base/clock.h"
#include "terms/limits.h"

namespace proviso::terms::internal {
namespace {

using base::Fields;
using Errors = std::vector<std::string>;

std::vector<std::string> PartiesWithKeys(const Agreement& agreement) {
  std::vector<std::string> parties;
  for (const Party& party : agreement.parties) {
    if (!party.signers.empty()) parties.push_back(party.id);
  }
  return parties;
}

void ReadQuorum(Fields& root, Agreement& agreement, Errors& errors) {
  const std::vector<std::string> able = PartiesWithKeys(agreement);
  Fields table(root.Table("quorum"), "quorum", errors);
  agreement.quorum.parties = able;
  if (table.Has("parties")) {
    const std::vector<std::string> named = table.Texts("parties");
    for (const std::string& id : named) {
      if (std::ranges::find(able, id) != able.end()) continue;
      const std::string meant = base::DidYouMean(id, able);
      table.Error("parties", "\"" + id + "\" is no [[party]] with keys" +
                                 (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
    if (named.empty()) table.Error("parties", "names nobody; leave it out for every party that has keys");
    std::erase_if(agreement.quorum.parties,
                  [&named](const std::string& id) { return std::ranges::find(named, id) == named.end(); });
  }
  const auto most = static_cast<std::int64_t>(agreement.quorum.parties.size());
  if (table.Has("at_least") && most == 0) {
    table.Error("at_least", "no party has keys, so nobody could sign; give each [[party]] its keys");
    (void)table.Any("at_least");
  } else {
    agreement.quorum.at_least =
        static_cast<std::size_t>(table.Integer("at_least", most, std::min<std::int64_t>(most, 1), most));
  }
  table.RefuseOthers();
}

void ReadRevokedKeys(Fields& root, Agreement& agreement, Errors& errors) {
  const std::vector<base::Json> tables = root.Tables("revoked_key");
  if (tables.size() > kRevokedKeysMax)
    errors.push_back("revoked_key: more than " + std::to_string(kRevokedKeysMax));
  for (std::size_t i = 0; i < std::min(tables.size(), kRevokedKeysMax); ++i) {
    Fields table(tables[i], "revoked_key[" + std::to_string(i) + "]", errors);
    auto key = keys::VerifyKey::Parse(table.RequiredText("key"));
    const auto from = base::ParseUtc(table.RequiredText("from"));
    std::string reason = table.Text("reason", "");
    if (!key) table.Error("key", key.error().message);
    if (!from) table.Error("from", from.error().message);
    if (key && from) agreement.revoked_keys.push_back({std::move(*key), *from, std::move(reason)});
    table.RefuseOthers();
  }
}

/// A party's id stands in lines of words, which are signed.
bool IsOneWord(std::string_view id) {
  return !id.empty() &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
             std::string_view::npos;
}

void CheckPartyKeys(const Party& party, std::map<keys::PublicKey, std::string>& holders, Errors& errors) {
  const std::string where = "party " + party.id + ": ";
  if (party.signers.empty()) {
    if (party.signatures > 1) errors.push_back(where + "signatures: the party has no keys");
    return;
  }
  if (!IsOneWord(party.id))
    errors.push_back(where + "the id of a party that signs must be of letters, digits, _, . and -");
  if (party.signers.size() > kKeysPerPartyMax)
    errors.push_back(where + "more than " + std::to_string(kKeysPerPartyMax) + " keys");
  if (party.signatures > party.signers.size()) {
    errors.push_back(where + "signatures: asks for " + std::to_string(party.signatures) + " of its " +
                     std::to_string(party.signers.size()) + " keys, which could never be reached");
  }
  for (const keys::VerifyKey& key : party.signers) {
    const auto [held, is_new] = holders.emplace(key.public_key(), party.id);
    if (!is_new) {
      errors.push_back(where + "the key " + key.Text() + " is also one of " + held->second +
                       "; a key counts once, for one party");
    }
  }
}

}  // namespace

void ReadSigning(base::Fields& root, Agreement& agreement, std::vector<std::string>& errors) {
  ReadQuorum(root, agreement, errors);
  ReadRevokedKeys(root, agreement, errors);
}

void CheckSigning(const Agreement& agreement, std::vector<std::string>& errors) {
  std::map<keys::PublicKey, std::string> holders;
  for (const Party& party : agreement.parties) CheckPartyKeys(party, holders, errors);
  for (const NamedApprover& approver : agreement.approvers)
    holders.emplace(approver.key.public_key(), "approver " + approver.person);
  for (const AuthorityIssuer& issuer : agreement.authority_issuers)
    holders.emplace(issuer.key.public_key(), "authority_issuer " + issuer.id);
  std::map<keys::PublicKey, std::string> revoked;
  for (const RevokedKey& one : agreement.revoked_keys) {
    const std::string name = "revoked_key " + one.key.Text() + ": ";
    if (!revoked.emplace(one.key.public_key(), name).second) errors.push_back(name + "stands twice");
    const auto held = holders.find(one.key.public_key());
    if (held != holders.end())
      errors.push_back(name + "is still a key of " + held->second + "; a revoked key is nobody's");
  }
}

}  // namespace proviso::terms::internal
