#include "terms/symbolic_package.h"

#include <gtest/gtest.h>

#include "terms/internal/package_for_tests.h"
#include "terms/symbolic_question.h"

namespace proviso::terms {
namespace {

using internal::LoadClauses;

/// One act of one package.
struct Symbolic {
  explicit Symbolic(const std::string& clauses, Act act = Act::kCallTool)
      : package(LoadClauses(clauses).value_or(nullptr)) {
    if (package == nullptr) {
      ADD_FAILURE() << LoadClauses(clauses).error().message;
      return;
    }
    const Package* const packages[] = {package.get()};
    auto made = MakeQuestion(terms, act, "q", packages);
    if (!made) ADD_FAILURE() << made.error().message;
    question = std::make_unique<SymbolicQuestion>(std::move(*made));
    symbolic = std::make_unique<SymbolicPackage>(*package, terms, question->request);
  }
  SymbolicPackage::Outcomes Decide() {
    auto outcomes = symbolic->Decide();
    if (!outcomes) ADD_FAILURE() << outcomes.error().message;
    return *outcomes;
  }

  analysis::Terms terms;
  std::shared_ptr<const Package> package;
  std::unique_ptr<SymbolicQuestion> question;
  std::unique_ptr<SymbolicPackage> symbolic;
};

TEST(SymbolicPackage, PermitsWhereThereIsNothingButAPermit) {
  Symbolic s("@id(\"1\") permit (principal, action, resource);");
  EXPECT_EQ(s.Decide().permit, s.terms.True());
  EXPECT_EQ(s.Decide().hold, s.terms.False());
  EXPECT_EQ(s.Decide().forbid, s.terms.False());
}

TEST(SymbolicPackage, ForbidsWhereNoPermitSpeaksOfTheAct) {
  Symbolic s("@id(\"1\") permit (principal, action == Action::\"generate\", resource);");
  EXPECT_EQ(s.Decide().forbid, s.terms.True());
}

TEST(SymbolicPackage, HoldsWhatPeopleCouldPermit) {
  Symbolic s(R"(@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action, resource) unless { context has decision && context.decision.count >= 2 };)");
  const auto outcomes = s.Decide();
  EXPECT_NE(outcomes.permit, s.terms.False());
  // Two commanders can always decide: nothing is forbidden but what has a decision that does not suffice.
  EXPECT_NE(outcomes.hold, s.terms.False());
  EXPECT_EQ(s.terms.And({outcomes.hold, s.question->request.context.FindField("decision")->present}),
            s.terms.False());
}

TEST(SymbolicPackage, LetsAnErringForbidForbid) {
  Symbolic s(R"(@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action, resource) when { context.effect == "engage" };)");
  const auto forbid = s.symbolic->ClauseTerms("2");
  ASSERT_TRUE(forbid);
  EXPECT_EQ(forbid->errs, s.terms.Not(s.question->request.context.FindField("effect")->present));
  EXPECT_EQ(s.terms.And({s.Decide().permit, forbid->errs}), s.terms.False());
}

TEST(SymbolicPackage, LeavesAdviceOutOfTheOutcome) {
  Symbolic s(R"(@id("1") permit (principal, action, resource);
@id("2") @modality("should") forbid (principal, action, resource);)");
  EXPECT_EQ(s.Decide().permit, s.terms.True());
  EXPECT_EQ(s.symbolic->DecideWithout("2")->permit, s.terms.True());
  EXPECT_EQ(s.symbolic->ClauseTerms("2")->satisfied, s.terms.True());
}

TEST(SymbolicPackage, DecidesAsIfAClauseWereNotThere) {
  Symbolic s(R"(@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action, resource);)");
  EXPECT_EQ(s.Decide().permit, s.terms.False());
  EXPECT_EQ(s.symbolic->DecideWithout("2")->permit, s.terms.True());
  EXPECT_EQ(s.symbolic->ClauseTerms("3").error().code, base::ErrorCode::kNotFound);
}

TEST(SymbolicQuestion, HasOnlyFactsThatMatter) {
  const Symbolic s(R"(@id("1") permit (principal, action, resource) when { context has purpose };)");
  std::vector<std::string> names;
  for (const analysis::SymbolicField& field : s.question->request.context.fields) names.push_back(field.name);
  EXPECT_EQ(names, (std::vector<std::string>{"enclave", "model", "purpose"}));
}

TEST(SymbolicQuestion, JoinsTheFactsOfTwoPackages) {
  const auto one =
      LoadClauses(R"(@id("1") permit (principal, action, resource) when { context.input.n > 1 };)",
                  internal::AgreementToml(), {{"schema.cedarschema", "type Input = { n: Long };"}});
  const auto two = LoadClauses(
      R"(@id("1") permit (principal, action, resource) when { context.input.t == "x" };)",
      internal::AgreementToml(), {{"schema.cedarschema", "type Input = { n?: Long, t: String };"}});
  const auto odd =
      LoadClauses(R"(@id("1") permit (principal, action, resource) when { context.input.n == "x" };)",
                  internal::AgreementToml(), {{"schema.cedarschema", "type Input = { n: String };"}});
  ASSERT_TRUE(one && two && odd);
  analysis::Terms terms;
  const Package* const both[] = {one->get(), two->get()};
  const auto question = MakeQuestion(terms, Act::kCallTool, "q", both);
  ASSERT_TRUE(question) << question.error().message;
  const analysis::SymbolicValue& input = question->request.context.FindField("input")->value;
  ASSERT_EQ(input.fields.size(), 2U);
  EXPECT_NE(input.fields[0].present, terms.True());
  const Package* const at_odds[] = {one->get(), odd->get()};
  const auto refused = MakeQuestion(terms, Act::kCallTool, "q", at_odds);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "context.input.n: Long in one agreement, String in the other");
}

TEST(SymbolicQuestion, VariesInTheNamedFactsAlone) {
  Symbolic s(R"(@id("1") permit (principal, action, resource)
when { context has purpose && context has label && context.label == "x" };)");
  const Package* const packages[] = {s.package.get()};
  const std::vector<std::string> facts{"label"};
  const auto variant = MakeVariant(s.terms, *s.question, "v", facts, packages);
  ASSERT_TRUE(variant) << variant.error().message;
  const auto& first = s.question->request.context;
  const auto& second = variant->request.context;
  EXPECT_EQ(first.FindField("purpose")->present, second.FindField("purpose")->present);
  EXPECT_NE(first.FindField("label")->present, second.FindField("label")->present);
  EXPECT_EQ(s.question->request.locals[0].parents[0].present, variant->request.locals[0].parents[0].present);
}

}  // namespace
}  // namespace proviso::terms
