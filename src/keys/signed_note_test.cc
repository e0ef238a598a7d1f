#include "keys/signed_note.h"

#include <gtest/gtest.h>

#include "keys/limits.h"

namespace proviso::keys {
namespace {

// The example of Go's golang.org/x/mod/sumdb/note documentation.
constexpr std::string_view kPublished =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

VerifyKey PublishedKey() {
  return VerifyKey::Parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").value();
}

TEST(SignedNote, VerifiesANoteOfAnotherTool) {
  const Note note = ParseNote(kPublished).value();
  const std::vector<VerifyKey> known{PublishedKey()};
  EXPECT_EQ(VerifiedSigners(note, known).value(), known);
}

TEST(SignedNote, NoticesAChangedText) {
  std::string changed(kPublished);
  changed[0] = 'i';
  const std::vector<VerifyKey> known{PublishedKey()};
  EXPECT_EQ(VerifiedSigners(ParseNote(changed).value(), known).error().code, base::ErrorCode::kCorrupt);
}

TEST(SignedNote, TakesSeveralSignaturesAndIgnoresUnknownOnes) {
  const auto one = SigningKey::Generate("one").value();
  const auto two = SigningKey::Generate("two").value();
  const std::vector<const SigningKey*> keys{&one, &two};
  const Note note = ParseNote(SignNote("agreed\n", keys).value()).value();
  EXPECT_EQ(note.text, "agreed\n");
  const std::vector<VerifyKey> known{two.verifier()};
  EXPECT_EQ(VerifiedSigners(note, known).value(), known);
  const std::vector<VerifyKey> strangers{SigningKey::Generate("one").value().verifier()};
  EXPECT_TRUE(VerifiedSigners(note, strangers).value().empty());
}

TEST(SignedNote, RefusesMalformedNotes) {
  for (const std::string_view wrong :
       {"", "text\n", "text\n\n", "text\n\n- name AAAAAAAA\n", "text\n\n\xE2\x80\x94 name\n",
        "text\n\n\xE2\x80\x94 name AAAA\n", "text\x01\n\n\xE2\x80\x94 name AAAAAAAA\n",
        "text\n\n\xE2\x80\x94 name AAAAAAAA"}) {
    EXPECT_FALSE(ParseNote(wrong)) << wrong;
  }
  EXPECT_FALSE(SignNote("no newline", {}));
}

TEST(SignedNote, HoldsItsLimits) {
  std::string note = "t\n\n";
  for (std::size_t i = 0; i < kNoteSignaturesMax; ++i) note += "\xE2\x80\x94 n AAAAAAAA\n";
  EXPECT_TRUE(ParseNote(note));
  note += "\xE2\x80\x94 n AAAAAAAA\n";
  EXPECT_EQ(ParseNote(note).error().code, base::ErrorCode::kLimit);
}

}  // namespace
}  // namespace proviso::keys
