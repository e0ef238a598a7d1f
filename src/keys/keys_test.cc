#include <gtest/gtest.h>

#include "keys/digest.h"
#include "keys/sealed.h"
#include "keys/signing.h"

namespace proviso::keys {
namespace {

// FIPS 180-4 examples.
TEST(Digest, MatchesThePublishedVectors) {
  EXPECT_EQ(base::ToHex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(base::ToHex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256Stream stream;
  stream.Add("a");
  stream.Add("bc");
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
  EXPECT_EQ(stream.Finish(), Sha256(""));
}

// Short messages have a way of their own; both ways agree at every length around their border.
TEST(Digest, IsTheSameWhateverTheLengthAndThePieces) {
  std::string text;
  for (std::size_t size = 0; size < 300; ++size) {
    Sha256Stream stream;
    stream.Add(text);
    const base::Digest whole = stream.Finish();
    EXPECT_EQ(Sha256(text), whole) << size;
    const std::string_view left = std::string_view(text).substr(0, size / 3);
    const std::array<base::ByteView, 2> parts{base::AsBytes(left),
                                              base::AsBytes(std::string_view(text).substr(size / 3))};
    EXPECT_EQ(Sha256Of(parts), whole) << size;
    text.push_back(static_cast<char>(size * 7));
  }
}

// HMAC by its definition (RFC 2104), over lengths around the border.
TEST(Digest, HmacFollowsItsDefinition) {
  const base::Bytes key(32, 0x5A);
  const HmacSha256Key prepared(key);
  std::string inner(64, '\x36');
  std::string outer(64, '\x5C');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ 0x5A);
    outer[i] = static_cast<char>(outer[i] ^ 0x5A);
  }
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string message(size, 'm');
    const base::Digest expected = Sha256(outer + std::string(base::AsText(Sha256(inner + message))));
    EXPECT_EQ(prepared.Tag(base::AsBytes(message)), expected) << size;
    EXPECT_EQ(HmacSha256(key, base::AsBytes(message)), expected) << size;
  }
}

// RFC 4231, cases 2 and 6.
TEST(Digest, HmacMatchesThePublishedVectors) {
  EXPECT_EQ(base::ToHex(HmacSha256(base::AsBytes("Jefe"), base::AsBytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const base::Bytes long_key(131, 0xAA);
  EXPECT_EQ(base::ToHex(HmacSha256(long_key,
                                   base::AsBytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Signing, TextFormsReadBack) {
  const auto key = SigningKey::Generate("gateway.example").value();
  const auto again = SigningKey::Parse(key.SecretText() + "\n").value();
  EXPECT_EQ(again.verifier(), key.verifier());
  EXPECT_EQ(VerifyKey::Parse(key.verifier().Text()).value(), key.verifier());
  EXPECT_TRUE(again.verifier().Verify("text", key.Sign("text")));
  EXPECT_FALSE(again.verifier().Verify("texT", key.Sign("text")));
}

// The example key of Go's golang.org/x/mod/sumdb/note documentation.
TEST(Signing, ReadsTheKeysOfOtherTools) {
  const auto verifier =
      VerifyKey::Parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(verifier);
  EXPECT_EQ(verifier->id(), 0xc74f20a3U);
  const auto signer =
      SigningKey::Parse("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
  ASSERT_TRUE(signer);
  EXPECT_EQ(signer->verifier(), *verifier);
}

TEST(Signing, RefusesWhatIsNotAKey) {
  for (const std::string_view wrong :
       {"", "name", "name+00000000", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "P N+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "n+00000000+Ag==",
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"}) {
    EXPECT_FALSE(VerifyKey::Parse(wrong)) << wrong;
  }
}

TEST(Sealed, OpensOnlyWithTheSameKeyAndContext) {
  const SealingKey key = SealingKey::Generate();
  base::Bytes sealed = key.Seal("secret", "hold 7");
  EXPECT_EQ(key.Open(sealed, "hold 7").value(), "secret");
  EXPECT_FALSE(key.Open(sealed, "hold 8"));
  EXPECT_FALSE(SealingKey::Generate().Open(sealed, "hold 7"));
  EXPECT_FALSE(key.Derive("other").Open(sealed, "hold 7"));
  EXPECT_EQ(key.Tag("a"), key.Tag("a"));
  EXPECT_NE(key.Tag("a"), key.Derive("other").Tag("a"));
  EXPECT_EQ(key.Derive("a").Open(key.Derive("a").Seal("x", ""), "").value(), "x");
  sealed.back() ^= 1U;
  EXPECT_FALSE(key.Open(sealed, "hold 7"));
  EXPECT_FALSE(key.Open(base::ByteView(sealed).first(10), "hold 7"));
}

}  // namespace
}  // namespace proviso::keys
