// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), by OpenSSL's own block function: nothing is
// allocated or looked up for a digest, because the record takes some hundred short ones an entry.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace proviso::keys {

[[nodiscard]] base::Digest Sha256(base::ByteView bytes);
[[nodiscard]] base::Digest Sha256(std::string_view text);

/// The digest of the parts one after another, without joining them.
[[nodiscard]] base::Digest Sha256Of(std::span<const base::ByteView> parts);

[[nodiscard]] base::Digest HmacSha256(base::ByteView key, base::ByteView message);

/// One HMAC key for many messages: the blocks of the key are hashed once, here, which halves the cost
/// of a short message. As secret as the key.
class HmacSha256Key {
 public:
  explicit HmacSha256Key(base::ByteView key);
  [[nodiscard]] base::Digest Tag(base::ByteView message) const;

 private:
  using State = std::array<std::uint32_t, 8>;
  State inner_{};
  State outer_{};
};

/// A digest that grows, for bodies that arrive in pieces. Not for several threads at once.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&& other) noexcept;
  Sha256Stream& operator=(Sha256Stream&& other) noexcept;
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void Add(std::string_view bytes);
  /// The digest of everything added; the stream starts over.
  [[nodiscard]] base::Digest Finish();

 private:
  void* context_;
};

/// Compares in constant time, for anything that an attacker may guess at byte by byte.
[[nodiscard]] bool EqualInConstantTime(base::ByteView left, base::ByteView right);

}  // namespace proviso::keys
