#include "keys/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace proviso::keys {
namespace {

[[noreturn]] void StopBecauseOfOpenSsl() {
  std::fputs("proviso: OpenSSL cannot compute SHA-256; stopping\n", stderr);
  std::abort();
}

/// Fetching an algorithm takes locks; it is done once and kept for the process.
const EVP_MD* Algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

EVP_MD_CTX* NewContext() {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  if (context == nullptr || EVP_DigestInit_ex2(context, Algorithm(), nullptr) != 1) StopBecauseOfOpenSsl();
  return context;
}

EVP_MD_CTX* Context(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

base::Digest FinishAndRestart(EVP_MD_CTX* context) {
  base::Digest digest{};
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context, digest.data(), &length) != 1 ||
      EVP_DigestInit_ex2(context, Algorithm(), nullptr) != 1) {
    StopBecauseOfOpenSsl();
  }
  return digest;
}

/// One context for each thread, reused by every one-shot digest.
Sha256Stream& ThreadStream() {
  thread_local Sha256Stream stream;
  return stream;
}

}  // namespace

Sha256Stream::Sha256Stream() : context_(NewContext()) {}

Sha256Stream::~Sha256Stream() {
  EVP_MD_CTX_free(Context(context_));
}

Sha256Stream::Sha256Stream(Sha256Stream&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)) {}

Sha256Stream& Sha256Stream::operator=(Sha256Stream&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

void Sha256Stream::Add(std::string_view bytes) {
  if (EVP_DigestUpdate(Context(context_), bytes.data(), bytes.size()) != 1) StopBecauseOfOpenSsl();
}

base::Digest Sha256Stream::Finish() {
  return FinishAndRestart(Context(context_));
}

base::Digest Sha256(base::ByteView bytes) {
  return Sha256(base::AsText(bytes));
}

base::Digest Sha256(std::string_view text) {
  ThreadStream().Add(text);
  return ThreadStream().Finish();
}

base::Digest Sha256Of(std::span<const base::ByteView> parts) {
  for (const base::ByteView part : parts) ThreadStream().Add(base::AsText(part));
  return ThreadStream().Finish();
}

base::Digest HmacSha256(base::ByteView key, base::ByteView message) {
  constexpr std::size_t kBlock = 64;
  std::array<std::uint8_t, kBlock> inner{};
  const base::Digest short_key = key.size() > kBlock ? Sha256(key) : base::Digest{};
  const base::ByteView used = key.size() > kBlock ? base::ByteView(short_key) : key;
  std::copy(used.begin(), used.end(), inner.begin());
  std::array<std::uint8_t, kBlock> outer = inner;
  for (std::uint8_t& byte : inner) byte ^= 0x36U;
  for (std::uint8_t& byte : outer) byte ^= 0x5CU;
  const std::array<base::ByteView, 2> first{base::ByteView(inner), message};
  const base::Digest hashed = Sha256Of(first);
  const std::array<base::ByteView, 2> second{base::ByteView(outer), base::ByteView(hashed)};
  return Sha256Of(second);
}

bool EqualInConstantTime(base::ByteView left, base::ByteView right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace proviso::keys
