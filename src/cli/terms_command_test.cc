// The commands as a person runs them: words in, text and exit code out.
#include <gmock/gmock.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/commands.h"
#include "cli/internal/run_for_tests.h"
#include "keys/signing.h"
#include "terms/authority.h"

namespace proviso::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kStarter = std::string(PROVISO_SOURCE_DIR) + "/examples/starter";

using internal::Answer;

Answer Proviso(std::vector<std::string> words) {
  return internal::RunCommand(std::move(words), [](CLI::App& app, Console& console) {
    AddTermsCommand(app, console);
    AddDecideCommand(app, console);
  });
}

class TermsCommand : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(directory_ / name) << content;
    return directory_ / name;
  }

  // ctest runs each test in a process of its own, several at a time.
  std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) / ("proviso-terms-command-" + std::to_string(getpid()));
};

TEST_F(TermsCommand, FindsThatEveryStarterExampleHolds) {
  const Answer run = Proviso({"terms", "test", kStarter});
  EXPECT_EQ(run.exit, 0) << run.out << run.err;
  EXPECT_THAT(run.out, EndsWith("20 examples, 0 failed\n"));
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("ok    permit  "), HasSubstr("ok    hold  "), HasSubstr("ok    forbid  ")));
}

TEST_F(TermsCommand, ExitsWithOneWhenAnExampleFails) {
  std::filesystem::copy(kStarter, directory_ / "p", std::filesystem::copy_options::recursive);
  (void)Write("p/examples/wrong.toml", R"(
[[example]]
name = "wrong"
application = "analyst-desk"
model = "model-a"
expect = "hold"
clauses = ["9"]
needs = "two-commanders"
[example.facts]
purpose = "translation"
)");
  const Answer run = Proviso({"terms", "test", directory_ / "p"});
  EXPECT_EQ(run.exit, 1);
  EXPECT_THAT(run.out, AllOf(HasSubstr("FAIL  permit  wrong\n"),
                             HasSubstr("examples/wrong.toml: example[0]: expected hold, and it is permit"),
                             HasSubstr("expected by clauses 9, and it is by 1.1"),
                             HasSubstr("expected to need two-commanders, and it needs no one"),
                             EndsWith("21 examples, 1 failed\n")));
  EXPECT_THAT(Proviso({"terms", "test", "--json", directory_ / "p"}).out, HasSubstr("\"failed\": 1"));
}

TEST_F(TermsCommand, ShowsThePackage) {
  const Answer run = Proviso({"terms", "show", kStarter});
  EXPECT_EQ(run.exit, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("digest  sha256:"), HasSubstr("reviewed: customer"),
                             HasSubstr("4.2  forbid  A person decides every engagement"),
                             HasSubstr("two-commanders: 2 of role commander")));
  EXPECT_THAT(Proviso({"terms", "schema", kStarter}).out,
              HasSubstr("@asserted_by(\"customer\") reviewed?: Bool"));
}

TEST_F(TermsCommand, RefusesAPackageThatIsNotThere) {
  const Answer run = Proviso({"terms", "show", directory_ / "absent"});
  EXPECT_EQ(run.exit, 4);
  EXPECT_THAT(run.err, StartsWith("proviso: "));
}

TEST_F(TermsCommand, GivesEqualSchemasOneDigest) {
  const std::string one = Write("one.json", R"({"type":"object","properties":{"asset":{"type":"string",
      "enum":["asset-1","asset-2","asset-3"]},"zone":{"type":"string","enum":["north","south"]}},
      "required":["asset","zone"]})");
  const std::string other = Write("other.json", R"({"required": ["asset", "zone"], "properties":
      {"zone": {"enum": ["north", "south"], "type": "string"}, "asset": {"type": "string",
      "enum": ["asset-1", "asset-2", "asset-3"]}}, "type": "object"})");
  const Answer run = Proviso({"terms", "tool-digest", one});
  EXPECT_EQ(run.out, Proviso({"terms", "tool-digest", other}).out);
  EXPECT_THAT(Proviso({"terms", "show", kStarter}).out, HasSubstr(run.out));
  EXPECT_EQ(Proviso({"terms", "tool-digest", Write("list.json", "[]")}).exit, 3);
}

TEST_F(TermsCommand, SignsAnAuthorityThatTheAgreementAccepts) {
  const auto key = keys::SigningKey::Generate("office").value();
  const Answer run = Proviso({"terms", "authority", "--key", Write("office.key", key.SecretText() + "\n"),
                              "--kind", "request", "--case", "17", "--issuer", "office", "--organization",
                              "agency", "--subject-cap", "40", "--expires", "2026-12-31"});
  ASSERT_EQ(run.exit, 0) << run.err;
  terms::Agreement agreement;
  agreement.authority_issuers.push_back({"office", key.verifier()});
  const auto authority =
      terms::ReadAuthority(agreement, "agency", 0, std::string_view(run.out).substr(0, run.out.size() - 1));
  ASSERT_TRUE(authority.has_value()) << authority.error().message;
  EXPECT_EQ(authority->subject_cap, 40);
  EXPECT_EQ(Proviso({"terms", "authority", "--key", directory_ / "absent", "--kind", "k", "--issuer", "i",
                     "--organization", "o"})
                .exit,
            4);
}

constexpr std::string_view kEngagement = R"(act = "call_tool"
application = "analyst-desk"
tool = "assign_asset"
model = "model-a"
[facts]
purpose = "logistics-planning"
input = { asset = "asset-1", zone = "north" }
)";

TEST_F(TermsCommand, ExplainsAHold) {
  const std::string request = Write("request.toml", std::string(kEngagement));
  const Answer run = Proviso({"decide", kStarter, "--request", request});
  EXPECT_EQ(run.exit, 0) << run.err;
  EXPECT_EQ(run.out,
            "hold: a clause forbids it unless people decide\n"
            "asked: call_tool by analyst-desk of agency, tool assign_asset, model model-a\n"
            "clauses:\n"
            "  4.2 \"A person decides every engagement\", Section 4 (clauses/2-tools.cedar:11)\n"
            "needs: 2 people with the role commander (approver profile two-commanders), of approver-1, "
            "approver-2\n");
  EXPECT_EQ(Proviso({"decide", kStarter, "--request", request, "--exit-code"}).exit, 10);
  EXPECT_THAT(Proviso({"decide", kStarter, "--request", request, "--json"}).out,
              AllOf(HasSubstr("\"outcome\": \"hold\""), HasSubstr("\"profile\": \"two-commanders\"")));
}

TEST_F(TermsCommand, ExitsByTheOutcomeWhenAsked) {
  const std::string wide = Write("wide.toml", "application = \"analyst-desk\"\nmodel = \"m\"\n");
  EXPECT_EQ(Proviso({"decide", kStarter, "--request", wide}).exit, 0);
  EXPECT_EQ(Proviso({"decide", kStarter, "--request", wide, "--exit-code"}).exit, 11);
}

TEST_F(TermsCommand, SaysWhatIsWrongWithARequest) {
  struct Row {
    std::string toml;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{
           {"aplication = \"x\"\nmodel = \"m\"", "aplication: unknown key; did you mean application?"},
           {"application = \"x\"\nmodel = \"m\"\n[facts]\npurpse = \"y\"",
            "facts.purpse: unknown key; did you mean purpose?"},
           {"[[example]]\n[[example]]", "must hold one request; it has 2"},
           {"= 1", "request.toml:1:"}}) {
    const Answer run = Proviso({"decide", kStarter, "--request", Write("request.toml", row.toml)});
    EXPECT_EQ(run.exit, 3) << row.toml;
    EXPECT_THAT(run.err, HasSubstr(row.error));
  }
}

}  // namespace
}  // namespace proviso::cli
