// Ed25519 keys (RFC 8032) with names, in the text forms of C2SP `signed-note`:
//
//   verifier  gateway.example+9c2f1a40+AQ…            (safe to publish)
//   signer    PRIVATE+KEY+gateway.example+9c2f1a40+AQ… (a secret)
//
// The eight digits are the key's id: SHA-256 of the name, a newline, the algorithm byte 01 and the
// public key, cut to 32 bits. Go's golang.org/x/mod/sumdb/note reads and writes the same texts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace proviso::keys {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// A name and a public key. A value; safe from any thread.
class VerifyKey {
 public:
  /// Reads the verifier text form; refuses another algorithm, a wrong id, a bad name.
  [[nodiscard]] static base::Result<VerifyKey> Parse(std::string_view text);
  /// Makes a key of its parts; the id is computed.
  [[nodiscard]] static base::Result<VerifyKey> Make(std::string_view name, const PublicKey& key);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] const PublicKey& public_key() const { return key_; }
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] bool Verify(std::string_view message, base::ByteView signature) const;

  bool operator==(const VerifyKey&) const = default;

 private:
  std::string name_;
  std::uint32_t id_ = 0;
  PublicKey key_{};
};

/// A name and a secret key. Its memory is wiped when it goes. Signing costs 50 to 130 µs: once a
/// batch, never once a request.
class SigningKey {
 public:
  [[nodiscard]] static base::Result<SigningKey> Generate(std::string_view name);
  /// Reads the signer text form.
  [[nodiscard]] static base::Result<SigningKey> Parse(std::string_view text);

  ~SigningKey();
  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  [[nodiscard]] const VerifyKey& verifier() const { return verifier_; }
  [[nodiscard]] Signature Sign(std::string_view message) const;
  /// The secret text form, for a file that only its owner reads.
  [[nodiscard]] std::string SecretText() const;

 private:
  SigningKey() = default;
  static base::Result<SigningKey> FromSeed(std::string_view name, base::ByteView seed);

  VerifyKey verifier_;
  std::array<std::uint8_t, 64> secret_{};
};

}  // namespace proviso::keys
