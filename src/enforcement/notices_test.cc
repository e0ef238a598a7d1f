#include "enforcement/notices.h"

#include <gmock/gmock.h>

namespace proviso::enforcement {
namespace {

using terms::Decision;
using terms::Ground;
using terms::Outcome;
using testing::HasSubstr;
using testing::Not;

terms::Clause Named(std::string id, std::string title) {
  terms::Clause clause;
  clause.id = std::move(id);
  clause.title = std::move(title);
  return clause;
}

Decision Made(Outcome outcome, Ground ground, std::vector<terms::Clause> clauses) {
  Decision decision;
  decision.outcome = outcome;
  decision.ground = ground;
  decision.clauses = std::move(clauses);
  return decision;
}

TEST(Notice, SaysWhyInOneSentence) {
  Decision held = Made(Outcome::kHold, Ground::kForbidden, {Named("4.2", "A person decides")});
  held.need = terms::ApproverProfile{"two", 2, {"commander", "chief"}};
  Decision undecidable = Made(Outcome::kForbid, Ground::kUndecidable, {});
  undecidable.detail = "line 1";
  Decision over = Made(Outcome::kForbid, Ground::kNotInForce, {});
  over.detail = "the agreement ended";
  const std::pair<Decision, const char*> rows[] = {
      {Made(Outcome::kForbid, Ground::kForbidden, {Named("2.1", "Restricted")}),
       "Forbidden by clause 2.1 (Restricted)."},
      {Made(Outcome::kForbid, Ground::kForbidden, {Named("2", "2"), Named("3", "Three")}),
       "Forbidden by clauses 2, 3 (Three)."},
      {Made(Outcome::kForbid, Ground::kNotPermitted, {}), "Nothing in the agreement permits it."},
      {Made(Outcome::kForbid, Ground::kErringForbid, {Named("5", "5")}),
       "A safeguard could not be evaluated, so it forbids: clause 5."},
      {undecidable, "It cannot be decided, so it is forbidden: line 1."},
      {over, "The agreement is not in force: the agreement ended."},
      {held, "By clause 4.2 (A person decides), 2 people with role commander or chief must decide first."},
  };
  for (const auto& [decision, text] : rows) EXPECT_EQ(ReasonOf(decision), text);
}

TEST(Notice, TellsHowToComeBackForAHeldCall) {
  Decision held = Made(Outcome::kHold, Ground::kForbidden, {Named("4.2", "A")});
  held.need = terms::ApproverProfile{"one", 1, {}};
  EXPECT_EQ(WithheldNotice("engage", held, "dec_1", "hold_1"),
            "[Proviso withheld a call to \"engage\". By clause 4.2 (A), 1 person must decide first. Decision "
            "dec_1. "
            "It waits as hold_1: once approved, send the same request again with the header Proviso-Hold: "
            "hold_1.]");
  EXPECT_EQ(RefusalOf(held, "dec_1", "hold_1").kind, protocol::RefusalKind::kHeld);
  EXPECT_EQ(RefusalOf(held, "dec_1", "").kind, protocol::RefusalKind::kForbidden);
}

TEST(Notice, LetsAToolsNameNeitherBreakTheLineNorGrow) {
  const Decision forbidden = Made(Outcome::kForbid, Ground::kNotPermitted, {});
  const std::string text =
      WithheldNotice("a\"]\n\x1b[2J\xe2\x80\xae" + std::string(500, 'x'), forbidden, "dec_1", "");
  EXPECT_THAT(text, HasSubstr("\"a?]??[2J???xxx"));
  EXPECT_LT(text.size(), 250U);
  EXPECT_THAT(DeniedNotice("a\nb", "dec_1", "hold_1", "hold_1 was denied."), Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace proviso::enforcement
