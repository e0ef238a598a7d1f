#include "daemon/terms_source.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "keys/signing.h"

namespace proviso::daemon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class TermsSource : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_ / "p/clauses"); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  enum class Keys : std::uint8_t { kNone, kOfParties };
  [[nodiscard]] std::vector<terms::PackageFile> Files(Keys keys, const std::string& head) const {
    const auto line = [keys](const keys::SigningKey& key) {
      return keys == Keys::kNone ? "" : "keys = [\"" + key.verifier().Text() + "\"]\n";
    };
    return {
        {"agreement.toml", "[agreement]\nname = \"founding\"\n" + head + "\n[[party]]\nid = \"customer\"\n" +
                               line(customer_) + "[[party]]\nid = \"provider\"\n" + line(provider_)},
        {"clauses/a.cedar", "@id(\"1\") permit (principal, action, resource);\n"}};
  }
  void WritePackage(Keys keys) const {
    for (const auto& file : Files(keys, "version = \"1\""))
      std::ofstream(directory_ / "p" / file.path) << file.content;
  }
  [[nodiscard]] terms::Bundle Bundle(const std::string& head) const {
    return terms::Bundle::Make(Files(Keys::kOfParties, head), {}).value();
  }
  [[nodiscard]] terms::Bundle Signed(terms::Bundle bundle) const {
    bundle.Sign(customer_, "customer", 0).value();
    bundle.Sign(provider_, "provider", 0).value();
    return bundle;
  }
  [[nodiscard]] std::filesystem::path Write(const terms::Bundle& bundle) const {
    std::ofstream(directory_ / "one.bundle") << bundle.Text();
    return directory_ / "one.bundle";
  }
  [[nodiscard]] std::filesystem::path history() const { return directory_ / "agreements"; }
  void Append(const terms::Bundle& bundle) const {
    const auto before = terms::ReadHistory(history()).value();
    terms::AppendToHistory(history(), before, bundle, 0).value();
  }
  static std::string ErrorOf(const base::Result<LoadedTerms>& loaded) {
    return loaded ? "" : loaded.error().message;
  }

  const keys::SigningKey customer_ = keys::SigningKey::Generate("customer.example").value();
  const keys::SigningKey provider_ = keys::SigningKey::Generate("provider.example").value();
  const std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) / ("proviso-terms-source-" + std::to_string(getpid()));
};

TEST_F(TermsSource, TakesAnUnsignedPackageWhenNobodyCouldSignItOrItIsToldTo) {
  WritePackage(Keys::kNone);
  const auto without_keys = LoadTerms(directory_ / "p", UnsignedTerms::kRefuse);
  ASSERT_TRUE(without_keys.has_value()) << without_keys.error().message;
  EXPECT_FALSE(without_keys->is_signed);
  EXPECT_EQ(without_keys->basis, "in force: founding 1; unsigned");
  WritePackage(Keys::kOfParties);
  EXPECT_THAT(
      ErrorOf(LoadTerms(directory_ / "p", UnsignedTerms::kRefuse)),
      AllOf(HasSubstr("they give keys to customer, provider"), HasSubstr("unsigned_terms = \"accept\"")));
  EXPECT_EQ(ErrorOf(LoadTerms(directory_ / "p", UnsignedTerms::kAccept)), "");
}

TEST_F(TermsSource, TakesAFirstBundleWithItsQuorumAndSaysWhoseSignatureIsMissing) {
  const auto whole = LoadTerms(Write(Signed(Bundle("version = \"1\""))), UnsignedTerms::kRefuse);
  ASSERT_TRUE(whole.has_value()) << whole.error().message;
  EXPECT_TRUE(whole->is_signed);
  EXPECT_THAT(whole->basis, AllOf(HasSubstr("in force: founding 1; supersedes nothing; signed: customer by "),
                                  HasSubstr(", provider by provider.example+")));
  terms::Bundle half = Bundle("version = \"1\"");
  half.Sign(provider_, "provider", 0).value();
  for (const UnsignedTerms policy : {UnsignedTerms::kRefuse, UnsignedTerms::kAccept}) {
    const auto refused = LoadTerms(Write(half), policy);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, base::ErrorCode::kDenied);
    EXPECT_THAT(refused.error().message,
                HasSubstr("customer has not signed: one of its keys customer.example+"));
  }
  const terms::Bundle successor =
      Bundle("version = \"2\"\nsupersedes = \"sha256:" + std::string(64, 'a') + "\"");
  EXPECT_THAT(ErrorOf(LoadTerms(Write(Signed(successor)), UnsignedTerms::kRefuse)),
              HasSubstr("Give the directory of its history"));
}

TEST_F(TermsSource, TakesTheLastOfAHistoryThatVerifies) {
  EXPECT_THAT(ErrorOf(LoadTerms(history(), UnsignedTerms::kRefuse)), HasSubstr("`proviso terms activate`"));
  const terms::Bundle first = Signed(Bundle("version = \"1\""));
  Append(first);
  const terms::Bundle second =
      Signed(Bundle("version = \"2\"\nsupersedes = \"" + first.package_digest() + "\""));
  Append(second);
  const auto loaded = LoadTerms(history(), UnsignedTerms::kRefuse);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->package->agreement().version, "2");
  EXPECT_THAT(loaded->chain, ElementsAre(first.package_digest(), second.package_digest()));
  // An agreement.toml beside what was signed changes nothing.
  std::ofstream(history() / "agreement.toml") << Files(Keys::kNone, "version = \"9\"")[0].content;
  EXPECT_EQ(LoadTerms(history(), UnsignedTerms::kAccept)->package->agreement().version, "2");
  std::filesystem::remove(history() / ("1-" + first.package_digest().substr(7) + ".bundle"));
  EXPECT_THAT(ErrorOf(LoadTerms(history(), UnsignedTerms::kAccept)), HasSubstr("does not verify"));
}

TEST_F(TermsSource, NeverTakesSignedTermsBack) {
  const terms::Bundle first = Signed(Bundle("version = \"1\""));
  Append(first);
  const LoadedTerms one = LoadTerms(history(), UnsignedTerms::kRefuse).value();
  Append(Signed(Bundle("version = \"2\"\nsupersedes = \"" + first.package_digest() + "\"")));
  const LoadedTerms two = LoadTerms(history(), UnsignedTerms::kRefuse).value();
  WritePackage(Keys::kNone);
  const LoadedTerms plain = LoadTerms(directory_ / "p", UnsignedTerms::kRefuse).value();
  EXPECT_TRUE(MayFollow(two, one).has_value());
  EXPECT_TRUE(MayFollow(two, two).has_value());
  EXPECT_TRUE(MayFollow(one, plain).has_value());
  for (const LoadedTerms& next : {one, plain}) {
    const auto refused = MayFollow(next, two);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("superseded, never taken back"));
  }
}

}  // namespace
}  // namespace proviso::daemon
