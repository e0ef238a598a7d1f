// A bundle: a terms package as one file that parties sign. Format: docs/formats/bundle.md.
//
//   proviso.bundle/v1                  the manifest: what is signed, readable
//   agreement founding
//   …
//   9f86d0…  agreement.toml            as `sha256sum` writes it
//   2c624a…  clauses/main.cedar
//
//   proviso.signature/v1               one signed note for each signature (bundle_signature.h)
//   …
//
//   proviso.files/v1                   the files themselves, in the manifest's order
//   file 512 agreement.toml
//   …
//   end
//
// Canonical: the same files, answers and signatures always give the same bytes, whoever signed first, and
// whatever is written in another way is refused. A bundle that was read says nothing of who must sign:
// quorum.h does.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "terms/bundle_signature.h"
#include "terms/package.h"

namespace proviso::terms {

/// One answer of the analysis (finding.h) that the parties sign with the agreement.
struct SignedProof {
  std::string question;  ///< "never errors"
  std::string subject;   ///< A clause's id, a safeguard's name; "" for the package.
  std::string answer;    ///< One word: "yes", "no", "unknown".
  std::string basis;     ///< One word: "proved", "counterexample", "read", "acknowledged", "unknown".
  std::string script;    ///< "sha256:<hex>" of the lines of digests of the scripts; "none" without one.

  bool operator==(const SignedProof&) const = default;
};

/// A value; reading it is safe from any thread.
class Bundle {
 public:
  /// Makes an unsigned bundle of a package's files. Errors: a file that the format refuses (its path, its
  /// size, bytes that are not UTF-8), an agreement that is not right or has no party with keys.
  [[nodiscard]] static base::Result<Bundle> Make(std::vector<PackageFile> files,
                                                 std::vector<SignedProof> proofs);
  /// Reads a bundle. kInvalid, kLimit, or kCorrupt when a file's bytes are not those of its digest; the
  /// message says what and where. Signatures are not verified here.
  [[nodiscard]] static base::Result<Bundle> Parse(std::string_view text);
  [[nodiscard]] static base::Result<Bundle> Read(const std::filesystem::path& file);

  [[nodiscard]] std::string Text() const;
  /// The manifest's bytes, and "sha256:<hex>" of them: what signatures name.
  [[nodiscard]] const std::string& manifest() const { return manifest_; }
  [[nodiscard]] std::string ManifestDigest() const;
  /// As Package::DigestText.
  [[nodiscard]] const std::string& package_digest() const { return package_digest_; }
  [[nodiscard]] const Agreement& agreement() const { return agreement_; }
  [[nodiscard]] const std::vector<PackageFile>& files() const { return files_; }
  [[nodiscard]] const std::vector<SignedProof>& proofs() const { return proofs_; }
  /// By party, then key. One key may stand here twice; it counts once.
  [[nodiscard]] const std::vector<BundleSignature>& signatures() const { return signatures_; }
  /// The package, loaded as from its directory.
  [[nodiscard]] base::Result<std::shared_ptr<const Package>> Load() const;

  /// Adds a signature. kConflict when this key has signed for this party already.
  [[nodiscard]] base::Status Sign(const keys::SigningKey& key, std::string_view party, std::int64_t now_ms);
  /// Takes over the signatures of another copy; which copy is merged into which makes no difference.
  /// kInvalid when it is not the same manifest.
  [[nodiscard]] base::Status Merge(const Bundle& other);

 private:
  Bundle() = default;
  [[nodiscard]] base::Status Add(BundleSignature signature);

  std::vector<PackageFile> files_;
  std::vector<SignedProof> proofs_;
  Agreement agreement_;
  std::string package_digest_;
  std::string manifest_;
  std::vector<BundleSignature> signatures_;
};

/// Whether this is the beginning of a bundle, to tell one from another file.
[[nodiscard]] bool LooksLikeABundle(std::string_view text);

/// The package in a directory, or in a bundle whoever signed it: for tools that read terms.
[[nodiscard]] base::Result<std::shared_ptr<const Package>> LoadPackage(const std::filesystem::path& place);

}  // namespace proviso::terms
