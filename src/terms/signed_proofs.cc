#include "terms/signed_proofs.h"

#include <algorithm>

#include "base/fields.h"
#include "keys/digest.h"

namespace proviso::terms {
namespace {

constexpr std::string_view kAcknowledged = "acknowledged";

std::string ScriptOf(const Finding& finding) {
  if (finding.scripts.empty()) return "none";
  std::string lines;
  for (const std::string& digest : finding.scripts) lines += digest + "\n";
  return "sha256:" + base::ToHex(keys::Sha256(lines));
}

bool IsSaid(const std::vector<SignedProof>& proofs, CheckQuestion question, std::string_view subject) {
  return std::ranges::any_of(proofs, [&](const SignedProof& proof) {
    return proof.question == terms::NameOf(question) && proof.subject == subject &&
           (proof.answer == NameOf(FindingAnswer::kYes) || proof.basis == kAcknowledged);
  });
}

}  // namespace

std::vector<SignedProof> ProofsOf(const CheckReport& report) {
  std::vector<SignedProof> proofs;
  for (const Finding& finding : report.findings) {
    const bool is_accepted = finding.answer != FindingAnswer::kYes && finding.is_acknowledged;
    proofs.push_back(
        {std::string(terms::NameOf(finding.question)), finding.subject, std::string(NameOf(finding.answer)),
         std::string(is_accepted ? kAcknowledged : terms::NameOf(finding.basis)), ScriptOf(finding)});
  }
  return proofs;
}

base::Status ProofsSuffice(const Package& package, const std::vector<SignedProof>& proofs) {
  std::vector<std::string> unsaid;
  const auto need = [&](CheckQuestion question, const std::string& subject) {
    if (IsSaid(proofs, question, subject)) return;
    unsaid.push_back(std::string(terms::NameOf(question)) + (subject.empty() ? "" : ", " + subject) +
                     ": not among the proofs that were signed");
  };
  need(CheckQuestion::kValid, "");
  for (const Clause& clause : package.clauses()) {
    if (clause.effect == cedar::Effect::kForbid && clause.modality == Modality::kShall)
      need(CheckQuestion::kNeverErrors, clause.id);
  }
  for (const Safeguard& safeguard : package.safeguards())
    need(CheckQuestion::kSafeguardHolds, safeguard.name);
  if (unsaid.empty()) return {};
  return base::Fail(base::ErrorCode::kDenied, base::JoinLines(unsaid));
}

}  // namespace proviso::terms
