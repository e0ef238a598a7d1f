// One party's signature on a bundle: a signed note of its own, so that the party and the time are under the
// signature too, and the manifest stays the same bytes for everyone.
//
//   proviso.signature/v1
//   agreement founding
//   version 2
//   package sha256:5f0c…          what `sha256sum` makes of the package (package.h)
//   manifest sha256:91ab…         SHA-256 of the manifest's bytes (bundle.h)
//   party customer
//   time 2026-02-28T09:30:00.000Z the signer's word
//
//   — customer.example nC8aQ…
//
// Format: docs/formats/bundle.md. Any tool for C2SP signed notes verifies one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "keys/signed_note.h"

namespace proviso::terms {

/// What a signature says. Whether it counts is quorum.h's question.
struct SignatureStatement {
  std::string agreement;
  std::string version;
  std::string package;   ///< "sha256:<hex>"
  std::string manifest;  ///< "sha256:<hex>"
  std::string party;
  std::int64_t time_ms = 0;

  bool operator==(const SignatureStatement&) const = default;
};

struct BundleSignature {
  SignatureStatement statement;
  keys::Note note;  ///< Exactly one signature.

  [[nodiscard]] const std::string& key_name() const { return note.signatures.front().name; }
  [[nodiscard]] std::uint32_t key_id() const { return note.signatures.front().key_id; }
  /// "customer.example+1234abcd"
  [[nodiscard]] std::string KeyText() const;
  /// The note's bytes.
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] bool IsBy(const keys::VerifyKey& key) const;
  /// Whether this is `key`'s signature and verifies.
  [[nodiscard]] bool Verifies(const keys::VerifyKey& key) const;
};

/// A key as messages name it, "customer.example+1234abcd": the beginning of VerifyKey::Text().
[[nodiscard]] std::string ShortText(const keys::VerifyKey& key);

/// The text under the signature. kInvalid for a member that is no plain line.
[[nodiscard]] base::Result<std::string> StatementText(const SignatureStatement& statement);
[[nodiscard]] base::Result<BundleSignature> SignStatement(const SignatureStatement& statement,
                                                          const keys::SigningKey& key);
/// Reads a note, without verifying it. There is one way to write each: anything else is kInvalid.
[[nodiscard]] base::Result<BundleSignature> ParseBundleSignature(std::string_view note);

}  // namespace proviso::terms
