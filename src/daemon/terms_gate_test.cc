// What a gateway lets into force. The packages here are small agreements with one thing that matters.
#include "daemon/terms_gate.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "terms/explain.h"

namespace proviso::daemon {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kAgreement = R"(
[agreement]
name = "gated"
version = "1"
[[party]]
id = "provider"
[[party]]
id = "customer"
[[application]]
id = "desk"
organization = "agency"
party = "customer"
purposes = ["translation"]
[[tool]]
name = "assign"
effect = "engage"
)";

constexpr const char* kPermit = "@id(\"1\") permit (principal, action, resource);\n";
constexpr const char* kErring =
    "@id(\"2\") forbid (principal, action, resource) when { context.label == \"secret\" };\n";
constexpr const char* kGuarded =
    "@id(\"2\") forbid (principal, action, resource) when { context has label && context.label == \"secret\" "
    "};\n";
constexpr const char* kNoEngagement =
    "@safeguard(\"no engagement\") permit (principal, action == Action::\"call_tool\", resource)\n"
    "when { context has effect && context.effect == \"engage\" };\n";
constexpr const char* kForbidsEngagement =
    "@id(\"3\") forbid (principal, action, resource) when { context has effect && context.effect == "
    "\"engage\" };\n";

std::string Accepting(const std::string& question, const std::string& subject) {
  return "[[acknowledgement]]\nquestion = \"" + question + "\"\nsubject = \"" + subject +
         "\"\nreason = \"Agreed in annex C.\"\n";
}

class TermsGate : public testing::Test {
 protected:
  TermsGate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "proviso_gate_XXXXXX").string();
    kept_ = ::mkdtemp(pattern.data());
  }
  ~TermsGate() override { std::filesystem::remove_all(kept_); }

  [[nodiscard]] base::Status Gate(const std::string& clauses, const std::string& safeguards = "",
                                  const std::string& more = "", const std::string& build = "1") const {
    std::vector<terms::PackageFile> files{{"agreement.toml", kAgreement + more},
                                          {"clauses/a.cedar", clauses}};
    if (!safeguards.empty()) files.push_back({"safeguards/a.cedar", safeguards});
    auto package = terms::Package::FromFiles(std::move(files));
    if (!package) return std::unexpected(package.error());
    return CheckTerms(**package, kept_, build);
  }
  [[nodiscard]] static std::string Why(const base::Status& status) {
    return status ? "" : status.error().message;
  }

  std::filesystem::path kept_;
};

TEST_F(TermsGate, LetsTermsPassThatAreProved) {
  EXPECT_EQ(Why(Gate(std::string(kPermit) + kGuarded)), "");
  EXPECT_EQ(Why(Gate(std::string(kPermit) + kForbidsEngagement, kNoEngagement)), "");
}

TEST_F(TermsGate, NamesEachObstacleWithItsRequestAndWhatToDo) {
  const base::Status refused = Gate(std::string(kPermit) + kErring, kNoEngagement);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kDenied);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("never errors, 2: "), HasSubstr("safeguard holds, no engagement: "),
                    HasSubstr("proviso terms check"), HasSubstr("[[acknowledgement]]")));
}

TEST_F(TermsGate, LetsPassWhatThePartiesAccept) {
  EXPECT_NE(Why(Gate(std::string(kPermit) + kErring)), "");
  EXPECT_EQ(Why(Gate(std::string(kPermit) + kErring, "", Accepting("never errors", "2"))), "");
  EXPECT_NE(Why(Gate(std::string(kPermit), kNoEngagement, Accepting("never errors", "1"))), "");
  EXPECT_EQ(Why(Gate(std::string(kPermit), kNoEngagement, Accepting("safeguard holds", "no engagement"))),
            "");
}

/// A PATH without a solver on it.
class WithoutSolver {
 public:
  WithoutSolver() { ::setenv("PATH", "/nonexistent", 1); }
  ~WithoutSolver() { ::setenv("PATH", before_.c_str(), 1); }

 private:
  const std::string before_ = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
};

/// Needs the solver: integers that overflow only together.
constexpr const char* kNeedsProof =
    "@id(\"2\") forbid (principal, action, resource) when { context has tools && context.tools.offered >= 0 "
    "&& context.tools.offered < 1000 && context.tools.offered * 1000 + 7 == context.tools.uncatalogued };\n";

TEST_F(TermsGate, LetsNothingPassThatNobodyCanProveButWhatWasProvedBefore) {
  const std::string clauses = std::string(kPermit) + kNeedsProof;
  {
    const WithoutSolver none;
    EXPECT_THAT(Why(Gate(clauses)), AllOf(HasSubstr("never errors, 2"), HasSubstr("install")));
  }
  ASSERT_EQ(Why(Gate(clauses)), "");
  const WithoutSolver none;
  EXPECT_EQ(Why(Gate(clauses)), "");
  EXPECT_NE(Why(Gate(clauses + "\n")), "");        // other bytes
  EXPECT_NE(Why(Gate(clauses, "", "", "2")), "");  // another program
}

}  // namespace
}  // namespace proviso::daemon
