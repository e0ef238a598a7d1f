#include "cedar/conformance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/file.h"
#include "cedar/internal/shared_cases_for_tests.h"
#include "cedar/parse.h"
#include "cedar/print.h"

namespace proviso::cedar {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A folder that goes when the test does.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("proviso_cedar_" + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void Write(const fs::path& name, std::string_view content) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << content;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// The cases that come with the project's shared data, unpacked into `folder`; nothing without them.
std::optional<fs::path> SharedCases(const Folder& folder) {
  if (!internal::UnpackSharedCases(folder.path())) return std::nullopt;
  return folder.path();
}

constexpr std::string_view kRequest = R"({"description": "d", "principal": {"type": "U", "id": "a"},
  "action": {"type": "Action", "id": "x"}, "resource": {"type": "R", "id": "r"}, "context": {}, )";

TEST(Conformance, ComparesDecisionReasonsAndErrors) {
  const Folder folder;
  folder.Write("sets/p.cedar",
               "permit(principal, action, resource); forbid(principal, action, resource) when { 1 };");
  folder.Write("sets/e.json", "[]");
  folder.Write(
      "tests/deep/1.json",
      R"({"policies": "sets/p.cedar", "entities": "sets/e.json", "requests": [)" + std::string(kRequest) +
          R"("decision": "allow", "reason": ["policy0"], "errors": ["policy1"]},)" + std::string(kRequest) +
          R"("decision": "deny", "reason": ["policy0"], "errors": ["policy1"]},)" + std::string(kRequest) +
          R"("decision": "allow", "reason": [], "errors": ["policy1"]},)" + std::string(kRequest) +
          R"("decision": "allow", "reason": ["policy0"], "errors": []}]})");
  const auto report = RunConformance(folder.path() / "tests");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->mismatches.size(), 3U);
  EXPECT_THAT(report->Text(),
              HasSubstr("1.json: request 1 (d): expected deny reasons [policy0] errors [policy1], got "
                        "allow reasons [policy0] errors [policy1]\n"));
  EXPECT_THAT(report->Text(), testing::EndsWith("\n1 cases, 4 requests, 0 verdicts, 3 mismatches\n"));
}

TEST(Conformance, CountsACaseThatDoesNotLoad) {
  const Folder folder;
  folder.Write("a.cedar", "permit(");
  folder.Write("a.json", R"({"policies": "corpus-tests/a.cedar", "entities": "corpus-tests/a.entities.json",
                             "requests": []})");
  const auto report = RunConformance(folder.path());
  ASSERT_TRUE(report);
  ASSERT_EQ(report->mismatches.size(), 1U);
  EXPECT_THAT(report->mismatches[0], HasSubstr("expected `principal`"));
  EXPECT_FALSE(RunConformance(folder.path() / "absent"));
}

TEST(Conformance, ExpectsARefusalWhereTheCaseSaysSo) {
  const Folder folder;
  folder.Write("bad.cedar", "permit(");
  folder.Write("good.cedar", "permit(principal, action, resource);");
  folder.Write("e.json", "[]");
  const auto written = [&](const std::string& name, const std::string& policies, const std::string& part) {
    folder.Write(name, R"({"policies": ")" + policies + R"(", "entities": "e.json", "refused": ")" + part +
                           R"(", "requests": []})");
  };
  written("agrees.json", "bad.cedar", "policies");
  written("other_part.json", "bad.cedar", "entities");
  written("reads.json", "good.cedar", "policies");
  folder.Write("request.json", R"({"policies": "good.cedar", "entities": "e.json", "requests": [
    {"principal": {"type": "U", "id": "a"}, "action": {"type": "Action", "id": "x"},
     "resource": {"type": "R", "id": "r"}, "context": {"x": null}, "decision": "refused"},
    {"principal": {"type": "U", "id": "a"}, "action": {"type": "Action", "id": "x"},
     "resource": {"type": "R", "id": "r"}, "context": {}, "decision": "refused"}]})");
  const auto report = RunConformance(folder.path());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->mismatches,
              testing::UnorderedElementsAre(HasSubstr("other_part.json: expected its entities to be refused"),
                                            HasSubstr("reads.json: expected its policies to be refused"),
                                            HasSubstr("request.json: request 1 ()")));
}

TEST(Conformance, ComparesEveryVerdictOfValidation) {
  const Folder folder;
  folder.Write("s.cedarschema",
               "entity U, R; action x appliesTo {principal: U, resource: R, context: {n?: Long}};");
  folder.Write("p.cedar",
               "permit(principal, action, resource) when { [] == [] }; permit(principal, action, resource);");
  folder.Write("e.json", R"([{"uid": {"type": "U", "id": "a"}, "attrs": {}, "parents": []}])");
  const std::string request =
      R"({"principal": {"type": "R", "id": "a"}, "action": {"type": "Action", "id": "x"},
    "resource": {"type": "R", "id": "r"}, "context": {}, "decision": "allow",
    "reason": ["policy0", "policy1"], "errors": [])";
  folder.Write("1.json", R"({"schema": "s.cedarschema", "policies": "p.cedar", "entities": "e.json",
    "shouldValidate": false, "requests": [)" +
                             request + "}, " + request + R"(, "validateRequest": true}]})");
  folder.Write("1.validation.json", R"({"policyValidation": {"strict": true, "permissive": true, "perPolicy":
    {"policy0": {"strict": true, "permissive": true}, "policy1": {"strict": true, "permissive": true}}},
    "entityValidation": {"perEntity": {"U::a": {"error": "e"}, "U::b": {}}},
    "requestValidation": [{"strict": true, "permissive": false}]})");
  const auto report = RunConformance(folder.path());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->verdicts, 1U + 2U + 4U + 2U + 2U + 1U);
  EXPECT_THAT(
      report->mismatches,
      testing::UnorderedElementsAre(
          HasSubstr("policies, strict: expected valid, got p"), HasSubstr("policy0, strict: expected valid"),
          HasSubstr("entity U::a: expected refused, got valid"), HasSubstr("entity U::b: expected a verdict"),
          HasSubstr("request 0, strict: expected valid, got request: Action::\"x\" does not apply"),
          HasSubstr("request 1: expected valid")));
}

TEST(Conformance, AgreesWithEverySharedCase) {
  const Folder folder;
  const auto cases = SharedCases(folder);
  if (!cases) GTEST_SKIP() << "the shared data is not here; set PROVISO_SHARED_DATA to its folder";
  const auto report = RunConformance(*cases);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GE(report->cases, 1'556U);
  EXPECT_GE(report->verdicts, 53'349U);
  EXPECT_EQ(report->mismatches.size(), 0U) << report->Text();
}

TEST(Print, ReadsBackAsTheSameTreeForEverySharedPolicy) {
  const Folder folder;
  const auto cases = SharedCases(folder);
  if (!cases) GTEST_SKIP() << "the shared data is not here; set PROVISO_SHARED_DATA to its folder";
  for (const fs::path& path : *base::ListFiles(*cases, ".cedar")) {
    const auto policies = ParsePolicies(*base::ReadFile(path), path.string());
    ASSERT_TRUE(policies) << policies.error().message;
    const auto again = ParsePolicies(Print(*policies), "printed " + path.string());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(Print(*again), Print(*policies)) << path;
    ASSERT_EQ(again->policies().size(), policies->policies().size()) << path;
    for (std::size_t i = 0; i < policies->policies().size(); ++i) {
      const auto& conditions = policies->policies()[i].body().conditions;
      const auto& printed = again->policies()[i].body().conditions;
      ASSERT_EQ(conditions.size(), printed.size()) << path;
      for (std::size_t c = 0; c < conditions.size(); ++c) {
        EXPECT_TRUE(SameTree(*conditions[c].body, *printed[c].body)) << Print(*conditions[c].body);
      }
    }
  }
}

}  // namespace
}  // namespace proviso::cedar
