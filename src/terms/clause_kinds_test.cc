// docs/operating/clauses.md: every kind of clause can be said with the built-in schema, and is valid as it
// stands there.
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "base/file.h"
#include "cedar/validate.h"
#include "terms/internal/package_for_tests.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using testing::IsEmpty;

std::string Page() {
  const auto page = base::ReadFile(
      std::filesystem::path(PROVISO_SOURCE_DIR) / "docs" / "operating" / "clauses.md", 1U << 20U);
  EXPECT_TRUE(page.has_value()) << page.error().message;
  return page.value_or("");
}

std::string CedarOf(const std::string& page) {
  constexpr std::string_view kOpen = "```cedar\n";
  const std::size_t begin = page.find(kOpen) + kOpen.size();
  return page.substr(begin, page.find("```", begin) - begin);
}

base::Result<std::shared_ptr<const Package>> LoadPage() {
  return Package::FromFiles({{"agreement.toml", AgreementToml()},
                             {"schema.cedarschema", "type Findings = { mass_casualty?: Long };"},
                             {"clauses/kinds.cedar", CedarOf(Page())}});
}

TEST(ClauseKinds, AreAllThirtySaid) {
  const auto package = LoadPage();
  ASSERT_TRUE(package.has_value()) << package.error().message;
  std::set<int> kinds;
  for (const Clause& clause : (*package)->clauses()) kinds.insert(std::stoi(clause.id));
  std::set<int> thirty;
  for (int kind = 1; kind <= 30; ++kind) thirty.insert(kind);
  EXPECT_EQ(kinds, thirty);
}

TEST(ClauseKinds, AskForEachFactBeforeTheyReadIt) {
  const auto package = LoadPage();
  ASSERT_TRUE(package.has_value()) << package.error().message;
  for (const cedar::PolicySet* set : {&(*package)->deciding(), &(*package)->advising()}) {
    for (const cedar::ValidationFinding& finding : cedar::Validate(*set, (*package)->schema()).findings)
      ADD_FAILURE() << finding.Text();
  }
}

/// Facts that clauses of the page read stand in the row of their kind.
TEST(ClauseKinds, RestOnTheFactsOfTheirRow) {
  const auto package = LoadPage();
  ASSERT_TRUE(package.has_value()) << package.error().message;
  const std::string page = Page();
  for (const cedar::Policy& policy : (*package)->deciding().policies()) {
    const std::string kind = std::to_string(std::stoi(policy.id()));
    const std::size_t begin = page.find("\n| " + kind + " | ");
    ASSERT_NE(begin, std::string::npos) << kind;
    const std::string row = page.substr(begin, page.find('\n', begin + 1) - begin);
    for (const std::string& fact : FactsReadBy(policy).names) {
      if (fact == "now" || fact == "purpose" || fact == "label") continue;
      EXPECT_TRUE(row.contains("`" + fact)) << "clause " << policy.id() << " reads " << fact;
    }
  }
}

}  // namespace
}  // namespace proviso::terms
