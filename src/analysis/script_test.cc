#include "analysis/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proviso::analysis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ScriptTest : public ::testing::Test {
 protected:
  std::string Say(std::vector<Term> assertions, std::vector<Term> wanted = {},
                  Dialect dialect = Dialect::kCvc5) {
    auto script = ScriptOf({.assertions = std::move(assertions), .wanted = std::move(wanted)}, dialect);
    return script ? *script : "error: " + script.error().message;
  }
  std::string Assertion(Term term, Dialect dialect = Dialect::kCvc5) {
    const std::string script = Say({term}, {}, dialect);
    const std::size_t begin = script.find("(assert ") + 8;
    return script.substr(begin, script.find(")\n(check-sat)") - begin);
  }

  Terms t;
  Term p = t.Variable("p", t.BoolSort());
  Term x = t.Variable("x", t.IntSort());
  Term y = t.Variable("y", t.IntSort());
  Term s = t.Variable("s", t.StringSort());
  Term a = t.Variable("a", t.SetSort(t.StringSort()));
  Term b = t.Variable("b", t.SetSort(t.StringSort()));
  Sort user = t.DatatypeSort("App::User", {{"App::User", {"App::User id"}, {t.StringSort()}}});
  Sort ip = t.DatatypeSort(
      "Ip",
      {{"V4", {"v4 bits"}, {t.BitVecSort(8)}}, {"V6", {"v6 bits"}, {t.BitVecSort(16)}}, {"No", {}, {}}});
  Term who = t.Variable("who", user);
  Term from = t.Variable("from", ip);
  PatternPiece any{.text = {}, .is_wildcard = true};
  PatternPiece ab{.text = U"ab", .is_wildcard = false};
};

TEST_F(ScriptTest, StandsOnItsOwn) {
  EXPECT_EQ(Say({t.Less(x, y), t.Equal(who, t.Construct(user, 0, {s}))}, {x, who}),
            "(set-logic ALL)\n"
            "(set-option :produce-models true)\n"
            "(declare-datatypes ((sort.App__User 0)) (((make.App__User (get.App__User_id String)))))\n"
            "(declare-const $x Int)\n"
            "(declare-const $y Int)\n"
            "(declare-const $who sort.App__User)\n"
            "(declare-const $s String)\n"
            "(assert (< $x $y))\n"
            "(assert (= $who (make.App__User $s)))\n"
            "(check-sat)\n"
            "(get-value ($x $who))\n");
}

TEST_F(ScriptTest, SaysEveryKindOfTerm) {
  const Function* f = t.Declare("f of User", {user, t.IntSort()}, t.BoolSort());
  const Term bits = t.Select(from, 0, 0);
  struct Row {
    Term term;
    const char* text;
  };
  const std::vector<Row> rows = {
      {p, "$p"},
      {t.Not(p), "(not $p)"},
      {t.Implies(p, t.Less(x, y)), "(or (not $p) (< $x $y))"},
      {t.Less(t.Ite(p, x, y), t.Int(-3)), "(<= (ite $p $x $y) (- 4))"},
      {t.Equal(t.Subtract(x, t.Multiply(x, y)), t.Divide(y, 3)), "(= (- $x (* $x $y)) (div $y 3))"},
      {t.Equal(t.Modulo(x, 7), t.Int(2)), "(= (mod $x 7) 2)"},
      {t.LessOrEqual(x, t.Int(static_cast<WideInt>(1) << 126U)),
       "(<= $x 85070591730234615865843651857942052864)"},
      {t.Equal(s, t.String("a\"b\\c\nü🜁~")), R"((= $s "a""b\u{5c}c\u{a}\u{fc}\u{1f701}~"))"},
      {t.Like(s, {ab, any}), R"((str.in_re $s (re.++ (str.to_re "ab") re.all)))"},
      {t.Like(s, {any, ab}), R"((str.in_re $s (re.++ re.all (str.to_re "ab"))))"},
      {t.Like(s, {any, ab, any}), R"((str.in_re $s (re.++ re.all (str.to_re "ab") re.all)))"},
      {t.Like(s, {ab, any, ab}), R"((str.in_re $s (re.++ (str.to_re "ab") re.all (str.to_re "ab"))))"},
      {t.Equal(t.BitExtract(bits, 3, 0), t.BitVec("0101")),
       "(= ((_ extract 3 0) (get.v4_bits $from)) #b0101)"},
      {t.BitLessOrEqual(t.BitConcat(bits, t.BitVec("0")), t.Variable("w", t.BitVecSort(9))),
       "(bvule (concat (get.v4_bits $from) #b0) $w)"},
      {t.Is(from, 1), "((_ is make.V6) $from)"},
      {t.Equal(from, t.Construct(ip, 1, {t.BitVec("0000000011111111")})),
       "(= $from (make.V6 #b0000000011111111))"},
      {t.Apply(f, {who, x}), "(fun.f_of_User $who $x)"},
  };
  for (const Row& row : rows) EXPECT_EQ(Assertion(row.term), row.text);
}

TEST_F(ScriptTest, SaysSetsInBothDialects) {
  const Term one = t.Singleton(s);
  const std::string array = "(Array String Bool)";
  struct Row {
    Term term;
    std::string cvc5;
    std::string z3;
  };
  const std::vector<Row> rows = {
      {t.Member(s, a), "(set.member $s $a)", "(select $a $s)"},
      {t.Subset(a, b), "(set.subset $a $b)", "(= ((_ map =>) $a $b) ((as const " + array + ") true))"},
      {t.Equal(a, t.EmptySet(a->sort)), "(= $a (as set.empty (Set String)))",
       "(= $a ((as const " + array + ") false))"},
      {t.Equal(b, t.Union(a, one)), "(= $b (set.union $a (set.singleton $s)))",
       "(= $b ((_ map or) $a (store ((as const " + array + ") false) $s true)))"},
      {t.Equal(b, t.Intersection(a, one)), "(= $b (set.inter $a (set.singleton $s)))",
       "(= $b ((_ map and) $a (store ((as const " + array + ") false) $s true)))"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Assertion(row.term), row.cvc5);
    EXPECT_EQ(Assertion(row.term, Dialect::kZ3), row.z3);
  }
}

TEST_F(ScriptTest, GivesNamesThatAreSymbolsAndUnique) {
  const std::string script = Say({t.Variable("and", t.BoolSort()), t.Variable("a|b", t.BoolSort()),
                                  t.Variable("a\\b", t.BoolSort()), t.Variable("ü)(exit)", t.BoolSort())});
  EXPECT_THAT(script,
              HasSubstr("(declare-const $and Bool)\n(declare-const $a_b Bool)\n(declare-const $a_b~2 Bool)\n"
                        "(declare-const $____exit_ Bool)\n"));
}

TEST_F(ScriptTest, NamesWhatIsUsedTwice) {
  const Term sum = t.Add(x, y);
  const std::string script = Say({t.Less(sum, t.Multiply(sum, y))}, {sum});
  EXPECT_THAT(script, HasSubstr("(define-fun d1 () Int (+ $x $y))\n(assert (< d1 (* $y d1)))\n(check-sat)\n"
                                "(get-value (d1))\n"));
}

TEST_F(ScriptTest, NestsNoDeeperThanAParserLikes) {
  Term deep = x;
  for (int i = 0; i < 20'000; ++i) deep = t.Add(t.Multiply(deep, y), t.Int(1));
  const std::string script = Say({t.Less(deep, y)});
  std::size_t depth = 0;
  std::size_t deepest = 0;
  for (const char c : script) {
    depth += c == '(' ? 1U : 0U;
    depth -= c == ')' ? 1U : 0U;
    deepest = std::max(deepest, depth);
  }
  EXPECT_LT(deepest, 70U);
}

TEST_F(ScriptTest, RefusesACharacterThatSolversDoNotKnow) {
  EXPECT_THAT(Say({t.Equal(s, t.String("\U00030000"))}),
              HasSubstr("error: a string holds a character past U+2FFFF"));
  EXPECT_THAT(Say({t.Equal(s, t.String("\U0002FFFF"))}), HasSubstr("\\u{2ffff}"));
}

TEST_F(ScriptTest, IsTheSameForTheSameQueryOfOtherTerms) {
  const auto build = [](Terms& terms) {
    const Term v = terms.Variable("v", terms.StringSort());
    const Term w = terms.Variable("w", terms.IntSort());
    return *ScriptOf(
        {.assertions = {terms.Or({terms.Equal(v, terms.String("a")), terms.Less(w, terms.Int(3))})},
         .wanted = {v},
         .title = "a title"},
        Dialect::kCvc5);
  };
  Terms first;
  Terms second;
  EXPECT_EQ(build(first), build(second));
  EXPECT_THAT(build(first), Not(HasSubstr("title")));
}

}  // namespace
}  // namespace proviso::analysis
