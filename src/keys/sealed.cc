#include "keys/sealed.h"

#include <sodium.h>

#include <algorithm>

#include "base/file.h"
#include "keys/digest.h"

namespace proviso::keys {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

}  // namespace

SealingKey SealingKey::Generate() {
  SealingKey made;
  randombytes_buf(made.key_.data(), made.key_.size());
  return made;
}

base::Result<SealingKey> SealingKey::FromBytes(base::ByteView bytes) {
  SealingKey made;
  if (bytes.size() != made.key_.size())
    return base::Fail(base::ErrorCode::kInvalid, "a sealing key has 32 bytes");
  std::ranges::copy(bytes, made.key_.begin());
  return made;
}

base::Result<SealingKey> SealingKey::Load(const std::filesystem::path& path) {
  auto text = base::ReadFile(path, 1024);
  if (!text) return std::unexpected(text.error());
  while (text->ends_with('\n')) text->pop_back();
  const auto bytes = base::FromHex(*text);
  if (!bytes) return base::Within(path.string(), bytes.error());
  auto key = FromBytes(*bytes);
  if (!key) return base::Within(path.string(), key.error());
  return key;
}

base::Status SealingKey::Save(const std::filesystem::path& path) const {
  return base::WriteFileAtomically(path, base::ToHex(key_) + "\n", base::FileMode::kSecret);
}

SealingKey::~SealingKey() {
  sodium_memzero(key_.data(), key_.size());
}

SealingKey::SealingKey(SealingKey&& other) noexcept : key_(other.key_) {
  sodium_memzero(other.key_.data(), other.key_.size());
}

SealingKey& SealingKey::operator=(SealingKey&& other) noexcept {
  if (this != &other) {
    key_ = other.key_;
    sodium_memzero(other.key_.data(), other.key_.size());
  }
  return *this;
}

base::Bytes SealingKey::Seal(std::string_view plain, std::string_view context) const {
  base::Bytes sealed(kNonceBytes + plain.size() + kTagBytes);
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      sealed.data() + kNonceBytes, nullptr, base::AsBytes(plain).data(), plain.size(),
      base::AsBytes(context).data(), context.size(), nullptr, sealed.data(), key_.data());
  return sealed;
}

base::Result<std::string> SealingKey::Open(base::ByteView sealed, std::string_view context) const {
  const auto cannot = [] {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "a sealed value does not open: wrong key, wrong place, or changed bytes");
  };
  if (sealed.size() < kNonceBytes + kTagBytes) return cannot();
  std::string plain(sealed.size() - kNonceBytes - kTagBytes, '\0');
  const base::ByteView box = sealed.subspan(kNonceBytes);
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<std::uint8_t*>(plain.data()), nullptr, nullptr, box.data(), box.size(),
      base::AsBytes(context).data(), context.size(), sealed.data(), key_.data());
  if (opened != 0) return cannot();
  return plain;
}

SealingKey SealingKey::Derive(std::string_view label) const {
  SealingKey derived;
  derived.key_ = HmacSha256(key_, base::AsBytes(label));
  return derived;
}

base::Digest SealingKey::Tag(std::string_view message) const {
  return HmacSha256(key_, base::AsBytes(message));
}

}  // namespace proviso::keys
