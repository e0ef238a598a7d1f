#include "terms/quorum.h"

#include <gmock/gmock.h>

#include "terms/internal/bundle_for_tests.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using internal::BundleOf;
using internal::kBoth;
using internal::KeyOf;
using internal::KeyText;
using internal::Signed;
using internal::SignedAgreement;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Signers = std::vector<std::pair<std::string, std::string>>;

std::string MissingOfFirst(const SignedAgreement& setup, const Signers& signers) {
  return JudgeQuorum(Signed(BundleOf(setup), signers), std::nullopt).Missing();
}

TEST(Quorum, OfAFirstAgreementIsItsOwn) {
  const SignedAgreement plain;
  EXPECT_EQ(MissingOfFirst(plain, kBoth), "");
  EXPECT_EQ(MissingOfFirst(plain, {{"customer", "customer-2"}, {"provider", "provider-1"}}), "");
  EXPECT_EQ(MissingOfFirst(plain, {{"provider", "provider-1"}}),
            "customer has not signed: one of its keys " + ShortText(KeyOf("customer-1").verifier()) + ", " +
                ShortText(KeyOf("customer-2").verifier()) + " must");
  EXPECT_THAT(MissingOfFirst(plain, {}),
              AllOf(HasSubstr("customer has not signed"), HasSubstr("provider has not signed")));
  EXPECT_THAT(MissingOfFirst({.supersedes = "sha256:" + std::string(64, 'a')}, kBoth),
              HasSubstr("it supersedes sha256:aaaa"));
}

TEST(Quorum, CountsWhatTheAgreementSays) {
  const SignedAgreement two_keys{.customer_more = "signatures = 2\n"};
  EXPECT_THAT(MissingOfFirst(two_keys, kBoth), HasSubstr("customer has not signed enough: one of its keys"));
  EXPECT_EQ(
      MissingOfFirst(two_keys,
                     {{"customer", "customer-1"}, {"customer", "customer-2"}, {"provider", "provider-1"}}),
      "");
  const SignedAgreement either{.more = "[quorum]\nat_least = 1\n"};
  EXPECT_EQ(MissingOfFirst(either, {{"provider", "provider-1"}}), "");
  EXPECT_THAT(MissingOfFirst(either, {}), HasSubstr("1 of 2 parties are needed, and 0 have signed"));
  const SignedAgreement one_party{.more = "[quorum]\nparties = [\"provider\"]\n"};
  EXPECT_EQ(MissingOfFirst(one_party, {{"provider", "provider-1"}}), "");
  EXPECT_THAT(MissingOfFirst(one_party, {{"customer", "customer-1"}}),
              AllOf(HasSubstr("provider has not signed"), Not(HasSubstr("customer has not signed"))));
}

TEST(Quorum, DoesNotCountASignatureThatIsNotThePartys) {
  struct Row {
    std::string fact;
    Signers signers;
    std::string objection;
  };
  for (const Row& row : std::vector<Row>{
           {"a stranger's key", {{"customer", "stranger"}}, "does not give this key to customer"},
           {"the other party's key", {{"customer", "provider-1"}}, "does not give this key to customer"},
           {"for nobody", {{"stranger", "customer-1"}}, "has no such party"},
           {"a party without keys", {{"auditor", "customer-1"}}, "does not give this key to auditor"}}) {
    Signers signers = row.signers;
    signers.emplace_back("provider", "provider-1");
    EXPECT_THAT(MissingOfFirst({}, signers),
                AllOf(HasSubstr("customer has not signed"), HasSubstr(row.objection)))
        << row.fact;
  }
}

TEST(Quorum, DoesNotCountASignatureThatDoesNotVerify) {
  const std::string good = Signed(BundleOf(), kBoth).Text();
  std::string text = good;
  text.replace(text.find("time 2026-03"), 12, "time 2026-02");
  const auto bundle = Bundle::Parse(text);
  ASSERT_TRUE(bundle.has_value()) << bundle.error().message;
  EXPECT_THAT(JudgeQuorum(*bundle, std::nullopt).Missing(),
              AllOf(HasSubstr("customer has not signed"), HasSubstr("it does not verify")));
}

/// An agreement in force, and what follows it.
class Successor : public testing::Test {
 protected:
  static QuorumReport Judge(const Bundle& next, const Bundle& in_force) {
    return JudgeQuorum(next, InForce{in_force.agreement(), in_force.package_digest()});
  }
  static std::string Missing(const SignedAgreement& next, const Signers& signers, const Bundle& in_force,
                             const std::string& time = "2026-03-01T12:00:00Z") {
    return Judge(Signed(BundleOf(next), signers, time), in_force).Missing();
  }
  static std::string Revoke(const std::string& key, const std::string& from) {
    return "[[revoked_key]]\nkey = \"" + KeyText(key) + "\"\nfrom = " + from + "\nreason = \"lost\"\n";
  }

  const Bundle first_ = BundleOf();
};

TEST_F(Successor, IsSignedByTheQuorumOfWhatItSupersedes) {
  const SignedAgreement other_keys{.version = "2",
                                   .supersedes = first_.package_digest(),
                                   .customer_keys = {"customer-new"},
                                   .more = "[quorum]\nat_least = 1\n"};
  EXPECT_EQ(Missing(other_keys, kBoth, first_), "");
  EXPECT_THAT(Missing(other_keys, {{"provider", "provider-1"}}, first_), HasSubstr("customer has not signed"))
      << "its own, weaker quorum does not count";
  EXPECT_THAT(Missing(other_keys, {{"customer", "customer-new"}, {"provider", "provider-1"}}, first_),
              HasSubstr("founding version 1 does not give this key to customer"));
}

TEST_F(Successor, SupersedesWhatIsInForceAndNothingElse) {
  EXPECT_THAT(Missing({.version = "2"}, kBoth, first_),
              HasSubstr("it supersedes nothing, and what is in force is " + first_.package_digest()));
  EXPECT_THAT(Missing({.version = "2", .supersedes = "sha256:" + std::string(64, 'b')}, kBoth, first_),
              HasSubstr("it supersedes sha256:bbb"));
}

TEST_F(Successor, NeedsAQuorumToBeNamed) {
  std::vector<std::string> errors;
  const Agreement nobody =
      ReadAgreement(internal::TomlOf({.customer_keys = {}, .provider_keys = {}}), errors);
  ASSERT_TRUE(errors.empty());
  const std::string digest = "sha256:" + std::string(64, 'c');
  const Bundle next = Signed(BundleOf({.supersedes = digest}), kBoth);
  EXPECT_THAT(JudgeQuorum(next, InForce{nobody, digest}).Missing(), HasSubstr("gives no party keys"));
}

TEST_F(Successor, MaySignAwayItsOnlyKeyUntilTheRevocationBegins) {
  const Bundle only = BundleOf({.customer_keys = {"customer-1"}});
  const SignedAgreement rotated{.version = "2",
                                .supersedes = only.package_digest(),
                                .customer_keys = {"customer-new"},
                                .more = Revoke("customer-1", "2026-03-02T00:00:00Z")};
  EXPECT_EQ(Missing(rotated, kBoth, only, "2026-03-01T23:59:59.999Z"), "");
  EXPECT_THAT(
      Missing(rotated, kBoth, only, "2026-03-02T00:00:00Z"),
      AllOf(HasSubstr("customer has not signed"), HasSubstr("revoked from 2026-03-02T00:00:00.000Z")));
}

TEST_F(Successor, IsNeverSignedByAKeyThatWasRevokedWhateverTimeItBears) {
  const Bundle rotated = BundleOf({.version = "2",
                                   .supersedes = first_.package_digest(),
                                   .customer_keys = {"customer-2"},
                                   .more = Revoke("customer-1", "2026-03-02")});
  const SignedAgreement third{.version = "3",
                              .supersedes = rotated.package_digest(),
                              .customer_keys = {"customer-2"},
                              .more = Revoke("customer-1", "2026-03-02")};
  EXPECT_THAT(Missing(third, kBoth, rotated, "2020-01-01"),
              AllOf(HasSubstr("customer has not signed"),
                    HasSubstr("its key is revoked by founding version 2: lost")));
  EXPECT_EQ(Missing(third, {{"customer", "customer-2"}, {"provider", "provider-1"}}, rotated), "");
}

TEST_F(Successor, RepeatsEveryRevokedKey) {
  const Bundle rotated = BundleOf({.version = "2",
                                   .supersedes = first_.package_digest(),
                                   .customer_keys = {"customer-2"},
                                   .more = Revoke("customer-1", "2026-03-02")});
  const Signers signers{{"customer", "customer-2"}, {"provider", "provider-1"}};
  const SignedAgreement forgetful{
      .version = "3", .supersedes = rotated.package_digest(), .customer_keys = {"customer-2"}};
  EXPECT_THAT(Missing(forgetful, signers, rotated),
              HasSubstr("it does not repeat that " + KeyText("customer-1")));
  SignedAgreement later = forgetful;
  later.more = Revoke("customer-1", "2026-03-03");
  EXPECT_THAT(Missing(later, signers, rotated), HasSubstr("a key is revoked for good"));
}

TEST(SigningTerms, RefuseWhatCouldNeverBeSignedOrWouldCountTwice) {
  struct Row {
    std::string fact;
    SignedAgreement setup;
    std::string error;
  };
  const std::string revoked = "[[revoked_key]]\nfrom = 2026-03-02\nkey = \"";
  for (const Row& row : std::vector<Row>{
           {"a quorum of strangers",
            {.more = "[quorum]\nparties = [\"custmer\"]\n"},
            "did you mean customer?"},
           {"a quorum of a party without keys",
            {.more = "[quorum]\nparties = [\"auditor\"]\n"},
            "no [[party]] with keys"},
           {"a quorum of nobody", {.more = "[quorum]\nparties = []\n"}, "names nobody"},
           {"more than there are", {.more = "[quorum]\nat_least = 3\n"}, "quorum.at_least"},
           {"none at all", {.more = "[quorum]\nat_least = 0\n"}, "quorum.at_least"},
           {"a quorum without keys",
            {.customer_keys = {}, .provider_keys = {}, .more = "[quorum]\nat_least = 1\n"},
            "nobody could sign"},
           {"an unknown key of quorum", {.more = "[quorum]\nat_most = 1\n"}, "quorum.at_most"},
           {"more signatures than keys", {.customer_more = "signatures = 3\n"}, "could never be reached"},
           {"signatures without keys",
            {.customer_keys = {}, .customer_more = "signatures = 2\n"},
            "has no keys"},
           {"a key of both parties", {.provider_keys = {"customer-1"}}, "is also one of customer"},
           {"a key twice", {.customer_keys = {"customer-1", "customer-1"}}, "is also one of customer"},
           {"a revoked key of a party",
            {.more = revoked + KeyText("customer-1") + "\"\n"},
            "is still a key of customer"},
           {"a revoked key of an approver",
            {.more = internal::Approver("a", "[]", "alice") + revoked + KeyText("alice") + "\"\n"},
            "is still a key of approver a"},
           {"a revoked key twice",
            {.more = revoked + KeyText("old") + "\"\n" + revoked + KeyText("old") + "\"\n"},
            "stands twice"},
           {"no date",
            {.more = "[[revoked_key]]\nkey = \"" + KeyText("old") + "\"\n"},
            "revoked_key[0].from"},
           {"no key", {.more = revoked + "x\"\n"}, "revoked_key[0].key"}}) {
    std::vector<std::string> errors;
    (void)ReadAgreement(internal::TomlOf(row.setup), errors);
    EXPECT_THAT(errors, testing::Contains(HasSubstr(row.error))) << row.fact;
  }
}

TEST(SigningTerms, RefuseMoreKeysThanTheirBounds) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kKeysPerPartyMax; ++i) names.push_back("many-" + std::to_string(i));
  std::vector<std::string> errors;
  (void)ReadAgreement(internal::TomlOf({.customer_keys = names}), errors);
  EXPECT_THAT(errors, testing::IsEmpty());
  names.emplace_back("one-more");
  (void)ReadAgreement(internal::TomlOf({.customer_keys = names}), errors);
  EXPECT_THAT(errors, testing::Contains(HasSubstr("more than 64 keys")));
}

}  // namespace
}  // namespace proviso::terms
