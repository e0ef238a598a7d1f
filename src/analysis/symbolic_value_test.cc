#include "analysis/symbolic_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/internal/made_value.h"
#include "analysis/internal/types.h"
#include "analysis/limits.h"

namespace proviso::analysis {
namespace {

using cedar::Type;
using cedar::Value;

cedar::Schema Read(std::string_view text) {
  auto schema = cedar::Schema::Parse(text, "schema");
  EXPECT_TRUE(schema) << schema.error().message;
  return std::move(*schema);
}

/// The type of attribute `a` of entity E.
cedar::TypePtr TypeOf(const std::string& type) {
  return Read("entity U; entity C enum [\"x\", \"y\"]; entity E { a: " + type + " };")
      .FindEntity("E")
      ->attributes->attributes[0]
      .type;
}

TEST(SymbolicValue, NamesVariablesByTheirPaths) {
  Terms terms;
  std::vector<Term> bounds;
  const auto schema = Read("entity U;");
  const SymbolicValue value = VariablesOf(terms, TypeOf("{ n?: Long, \"odd name\": { u: U }, s: String }"),
                                          "r.context", schema, bounds);
  std::vector<Term> leaves;
  internal::AppendLeaves(value, leaves);
  std::vector<std::string> names;
  for (const Term leaf : leaves) {
    if (leaf->kind == TermNode::Kind::kVariable) names.push_back(leaf->text);
  }
  EXPECT_THAT(
      names, testing::ElementsAre("r.context.n?", "r.context.n", "r.context[\"odd name\"].u", "r.context.s"));
  EXPECT_EQ(bounds.size(), 1U) << "only a Long is bounded here";
}

TEST(SymbolicValue, PackingAndUnpackingGiveTheValueBack) {
  Terms terms;
  const cedar::TypePtr type = TypeOf("{ n?: Long, r: { b: Bool, u?: U }, s: Set<Long> }");
  const Value with =
      Value::FromRecord(cedar::Record({{"n", Value::Long(1)},
                                       {"r", Value::FromRecord(cedar::Record({{"b", Value::Bool(true)}}))},
                                       {"s", Value::FromElements({Value::Long(2), Value::Long(3)})}}));
  const SymbolicValue constant = ConstantOf(terms, with, type);
  const SymbolicValue again = Unpack(terms, Pack(terms, constant), type);
  EXPECT_EQ(EqualValues(terms, constant, again), terms.True());
  EXPECT_EQ(again.FindField("n")->present, terms.True());
  EXPECT_EQ(again.FindField("r")->value.FindField("u")->present, terms.False());
}

TEST(SymbolicValue, ComparesRecordsByWhatIsPresent) {
  Terms terms;
  const cedar::TypePtr type = TypeOf("{ n?: Long }");
  const auto record = [&](std::vector<cedar::Attribute> attributes) {
    return ConstantOf(terms, Value::FromRecord(cedar::Record(std::move(attributes))), type);
  };
  EXPECT_EQ(EqualValues(terms, record({}), record({})), terms.True());
  EXPECT_EQ(EqualValues(terms, record({{"n", Value::Long(0)}}), record({})), terms.False());
  EXPECT_EQ(EqualValues(terms, record({{"n", Value::Long(0)}}), record({{"n", Value::Long(1)}})),
            terms.False());
  // A field that only one of the types has must be absent.
  const SymbolicValue empty = ConstantOf(terms, Value::FromRecord(cedar::Record()), TypeOf("{}"));
  EXPECT_EQ(EqualValues(terms, record({}), empty), terms.True());
  EXPECT_EQ(EqualValues(terms, record({{"n", Value::Long(0)}}), empty), terms.False());
}

TEST(SymbolicValue, SetsOfTwoKindsAreEqualOnlyWithoutElements) {
  Terms terms;
  const auto set = [&](std::vector<Value> elements, const std::string& type) {
    return ConstantOf(terms, Value::FromElements(std::move(elements)), TypeOf(type));
  };
  EXPECT_EQ(EqualValues(terms, set({}, "Set<Long>"), set({}, "Set<String>")), terms.True());
  EXPECT_EQ(EqualValues(terms, set({Value::Long(1)}, "Set<Long>"), set({}, "Set<String>")), terms.False());
}

TEST(SymbolicValue, EqualTypesOfTwoSchemasAreOneSort) {
  Terms terms;
  EXPECT_EQ(SortOf(terms, *TypeOf("{ a: Long, b?: Set<U> }")),
            SortOf(terms, *TypeOf("{ a: Long, b?: Set<U> }")));
  EXPECT_NE(SortOf(terms, *TypeOf("{ a: Long }")), SortOf(terms, *TypeOf("{ a?: Long }")));
  EXPECT_NE(SortOf(terms, *TypeOf("{ a: Long }")), SortOf(terms, *TypeOf("{ a: { a: Long } }")));
}

TEST(SymbolicValue, LongRecordTypesKeepSortsOfTheirOwn) {
  Terms terms;
  std::string many = "{ ";
  for (int i = 0; i < 80; ++i) many += "attribute" + std::to_string(i) + ": Long, ";
  const Sort one = SortOf(terms, *TypeOf(many + "last: Long }"));
  const Sort other = SortOf(terms, *TypeOf(many + "last: String }"));
  EXPECT_NE(one, other);
  EXPECT_EQ(one, SortOf(terms, *TypeOf(many + "last: Long }")));
  EXPECT_LT(one->name.size(), 300U);
}

TEST(SymbolicValue, BoundsWhatATypeBounds) {
  const auto schema = Read("entity C enum [\"x\", \"y\"];");
  const std::vector<std::pair<std::string, std::size_t>> bounds_of = {{"Long", 1},
                                                                      {"Bool", 0},
                                                                      {"String", 0},
                                                                      {"datetime", 1},
                                                                      {"ipaddr", 1},
                                                                      {"C", 1},
                                                                      {"U", 0},
                                                                      {"Set<C>", 1},
                                                                      {"Set<{c: C, b?: Bool}>", 1},
                                                                      {"Set<Long>", 0},
                                                                      {"Set<{c: C, s: String}>", 0}};
  for (const auto& [type, expected] : bounds_of) {
    Terms terms;
    std::vector<Term> bounds;
    (void)VariablesOf(terms, TypeOf(type), "v", schema, bounds);
    EXPECT_EQ(bounds.size(), expected) << type;
  }
}

}  // namespace
}  // namespace proviso::analysis
