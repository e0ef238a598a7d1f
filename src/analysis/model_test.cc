#include "analysis/internal/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/internal/types.h"

namespace proviso::analysis {
namespace {

using cedar::Type;
using cedar::Value;
using internal::Model;
using internal::SetType;
using internal::SimpleType;

SmtValue Int(WideInt number) {
  return {.kind = SmtValue::Kind::kInt, .integer = number, .children = {}};
}

SmtValue SetOf(std::vector<SmtValue> elements) {
  return {.kind = SmtValue::Kind::kSet, .children = std::move(elements)};
}

constexpr WideInt kPastLong = WideInt{1} << 70U;

/// What a variable of this type is, where the solver says `said`.
base::Result<Value> Read(const cedar::TypePtr& type, const SmtValue& said) {
  Terms terms;
  const SymbolicValue value{.type = type, .term = terms.Variable("x", SortOf(terms, *type)), .fields = {}};
  const std::vector<Term> wanted = {value.term};
  const std::vector<SmtValue> values = {said};
  return Model(wanted, values).ValueOf(value);
}

TEST(Model, ReadsScalarsOfEachType) {
  const auto number = [](Type::Kind kind) { return *Read(SimpleType(kind), Int(-15'000)); };
  EXPECT_EQ(number(Type::Kind::kLong), Value::Long(-15'000));
  EXPECT_EQ(number(Type::Kind::kDecimal).Text(), "decimal(\"-1.5\")");
  EXPECT_EQ(number(Type::Kind::kDuration), Value::FromDuration({-15'000}));
  EXPECT_EQ(number(Type::Kind::kDatetime), Value::FromDatetime({-15'000}));
  const SmtValue id{.kind = SmtValue::Kind::kString, .text = "ann", .children = {}};
  const SmtValue entity{.kind = SmtValue::Kind::kConstruct, .children = {id}};
  EXPECT_EQ(Read(internal::EntityType("User"), entity)->Text(), "User::\"ann\"");
}

TEST(Model, ReadsAddressesFromTheirBits) {
  const SmtValue bits{
      .kind = SmtValue::Kind::kBitVec, .text = "00001010000000010000001000000011", .children = {}};
  const auto range = [&](WideInt prefix) {
    return SmtValue{.kind = SmtValue::Kind::kConstruct, .constructor = 0, .children = {bits, Int(prefix)}};
  };
  const auto type = SimpleType(Type::Kind::kIpAddress);
  EXPECT_EQ(Read(type, range(32))->AsIpAddress()->Text(), "10.1.2.3");
  EXPECT_EQ(Read(type, range(8))->AsIpAddress()->Text(), "10.1.2.3/8");
  EXPECT_FALSE(Read(type, range(33)));
}

TEST(Model, RefusesWhatTheTypeDoesNotHold) {
  const auto type = SimpleType(Type::Kind::kLong);
  EXPECT_FALSE(Read(type, Int(kPastLong)));
  EXPECT_FALSE(Read(type, SetOf({})));
  Terms terms;
  const SymbolicValue unasked{.type = type, .term = terms.Variable("x", terms.IntSort()), .fields = {}};
  const auto value = Model({}, {}).ValueOf(unasked);
  ASSERT_FALSE(value);
  EXPECT_THAT(value.error().message, testing::HasSubstr("not asked"));
}

/// A solver may put into a set what no Long is; the same stands for it in every set, and for nothing else.
TEST(Model, ReplacesElementsThatTheTypeDoesNotHold) {
  const auto type = SetType(SimpleType(Type::Kind::kLong));
  const auto one = Read(type, SetOf({Int(kPastLong), Int(1)}));
  const auto again = Read(type, SetOf({Int(kPastLong)}));
  const auto other = Read(type, SetOf({Int(kPastLong + 1)}));
  ASSERT_TRUE(one && again && other);
  EXPECT_EQ(one->AsSet()->elements().size(), 2U);
  EXPECT_TRUE(one->AsSet()->ContainsAll(*again->AsSet()));
  EXPECT_FALSE(one->AsSet()->ContainsAny(*other->AsSet()));
}

TEST(Model, LeavesOutWhatIsNotPresent) {
  Terms terms;
  const auto schema = *cedar::Schema::Parse("entity E { a?: Long, b?: Bool, c: String };", "schema");
  std::vector<Term> bounds;
  const SymbolicValue record = VariablesOf(terms, schema.FindEntity("E")->attributes, "e", schema, bounds);
  const auto boolean = [](bool value) { return SmtValue{.boolean = value, .children = {}}; };
  const std::vector<Term> wanted = {record.FindField("a")->present, record.FindField("a")->value.term,
                                    record.FindField("b")->present, record.FindField("b")->value.term,
                                    record.FindField("c")->value.term};
  const std::vector<SmtValue> values = {
      boolean(true), Int(7), boolean(false), boolean(true),
      SmtValue{.kind = SmtValue::Kind::kString, .text = "t", .children = {}}};
  EXPECT_EQ(Model(wanted, values).ValueOf(record)->Text(), "{\"a\": 7, \"c\": \"t\"}");
}

TEST(Model, ReadsConstantsWithoutASolver) {
  Terms terms;
  const auto schema =
      *cedar::Schema::Parse("entity E { a: { s: Set<Long>, ip: ipaddr, r?: Bool } };", "schema");
  const cedar::TypePtr type = schema.FindEntity("E")->attributes;
  const Value value = Value::FromRecord(
      cedar::Record({{"a", Value::FromRecord(cedar::Record(
                               {{"s", Value::FromElements({Value::Long(1), Value::Long(2), Value::Long(3)})},
                                {"ip", Value::FromIpAddress(*cedar::IpAddress::Parse("ff00::/8"))}}))}}));
  EXPECT_EQ(*Model({}, {}).ValueOf(ConstantOf(terms, value, type)), value);
}

}  // namespace
}  // namespace proviso::analysis
