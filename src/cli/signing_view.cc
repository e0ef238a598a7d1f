#include "cli/signing_view.h"

#include <ostream>

#include "base/clock.h"
#include "oversight/visible_text.h"

namespace proviso::cli {
namespace {

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

std::string TimeOr(const std::optional<std::int64_t>& time_ms, std::string_view otherwise) {
  return time_ms ? base::FormatUtc(*time_ms) : std::string(otherwise);
}

void WriteTexts(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.Key(key).BeginArray();
  for (const std::string& text : texts) json.String(text);
  json.EndArray();
}

void WriteSignatures(base::JsonWriter& json, const terms::QuorumReport& report) {
  json.Key("signatures").BeginArray();
  for (const terms::SignatureStanding& one : report.signatures) {
    json.BeginObject().Key("party").String(one.party).Key("key").String(one.key);
    json.Key("time").String(base::FormatUtc(one.time_ms)).Key("counts").Bool(one.objection.empty());
    if (!one.objection.empty()) json.Key("objection").String(one.objection);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string Seen(std::string_view text) {
  return oversight::MakeVisible(text, oversight::Backslashes::kDouble);
}

void PrintBundle(Console& console, const terms::Bundle& bundle) {
  const terms::Agreement& agreement = bundle.agreement();
  console.out() << console.Styled(Style::kBold, Seen(agreement.title)) << "\n"
                << "  name        " << Seen(agreement.name) << ", version " << Seen(agreement.version) << "\n"
                << "  digest      " << bundle.package_digest() << "\n"
                << "  manifest    " << bundle.ManifestDigest() << "\n"
                << "  supersedes  "
                << (agreement.supersedes.empty() ? "nothing: a first agreement" : agreement.supersedes)
                << "\n"
                << "  begins      " << TimeOr(agreement.effective_ms, "at once") << "\n"
                << "  ends        " << TimeOr(agreement.expires_ms, "never") << "\n"
                << "  files       " << bundle.files().size() << "\n"
                << "  successor   needs " << agreement.quorum.at_least << " of "
                << Joined(agreement.quorum.parties) << "\n";
  for (const terms::RevokedKey& revoked : agreement.revoked_keys) {
    console.out() << "  revoked     " << revoked.key.Text() << " from " << base::FormatUtc(revoked.from_ms)
                  << (revoked.reason.empty() ? "" : ": " + Seen(revoked.reason)) << "\n";
  }
  for (const terms::SignedProof& proof : bundle.proofs()) {
    console.out() << "  " << Seen(proof.question) << (proof.subject.empty() ? "" : ", " + Seen(proof.subject))
                  << ": " << proof.answer << " (" << proof.basis << ")\n";
  }
}

void PrintQuorum(Console& console, const terms::QuorumReport& report) {
  for (const terms::SignatureStanding& one : report.signatures) {
    const bool counts = one.objection.empty();
    console.out() << "  " << console.Styled(counts ? Style::kGood : Style::kBad, counts ? "signed" : "VOID  ")
                  << "  " << Seen(one.party) << " by " << Seen(one.key) << " at "
                  << base::FormatUtc(one.time_ms) << (counts ? "" : ": " + Seen(one.objection)) << "\n";
  }
  for (const terms::PartyStanding& party : report.parties) {
    if (party.HasSigned()) continue;
    console.out() << "  " << console.Styled(Style::kWarn, "lacks ") << "  " << party.party << ": "
                  << party.needed - party.signed_by.size() << " of " << Joined(party.could_sign) << "\n";
  }
  for (const std::string& objection : report.objections)
    console.out() << "  " << console.Styled(Style::kBad, "cannot follow") << ": " << Seen(objection) << "\n";
  console.out() << "  quorum  " << report.Signed() << " of " << report.at_least << " needed, named by "
                << Seen(report.named_by) << ": " << (report.IsMet() ? "met" : "not met") << "\n";
}

void WriteBundle(base::JsonWriter& json, const terms::Bundle& bundle) {
  const terms::Agreement& agreement = bundle.agreement();
  json.Key("agreement").String(agreement.name).Key("version").String(agreement.version);
  json.Key("digest").String(bundle.package_digest()).Key("manifest").String(bundle.ManifestDigest());
  if (!agreement.supersedes.empty()) json.Key("supersedes").String(agreement.supersedes);
  if (agreement.effective_ms) json.Key("effective").String(base::FormatUtc(*agreement.effective_ms));
  if (agreement.expires_ms) json.Key("expires").String(base::FormatUtc(*agreement.expires_ms));
  json.Key("files").Integer(static_cast<std::int64_t>(bundle.files().size()));
}

void WriteQuorum(base::JsonWriter& json, const terms::QuorumReport& report) {
  json.BeginObject().Key("named_by").String(report.named_by).Key("met").Bool(report.IsMet());
  json.Key("needed").Integer(static_cast<std::int64_t>(report.at_least));
  json.Key("missing").String(report.Missing());
  json.Key("parties").BeginArray();
  for (const terms::PartyStanding& party : report.parties) {
    json.BeginObject().Key("party").String(party.party);
    json.Key("needed").Integer(static_cast<std::int64_t>(party.needed));
    WriteTexts(json, "signed_by", party.signed_by);
    WriteTexts(json, "could_sign", party.could_sign);
    json.EndObject();
  }
  json.EndArray();
  WriteSignatures(json, report);
  WriteTexts(json, "objections", report.objections);
  json.EndObject();
}

}  // namespace proviso::cli
