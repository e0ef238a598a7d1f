#include "terms/internal/manifest.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/utf8.h"
#include "keys/digest.h"
#include "terms/internal/statement_lines.h"
#include "terms/limits.h"

namespace proviso::terms::internal {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::string_view kProof = "proof ";
constexpr std::size_t kHexDigits = 64;
constexpr std::size_t kShownBytesMax = 200;

/// The next line of `rest`, with its newline if it has one.
std::string_view TakeLine(std::string_view& rest) {
  const std::size_t newline = rest.find('\n');
  const std::string_view line = rest.substr(0, newline == std::string_view::npos ? newline : newline + 1);
  rest.remove_prefix(line.size());
  return line;
}

std::string TimeOr(std::string_view otherwise, const std::optional<std::int64_t>& time_ms) {
  return time_ms ? base::FormatUtc(*time_ms) : std::string(otherwise);
}

std::string QuorumText(const Quorum& quorum) {
  std::string text = std::to_string(quorum.at_least) + " of";
  for (const std::string& party : quorum.parties) text += " " + party;
  return text;
}

bool IsWord(std::string_view text) {
  return IsPlainLine(text) && !text.contains(' ');
}

std::string ProofText(const SignedProof& proof) {
  return proof.answer + " " + proof.basis + " " + proof.script + " " + proof.question +
         (proof.subject.empty() ? "" : ": " + proof.subject);
}

base::Result<SignedProof> ParseProof(std::string_view line) {
  const std::string_view shown = line;
  SignedProof proof;
  for (std::string* word : {&proof.answer, &proof.basis, &proof.script}) {
    const std::size_t space = std::min(line.find(' '), line.size());
    *word = line.substr(0, space);
    line.remove_prefix(std::min(space + 1, line.size()));
  }
  const std::size_t colon = std::min(line.find(": "), line.size());
  proof.question = line.substr(0, colon);
  if (colon < line.size()) proof.subject = line.substr(colon + 2);
  if (ProofText(proof) != shown || !IsWord(proof.answer) || !IsWord(proof.basis) || !IsWord(proof.script) ||
      !IsPlainLine(proof.question)) {
    return Fail(
        ErrorCode::kInvalid,
        "manifest: a line `proof` is not ANSWER BASIS SCRIPT QUESTION: SUBJECT (docs/formats/bundle.md)");
  }
  return proof;
}

/// Writes line after line, and keeps the first thing that is wrong.
class Writer {
 public:
  void Line(std::string_view word, std::string_view value) {
    if (status_) status_ = AppendLine(text_, "manifest", word, value);
  }
  void Signers(const Agreement& agreement) {
    for (const Party& party : agreement.parties) {
      if (party.signers.empty()) continue;
      Line("party", party.id + " " + std::to_string(party.signatures));
      for (const keys::VerifyKey& key : party.signers) Line("key", key.Text());
    }
    for (const RevokedKey& revoked : agreement.revoked_keys)
      Line("revoked", revoked.key.Text() + " " + base::FormatUtc(revoked.from_ms));
  }
  void Raw(std::string_view line) { text_ += line; }
  base::Result<std::string> Take() {
    if (!status_) return std::unexpected(status_.error());
    if (text_.size() > kManifestBytesMax) {
      return Fail(ErrorCode::kLimit, "manifest: longer than " + std::to_string(kManifestBytesMax) + " bytes");
    }
    return std::move(text_);
  }

 private:
  std::string text_{kBundleFormat};
  base::Status status_;
};

}  // namespace

std::string DigestLine(const PackageFile& file) {
  return base::ToHex(keys::Sha256(file.content)) + "  " + file.path + "\n";
}

base::Result<std::string> ManifestText(const Agreement& agreement, const std::vector<PackageFile>& files,
                                       const std::vector<SignedProof>& proofs) {
  if (agreement.quorum.parties.empty()) {
    return Fail(ErrorCode::kInvalid,
                "agreement.toml: no party has keys, so nobody could sign; give each [[party]] its keys "
                "(`proviso keys new` makes one)");
  }
  if (proofs.size() > kSignedProofsMax)
    return Fail(ErrorCode::kLimit, "manifest: more than " + std::to_string(kSignedProofsMax) + " proofs");
  Writer out;
  out.Line("agreement", agreement.name);
  out.Line("version", agreement.version);
  out.Line("package", "sha256:" + base::ToHex(DigestOfFiles(files)));
  out.Line("supersedes", agreement.supersedes.empty() ? "none" : agreement.supersedes);
  out.Line("effective", TimeOr("none", agreement.effective_ms));
  out.Line("expires", TimeOr("none", agreement.expires_ms));
  out.Line("quorum", QuorumText(agreement.quorum));
  out.Signers(agreement);
  for (const SignedProof& proof : proofs) out.Line("proof", ProofText(proof));
  for (const PackageFile& file : files) out.Raw(DigestLine(file));
  return out.Take();
}

base::Result<std::vector<SignedProof>> ProofsIn(std::string_view manifest) {
  std::vector<SignedProof> proofs;
  while (!manifest.empty()) {
    std::string_view line = TakeLine(manifest);
    if (!line.starts_with(kProof)) continue;
    if (line.ends_with('\n')) line.remove_suffix(1);
    auto proof = ParseProof(line.substr(kProof.size()));
    if (!proof) return std::unexpected(proof.error());
    if (proofs.size() == kSignedProofsMax)
      return Fail(ErrorCode::kLimit, "manifest: more than " + std::to_string(kSignedProofsMax) + " proofs");
    proofs.push_back(std::move(*proof));
  }
  return proofs;
}

std::vector<std::string_view> DigestLinesIn(std::string_view manifest) {
  std::vector<std::string_view> lines;
  while (!manifest.empty()) {
    const std::string_view line = TakeLine(manifest);
    const bool is_digest = line.size() > kHexDigits + 2 && line.substr(kHexDigits, 2) == "  " &&
                           line.find_first_not_of("0123456789abcdef") == kHexDigits;
    if (is_digest) lines.push_back(line);
  }
  return lines;
}

std::string FirstDifference(std::string_view written, std::string_view expected) {
  for (std::size_t number = 1; !written.empty() || !expected.empty(); ++number) {
    std::string_view one = TakeLine(written);
    std::string_view other = TakeLine(expected);
    if (one == other) continue;
    for (std::string_view* line : {&one, &other}) {
      if (line->ends_with('\n')) line->remove_suffix(1);
      *line = line->substr(0, kShownBytesMax);
      while (!base::IsUtf8(*line)) line->remove_suffix(1);  // cut within a character
    }
    return "line " + std::to_string(number) + " is \"" + std::string(one) +
           "\", and of these files it is \"" + std::string(other) + "\"";
  }
  return "";
}

}  // namespace proviso::terms::internal
