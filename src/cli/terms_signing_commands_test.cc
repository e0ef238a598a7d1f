// From a directory to a signed file, as people run it.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/internal/run_for_tests.h"

namespace proviso::cli {
namespace {

using internal::Answer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Answer Proviso(std::vector<std::string> words) {
  return internal::RunCommand(std::move(words), [](CLI::App& app, Console& console) {
    AddTermsCommand(app, console);
    AddKeysCommand(app, console);
  });
}

/// Two parties, each with a key in a file, and a package that names them.
class SigningCommands : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(directory_ / "p/clauses");
    Write("p/clauses/a.cedar", "@id(\"1\") permit (principal, action, resource);\n");
    customer_ = NewKey("customer");
    provider_ = NewKey("provider");
    WriteAgreement(R"(version = "1")");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string Path(const std::string& name) const { return directory_ / name; }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(directory_ / name) << content;
  }
  [[nodiscard]] std::string NewKey(const std::string& name) const {
    std::string text = Proviso({"keys", "new", name + ".example", "--out", Path(name + ".key")}).out;
    text.pop_back();
    return text;
  }
  void WriteAgreement(const std::string& head) const {
    Write("p/agreement.toml", "[agreement]\nname = \"founding\"\n" + head +
                                  "\n[[party]]\nid = \"customer\"\nkeys = [\"" + customer_ +
                                  "\"]\n[[party]]\nid = \"provider\"\nkeys = [\"" + provider_ + "\"]\n");
  }
  [[nodiscard]] Answer Bundle(const std::string& name) const {
    return Proviso({"terms", "bundle", Path("p"), "-o", Path(name)});
  }
  [[nodiscard]] Answer Sign(const std::string& name, const std::string& party) const {
    return Proviso({"terms", "sign", Path(name), "--key", Path(party + ".key")});
  }
  [[nodiscard]] Answer Verify(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"terms", "verify", Path(name)};
    words.insert(words.end(), more.begin(), more.end());
    return Proviso(words);
  }
  [[nodiscard]] std::string Content(const std::string& name) const {
    return base::ReadFile(Path(name)).value();
  }

  // ctest runs each test in a process of its own, several at a time.
  const std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) / ("proviso-signing-" + std::to_string(getpid()));
  std::string customer_;
  std::string provider_;
};

TEST_F(SigningCommands, TakeADirectoryToASignedFile) {
  const Answer bundled = Bundle("a.bundle");
  EXPECT_EQ(bundled.exit, 0) << bundled.err;
  EXPECT_THAT(bundled.out, AllOf(HasSubstr("name        founding, version 1"), HasSubstr("0 of 2 needed")));
  EXPECT_EQ(Verify("a.bundle").exit, 1);
  const Answer customer = Sign("a.bundle", "customer");
  EXPECT_EQ(customer.exit, 0) << customer.err;
  EXPECT_THAT(customer.out, AllOf(HasSubstr("digest      sha256:"), HasSubstr("signing     as customer")));
  const Answer half = Verify("a.bundle");
  EXPECT_EQ(half.exit, 1);
  EXPECT_THAT(half.out, AllOf(HasSubstr("signed  customer by customer.example+"),
                              HasSubstr("lacks   provider: 1 of provider.example+")));
  EXPECT_EQ(Sign("a.bundle", "provider").exit, 0);
  const Answer whole = Verify("a.bundle");
  EXPECT_EQ(whole.exit, 0) << whole.out;
  EXPECT_THAT(whole.out, HasSubstr("2 of 2 needed, named by the agreement itself: met"));
}

TEST_F(SigningCommands, MergeCopiesThatTravelledApart) {
  ASSERT_EQ(Bundle("a.bundle").exit, 0);
  ASSERT_EQ(Bundle("b.bundle").exit, 0);
  EXPECT_EQ(Content("a.bundle"), Content("b.bundle"));
  ASSERT_EQ(Sign("a.bundle", "customer").exit, 0);
  ASSERT_EQ(Sign("b.bundle", "provider").exit, 0);
  const Answer merged =
      Proviso({"terms", "bundle", "--merge", Path("a.bundle"), Path("b.bundle"), "-o", Path("c.bundle")});
  EXPECT_EQ(merged.exit, 0) << merged.err;
  EXPECT_EQ(Verify("c.bundle").exit, 0);
  const Answer refused = Proviso({"terms", "bundle", Path("p"), "-o", Path("c.bundle")});
  EXPECT_EQ(refused.exit, 1);
  EXPECT_THAT(refused.err, HasSubstr("nothing was changed"));
}

TEST_F(SigningCommands, JudgeASuccessorByWhatItSupersedes) {
  ASSERT_EQ(Bundle("first.bundle").exit, 0);
  const std::string shown = Proviso({"terms", "verify", Path("first.bundle"), "--json"}).out;
  const std::string digest = shown.substr(shown.find("sha256:"), 71);
  customer_ = NewKey("customer-new");
  WriteAgreement("version = \"2\"\nsupersedes = \"" + digest + "\"");
  ASSERT_EQ(Bundle("second.bundle").exit, 0);
  ASSERT_EQ(Sign("second.bundle", "provider").exit, 0);
  const Answer unlisted = Sign("second.bundle", "customer");
  EXPECT_EQ(unlisted.exit, 3);
  EXPECT_THAT(unlisted.err, HasSubstr("say whose it is, --as one of customer, provider"));
  EXPECT_EQ(
      Proviso({"terms", "sign", Path("second.bundle"), "--key", Path("customer.key"), "--as", "customer"})
          .exit,
      0);
  const Answer alone = Verify("second.bundle");
  EXPECT_EQ(alone.exit, 1);
  EXPECT_THAT(alone.out, HasSubstr("--against BUNDLE"));
  const Answer verified = Verify("second.bundle", {"--against", Path("first.bundle")});
  EXPECT_EQ(verified.exit, 0) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("named by founding version 1: met"));
}

TEST_F(SigningCommands, NeverSignWhatDoesNotLoad) {
  ASSERT_EQ(Bundle("a.bundle").exit, 0);
  Write("p/clauses/a.cedar", "permit (principal, action, resource);\n");
  const Answer refused = Bundle("b.bundle");
  EXPECT_EQ(refused.exit, 3);
  EXPECT_FALSE(std::filesystem::exists(Path("b.bundle")));
  std::string spoiled = Content("a.bundle");
  spoiled.replace(spoiled.find("permit"), 6, "forbid");
  Write("a.bundle", spoiled);
  const Answer sign = Sign("a.bundle", "customer");
  EXPECT_EQ(sign.exit, 1);
  EXPECT_THAT(sign.err, HasSubstr("clauses/a.cedar: its bytes are not those whose digest was signed"));
  EXPECT_EQ(Content("a.bundle"), spoiled);
}

TEST_F(SigningCommands, ReadABundleWhereTheyReadADirectory) {
  ASSERT_EQ(Bundle("a.bundle").exit, 0);
  const Answer from_directory = Proviso({"terms", "show", Path("p")});
  const Answer from_bundle = Proviso({"terms", "show", Path("a.bundle")});
  EXPECT_EQ(from_bundle.exit, 0) << from_bundle.err;
  EXPECT_EQ(from_bundle.out, from_directory.out);
}

TEST_F(SigningCommands, DoNotLetANameRepaintTheScreen) {
  WriteAgreement("title = \"agreed\\u202eeergasid\"\nversion = \"1\"");
  const Answer shown = Bundle("a.bundle");
  EXPECT_EQ(shown.exit, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("agreed\\u202e"), Not(HasSubstr("\u202e"))));
}

}  // namespace
}  // namespace proviso::cli
