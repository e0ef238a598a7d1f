#include "terms/authority.h"

#include <gmock/gmock.h>

#include "base/clock.h"
#include "base/file.h"
#include "keys/signed_note.h"
#include "terms/internal/package_for_tests.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using base::ErrorCode;
using internal::KeyOf;
using testing::HasSubstr;

const std::int64_t kNow = base::ParseUtc("2026-03-01T09:00:00Z").value();

/// An agreement that names the issuer "court", whose key is KeyOf("court").
Agreement WithCourt() {
  Agreement agreement;
  agreement.authority_issuers.push_back({"court", KeyOf("court").verifier()});
  return agreement;
}

AuthorityStatement Order() {
  AuthorityStatement order;
  order.authority = {"court-order", AuthorityFact::Standing::kSigned, "17-204", "court", 40, kNow + 1};
  order.organization = "agency";
  return order;
}

base::Result<AuthorityFact> Read(const std::string& value) {
  return ReadAuthority(WithCourt(), "agency", kNow, value);
}

std::string SignedText(const std::string& text, const keys::SigningKey& key) {
  const keys::SigningKey* const signers[] = {&key};
  return base::ToBase64(base::AsBytes(keys::SignNote(text, signers).value()));
}

TEST(Authority, IsReadBackAsItWasSigned) {
  const auto authority = Read(SignAuthority(Order(), KeyOf("court")).value());
  ASSERT_TRUE(authority.has_value()) << authority.error().message;
  EXPECT_EQ(authority->standing, AuthorityFact::Standing::kSigned);
  EXPECT_EQ(authority->kind, "court-order");
  EXPECT_EQ(authority->reference, "17-204");
  EXPECT_EQ(authority->issuer, "court");
  EXPECT_EQ(authority->subject_cap, 40);
  EXPECT_EQ(authority->expires_ms, kNow + 1);
}

TEST(Authority, IsRefusedAndNeverAClaimWhenItsStatementFails) {
  struct Row {
    std::string fact;
    std::string value;
    ErrorCode code;
  };
  AuthorityStatement other_issuer = Order();
  other_issuer.authority.issuer = "tribunal";
  AuthorityStatement other_organization = Order();
  other_organization.organization = "other";
  AuthorityStatement expired = Order();
  expired.authority.expires_ms = kNow;
  const base::Bytes note = base::FromBase64(SignAuthority(Order(), KeyOf("court")).value()).value();
  std::string spoiled(base::AsText(note));
  spoiled.replace(spoiled.find("17-204"), 6, "17-205");
  spoiled = base::ToBase64(base::AsBytes(spoiled));
  const std::string head = "proviso.authority/v1\n";
  const auto by_court = [](const std::string& text) { return SignedText(text, KeyOf("court")); };
  for (const Row& row : std::vector<Row>{
           {"another key", SignAuthority(Order(), KeyOf("impostor")).value(), ErrorCode::kCorrupt},
           {"an issuer that the agreement does not name", SignAuthority(other_issuer, KeyOf("court")).value(),
            ErrorCode::kDenied},
           {"another organization", SignAuthority(other_organization, KeyOf("court")).value(),
            ErrorCode::kDenied},
           {"from its last moment on", SignAuthority(expired, KeyOf("court")).value(), ErrorCode::kExpired},
           {"a changed byte", spoiled, ErrorCode::kCorrupt},
           {"no kind", by_court(head + "issuer court\norganization agency\n"), ErrorCode::kInvalid},
           {"an order of lines of its own", by_court(head + "issuer court\nkind k\norganization agency\n"),
            ErrorCode::kInvalid},
           {"a line twice", by_court(head + "kind k\nkind k\nissuer court\norganization agency\n"),
            ErrorCode::kInvalid},
           {"an unknown line", by_court(head + "kind k\nissuer court\norganization agency\nmore x\n"),
            ErrorCode::kInvalid},
           {"an empty case", by_court(head + "kind k\ncase \nissuer court\norganization agency\n"),
            ErrorCode::kInvalid},
           {"two spaces", by_court(head + "kind  k\nissuer court\norganization agency\n"),
            ErrorCode::kInvalid},
           {"a cap in another spelling",
            by_court(head + "kind k\nissuer court\nsubject_cap 040\norganization agency\n"),
            ErrorCode::kInvalid},
           {"an expiry in another spelling",
            by_court(head + "kind k\nissuer court\nexpires 2027-01-01\norganization agency\n"),
            ErrorCode::kInvalid},
           {"bytes after the note", SignAuthority(Order(), KeyOf("court")).value() + "AAAA",
            ErrorCode::kInvalid}}) {
    const auto authority = Read(row.value);
    ASSERT_FALSE(authority.has_value()) << row.fact;
    EXPECT_EQ(authority.error().code, row.code) << row.fact << ": " << authority.error().message;
  }
}

TEST(Authority, IsAClaimWithoutASignature) {
  struct Row {
    std::string value;
    std::string kind, reference, issuer;
  };
  for (const Row& row : std::vector<Row>{{"kind=k", "k", "", ""},
                                         {"kind=k; case=17=b; issuer=court", "k", "17=b", "court"},
                                         {"issuer=court; kind=k", "k", "", "court"}}) {
    const auto claim = Read(row.value);
    ASSERT_TRUE(claim.has_value()) << row.value << ": " << claim.error().message;
    EXPECT_EQ(claim->standing, AuthorityFact::Standing::kClaimed);
    EXPECT_EQ(claim->kind, row.kind);
    EXPECT_EQ(claim->reference, row.reference);
    EXPECT_EQ(claim->issuer, row.issuer);
    EXPECT_FALSE(claim->subject_cap || claim->expires_ms);
  }
}

TEST(Authority, RefusesAClaimThatIsNotToTheLetter) {
  for (const std::string value :
       {"", "case=17", "kind=", "kind=k;", "kind=k; ", "kind=k;case=17", "kind=k;  case=17", "kind=k; kind=k",
        "kind= k", "kind=k ", "Kind=k", "kind=k; signed=true", "kind=k; subject_cap=9", "kind", "kind=a\nb",
        "kind=\xff", "AAAA"}) {
    const auto claim = Read(value);
    ASSERT_FALSE(claim.has_value()) << value;
    EXPECT_EQ(claim.error().code, ErrorCode::kInvalid) << value;
  }
  EXPECT_THAT(Read("knd=k").error().message, HasSubstr("did you mean kind=…?"));
}

TEST(Authority, HoldsItsLimitToTheEdge) {
  const std::string longest = "kind=" + std::string(kDeclaredBytesMax - 5, 'k');
  EXPECT_TRUE(Read(longest).has_value());
  EXPECT_EQ(Read(longest + "k").error().code, ErrorCode::kLimit);
  AuthorityStatement order = Order();
  order.authority.reference = std::string(kDeclaredBytesMax, 'x');
  EXPECT_EQ(SignAuthority(order, KeyOf("court")).error().code, ErrorCode::kLimit);
}

// Made for docs/formats/authority.md and published there; signs nothing else.
constexpr std::string_view kPageSecret =
    "PRIVATE+KEY+district-court.example+e346d015+ASD0QNLfeacFJ4rbSV9bgqmXdI0EZrli5tsp7JhipZLZ";

TEST(AuthorityPage, ShowsWhatThisCodeComputes) {
  const auto page = base::ReadFile(std::string(PROVISO_SOURCE_DIR) + "/docs/formats/authority.md");
  ASSERT_TRUE(page.has_value()) << page.error().message;
  const auto key = keys::SigningKey::Parse(kPageSecret).value();
  AuthorityStatement order;
  order.authority = {"court-order",
                     AuthorityFact::Standing::kSigned,
                     "17-204",
                     "district-court",
                     40,
                     base::ParseUtc("2026-12-31").value()};
  order.organization = "agency";
  EXPECT_THAT(*page, HasSubstr("\n" + AuthorityText(order).value()));
  EXPECT_THAT(*page, HasSubstr("\n" + SignAuthority(order, key).value() + "\n"));
  EXPECT_THAT(*page, HasSubstr("\n" + key.verifier().Text() + "\n"));
  EXPECT_THAT(*page, HasSubstr("\n" + std::string(kPageSecret) + "\n"));
}

}  // namespace
}  // namespace proviso::terms
