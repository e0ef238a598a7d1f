#include "analysis/term.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace proviso::analysis {
namespace {

class TermsTest : public ::testing::Test {
 protected:
  PatternPiece Text(std::u32string text) { return {.text = std::move(text), .is_wildcard = false}; }
  PatternPiece Any() { return {.text = {}, .is_wildcard = true}; }

  Terms t;
  Sort strings = t.StringSort();
  Sort set_of_strings = t.SetSort(strings);
  Sort shape = t.DatatypeSort("Shape", {{"Dot", {}, {}},
                                        {"Circle", {"radius"}, {t.IntSort()}},
                                        {"Box", {"wide", "high"}, {t.IntSort(), t.IntSort()}}});
  Sort user = t.DatatypeSort("User", {{"User", {"user id"}, {strings}}});
  Term p = t.Variable("p", t.BoolSort());
  Term q = t.Variable("q", t.BoolSort());
  Term r = t.Variable("r", t.BoolSort());
  Term x = t.Variable("x", t.IntSort());
  Term y = t.Variable("y", t.IntSort());
  Term s = t.Variable("s", strings);
  Term u = t.Variable("u", strings);
  Term set = t.Variable("set", set_of_strings);
  Term one = t.String("one");
  Term two = t.String("two");
  Term bits = t.Variable("bits", t.BitVecSort(4));
  Term sh = t.Variable("shape", shape);
  Term who = t.Variable("who", user);
};

TEST_F(TermsTest, MakesEqualTermsOnce) {
  EXPECT_EQ(t.Add(x, t.Int(3)), t.Add(x, t.Int(3)));
  EXPECT_EQ(t.Equal(x, y), t.Equal(y, x));
  EXPECT_EQ(t.And({p, q, r}), t.And({r, t.And({q, p})}));
  EXPECT_EQ(t.OptionSort(strings), t.OptionSort(strings));
  EXPECT_NE(t.OptionSort(strings), t.OptionSort(t.IntSort()));
  EXPECT_EQ(t.SetSort(strings), set_of_strings);
  EXPECT_EQ(t.Declare("f", {strings}, t.IntSort()), t.Declare("f", {strings}, t.IntSort()));
}

TEST_F(TermsTest, FoldsConjunctionsAndDisjunctions) {
  const Term s1 = t.Equal(s, one);
  const Term s2 = t.Equal(s, two);
  struct Row {
    const char* what;
    Term folded;
    Term expected;
  };
  const std::vector<Row> rows = {
      {"nothing", t.And({}), t.True()},
      {"nothing or", t.Or({}), t.False()},
      {"neutral", t.And({p, t.True()}), p},
      {"absorbing", t.And({p, t.False()}), t.False()},
      {"absorbing or", t.Or({p, t.True()}), t.True()},
      {"twice", t.And({p, p}), p},
      {"a pair", t.And({p, q, t.Not(p)}), t.False()},
      {"a pair or", t.Or({p, q, t.Not(p)}), t.True()},
      {"a pair within", t.And({p, t.And({q, t.Not(p)})}), t.False()},
      {"double negation", t.Not(t.Not(p)), p},
      {"absorption", t.And({p, t.Or({p, q})}), p},
      {"absorption or", t.Or({p, t.And({p, q})}), p},
      {"resolution", t.And({p, t.Or({t.Not(p), q})}), t.And({p, q})},
      {"resolution of a negated conjunction", t.And({p, t.Not(t.And({p, q}))}), t.And({p, t.Not(q)})},
      {"a conjunction and its negation", t.And({p, q, t.Not(t.And({p, q}))}), t.False()},
      {"implies itself", t.Implies(p, p), t.True()},
      {"two strings", t.And({s1, s2}), t.False()},
      {"two strings or", t.Or({t.Not(s1), t.Not(s2)}), t.True()},
      {"one string, not another", t.And({s1, t.Not(s2)}), s1},
      {"an alternative that cannot be", t.And({s1, t.Or({s2, q})}), t.And({s1, q})},
      {"bounds that meet", t.And({t.Less(x, t.Int(5)), t.Less(t.Int(4), x)}), t.False()},
      {"bounds or", t.Or({t.Less(x, t.Int(5)), t.Less(t.Int(4), x)}), t.True()},
      {"the stronger bound", t.And({t.Less(x, t.Int(5)), t.Less(x, t.Int(9))}), t.Less(x, t.Int(5))},
      {"the weaker bound or", t.Or({t.Less(x, t.Int(5)), t.Less(x, t.Int(9))}), t.Less(x, t.Int(9))},
      {"a value within", t.And({t.Equal(x, t.Int(2)), t.Less(x, t.Int(9))}), t.Equal(x, t.Int(2))},
      {"a value outside", t.And({t.Equal(x, t.Int(9)), t.Less(x, t.Int(9))}), t.False()},
      {"less and not", t.And({t.Less(x, y), t.LessOrEqual(y, x)}), t.False()},
  };
  for (const Row& row : rows) EXPECT_EQ(row.folded, row.expected) << row.what;
}

TEST_F(TermsTest, FoldsChoicesAndEqualities) {
  const Term circle = t.Construct(shape, 1, {x});
  struct Row {
    const char* what;
    Term folded;
    Term expected;
  };
  const std::vector<Row> rows = {
      {"known", t.Ite(t.True(), x, y), x},
      {"same", t.Ite(p, x, x), x},
      {"negated", t.Ite(t.Not(p), x, y), t.Ite(p, y, x)},
      {"same condition within", t.Ite(p, t.Ite(p, x, y), y), t.Ite(p, x, y)},
      {"then true", t.Ite(p, t.True(), q), t.Or({p, q})},
      {"then false", t.Ite(p, t.False(), q), t.And({t.Not(p), q})},
      {"else true", t.Ite(p, q, t.True()), t.Implies(p, q)},
      {"else false", t.Ite(p, q, t.False()), t.And({p, q})},
      {"one constructor", t.Ite(p, t.Construct(user, 0, {s}), t.Construct(user, 0, {u})),
       t.Construct(user, 0, {t.Ite(p, s, u)})},
      {"x == x", t.Equal(x, x), t.True()},
      {"other constants", t.Equal(one, two), t.False()},
      {"with true", t.Equal(p, t.True()), p},
      {"with false", t.Equal(p, t.False()), t.Not(p)},
      {"with its negation", t.Equal(p, t.Not(p)), t.False()},
      {"a choice of constants", t.Equal(t.Ite(p, one, two), one), p},
      {"a choice of constants, neither", t.Equal(t.Ite(p, one, two), t.String("three")), t.False()},
      {"other constructors", t.Equal(circle, t.Construct(shape, 2, {x, y})), t.False()},
      {"same constructor", t.Equal(circle, t.Construct(shape, 1, {y})), t.Equal(x, y)},
      {"no fields", t.Equal(sh, t.Construct(shape, 0, {})), t.Is(sh, 0)},
      {"is, of a construct", t.Is(circle, 1), t.True()},
      {"is not, of a construct", t.Is(circle, 2), t.False()},
      {"is, of the only constructor", t.Is(who, 0), t.True()},
      {"is some, of a choice", t.Is(t.Ite(p, t.Some(x), t.None(t.OptionSort(t.IntSort()))), 1), p},
      {"select", t.Select(t.Construct(shape, 2, {x, y}), 2, 1), y},
      {"select, of a choice", t.Select(t.Ite(p, circle, t.Construct(shape, 1, {y})), 1, 0), t.Ite(p, x, y)},
      {"put together again", t.Construct(user, 0, {t.Select(who, 0, 0)}), who},
  };
  for (const Row& row : rows) EXPECT_EQ(row.folded, row.expected) << row.what;
}

TEST_F(TermsTest, FoldsNumbers) {
  const WideInt large = static_cast<WideInt>(INT64_MAX) * INT64_MAX;
  struct Row {
    const char* what;
    Term folded;
    Term expected;
  };
  const std::vector<Row> rows = {
      {"sum", t.Add(t.Int(2), t.Int(3)), t.Int(5)},
      {"exact product", t.Multiply(t.Int(INT64_MAX), t.Int(INT64_MAX)), t.Int(large)},
      {"exact product of the least", t.Multiply(t.Int(INT64_MIN), t.Int(INT64_MIN)),
       t.Int(static_cast<WideInt>(1) << 126U)},
      {"zero", t.Add(x, t.Int(0)), x},
      {"two steps", t.Subtract(t.Add(x, t.Int(5)), t.Int(7)), t.Add(x, t.Int(-2))},
      {"x - x", t.Subtract(x, x), t.Int(0)},
      {"times zero", t.Multiply(x, t.Int(0)), t.Int(0)},
      {"times one", t.Multiply(t.Int(1), x), x},
      {"div rounds down", t.Divide(t.Int(-7), 2), t.Int(-4)},
      {"div", t.Divide(t.Int(7), 2), t.Int(3)},
      {"div exact", t.Divide(t.Int(-8), 2), t.Int(-4)},
      {"mod is never negative", t.Modulo(t.Int(-7), 3), t.Int(2)},
      {"mod exact", t.Modulo(t.Int(-6), 3), t.Int(0)},
      {"less", t.Less(t.Int(1), t.Int(2)), t.True()},
      {"less than itself", t.Less(x, x), t.False()},
      {"at most itself", t.LessOrEqual(x, x), t.True()},
      {"not less", t.Not(t.Less(x, y)), t.LessOrEqual(y, x)},
      {"one bound, two ways", t.Less(x, t.Int(5)), t.LessOrEqual(x, t.Int(4))},
      {"not at least", t.Not(t.LessOrEqual(t.Int(5), x)), t.LessOrEqual(x, t.Int(4))},
      {"a moved bound", t.Less(t.Add(x, t.Int(3)), t.Int(5)), t.Less(x, t.Int(2))},
      {"a moved equality", t.Equal(t.Add(x, t.Int(3)), t.Int(5)), t.Equal(x, t.Int(2))},
      {"a choice of numbers", t.Less(t.Ite(p, t.Int(1), t.Int(9)), t.Int(5)), p},
      {"extract", t.BitExtract(t.BitVec("1010"), 2, 1), t.BitVec("01")},
      {"extract all", t.BitExtract(bits, 3, 0), bits},
      {"extract twice", t.BitExtract(t.BitExtract(bits, 3, 1), 1, 1), t.BitExtract(bits, 2, 2)},
      {"extract from the low part", t.BitExtract(t.BitConcat(bits, t.BitVec("01")), 1, 0), t.BitVec("01")},
      {"extract from the high part", t.BitExtract(t.BitConcat(t.BitVec("01"), bits), 5, 4), t.BitVec("01")},
      {"concat", t.BitConcat(t.BitVec("10"), t.BitVec("1")), t.BitVec("101")},
      {"unsigned", t.BitLessOrEqual(t.BitVec("0111"), t.BitVec("1000")), t.True()},
      {"least", t.BitLessOrEqual(t.BitVec("0000"), bits), t.True()},
      {"greatest", t.BitLessOrEqual(bits, t.BitVec("1111")), t.True()},
  };
  for (const Row& row : rows) EXPECT_EQ(row.folded, row.expected) << row.what;
}

TEST_F(TermsTest, FoldsSetsAndPatterns) {
  const Term both = t.Union(t.Singleton(one), t.Singleton(two));
  const Term none = t.EmptySet(set_of_strings);
  struct Row {
    const char* what;
    Term folded;
    Term expected;
  };
  const std::vector<Row> rows = {
      {"order does not matter", t.Union(t.Singleton(two), t.Singleton(one)), both},
      {"twice", t.Union(both, t.Singleton(one)), both},
      {"with nothing", t.Union(set, none), set},
      {"common", t.Intersection(both, t.Singleton(one)), t.Singleton(one)},
      {"nothing in common", t.Intersection(t.Singleton(two), t.Singleton(one)), none},
      {"member of two", t.Member(s, both), t.Or({t.Equal(s, one), t.Equal(s, two)})},
      {"member of a literal", t.Member(one, both), t.True()},
      {"no member of a literal", t.Member(t.String("three"), both), t.False()},
      {"member of nothing", t.Member(s, none), t.False()},
      {"member of a choice", t.Member(one, t.Ite(p, both, none)), p},
      {"subset of itself", t.Subset(set, set), t.True()},
      {"nothing is a subset", t.Subset(none, set), t.True()},
      {"literal subset", t.Subset(t.Singleton(one), both), t.True()},
      {"no literal subset", t.Subset(both, t.Singleton(one)), t.False()},
      {"literals in a variable", t.Subset(both, set), t.And({t.Member(one, set), t.Member(two, set)})},
      {"subset of nothing", t.Subset(set, none), t.Equal(set, none)},
      {"something is not nothing", t.Equal(t.Singleton(s), none), t.False()},
      {"equal literals", t.Equal(t.Singleton(s), t.Singleton(one)), t.Equal(s, one)},
      {"other literals", t.Equal(both, t.Singleton(one)), t.False()},
      {"no wildcard", t.Like(s, {Text(U"o"), Text(U"ne")}), t.Equal(s, one)},
      {"no pieces", t.Like(s, {}), t.Equal(s, t.String(""))},
      {"only wildcards", t.Like(s, {Any(), Text(U""), Any()}), t.True()},
      {"wildcards in a row", t.Like(s, {Text(U"a"), Any(), Any()}), t.Like(s, {Text(U"a"), Any()})},
      {"prefix", t.Like(one, {Text(U"o"), Any()}), t.True()},
      {"suffix", t.Like(one, {Any(), Text(U"ne")}), t.True()},
      {"middle", t.Like(one, {Any(), Text(U"n"), Any()}), t.True()},
      {"ends overlap", t.Like(t.String("aba"), {Text(U"ab"), Any(), Text(U"ba")}), t.False()},
      {"last of several", t.Like(t.String("abab"), {Text(U"a"), Any(), Text(U"ab")}), t.True()},
      {"not at the start", t.Like(t.String("xab"), {Text(U"a"), Any()}), t.False()},
      {"order", t.Like(t.String("b-a"), {Any(), Text(U"a"), Any(), Text(U"b"), Any()}), t.False()},
      {"not Latin", t.Like(t.String("Zürich 🜁"), {Text(U"Z\u00FC"), Any(), Text(U"\U0001F701")}), t.True()},
  };
  for (const Row& row : rows) EXPECT_EQ(row.folded, row.expected) << row.what;
}

TEST_F(TermsTest, KnowsConstants) {
  EXPECT_TRUE(t.Construct(user, 0, {one})->is_constant());
  EXPECT_FALSE(t.Construct(user, 0, {s})->is_constant());
  EXPECT_TRUE(t.Union(t.Singleton(one), t.Singleton(two))->is_constant());
  EXPECT_FALSE(set->is_constant());
  EXPECT_FALSE(t.Add(x, t.Int(1))->is_constant());
}

TEST_F(TermsTest, ReachesChildrenBeforeParents) {
  const Term sum = t.Add(x, y);
  const Term root = t.Less(sum, t.Add(sum, t.Int(1)));
  const std::vector<Term> all = Reachable(std::vector<Term>{root, sum});
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(all.back(), root);
}

TEST_F(TermsTest, FoldsALongChainWithoutCopyingItAtEachStep) {
  Term chain = t.True();
  for (int i = 0; i < 20'000; ++i) {
    chain = t.And({chain, t.Variable("v" + std::to_string(i), t.BoolSort())});
  }
  EXPECT_EQ(t.And({chain, t.Not(chain)}), t.False());
}

}  // namespace
}  // namespace proviso::analysis
