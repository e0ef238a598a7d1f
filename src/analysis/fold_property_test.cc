// Folding changes no meaning: random terms, with the values that they have in random requests.
#include <gtest/gtest.h>

#include <random>

#include "analysis/internal/term_value.h"
#include "analysis/solver.h"
#include "analysis/term.h"

namespace proviso::analysis {
namespace {

constexpr std::size_t kWorlds = 8;

/// A term, and what it is in each world, worked out without it.
struct Grown {
  Term term;
  std::vector<SmtValue> values;
};

class Grower {
 public:
  explicit Grower(std::uint32_t seed) : random_(seed) {
    shape_ = t_.DatatypeSort("Shape", {{"Dot", {}, {}},
                                       {"Circle", {"radius"}, {t_.IntSort()}},
                                       {"Named", {"name", "size"}, {t_.StringSort(), t_.IntSort()}}});
    user_ = t_.DatatypeSort("User", {{"User", {"id"}, {t_.StringSort()}}});
    option_ = t_.OptionSort(user_);
    worlds_.resize(kWorlds);
    for (const Sort sort : Sorts()) {
      for (int i = 0; i < 3; ++i) {
        const Term variable = t_.Variable("v" + std::to_string(variables_.size()), sort);
        variables_.push_back(variable);
        for (Assignment& world : worlds_) world[variable] = RandomValue(sort);
      }
    }
  }

  Terms& terms() { return t_; }
  const std::vector<Term>& variables() const { return variables_; }
  const std::vector<Assignment>& worlds() const { return worlds_; }

  Grown Grow(Sort sort, int depth) {
    if (depth <= 0 || Below(8) == 0) return Leaf(sort);
    if (Below(5) == 0) return Choose(sort, depth);
    switch (sort->kind) {
      case SortNode::Kind::kBool:
        return GrowBool(depth);
      case SortNode::Kind::kInt:
        return GrowInt(depth);
      case SortNode::Kind::kString:
        return GrowField(sort, depth);
      case SortNode::Kind::kBitVec:
        return GrowBits(sort, depth);
      case SortNode::Kind::kSet:
        return GrowSet(sort, depth);
      case SortNode::Kind::kDatatype:
        return GrowConstruct(sort, depth);
    }
    return Leaf(sort);
  }

 private:
  using Kind = TermNode::Kind;

  std::vector<Sort> Sorts() {
    return {t_.BoolSort(),     t_.IntSort(), t_.StringSort(), t_.BitVecSort(3), t_.SetSort(t_.StringSort()),
            t_.SetSort(user_), shape_,       user_,           option_};
  }
  Sort AnySort() { return Sorts()[Below(Sorts().size())]; }

  std::size_t Below(std::size_t bound) { return random_() % bound; }

  SmtValue RandomValue(Sort sort) {
    switch (sort->kind) {
      case SortNode::Kind::kBool:
        return BoolValue(Below(2) == 0);
      case SortNode::Kind::kInt:
        return IntValue(static_cast<WideInt>(Below(7)) - 3);
      case SortNode::Kind::kString:
        return StringValue(std::vector<const char*>{"", "a", "ab", "ba"}[Below(4)]);
      case SortNode::Kind::kBitVec: {
        std::string bits;
        for (std::uint32_t i = 0; i < sort->width; ++i) bits.push_back(Below(2) == 0 ? '0' : '1');
        return BitsValue(bits);
      }
      case SortNode::Kind::kSet: {
        std::vector<SmtValue> elements;
        for (std::size_t i = Below(3); i > 0; --i) elements.push_back(RandomValue(sort->element));
        return SetValue(elements);
      }
      case SortNode::Kind::kDatatype: {
        const auto index = static_cast<std::uint32_t>(Below(sort->constructors.size()));
        std::vector<SmtValue> fields;
        for (const Sort field : sort->constructors[index].sorts) fields.push_back(RandomValue(field));
        return ConstructValue(index, fields);
      }
    }
    return {};
  }

  Term TermOf(const SmtValue& value, Sort sort) {
    switch (sort->kind) {
      case SortNode::Kind::kBool:
        return t_.Bool(value.boolean);
      case SortNode::Kind::kInt:
        return t_.Int(value.integer);
      case SortNode::Kind::kString:
        return t_.String(value.text);
      case SortNode::Kind::kBitVec:
        return t_.BitVec(value.text);
      case SortNode::Kind::kSet: {
        Term set = t_.EmptySet(sort);
        for (const SmtValue& element : value.children) {
          set = t_.Union(t_.Singleton(TermOf(element, sort->element)), set);
        }
        return set;
      }
      case SortNode::Kind::kDatatype: {
        std::vector<Term> fields;
        for (std::size_t i = 0; i < value.children.size(); ++i) {
          fields.push_back(TermOf(value.children[i], sort->constructors[value.constructor].sorts[i]));
        }
        return t_.Construct(sort, value.constructor, fields);
      }
    }
    return nullptr;
  }

  Grown Leaf(Sort sort) {
    if (Below(2) == 0) {
      const SmtValue value = RandomValue(sort);
      return {TermOf(value, sort), std::vector<SmtValue>(kWorlds, value)};
    }
    std::vector<Term> fitting;
    for (const Term variable : variables_) {
      if (variable->sort == sort) fitting.push_back(variable);
    }
    if (fitting.empty()) {
      const SmtValue value = RandomValue(sort);
      return {TermOf(value, sort), std::vector<SmtValue>(kWorlds, value)};
    }
    const Term variable = fitting[Below(fitting.size())];
    Grown grown{variable, {}};
    for (const Assignment& world : worlds_) grown.values.push_back(world.at(variable));
    return grown;
  }

  /// `node` says the operator; `term` is what the makers made of the same.
  static Grown Made(const TermNode& node, Term term, const std::vector<Grown>& children) {
    Grown grown{term, {}};
    for (std::size_t world = 0; world < kWorlds; ++world) {
      std::vector<SmtValue> values;
      for (const Grown& child : children) values.push_back(child.values[world]);
      grown.values.push_back(Applied(node, values));
    }
    return grown;
  }

  Grown Choose(Sort sort, int depth) {
    const std::vector<Grown> of = {Grow(t_.BoolSort(), depth - 1), Grow(sort, depth - 1),
                                   Grow(sort, depth - 1)};
    return Made({.kind = Kind::kIte, .sort = sort}, t_.Ite(of[0].term, of[1].term, of[2].term), of);
  }

  Grown GrowJoin(int depth) {
    std::vector<Grown> of;
    std::vector<Term> parts;
    for (std::size_t i = Below(4) + 1; i > 0; --i) {
      of.push_back(Grow(t_.BoolSort(), depth - 1));
      parts.push_back(of.back().term);
    }
    const bool is_and = Below(2) == 0;
    return Made({.kind = is_and ? Kind::kAnd : Kind::kOr, .sort = t_.BoolSort()},
                is_and ? t_.And(parts) : t_.Or(parts), of);
  }

  Grown GrowLike(int depth) {
    const std::vector<Grown> of = {Grow(t_.StringSort(), depth - 1)};
    std::vector<PatternPiece> pattern;
    for (std::size_t i = Below(4); i > 0; --i) {
      const bool is_wildcard = Below(2) == 0;
      pattern.push_back(
          {.text = is_wildcard ? U"" : std::vector<std::u32string>{U"", U"a", U"b", U"ab"}[Below(4)],
           .is_wildcard = is_wildcard});
    }
    return Made({.kind = Kind::kLike, .sort = t_.BoolSort(), .pattern = pattern},
                t_.Like(of[0].term, pattern), of);
  }

  Grown GrowBool(int depth) {
    const Sort sort = t_.BoolSort();
    const auto both = [&](Sort of) { return std::vector{Grow(of, depth - 1), Grow(of, depth - 1)}; };
    switch (Below(10)) {
      case 0: {
        const std::vector<Grown> of = {Grow(sort, depth - 1)};
        return Made({.kind = Kind::kNot, .sort = sort}, t_.Not(of[0].term), of);
      }
      case 1:
      case 2:
        return GrowJoin(depth);
      case 3: {
        const auto of = both(t_.IntSort());
        return Made({.kind = Kind::kLess, .sort = sort}, t_.Less(of[0].term, of[1].term), of);
      }
      case 4: {
        const auto of = both(t_.IntSort());
        return Made({.kind = Kind::kLessOrEqual, .sort = sort}, t_.LessOrEqual(of[0].term, of[1].term), of);
      }
      case 5: {
        const auto of = both(t_.BitVecSort(3));
        return Made({.kind = Kind::kBitLessOrEqual, .sort = sort}, t_.BitLessOrEqual(of[0].term, of[1].term),
                    of);
      }
      case 6: {
        const Sort element = Below(2) == 0 ? t_.StringSort() : user_;
        const std::vector<Grown> of = {Grow(element, depth - 1), Grow(t_.SetSort(element), depth - 1)};
        return Made({.kind = Kind::kMember, .sort = sort}, t_.Member(of[0].term, of[1].term), of);
      }
      case 7: {
        const auto of = both(t_.SetSort(Below(2) == 0 ? t_.StringSort() : user_));
        return Made({.kind = Kind::kSubset, .sort = sort}, t_.Subset(of[0].term, of[1].term), of);
      }
      case 8: {
        if (Below(2) == 0) return GrowLike(depth);
        const Sort datatype = Below(2) == 0 ? shape_ : option_;
        const auto index = static_cast<std::uint32_t>(Below(datatype->constructors.size()));
        const std::vector<Grown> of = {Grow(datatype, depth - 1)};
        return Made({.kind = Kind::kIs, .sort = sort, .index = index}, t_.Is(of[0].term, index), of);
      }
      default: {
        const auto of = both(AnySort());
        return Made({.kind = Kind::kEqual, .sort = sort}, t_.Equal(of[0].term, of[1].term), of);
      }
    }
  }

  Grown GrowInt(int depth) {
    const Sort sort = t_.IntSort();
    const std::vector<Grown> of = {Grow(sort, depth - 1), Grow(sort, depth - 1)};
    const Term a = of[0].term;
    const Term b = of[1].term;
    switch (Below(6)) {
      case 0:
        return Made({.kind = Kind::kAdd, .sort = sort}, t_.Add(a, b), of);
      case 1:
        return Made({.kind = Kind::kSubtract, .sort = sort}, t_.Subtract(a, b), of);
      case 2: {
        const Grown factor = {t_.Int(-2), std::vector<SmtValue>(kWorlds, IntValue(-2))};
        return Made({.kind = Kind::kMultiply, .sort = sort}, t_.Multiply(a, factor.term), {of[0], factor});
      }
      case 3:
      case 4: {
        const auto by = static_cast<WideInt>(Below(3)) + 1;
        const Grown divisor = {t_.Int(by), std::vector<SmtValue>(kWorlds, IntValue(by))};
        const bool is_divide = Below(2) == 0;
        return Made({.kind = is_divide ? Kind::kDivide : Kind::kModulo, .sort = sort},
                    is_divide ? t_.Divide(a, by) : t_.Modulo(a, by), {of[0], divisor});
      }
      default:
        return GrowField(sort, depth);
    }
  }

  /// A selector, guarded: what it is of another constructor is for the solver to say.
  Grown GrowField(Sort sort, int depth) {
    const bool is_text = sort->kind == SortNode::Kind::kString;
    const std::vector<Grown> of = {Grow(is_text && Below(2) == 0 ? user_ : shape_, depth - 1)};
    const bool is_user = of[0].term->sort == user_;
    const std::uint32_t index = is_user ? 0 : 2;
    const std::uint32_t selector = is_text ? 0 : 1;
    const Grown field = Made({.kind = Kind::kSelect, .sort = sort, .index = index, .low = selector},
                             t_.Select(of[0].term, index, selector), of);
    const Grown is =
        Made({.kind = Kind::kIs, .sort = t_.BoolSort(), .index = index}, t_.Is(of[0].term, index), of);
    const SmtValue other = DefaultOf(sort);
    const Grown otherwise = {TermOf(other, sort), std::vector<SmtValue>(kWorlds, other)};
    return Made({.kind = Kind::kIte, .sort = sort}, t_.Ite(is.term, field.term, otherwise.term),
                {is, field, otherwise});
  }

  Grown GrowBits(Sort sort, int depth) {
    const std::vector<Grown> of = {Grow(sort, depth - 1), Grow(sort, depth - 1)};
    const Grown joined =
        Made({.kind = Kind::kBitConcat, .sort = t_.BitVecSort(6)}, t_.BitConcat(of[0].term, of[1].term), of);
    const auto low = static_cast<std::uint32_t>(Below(4));
    return Made({.kind = Kind::kBitExtract, .sort = sort, .high = low + 2, .low = low},
                t_.BitExtract(joined.term, low + 2, low), {joined});
  }

  Grown GrowSet(Sort sort, int depth) {
    if (Below(3) == 0) {
      const std::vector<Grown> of = {Grow(sort->element, depth - 1)};
      return Made({.kind = Kind::kSingleton, .sort = sort}, t_.Singleton(of[0].term), of);
    }
    const std::vector<Grown> of = {Grow(sort, depth - 1), Grow(sort, depth - 1)};
    const bool is_union = Below(2) == 0;
    return Made({.kind = is_union ? Kind::kUnion : Kind::kIntersection, .sort = sort},
                is_union ? t_.Union(of[0].term, of[1].term) : t_.Intersection(of[0].term, of[1].term), of);
  }

  Grown GrowConstruct(Sort sort, int depth) {
    const auto index = static_cast<std::uint32_t>(Below(sort->constructors.size()));
    std::vector<Grown> of;
    std::vector<Term> fields;
    for (const Sort field : sort->constructors[index].sorts) {
      of.push_back(Grow(field, depth - 1));
      fields.push_back(of.back().term);
    }
    return Made({.kind = Kind::kConstruct, .sort = sort, .index = index}, t_.Construct(sort, index, fields),
                of);
  }

  std::mt19937 random_;
  Terms t_;
  Sort shape_;
  Sort user_;
  Sort option_;
  std::vector<Term> variables_;
  std::vector<Assignment> worlds_;
};

TEST(FoldingProperty, ChangesNoValue) {
  for (std::uint32_t seed = 0; seed < 3'000; ++seed) {
    Grower grower(seed);
    const Grown grown = grower.Grow(grower.terms().BoolSort(), 2 + static_cast<int>(seed % 6));
    for (std::size_t world = 0; world < kWorlds; ++world) {
      ASSERT_EQ(ValueIn(grower.worlds()[world], grown.term), grown.values[world]) << "seed " << seed;
    }
  }
}

class SolverProperty : public ::testing::TestWithParam<Strings> {};

TEST_P(SolverProperty, MeansToASolverWhatItMeansHere) {
  Solver solver({.strings = GetParam()});
  int satisfiable = 0;
  constexpr int kAsked = 150;
  for (std::uint32_t seed = 0, asked = 0; asked < kAsked; ++seed) {
    Grower grower(seed);
    const Grown grown = grower.Grow(grower.terms().BoolSort(), 4 + static_cast<int>(seed % 4));
    if (grown.term->is_constant()) continue;
    ++asked;
    const auto answer = solver.Ask({.assertions = {grown.term}, .wanted = grower.variables()});
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_NE(answer->kind, Answer::Kind::kUnknown) << "seed " << seed << ": " << answer->reason;
    if (answer->kind == Answer::Kind::kUnsat) {
      for (const SmtValue& value : grown.values) ASSERT_FALSE(value.boolean) << "seed " << seed;
      continue;
    }
    ++satisfiable;
    Assignment model;
    for (std::size_t i = 0; i < answer->values.size(); ++i) model[grower.variables()[i]] = answer->values[i];
    ASSERT_TRUE(ValueIn(model, grown.term).boolean) << "seed " << seed;
  }
  EXPECT_GT(satisfiable, kAsked / 2);
  EXPECT_LT(satisfiable, kAsked);
}

INSTANTIATE_TEST_SUITE_P(Ways, SolverProperty, ::testing::Values(Strings::kAsNumbers, Strings::kAsText));

}  // namespace
}  // namespace proviso::analysis
