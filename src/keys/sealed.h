// Secrets at rest: XChaCha20-Poly1305 (libsodium) under a key that lives in a file of its own.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace proviso::keys {

/// A 256-bit key that seals. Its memory is wiped when it goes. Safe from any thread.
class SealingKey {
 public:
  [[nodiscard]] static SealingKey Generate();
  /// Exactly 32 bytes; anything else is kInvalid.
  [[nodiscard]] static base::Result<SealingKey> FromBytes(base::ByteView bytes);
  /// Reads the key from `path`, 64 hexadecimal digits.
  [[nodiscard]] static base::Result<SealingKey> Load(const std::filesystem::path& path);
  /// Writes the key so that only its owner reads it.
  [[nodiscard]] base::Status Save(const std::filesystem::path& path) const;

  ~SealingKey();
  SealingKey(SealingKey&& other) noexcept;
  SealingKey& operator=(SealingKey&& other) noexcept;
  SealingKey(const SealingKey&) = delete;
  SealingKey& operator=(const SealingKey&) = delete;

  /// nonce[24] ‖ ciphertext ‖ tag[16]. `context` is authenticated, not stored: the same one opens.
  [[nodiscard]] base::Bytes Seal(std::string_view plain, std::string_view context) const;
  /// kCorrupt when the key, the context or any byte is another.
  [[nodiscard]] base::Result<std::string> Open(base::ByteView sealed, std::string_view context) const;

  /// A key of its own for one purpose, derived from this one (HMAC-SHA-256 of the label).
  [[nodiscard]] SealingKey Derive(std::string_view label) const;
  /// HMAC-SHA-256 of `message`: a name for it that only this key's owner can make.
  [[nodiscard]] base::Digest Tag(std::string_view message) const;

 private:
  SealingKey() = default;
  base::Digest key_{};
};

}  // namespace proviso::keys
