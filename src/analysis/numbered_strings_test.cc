#include "analysis/internal/numbered_strings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/internal/term_value.h"

namespace proviso::analysis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PatternPiece Text(std::u32string text) {
  return {.text = std::move(text), .is_wildcard = false};
}
const PatternPiece kAny{.text = {}, .is_wildcard = true};

class NumberedStringsTest : public ::testing::Test {
 protected:
  std::string Say(const Query& query) { return *ScriptOf(NumberedStrings(query).query(), Dialect::kCvc5); }

  /// Both ways say the same; where it is satisfiable, the values make it true. Returns the values.
  std::vector<SmtValue> Agree(const Query& query, Answer::Kind expected) {
    for (const Strings strings : {Strings::kAsNumbers, Strings::kAsText}) {
      Solver solver({.strings = strings});
      const auto answer = solver.Ask(query);
      EXPECT_TRUE(answer);
      EXPECT_EQ(answer->kind, expected) << answer->reason;
    }
    Solver solver({});
    const auto answer = solver.Ask(query);
    Assignment model;
    for (std::size_t i = 0; i < answer->values.size(); ++i) model[query.wanted[i]] = answer->values[i];
    if (expected == Answer::Kind::kSat) {
      for (const Term assertion : query.assertions) EXPECT_TRUE(ValueIn(model, assertion).boolean);
    }
    return answer->values;
  }

  Terms t;
  Term s = t.Variable("s", t.StringSort());
  Term u = t.Variable("u", t.StringSort());
  Term v = t.Variable("v", t.StringSort());
  Term set = t.Variable("set", t.SetSort(t.StringSort()));
  Sort user = t.DatatypeSort("User", {{"User", {"User id"}, {t.StringSort()}}});
  Term who = t.Variable("who", user);
  Term users = t.Variable("users", t.SetSort(user));
};

TEST_F(NumberedStringsTest, LeaveNoStringWhereStringsAreOnlyCompared) {
  const std::string script = Say(
      {.assertions = {t.Equal(s, t.String("research")), t.Member(u, set),
                      t.Not(t.Equal(who, t.Construct(user, 0, {t.String("alice")}))), t.Member(who, users)}});
  EXPECT_THAT(script, Not(HasSubstr("String")));
  EXPECT_THAT(script, HasSubstr("(make.User (get.User_id Int))"));
}

TEST_F(NumberedStringsTest, SayWhichLiteralANumberIs) {
  const Query query{.assertions = {t.Or({t.Equal(s, t.String("x\ny")), t.Equal(u, t.String("war"))})}};
  EXPECT_EQ(NumberedStrings(query).Legend(), "; 1 is \"x?y\"\n; 2 is \"war\"\n");
}

TEST_F(NumberedStringsTest, GiveShortTextsToWhatNoLiteralNames) {
  const auto values =
      Agree({.assertions = {t.Not(t.Equal(s, u)), t.Not(t.Equal(s, t.String("a"))),
                            t.Not(t.Equal(u, t.String("b"))), t.Not(t.Equal(s, t.String("b"))),
                            t.Not(t.Equal(u, t.String("a")))},
             .wanted = {s, u}},
            Answer::Kind::kSat);
  EXPECT_EQ((std::set<std::string>{values[0].text, values[1].text}), (std::set<std::string>{"c", "d"}));
}

TEST_F(NumberedStringsTest, KeepSetsEntitiesAndWhatIsCommon) {
  const Term alice = t.Construct(user, 0, {t.String("alice")});
  Agree({.assertions = {t.Member(alice, users), t.Member(who, users), t.Not(t.Equal(who, alice)),
                        t.Equal(t.Select(who, 0, 0), s), t.Member(s, set),
                        t.Not(t.Member(t.String("alice"), set)), t.Not(t.Subset(set, t.Singleton(s)))},
         .wanted = {who, users, s, set}},
        Answer::Kind::kSat);
  Agree({.assertions = {t.Member(s, set),
                        t.Subset(set, t.Union(t.Singleton(t.String("a")), t.Singleton(t.String("b")))),
                        t.Not(t.Equal(s, t.String("a"))), t.Not(t.Equal(s, t.String("b")))},
         .wanted = {s}},
        Answer::Kind::kUnsat);
}

TEST_F(NumberedStringsTest, KeepWhatPatternsMeanTogether) {
  const auto starts = [&](Term of) { return t.Like(of, {Text(U"ab"), kAny}); };
  const auto ends = [&](Term of) { return t.Like(of, {kAny, Text(U"ab")}); };
  const auto both = [&](Term of) { return t.Like(of, {Text(U"ab"), kAny, Text(U"ab")}); };
  const Term literal = t.Equal(s, t.String("absolute"));
  struct Row {
    const char* what;
    std::vector<Term> assertions;
    Answer::Kind expected;
  };
  const std::vector<Row> rows = {
      {"one", {starts(s)}, Answer::Kind::kSat},
      {"none", {t.Not(starts(s)), t.Not(ends(s)), t.Not(both(s))}, Answer::Kind::kSat},
      {"the only string", {starts(s), ends(s), t.Not(both(s)), t.Equal(s, u)}, Answer::Kind::kSat},
      {"not even that",
       {starts(s), ends(s), t.Not(both(s)), t.Not(t.Equal(s, t.String("ab")))},
       Answer::Kind::kUnsat},
      {"one of two",
       {starts(s), ends(s), t.Not(both(s)), starts(u), ends(u), t.Not(both(u)), t.Not(t.Equal(s, u))},
       Answer::Kind::kUnsat},
      {"two of many",
       {both(s), both(u), t.Not(t.Equal(s, u)), t.Not(t.Equal(s, v)), ends(v)},
       Answer::Kind::kSat},
      {"implied", {both(s), t.Not(starts(s))}, Answer::Kind::kUnsat},
      {"of equals", {starts(s), t.Equal(s, u), t.Not(starts(u))}, Answer::Kind::kUnsat},
      {"of a literal", {literal, t.Or({t.Not(starts(s)), ends(s)})}, Answer::Kind::kUnsat},
      {"but no literal", {starts(s), t.Not(literal), t.Not(ends(s))}, Answer::Kind::kSat},
      {"through a set",
       {t.Equal(set, t.Singleton(s)), t.Member(u, set), starts(u), t.Not(starts(s))},
       Answer::Kind::kUnsat},
      {"through an entity",
       {t.Equal(who, t.Construct(user, 0, {s})), starts(s), t.Not(starts(t.Select(who, 0, 0)))},
       Answer::Kind::kUnsat},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    Agree({.assertions = row.assertions, .wanted = {s, u, v, set, who}}, row.expected);
  }
}

TEST_F(NumberedStringsTest, LeaveStringsOfTooManyPatternsAsTheyAre) {
  std::vector<Term> any;
  for (char32_t c = U'a'; c < U'h'; ++c) any.push_back(t.Like(s, {Text(std::u32string(1, c)), kAny}));
  const Query query{.assertions = {t.Or(any), t.Not(t.Equal(u, t.String("x"))), t.Equal(v, u)},
                    .wanted = {s, u, v}};
  const std::string script = Say(query);
  EXPECT_THAT(script, HasSubstr("(declare-const $s String)"));
  EXPECT_THAT(script, HasSubstr("(declare-const $u Int)"));
  Agree(query, Answer::Kind::kSat);
}

}  // namespace
}  // namespace proviso::analysis
