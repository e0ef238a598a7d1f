// The EVP interface costs more than hashing one block; the functions below it are deprecated in
// OpenSSL 3 only to steer new code to EVP.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "keys/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace proviso::keys {
namespace {

constexpr std::size_t kBlock = SHA256_CBLOCK;

SHA256_CTX Begun() {
  SHA256_CTX context;
  SHA256_Init(&context);
  return context;
}

SHA256_CTX* Context(void* context) {
  return static_cast<SHA256_CTX*>(context);
}

base::Digest Ended(SHA256_CTX& context) {
  base::Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

void AddBytes(SHA256_CTX& context, base::ByteView bytes) {
  SHA256_Update(&context, bytes.data(), bytes.size());
}

/// The state after the one block of `pad` xor the key.
std::array<std::uint32_t, 8> StateAfter(std::array<std::uint8_t, kBlock> key_block, std::uint8_t pad) {
  for (std::uint8_t& byte : key_block) byte ^= pad;
  SHA256_CTX context = Begun();
  AddBytes(context, key_block);
  return std::to_array(context.h);
}

SHA256_CTX Resumed(const std::array<std::uint32_t, 8>& state) {
  SHA256_CTX context = Begun();
  std::ranges::copy(state, context.h);
  context.Nl = 8 * kBlock;  // bits so far
  return context;
}

template <typename Number>
Number BigEndian(Number number) {
  return std::endian::native == std::endian::little ? std::byteswap(number) : number;
}

/// Messages up to three blocks, which is nearly all that the record hashes: padded here (FIPS 180-4, 5.1.1)
/// and given to the block function, without the bookkeeping of a growing digest.
constexpr std::size_t kShortBytesMax = 3 * kBlock - 1 - 8;

class ShortMessage {
 public:
  void Add(base::ByteView part) {
    if (!part.empty()) std::memcpy(bytes_.data() + size_, part.data(), part.size());
    size_ += part.size();
  }

  /// `hashed_bytes`: how many bytes the state has seen before.
  base::Digest Hash(SHA256_CTX context, std::size_t hashed_bytes) {
    const std::size_t end = (size_ + 1 + 8 + kBlock - 1) / kBlock * kBlock;
    std::memset(bytes_.data() + size_, 0, end - size_);
    bytes_[size_] = 0x80;
    const std::uint64_t bits = BigEndian(std::uint64_t{8} * (hashed_bytes + size_));
    std::memcpy(bytes_.data() + end - sizeof bits, &bits, sizeof bits);
    for (std::size_t at = 0; at < end; at += kBlock) SHA256_Transform(&context, bytes_.data() + at);
    base::Digest digest;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::uint32_t word = BigEndian(context.h[i]);
      std::memcpy(digest.data() + 4 * i, &word, sizeof word);
    }
    return digest;
  }

 private:
  std::array<std::uint8_t, 3 * kBlock> bytes_;
  std::size_t size_ = 0;
};

}  // namespace

Sha256Stream::Sha256Stream() : context_(new SHA256_CTX(Begun())) {}

Sha256Stream::~Sha256Stream() {
  delete Context(context_);
}

Sha256Stream::Sha256Stream(Sha256Stream&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)) {}

Sha256Stream& Sha256Stream::operator=(Sha256Stream&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

void Sha256Stream::Add(std::string_view bytes) {
  AddBytes(*Context(context_), base::AsBytes(bytes));
}

base::Digest Sha256Stream::Finish() {
  SHA256_CTX whole = std::exchange(*Context(context_), Begun());
  return Ended(whole);
}

base::Digest Sha256(base::ByteView bytes) {
  const std::array<base::ByteView, 1> parts{bytes};
  return Sha256Of(parts);
}

base::Digest Sha256(std::string_view text) {
  return Sha256(base::AsBytes(text));
}

base::Digest Sha256Of(std::span<const base::ByteView> parts) {
  std::size_t size = 0;
  for (const base::ByteView part : parts) size += part.size();
  SHA256_CTX context = Begun();
  if (size <= kShortBytesMax) {
    ShortMessage message;
    for (const base::ByteView part : parts) message.Add(part);
    return message.Hash(context, 0);
  }
  for (const base::ByteView part : parts) AddBytes(context, part);
  return Ended(context);
}

base::Digest HmacSha256(base::ByteView key, base::ByteView message) {
  return HmacSha256Key(key).Tag(message);
}

HmacSha256Key::HmacSha256Key(base::ByteView key) {
  std::array<std::uint8_t, kBlock> block{};
  if (key.size() > kBlock) {
    std::ranges::copy(Sha256(key), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  inner_ = StateAfter(block, 0x36U);
  outer_ = StateAfter(block, 0x5CU);
}

base::Digest HmacSha256Key::Tag(base::ByteView message) const {
  ShortMessage outer;
  if (message.size() <= kShortBytesMax) {
    ShortMessage inner;
    inner.Add(message);
    outer.Add(inner.Hash(Resumed(inner_), kBlock));
  } else {
    SHA256_CTX inner = Resumed(inner_);
    AddBytes(inner, message);
    outer.Add(Ended(inner));
  }
  return outer.Hash(Resumed(outer_), kBlock);
}

bool EqualInConstantTime(base::ByteView left, base::ByteView right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace proviso::keys
