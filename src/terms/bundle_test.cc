#include "terms/bundle.h"

#include <gmock/gmock.h>

#include "keys/digest.h"
#include "terms/internal/bundle_for_tests.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using internal::At;
using internal::BundleOf;
using internal::FilesOf;
using internal::kBoth;
using internal::KeyOf;
using internal::Signed;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

std::string ErrorOf(const base::Result<Bundle>& bundle) {
  return bundle ? "" : bundle.error().message;
}

/// The text with its one `from` as `to`.
std::string With(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(Bundle, IsTheSameBytesWhateverOrderFilesAndSignaturesCameIn) {
  auto files = FilesOf({});
  std::swap(files[0], files[1]);
  const Bundle one = Signed(BundleOf(), kBoth);
  const Bundle other =
      Signed(Bundle::Make(files, {}).value(), {{"provider", "provider-1"}, {"customer", "customer-1"}});
  EXPECT_EQ(one.Text(), other.Text());
}

TEST(Bundle, ReadsBackWhatItWrote) {
  const SignedProof about_clause{"never errors", "1", "yes", "proved", "sha256:00"};
  const SignedProof about_package{"valid", "", "yes", "read", "none"};
  const Bundle written = Signed(Bundle::Make(FilesOf({}), {about_package, about_clause}).value(), kBoth);
  const auto read = Bundle::Parse(written.Text());
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->Text(), written.Text());
  EXPECT_EQ(read->manifest(), written.manifest());
  EXPECT_THAT(read->proofs(), testing::ElementsAre(about_package, about_clause));
  EXPECT_THAT(read->signatures(), SizeIs(2));
  EXPECT_EQ(read->agreement().name, "founding");
}

TEST(Bundle, SaysInItsManifestWhatIsSigned) {
  const std::string digest(64, 'a');
  const Bundle bundle =
      BundleOf({.version = "2",
                .supersedes = "sha256:" + digest,
                .customer_more = "signatures = 2\n",
                .more = "[quorum]\nat_least = 1\n[[revoked_key]]\nkey = \"" + internal::KeyText("old") +
                        "\"\nfrom = 2026-02-01\nreason = \"lost\"\n"});
  const auto files = FilesOf({});
  EXPECT_THAT(bundle.manifest(),
              AllOf(testing::StartsWith("proviso.bundle/v1\nagreement founding\nversion 2\npackage sha256:"),
                    HasSubstr("\nsupersedes sha256:" + digest +
                              "\neffective none\nexpires none\n"
                              "quorum 1 of customer provider\nparty customer 2\nkey " +
                              internal::KeyText("customer-1") + "\nkey " + internal::KeyText("customer-2") +
                              "\nparty provider 1\nkey " + internal::KeyText("provider-1") + "\nrevoked " +
                              internal::KeyText("old") + " 2026-02-01T00:00:00.000Z\n"),
                    testing::EndsWith(base::ToHex(keys::Sha256(files[1].content)) + "  clauses/a.cedar\n")));
}

TEST(Bundle, NamesTheDigestThatThePackageHas) {
  const Bundle bundle = BundleOf();
  const auto package = bundle.Load();
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_EQ(bundle.package_digest(), (*package)->DigestText());
  const std::string lines = bundle.manifest().substr(bundle.manifest().find("agreement.toml") - 66);
  EXPECT_EQ(bundle.package_digest(), "sha256:" + base::ToHex(keys::Sha256(lines)));
}

TEST(Bundle, RefusesFilesThatItCouldNotCarrySafely) {
  struct Row {
    std::string fact;
    PackageFile file;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{
           {"out of the directory", {"../x.cedar", ""}, "the path \"../x.cedar\" is refused"},
           {"out of it, later", {"clauses/../../x.cedar", ""}, "is refused"},
           {"from the root", {"/etc/x.cedar", ""}, "is refused"},
           {"a name that is empty", {"clauses//x.cedar", ""}, "is refused"},
           {"a directory", {"clauses/", ""}, "is refused"},
           {"another system's divider", {"clauses\\x.cedar", ""}, "is refused"},
           {"another system's drive", {"c:x.cedar", ""}, "is refused"},
           {"a line's end", {"clauses/x\ny.cedar", ""}, "the path of a file is refused"},
           {"no UTF-8 in the path", {"clauses/\xff.cedar", ""}, "the path of a file is refused"},
           {"too long", {std::string(kBundlePathBytesMax + 1, 'x'), ""}, "at most 255 bytes"},
           {"no UTF-8", {"clauses/x.cedar", "// \xff"}, "clauses/x.cedar: is not UTF-8"},
           {"a zero byte", {"clauses/x.cedar", std::string(1, '\0')}, "clauses/x.cedar: is not UTF-8"},
           {"too large", {"clauses/x.cedar", std::string(kPackageFileBytesMax + 1, ' ')}, "larger than"},
           {"twice", {"clauses/a.cedar", ""}, "clauses/a.cedar: the file is given twice"}}) {
    auto files = FilesOf({});
    files.push_back(row.file);
    EXPECT_THAT(ErrorOf(Bundle::Make(std::move(files), {})), HasSubstr(row.error)) << row.fact;
  }
  auto longest = FilesOf({});
  longest.push_back({std::string(kBundlePathBytesMax, 'x'), ""});
  EXPECT_EQ(ErrorOf(Bundle::Make(std::move(longest), {})), "");
  EXPECT_THAT(ErrorOf(Bundle::Make({}, {})), HasSubstr("has no agreement.toml"));
  EXPECT_THAT(ErrorOf(Bundle::Make(FilesOf({.customer_keys = {}, .provider_keys = {}}), {})),
              HasSubstr("nobody could sign"));
}

TEST(Bundle, RefusesMoreFilesThanAPackageHas) {
  auto files = FilesOf({});
  for (std::size_t i = files.size(); i < kPackageFilesMax; ++i)
    files.push_back({"x" + std::to_string(i), ""});
  EXPECT_EQ(ErrorOf(Bundle::Make(files, {})), "");
  files.push_back({"y", ""});
  EXPECT_THAT(ErrorOf(Bundle::Make(files, {})), HasSubstr("more than 1000 files"));
}

TEST(Bundle, RefusesTextThatIsNotItsOneSpelling) {
  const std::string good = Signed(BundleOf(), kBoth).Text();
  const std::string clause = "@id(\"1\") permit";
  struct Row {
    std::string fact;
    std::string text;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{
           {"another format", With(good, "bundle/v1", "bundle/v2"), "does not begin with proviso.bundle/v1"},
           {"nothing", "", "does not begin"},
           {"no end of the manifest", "proviso.bundle/v1\nagreement x\n", "the manifest does not end"},
           {"a changed clause", With(good, clause, "@id(\"2\") permit"),
            "clauses/a.cedar: its bytes are not those whose digest was signed"},
           {"a file that nobody signed", With(good, "\nend\n", "\nfile 1 clauses/b.cedar\nx\nend\n"),
            "clauses/b.cedar: is in the bundle and not in its manifest"},
           {"another name than the files have", With(good, "agreement founding", "agreement another"),
            "line 2 is \"agreement another\", and of these files it is \"agreement founding\""},
           {"a weaker quorum than the files have", With(good, "quorum 2 of", "quorum 1 of"),
            "\"quorum 1 of customer provider\""},
           {"a line more", With(good, "\nparty provider", "\nnote nothing matters\nparty provider"),
            "\"note nothing matters\""},
           {"a proof that is none", With(good, "\nparty provider", "\nproof yes\nparty provider"),
            "a line `proof` is not"},
           {"a length with a zero before it", With(good, "\nfile ", "\nfile 0"), "one spelling"},
           {"a length that is too long", With(good, "\nfile ", "\nfile 1"), "bundle: at byte"},
           {"no length", With(good, "\nfile ", "\nfile x"), "\"file BYTES PATH\""},
           {"more after the end", good + "x", "after the last file stands \"end\""},
           {"cut", good.substr(0, good.size() - 4), "after the last file stands \"end\""},
           {"a signature that says another party",
            With(good, "\nparty customer\ntime", "\nparty cust omer \ntime"),
            "signature: party must be one line"}}) {
    EXPECT_THAT(ErrorOf(Bundle::Parse(row.text)), HasSubstr(row.error)) << row.fact;
  }
}

TEST(Bundle, RefusesASignatureOnAnotherBundle) {
  const Bundle second = Signed(BundleOf({.version = "2"}), kBoth);
  const std::string first = BundleOf().Text();
  const std::string text =
      With(first, "\nproviso.files/v1", "\n" + second.signatures()[0].Text() + "\nproviso.files/v1");
  EXPECT_THAT(ErrorOf(Bundle::Parse(text)), HasSubstr("is one on another bundle: founding version 2"));
}

TEST(Bundle, MergesHalfSignedCopiesEitherWay) {
  Bundle by_customer = Signed(BundleOf(), {{"customer", "customer-1"}});
  Bundle by_provider = Signed(BundleOf(), {{"provider", "provider-1"}});
  const Bundle customers_copy = by_customer;
  ASSERT_TRUE(by_customer.Merge(by_provider).has_value());
  ASSERT_TRUE(by_provider.Merge(customers_copy).has_value());
  EXPECT_EQ(by_customer.Text(), by_provider.Text());
  EXPECT_EQ(by_customer.Text(), Signed(BundleOf(), kBoth).Text());
  const auto refused = by_customer.Merge(BundleOf({.version = "2"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("not copies of one bundle: one is founding version 1"));
}

TEST(Bundle, IsSignedOnceByEachKeyForEachParty) {
  Bundle bundle = Signed(BundleOf(), kBoth);
  const auto again = bundle.Sign(KeyOf("customer-1"), "customer", At("2026-04-01"));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, base::ErrorCode::kConflict);
  EXPECT_TRUE(bundle.Sign(KeyOf("customer-2"), "customer", At("2026-04-01")).has_value());
}

TEST(BundleSignature, PutsThePartyAndTheTimeUnderTheSignature) {
  const BundleSignature signature = Signed(BundleOf(), {{"customer", "customer-1"}}).signatures()[0];
  EXPECT_TRUE(signature.Verifies(KeyOf("customer-1").verifier()));
  EXPECT_FALSE(signature.Verifies(KeyOf("customer-2").verifier()));
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"party customer", "party provider"}, {"time 2026-03-01", "time 2026-02-01"}}) {
    const auto changed = ParseBundleSignature(With(signature.Text(), from, to));
    ASSERT_TRUE(changed.has_value()) << changed.error().message;
    EXPECT_FALSE(changed->Verifies(KeyOf("customer-1").verifier())) << to;
  }
}

}  // namespace
}  // namespace proviso::terms
