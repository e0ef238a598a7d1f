#include "terms/explain.h"

#include <gmock/gmock.h>

#include "terms/internal/package_for_tests.h"

namespace proviso::terms {
namespace {

using internal::Engagement;
using internal::Generation;
using internal::LoadClauses;

constexpr std::string_view kClauses = R"(@id("1") @title("All") permit (principal, action, resource);
@id("4.2") @title("People decide") @source("Annex B") forbid (principal, action == Action::"call_tool", resource)
unless { context has decision && context.decision.count > 1 };
@id("5") @modality("should") @title("Better not") forbid (principal, action, resource);
@id("6") @title("Secrets") forbid (principal, action == Action::"embed", resource) when { context.label == "x" };)";

class Explain : public testing::Test {
 protected:
  [[nodiscard]] std::string Text(const Question& question) const {
    return ExplainText(*package_, question, Decide(*package_, question));
  }
  std::shared_ptr<const Package> package_ = LoadClauses(std::string(kClauses)).value();
};

TEST_F(Explain, SaysWhyAndByWhichClause) {
  EXPECT_EQ(Text(Generation()),
            "permit: a clause permits it, and none forbids it\n"
            "asked: generate by desk of agency, model model-a of provider-a\n"
            "clauses:\n"
            "  1 \"All\" (clauses/a.cedar:1)\n"
            "advice, which decides nothing:\n"
            "  against: 5 \"Better not\" (clauses/a.cedar:4)\n");
}

TEST_F(Explain, SaysWhoMustDecide) {
  EXPECT_EQ(Text(Engagement()),
            "hold: a clause forbids it unless people decide\n"
            "asked: call_tool by desk of agency, tool assign, model model-a of provider-a\n"
            "clauses:\n"
            "  4.2 \"People decide\", Annex B (clauses/a.cedar:2)\n"
            "needs: 2 people with the role commander (approver profile two-commanders), of person-1, "
            "person-2\n"
            "advice, which decides nothing:\n"
            "  against: 5 \"Better not\" (clauses/a.cedar:4)\n");
}

TEST_F(Explain, ShowsTheErrorOfAClauseThatCouldNotBeEvaluated) {
  Question question = Generation();
  question.act = Act::kEmbed;
  EXPECT_THAT(Text(question),
              testing::AllOf(testing::StartsWith("forbid: a clause that forbids could not be"),
                             testing::HasSubstr("errors:\n  6 (clauses/a.cedar:5:")));
}

TEST_F(Explain, KeepsControlCharactersOffTheTerminal) {
  Question question = Generation();
  question.model = "m\x1b[2J\n";
  EXPECT_THAT(Text(question), testing::HasSubstr("model m\xef\xbf\xbd[2J\xef\xbf\xbd of"));
}

TEST_F(Explain, WritesTheJsonThatTheFormatPagePromises) {
  const Question question = Engagement();
  base::JsonWriter json;
  WriteDecision(json, *package_, question, Decide(*package_, question));
  EXPECT_EQ(
      json.Take(),
      R"({"format":"proviso.decision/v1","outcome":"hold","ground":"forbidden",)"
      R"("sentence":"a clause forbids it unless people decide","detail":"",)"
      R"("request":{"act":"call_tool","application":"desk","organization":"agency","provider":"provider-a",)"
      R"("model":"model-a","tool":"assign","server":""},)"
      R"("agreement":{"name":"test","version":"1","digest":")" +
          package_->DigestText() +
          R"("},"clauses":[{"id":"4.2","title":"People decide","source":"Annex B","effect":"forbid",)"
          R"("modality":"shall","file":"clauses/a.cedar:2"}],)"
          R"("need":{"profile":"two-commanders","count":2,"roles":["commander"],"people":["person-1","person-2"]},)"
          R"("advice":{"against":[{"id":"5","title":"Better not","source":"","effect":"forbid",)"
          R"("modality":"should","file":"clauses/a.cedar:4"}],"for":[]},"acknowledgements":[],"errors":[]})");
}

}  // namespace
}  // namespace proviso::terms
