#include "keys/signing.h"

#include <sodium.h>

#include <cstring>

#include "keys/digest.h"
#include "keys/limits.h"

namespace proviso::keys {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::uint8_t kEd25519 = 0x01;
constexpr std::string_view kSecretPrefix = "PRIVATE+KEY+";

base::Status CheckName(std::string_view name) {
  if (name.empty() || name.size() > kKeyNameBytesMax) {
    return Fail(ErrorCode::kInvalid,
                "a key's name must have 1 to " + std::to_string(kKeyNameBytesMax) + " bytes");
  }
  for (const char c : name) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '+' || c == 0x7F) {
      return Fail(ErrorCode::kInvalid, "a key's name must have no space, control character or '+'");
    }
  }
  return {};
}

base::Bytes Tagged(base::ByteView key) {
  base::Bytes tagged{kEd25519};
  tagged.insert(tagged.end(), key.begin(), key.end());
  return tagged;
}

std::uint32_t IdOf(std::string_view name, const PublicKey& key) {
  const base::Bytes tagged = Tagged(key);
  const std::array<base::ByteView, 3> parts{base::AsBytes(name), base::AsBytes("\n"), base::ByteView(tagged)};
  const base::Digest digest = Sha256Of(parts);
  return std::uint32_t{digest[0]} << 24U | std::uint32_t{digest[1]} << 16U | std::uint32_t{digest[2]} << 8U |
         digest[3];
}

std::string IdText(std::uint32_t id) {
  const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(id >> 24U),
                                          static_cast<std::uint8_t>(id >> 16U),
                                          static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id)};
  return base::ToHex(bytes);
}

/// The three parts of "name+id+base64", the last decoded to 32 bytes after its algorithm byte.
struct KeyText {
  std::string_view name;
  std::string_view id;
  base::Bytes key;
};

base::Result<KeyText> Split(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "not a key: expected NAME+ID+BASE64, three parts with '+' between");
  }
  auto bytes = base::FromBase64(text.substr(second + 1));
  if (!bytes || bytes->size() != 33 || bytes->front() != kEd25519) {
    return Fail(ErrorCode::kInvalid, "not an Ed25519 key: expected base64 of the byte 01 and 32 key bytes");
  }
  bytes->erase(bytes->begin());
  return KeyText{text.substr(0, first), text.substr(first + 1, second - first - 1), std::move(*bytes)};
}

base::Error WrongId(std::string_view expected) {
  return {ErrorCode::kInvalid,
          "the key's id does not fit its name and bytes; it should be " + std::string(expected)};
}

/// libsodium asks to be started once before anything else; it is safe to ask again.
void StartSodium() {
  if (sodium_init() < 0) std::abort();
}

}  // namespace

base::Result<VerifyKey> VerifyKey::Make(std::string_view name, const PublicKey& key) {
  if (auto checked = CheckName(name); !checked) return std::unexpected(checked.error());
  VerifyKey made;
  made.name_ = name;
  made.key_ = key;
  made.id_ = IdOf(name, key);
  return made;
}

base::Result<VerifyKey> VerifyKey::Parse(std::string_view text) {
  if (text.starts_with(kSecretPrefix)) {
    return Fail(ErrorCode::kInvalid, "this is a private key where a public one belongs; keep it secret");
  }
  auto parts = Split(text);
  if (!parts) return std::unexpected(parts.error());
  PublicKey key{};
  std::memcpy(key.data(), parts->key.data(), key.size());
  auto made = Make(parts->name, key);
  if (made && parts->id != IdText(made->id_)) return std::unexpected(WrongId(IdText(made->id_)));
  return made;
}

std::string VerifyKey::Text() const {
  return name_ + "+" + IdText(id_) + "+" + base::ToBase64(Tagged(key_));
}

bool VerifyKey::Verify(std::string_view message, base::ByteView signature) const {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(signature.data(), base::AsBytes(message).data(), message.size(),
                                     key_.data()) == 0;
}

base::Result<SigningKey> SigningKey::FromSeed(std::string_view name, base::ByteView seed) {
  StartSodium();
  SigningKey made;
  PublicKey key{};
  crypto_sign_seed_keypair(key.data(), made.secret_.data(), seed.data());
  auto verifier = VerifyKey::Make(name, key);
  if (!verifier) return std::unexpected(verifier.error());
  made.verifier_ = std::move(*verifier);
  return made;
}

base::Result<SigningKey> SigningKey::Generate(std::string_view name) {
  StartSodium();
  std::array<std::uint8_t, crypto_sign_SEEDBYTES> seed{};
  randombytes_buf(seed.data(), seed.size());
  auto made = FromSeed(name, seed);
  sodium_memzero(seed.data(), seed.size());
  return made;
}

base::Result<SigningKey> SigningKey::Parse(std::string_view text) {
  if (!text.starts_with(kSecretPrefix)) {
    return Fail(ErrorCode::kInvalid, "not a private key: expected a text that begins with PRIVATE+KEY+");
  }
  auto parts = Split(text.substr(kSecretPrefix.size()));
  if (!parts) return std::unexpected(parts.error());
  auto made = FromSeed(parts->name, parts->key);
  sodium_memzero(parts->key.data(), parts->key.size());
  if (made && parts->id != IdText(made->verifier_.id()))
    return std::unexpected(WrongId(IdText(made->verifier_.id())));
  return made;
}

SigningKey::~SigningKey() {
  sodium_memzero(secret_.data(), secret_.size());
}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : verifier_(std::move(other.verifier_)), secret_(other.secret_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this != &other) {
    verifier_ = std::move(other.verifier_);
    secret_ = other.secret_;
    sodium_memzero(other.secret_.data(), other.secret_.size());
  }
  return *this;
}

Signature SigningKey::Sign(std::string_view message) const {
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, base::AsBytes(message).data(), message.size(),
                       secret_.data());
  return signature;
}

std::string SigningKey::SecretText() const {
  base::Bytes tagged = Tagged(base::ByteView(secret_).first(crypto_sign_SEEDBYTES));
  std::string text = std::string(kSecretPrefix) + verifier_.name() + "+" + IdText(verifier_.id()) + "+" +
                     base::ToBase64(tagged);
  sodium_memzero(tagged.data(), tagged.size());
  return text;
}

}  // namespace proviso::keys
