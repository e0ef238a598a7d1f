#include "analysis/internal/smt_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/internal/term_value.h"
#include "analysis/limits.h"

namespace proviso::analysis {
namespace {

using ::testing::HasSubstr;

class ReadValuesTest : public ::testing::Test {
 protected:
  base::Result<SmtValue> Read(std::string_view value, Sort sort) const {
    auto values = ReadValues("(($x " + std::string(value) + "))", std::vector<Sort>{sort}, names);
    if (!values) return std::unexpected(values.error());
    return values->at(0);
  }
  std::string ErrorOf(std::string_view value, Sort sort) const {
    const auto read = Read(value, sort);
    return read ? "no error" : read.error().message;
  }

  Terms t;
  Sort option = t.OptionSort(t.IntSort());
  Sort ints = t.SetSort(t.IntSort());
  ConstructorNames names = {{"make.none", {option, 0}}, {"make.some", {option, 1}}};
};

TEST_F(ReadValuesTest, ReadsLiteralsOfEverySort) {
  struct Row {
    const char* text;
    Sort sort;
    SmtValue value;
  };
  const Sort four = t.BitVecSort(4);
  const WideInt wide = static_cast<WideInt>(INT64_MIN) * INT64_MAX;
  const std::vector<Row> rows = {
      {"true", t.BoolSort(), BoolValue(true)},
      {"false", t.BoolSort(), BoolValue(false)},
      {"17", t.IntSort(), IntValue(17)},
      {"(- 17)", t.IntSort(), IntValue(-17)},
      {"(- 85070591730234615856620279821087277056)", t.IntSort(), IntValue(wide)},
      {R"("")", t.StringSort(), StringValue("")},
      {R"("a""b")", t.StringSort(), StringValue("a\"b")},
      {R"(" ) ( ")", t.StringSort(), StringValue(" ) ( ")},
      {R"("\u{5c}u{41}\u{a}\u00fc\u{1f701}")", t.StringSort(), StringValue("\\u{41}\nü🜁")},
      {R"("\x41\u{}\u{123456}\u{4g}")", t.StringSort(), StringValue(R"(\x41\u{}\u{123456}\u{4g})")},
      {"#b0110", four, BitsValue("0110")},
      {"#xa", four, BitsValue("1010")},
      {"(_ bv5 4)", four, BitsValue("0101")},
      {"(as set.empty (Set Int))", ints, SetValue({})},
      {"(set.singleton (- 3))", ints, SetValue({IntValue(-3)})},
      {"(set.union (set.singleton 5) (set.union (set.singleton 3) (set.singleton 5)))", ints,
       SetValue({IntValue(3), IntValue(5)})},
      {"((as const (Array Int Bool)) false)", ints, SetValue({})},
      {"(store (store (store ((as const (Array Int Bool)) false) 2 true) 1 true) 2 false)", ints,
       SetValue({IntValue(1)})},
      {"(let ((a!1 (store ((as const (Array Int Bool)) false) 2 true))) (store a!1 1 true))", ints,
       SetValue({IntValue(1), IntValue(2)})},
      {"make.none", option, ConstructValue(0, {})},
      {"(as make.none sort.Option_Int_)", option, ConstructValue(0, {})},
      {"(make.some (- 1))", option, ConstructValue(1, {IntValue(-1)})},
      {"((as make.some sort.Option_Int_) 4)", option, ConstructValue(1, {IntValue(4)})},
      {"(|make.some| 4)", option, ConstructValue(1, {IntValue(4)})},
  };
  for (const Row& row : rows) {
    const auto read = Read(row.text, row.sort);
    ASSERT_TRUE(read) << row.text << ": " << read.error().message;
    EXPECT_EQ(*read, row.value) << row.text;
  }
}

TEST_F(ReadValuesTest, RefusesWhatIsNoValue) {
  struct Row {
    const char* text;
    Sort sort;
    const char* says;
  };
  const std::vector<Row> rows = {
      {"maybe", t.BoolSort(), "no Bool where one belongs: maybe"},
      {"1.0", t.IntSort(), "no Int where one belongs: 1.0"},
      {"-1", t.IntSort(), "no Int"},
      {"170141183460469231731687303715884105728", t.IntSort(), "no Int"},
      {"a", t.StringSort(), "no String"},
      {R"("\u{d800}")", t.StringSort(), "no String"},
      {"\"\x01\"", t.StringSort(), "no String"},
      {"\"ü\"", t.StringSort(), "no String"},
      {"#b01", t.BitVecSort(4), "no BitVec of 4 bits"},
      {"#xg", t.BitVecSort(4), "no BitVec"},
      {"((as const (Array Int Bool)) true)", ints, "a set that it does not list"},
      {"(lambda ((x!1 Int)) (= x!1 3))", ints, "a set that it does not list"},
      {"(_ as-array f)", ints, "a set that it does not list"},
      {"(set.insert 1 2)", ints, "no Set"},
      {"(make.some)", option, "no Option<Int> of as many fields"},
      {"(make.none 1)", option, "of as many fields"},
      {"make.other", option, "no Option<Int> where one belongs: make.other"},
      {"()", option, "no Option<Int>"},
      {"(let ((a a)) a)", t.IntSort(), "no Int"},
      {"(let (x) 1)", t.IntSort(), "no let"},
  };
  for (const Row& row : rows) EXPECT_THAT(ErrorOf(row.text, row.sort), HasSubstr(row.says)) << row.text;
}

TEST_F(ReadValuesTest, RefusesWhatIsNoListOfValues) {
  struct Row {
    const char* text;
    const char* says;
  };
  const std::vector<Row> rows = {
      {"", "ends within an expression"},         {"(($x 1)", "ends within an expression"},
      {")", "closes what is not open"},          {"((x \"1))", "an atom that does not end"},
      {"((|x 1))", "an atom that does not end"}, {"((x 1) (y 2))", "2 values where 1 were wanted"},
      {"(x)", "no list of terms with values"},   {"(error \"cannot get value\")", "2 values where 1"},
  };
  for (const Row& row : rows) {
    const auto values = ReadValues(row.text, std::vector<Sort>{t.IntSort()}, names);
    ASSERT_FALSE(values) << row.text;
    EXPECT_THAT(values.error().message, HasSubstr(row.says)) << row.text;
  }
}

TEST_F(ReadValuesTest, ReadsSetsAsLongAsTheBoundsAndNoLonger) {
  const auto nested = [](std::size_t elements) {
    std::string text;
    for (std::size_t i = 0; i + 1 < elements; ++i)
      text += "(set.union (set.singleton " + std::to_string(i) + ") ";
    return text + "(set.singleton 0)" + std::string(elements - 1, ')');
  };
  const auto set = Read(nested(5'000), ints);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->children.size(), 4'999U);
  EXPECT_THAT(ErrorOf(nested(kAnswerDepthMax), ints), HasSubstr("nested too deeply"));
}

TEST_F(ReadValuesTest, RefusesNamesThatStandForMoreAndMore) {
  std::string text = "(let ((a0 (set.singleton 1))) ";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    text += "(let ((a" + std::to_string(i) + " (set.union " + before + " " + before + "))) ";
  }
  text += "a39" + std::string(40, ')');
  EXPECT_THAT(ErrorOf(text, ints), HasSubstr("too many parts"));
}

}  // namespace
}  // namespace proviso::analysis
