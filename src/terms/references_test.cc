// References, acknowledgements and documents: what an agreement says about its own wording.
#include <gmock/gmock.h>

#include "terms/finding.h"
#include "terms/internal/agreement_references.h"
#include "terms/internal/package_for_tests.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using internal::LoadClauses;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kPermitAll = "@id(\"1\") permit (principal, action, resource);\n";

std::string ErrorOf(const base::Result<std::shared_ptr<const Package>>& loaded) {
  return loaded ? "" : loaded.error().message;
}

std::string WithToml(const std::string& toml, const std::string& clauses = std::string(kPermitAll)) {
  return ErrorOf(LoadClauses(clauses, AgreementToml() + toml));
}

TEST(Reference, IsFixedByAVersionADateOrADigestOfItsText) {
  struct Row {
    std::string toml;
    bool fixed;
  };
  const std::string digest = "digest = \"sha256:" + std::string(64, 'a') + "\"";
  for (const Row& row : std::vector<Row>{{"", false},
                                         {"title = \"The policy of 2023\"", false},
                                         {"version = \"2023-01-25\"", true},
                                         {"version = \"third edition\"", true},
                                         {"version = \"revised edition\"", true},
                                         {"version = \"3000.09\"", true},
                                         {"date = \"2023-01-25\"", true},
                                         {"date = 2023-01-25", true},
                                         {"date = 2023-01-25T00:00:00Z", true},
                                         {digest, true},
                                         {"version = \"latest\"\n" + digest, true},
                                         {"version = \"\"", false},
                                         {"version = \" - \"", false},
                                         {"version = \"latest\"", false},
                                         {"version = \"Latest edition\"\ndate = \"2023-01-25\"", false},
                                         {"version = \"as amended\"", false},
                                         {"version = \"2023, as amended\"", false},
                                         {"version = \"as amended from time to time\"", false},
                                         {"version = \"as amended on 25 January 2023\"", true},
                                         {"version = \"as in force on 2026-03-01\"", true},
                                         {"version = \"in force for the time being\"", false},
                                         {"version = \"then-current\"", false},
                                         {"version = \"as revised\"", false},
                                         {"version = \"2.1 or any successor\"", false},
                                         {"version = \"2.1 and later\"", false},
                                         {"version = \">= 2\"", false},
                                         {"version = \"2.x\"", false},
                                         {"version = \"2+\"", false},
                                         {"version = \"TBD\"", false}}) {
    const auto package = LoadClauses(std::string(kPermitAll),
                                     AgreementToml() + "[[reference]]\nname = \"policy\"\n" + row.toml);
    ASSERT_TRUE(package.has_value()) << row.toml << package.error().message;
    ASSERT_THAT((*package)->agreement().references, SizeIs(1));
    EXPECT_EQ((*package)->agreement().references.front().IsFixed(), row.fixed) << row.toml;
  }
}

TEST(Reference, IsNamedByClausesThatReferToIt) {
  const std::string toml = "order_of_precedence = [\"order\", \"side letter\"]\n";
  const auto package = LoadClauses(
      R"(@id("1") @refers_to("policy, law of 1999") @document("side letter") permit (principal, action, resource);)",
      AgreementToml(toml) + "[[reference]]\nname = \"policy\"\n[[reference]]\nname = \"law of 1999\"\n");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_THAT((*package)->clauses().front().references, ElementsAre("policy", "law of 1999"));
  EXPECT_EQ((*package)->clauses().front().document, "side letter");
}

TEST(Reference, RefusesWhatIsNotDeclaredOrCannotBeRead) {
  const std::string policy = "[[reference]]\nname = \"policy\"\n";
  const std::string head = "permit (principal, action, resource);";
  struct Row {
    std::string toml;
    std::string annotation;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{
           {policy, R"(@refers_to("polcy"))",
            "@refers_to(\"polcy\") is no [[reference]] of agreement.toml; did "
            "you mean policy?"},
           {"", R"(@refers_to("policy"))", "add it there, with the version or date that is meant"},
           {policy, R"(@refers_to("policy,"))", "@refers_to(\"\") is no [[reference]]"},
           {policy, R"(@document("order"))", "is not in the agreement's order_of_precedence"},
           {policy + policy, "", "reference: policy stands twice"},
           {policy + "date = \"latest\"", "", "reference[0].date"},
           {policy + "digest = \"sha256:00\"", "", "reference[0].digest: must be sha256:"},
           {policy + "vresion = \"1\"", "", "unknown key; did you mean version?"},
           {"[[reference]]\nname = \"a, b\"", "", "must have no comma"},
           {"[[reference]]\nversion = \"1\"", "", "reference[0].name: is missing"}}) {
    EXPECT_THAT(WithToml(row.toml, "@id(\"1\") " + row.annotation + head), HasSubstr(row.error)) << row.toml;
  }
}

TEST(Acknowledgement, NamesAQuestionASubjectAndAReason) {
  const auto package = LoadClauses(
      std::string(kPermitAll),
      AgreementToml() +
          "[[acknowledgement]]\nquestion = \"set aside by one party\"\nsubject = \"1\"\n"
          "party = \"customer\"\nreason = \"Agreed in the annex.\"\n"
          "[[acknowledgement]]\nquestion = \"never permits\"\nsubject = \"embed\"\nreason = \"r\"\n");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  const std::vector<Acknowledgement>& given = (*package)->agreement().acknowledgements;
  ASSERT_THAT(given, SizeIs(2));
  EXPECT_EQ(given[0].question, CheckQuestion::kSetAside);
  EXPECT_EQ(given[0].subject, "1");
  EXPECT_EQ(given[0].party, "customer");
  EXPECT_EQ(given[0].reason, "Agreed in the annex.");
  EXPECT_EQ(given[1].question, CheckQuestion::kNeverPermits);
}

TEST(Acknowledgement, IsRefusedWhereItIsOfNothingOrWithoutAReason) {
  const std::string head = "[[acknowledgement]]\n";
  for (const auto& [toml, error] : std::vector<std::pair<std::string, std::string>>{
           {"question = \"vacuos\"\nsubject = \"1\"\nreason = \"r\"", "did you mean vacuous?"},
           {"question = \"valid\"\nsubject = \"1\"\nreason = \"r\"", "can be acknowledged"},
           {"question = \"vacuous\"\nsubject = \"2\"\nreason = \"r\"", "is no clause, safeguard or act"},
           {"question = \"vacuous\"\nsubject = \"1\"", "reason: is missing"},
           {"question = \"vacuous\"\nsubject = \"1\"\nreason = \"\"", "reason"},
           {"question = \"vacuous\"\nsubject = \"1\"\nreason = \"a\\nb\"", "one line"},
           {"question = \"vacuous\"\nsubject = \"1\"\nreason = \"r\"\nparty = \"customer\"",
            "only under the"},
           {"question = \"set aside by one party\"\nsubject = \"1\"\nreason = \"r\"\nparty = \"custmer\"",
            "did you mean customer?"}}) {
    EXPECT_THAT(WithToml(head + toml), HasSubstr(error)) << toml;
  }
}

TEST(Acknowledgement, HoldsItsLimitsToTheEdge) {
  const auto with = [](std::size_t count, std::size_t bytes) {
    std::string toml;
    for (std::size_t i = 0; i < count; ++i) {
      toml += "[[acknowledgement]]\nquestion = \"vacuous\"\nsubject = \"1\"\nreason = \"" +
              std::string(bytes, 'r') + "\"\n";
    }
    return WithToml(toml);
  };
  EXPECT_EQ(with(1, kReasonBytesMax), "");
  EXPECT_THAT(with(1, kReasonBytesMax + 1), HasSubstr("is longer than 1024 bytes"));
  EXPECT_EQ(with(kAcknowledgementsMax, 1), "");
  EXPECT_EQ(with(5, kReasonBytesMax), "");
  EXPECT_THAT(with(6, kReasonBytesMax), HasSubstr("all of them are more than 6144 bytes"));
  EXPECT_THAT(with(kAcknowledgementsMax + 1, 1), HasSubstr("acknowledgement: more than 50"));
}

TEST(Reference, HoldsItsLimitToTheEdge) {
  std::string toml;
  for (std::size_t i = 0; i < kReferencesMax; ++i)
    toml += "[[reference]]\nname = \"" + std::to_string(i) + "\"\n";
  EXPECT_EQ(WithToml(toml), "");
  EXPECT_THAT(WithToml(toml + "[[reference]]\nname = \"x\"\n"), HasSubstr("reference: more than 1000"));
}

}  // namespace
}  // namespace proviso::terms
