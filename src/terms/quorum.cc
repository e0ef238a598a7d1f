#include "terms/quorum.h"

#include <algorithm>

#include "base/clock.h"
#include "base/fields.h"

namespace proviso::terms {
namespace {

const RevokedKey* FindRevoked(const Agreement& agreement, const BundleSignature& signature) {
  const auto found = std::ranges::find_if(
      agreement.revoked_keys, [&](const RevokedKey& revoked) { return signature.IsBy(revoked.key); });
  return found == agreement.revoked_keys.end() ? nullptr : &*found;
}

std::string NameOf(const Agreement& agreement) {
  return agreement.name + " version " + agreement.version;
}

/// The key among the party's, or nothing.
const keys::VerifyKey* KeyOf(const Party& party, const BundleSignature& signature) {
  const auto found =
      std::ranges::find_if(party.signers, [&](const keys::VerifyKey& key) { return signature.IsBy(key); });
  return found == party.signers.end() ? nullptr : &*found;
}

/// Why a signature does not count under `naming`; "" when it does.
std::string ObjectionTo(const BundleSignature& signature, const Agreement& next, const Agreement& naming) {
  const std::string named_by = NameOf(naming);
  if (const RevokedKey* revoked = FindRevoked(naming, signature); &naming != &next && revoked != nullptr)
    return "its key is revoked by " + named_by + (revoked->reason.empty() ? "" : ": " + revoked->reason);
  const auto party = std::ranges::find(naming.parties, signature.statement.party, &Party::id);
  if (party == naming.parties.end()) return named_by + " has no such party";
  const keys::VerifyKey* key = KeyOf(*party, signature);
  if (key == nullptr) return named_by + " does not give this key to " + party->id;
  if (!signature.Verifies(*key)) return "it does not verify: it or the key is spoiled";
  // By the bytes of the key, which may stand there under another name.
  const auto revoked = std::ranges::find(next.revoked_keys, key->public_key(),
                                         [](const RevokedKey& one) { return one.key.public_key(); });
  if (revoked != next.revoked_keys.end() && signature.statement.time_ms >= revoked->from_ms) {
    return "its key is revoked from " + base::FormatUtc(revoked->from_ms) +
           " on by the agreement that it signs";
  }
  return "";
}

PartyStanding StandingOf(const Party& party, const std::vector<SignatureStanding>& signatures) {
  PartyStanding standing{party.id, party.signatures, {}, {}};
  for (const keys::VerifyKey& key : party.signers) {
    const std::string text = ShortText(key);
    const bool has_signed = std::ranges::any_of(signatures, [&](const SignatureStanding& one) {
      return one.objection.empty() && one.party == party.id && one.key == text;
    });
    (has_signed ? standing.signed_by : standing.could_sign).push_back(text);
  }
  return standing;
}

/// What stands against `next` following what is in force, whoever signs.
std::vector<std::string> ObjectionsTo(const Bundle& next, const std::optional<InForce>& in_force) {
  std::vector<std::string> objections;
  const Agreement& agreement = next.agreement();
  if (!in_force) {
    if (!agreement.supersedes.empty()) {
      objections.push_back("it supersedes " + agreement.supersedes +
                           ", which is not here; who must sign it only that agreement says");
    }
    return objections;
  }
  if (in_force->agreement.quorum.parties.empty()) {
    objections.push_back("what is in force, " + NameOf(in_force->agreement) +
                         ", gives no party keys, so it names nobody who could sign its successor");
  }
  if (agreement.supersedes != in_force->digest) {
    objections.push_back("it supersedes " +
                         (agreement.supersedes.empty() ? std::string("nothing") : agreement.supersedes) +
                         ", and what is in force is " + in_force->digest + " (" +
                         NameOf(in_force->agreement) + "); write that into its agreement.toml as supersedes");
  }
  for (const RevokedKey& revoked : in_force->agreement.revoked_keys) {
    const auto same = std::ranges::find_if(agreement.revoked_keys, [&](const RevokedKey& one) {
      return one.key == revoked.key && one.from_ms == revoked.from_ms;
    });
    if (same != agreement.revoked_keys.end()) continue;
    objections.push_back("it does not repeat that " + revoked.key.Text() + " is revoked from " +
                         base::FormatUtc(revoked.from_ms) + "; a key is revoked for good");
  }
  return objections;
}

std::string Listed(const std::vector<std::string>& texts) {
  std::string listed;
  for (const std::string& text : texts) listed += (listed.empty() ? "" : ", ") + text;
  return listed;
}

std::string MissingOf(const PartyStanding& standing) {
  const std::size_t lacking = standing.needed - standing.signed_by.size();
  return standing.party + " has not signed" + (standing.signed_by.empty() ? "" : " enough") + ": " +
         (lacking == 1 ? "one" : std::to_string(lacking)) + " of its keys " + Listed(standing.could_sign) +
         " must";
}

}  // namespace

std::size_t QuorumReport::Signed() const {
  return static_cast<std::size_t>(std::ranges::count_if(parties, &PartyStanding::HasSigned));
}

std::string QuorumReport::Missing() const {
  if (IsMet()) return "";
  std::vector<std::string> lines = objections;
  if (Signed() < at_least) {
    for (const PartyStanding& party : parties) {
      if (!party.HasSigned()) lines.push_back(MissingOf(party));
    }
    if (at_least < parties.size()) {
      lines.push_back(std::to_string(at_least) + " of " + std::to_string(parties.size()) +
                      " parties are needed, and " + std::to_string(Signed()) + " have signed");
    }
  }
  for (const SignatureStanding& one : signatures) {
    if (!one.objection.empty())
      lines.push_back("the signature of " + one.party + " by " + one.key +
                      " does not count: " + one.objection);
  }
  return base::JoinLines(lines);
}

std::string QuorumReport::SignersText() const {
  std::string text;
  for (const SignatureStanding& one : signatures) {
    if (!one.objection.empty()) continue;
    text += (text.empty() ? "" : ", ") + one.party + " by " + one.key + " at " + base::FormatUtc(one.time_ms);
  }
  return text;
}

QuorumReport JudgeQuorum(const Bundle& next, const std::optional<InForce>& in_force) {
  const Agreement& naming = in_force ? in_force->agreement : next.agreement();
  QuorumReport report;
  report.named_by = in_force ? NameOf(naming) : "the agreement itself";
  report.at_least = naming.quorum.at_least;
  for (const BundleSignature& signature : next.signatures()) {
    report.signatures.push_back({signature.statement.party, signature.KeyText(), signature.statement.time_ms,
                                 ObjectionTo(signature, next.agreement(), naming)});
  }
  for (const Party& party : naming.parties) {
    const bool is_asked = std::ranges::find(naming.quorum.parties, party.id) != naming.quorum.parties.end();
    if (is_asked) report.parties.push_back(StandingOf(party, report.signatures));
  }
  report.objections = ObjectionsTo(next, in_force);
  return report;
}

}  // namespace proviso::terms
