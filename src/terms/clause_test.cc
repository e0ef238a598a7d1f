#include "terms/clause.h"

#include <gmock/gmock.h>

#include "cedar/parse.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

cedar::PolicySet Parsed(const std::string& text) {
  auto set = cedar::ParsePolicies(text, "clauses/a.cedar");
  EXPECT_TRUE(set.has_value()) << set.error().message;
  return set ? std::move(*set) : cedar::PolicySet();
}

TEST(Clause, TakesItsNumberTitleSourceAndModalityFromAnnotations) {
  const cedar::PolicySet set = Parsed(R"(
@id("4.2") @title("A person decides") @source("Annex B") @modality("should") @note("draft")
forbid (principal, action, resource);)");
  std::vector<std::string> errors;
  const Clause clause = ReadClause(set.policies().front(), errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_EQ(clause, (Clause{"4.2", "A person decides", "Annex B", Modality::kShould, cedar::Effect::kForbid,
                            "clauses/a.cedar:2"}));
}

TEST(Clause, IsBindingAndTitledByItsNumberUnlessItSaysOtherwise) {
  const cedar::PolicySet set = Parsed(R"(@id("1") permit (principal, action, resource);)");
  std::vector<std::string> errors;
  const Clause clause = ReadClause(set.policies().front(), errors);
  EXPECT_EQ(clause.modality, Modality::kShall);
  EXPECT_EQ(clause.title, "1");
}

TEST(Clause, RefusesAnnotationsThatItCannotUse) {
  struct Row {
    std::string annotations;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{
           {R"(@title("x"))", R"(add @id("…"))"},
           {R"(@id(""))", R"(add @id("…"))"},
           {R"(@id("4 2"))", "visible ASCII"},
           {R"(@id("4,2"))", "visible ASCII"},
           {R"(@id("é"))", "visible ASCII"},
           {R"(@id("1") @title("a\nb"))", "one line"},
           {R"(@id("1") @modality("may"))", R"(@modality("may") must be "shall" or "should")"},
           {R"(@id("1") @modality)", R"(@modality("") must be)"},
           {R"(@id("1") @modalty("should"))", "unknown annotation @modalty; did you mean @modality?"},
           {"@id(\"" + std::string(kClauseIdBytesMax + 1, '1') + "\")", "1 to 64"}}) {
    const cedar::PolicySet set = Parsed(row.annotations + " permit (principal, action, resource);");
    std::vector<std::string> errors;
    (void)ReadClause(set.policies().front(), errors);
    EXPECT_THAT(errors, ElementsAre(HasSubstr(row.error))) << row.annotations;
  }
  const cedar::PolicySet longest =
      Parsed("@id(\"" + std::string(kClauseIdBytesMax, '1') + "\") permit (principal, action, resource);");
  std::vector<std::string> errors;
  (void)ReadClause(longest.policies().front(), errors);
  EXPECT_THAT(errors, IsEmpty());
}

TEST(FactsRead, NamesEveryMemberOfContextWhereverItStands) {
  struct Row {
    std::string condition;
    std::vector<std::string> names;
    FactsRead::Extent extent;
  };
  using enum FactsRead::Extent;
  for (const Row& row : std::vector<Row>{
           {"true", {}, kNamedFacts},
           {"context has purpose", {"purpose"}, kNamedFacts},
           {"context has ledger.persons_day", {"ledger"}, kNamedFacts},
           {R"(context["label"] == "x")", {"label"}, kNamedFacts},
           {"context.decision.count > 1 && context has now", {"decision", "now"}, kNamedFacts},
           {"if context.a then [context.b].contains(1) else {x: context.c}.x", {"a", "b", "c"}, kNamedFacts},
           {R"(context.a like "*" || context.b is Role || -context.c < 1)", {"a", "b", "c"}, kNamedFacts},
           {"principal in resource && decimal(context.a).lessThan(context.b)", {"a", "b"}, kNamedFacts},
           {"context == {a: 1}", {}, kWholeContext},
           {"{c: context}.c.decision.count > 1", {}, kWholeContext},
           {"(if true then context else context).decision.count > 1", {}, kWholeContext}}) {
    const cedar::PolicySet set =
        Parsed("permit (principal, action, resource) unless { " + row.condition + " };");
    const FactsRead read = FactsReadBy(set.policies().front());
    EXPECT_EQ(read.names, row.names) << row.condition;
    EXPECT_EQ(read.extent, row.extent) << row.condition;
  }
}

}  // namespace
}  // namespace proviso::terms
