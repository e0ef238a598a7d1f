#include "base/json.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

namespace proviso::base {
namespace {

JsonDocument MustParse(std::string_view text) {
  auto document = JsonDocument::Parse(text);
  EXPECT_TRUE(document) << text;
  return std::move(*document);
}

std::string ErrorOf(std::string_view text, JsonLimits limits = {}) {
  const auto document = JsonDocument::Parse(text, limits);
  return document ? "accepted" : document.error().message;
}

TEST(Json, KnowsTheBytesOfEveryValue) {
  constexpr std::string_view kBody = R"({"model": "m-1", "n": [1, {"x": null}]})";
  const JsonDocument document = MustParse(kBody);
  const Json model = document.root().Find("model");
  EXPECT_EQ(kBody.substr(model.begin(), model.end() - model.begin()), "\"m-1\"");
  EXPECT_EQ(model.text(), "m-1");
  EXPECT_EQ(document.root().Find("n").raw(), R"([1, {"x": null}])");
  EXPECT_TRUE(document.root().Find("absent").Find("deeper").missing());
}

TEST(Json, WalksArraysAndObjectsInOrder) {
  const JsonDocument document = MustParse(R"({"a":[10,20,30],"b":{"k":1,"l":2}})");
  std::vector<std::int64_t> numbers;
  for (const Json element : document.root().Find("a").elements()) numbers.push_back(*element.integer());
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{10, 20, 30}));
  std::string keys;
  for (const JsonMember member : document.root().Find("b").members()) keys += member.key.text();
  EXPECT_EQ(keys, "kl");
  EXPECT_EQ(document.root().Find("b").size(), 2U);
}

TEST(Json, UnescapesStringsAndComparesKeysUnescaped) {
  const JsonDocument document = MustParse(R"({"m\u006fdel":"\ud83d\ude00 \"\/\b\u00e9"})");
  EXPECT_EQ(document.root().Find("model").text(), "\xF0\x9F\x98\x80 \"/\b\xC3\xA9");
}

TEST(Json, KeepsSixtyFourBitIntegersExact) {
  const JsonDocument document =
      MustParse("[9223372036854775807,-9223372036854775808,9223372036854775808,1.0,1e2]");
  std::vector<std::optional<std::int64_t>> seen;
  for (const Json element : document.root().elements()) seen.push_back(element.integer());
  EXPECT_EQ(seen[0], INT64_MAX);
  EXPECT_EQ(seen[1], INT64_MIN);
  EXPECT_FALSE(seen[2]);
  EXPECT_FALSE(seen[3]);
  EXPECT_FALSE(seen[4]);
}

TEST(Json, RefusesWhatIsNotStrictJson) {
  struct Row {
    std::string_view text;
    std::string_view error;
  };
  constexpr Row kRows[] = {
      {"", "line 1, column 1: the text ends inside a value"},
      {"{\"a\":1,\n\"a\":2}", "line 2, column 1: the same key twice in one object"},
      {R"({"a":1,"\u0061":2})", "line 1, column 8: the same key twice in one object"},
      {"[1,]", "line 1, column 4: expected a value"},
      {"[1 2]", "line 1, column 4: expected ',' or ']'"},
      {"{\"a\" 1}", "line 1, column 6: expected ':' after the key"},
      {"{a:1}", "line 1, column 2: expected a key in double quotes"},
      {"{\"a\":1,}", "line 1, column 8: expected a key in double quotes"},
      {"01", "line 1, column 2: text after the end of the value"},
      {"1 1", "line 1, column 3: text after the end of the value"},
      {"-", "line 1, column 2: expected a digit"},
      {"1.", "line 1, column 3: expected a digit after the decimal point"},
      {"\"\\ud800\"", "line 1, column 2: an unpaired surrogate in a string"},
      {"\"\\udc00\"", "line 1, column 2: an unpaired surrogate in a string"},
      {"\"\\x\"", "line 1, column 2: an unknown escape in a string"},
      {"\"a\nb\"", "line 1, column 3: a control character in a string; write it as \\u00XX"},
      {"\"abc", "line 1, column 5: the text ends inside a string"},
      {"\xEF\xBB\xBF{}", "line 1, column 1: expected a value"},
      {"\"\xFF\"", "JSON text is not valid UTF-8"},
      {"[}", "line 1, column 2: expected a value"},
      {"nul", "line 1, column 1: expected a value"},
  };
  for (const Row& row : kRows) EXPECT_EQ(ErrorOf(row.text), row.error) << row.text;
}

TEST(Json, HoldsItsLimitsAtTheEdge) {
  EXPECT_EQ(ErrorOf("[[[]]]", {.depth_max = 3, .nodes_max = 100}), "accepted");
  EXPECT_EQ(ErrorOf("[[[[]]]]", {.depth_max = 3, .nodes_max = 100}),
            "line 1, column 4: nested deeper than the limit allows (3)");
  EXPECT_EQ(ErrorOf("[1,2,3]", {.depth_max = 3, .nodes_max = 4}), "accepted");
  EXPECT_EQ(ErrorOf("[1,2,3,4]", {.depth_max = 3, .nodes_max = 4}),
            "line 1, column 9: more values than the limit allows (4)");
}

TEST(Json, FindsADuplicateAmongManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_EQ(ErrorOf(text + "\"z\":0}"), "accepted");
  EXPECT_NE(ErrorOf(text + "\"k17\":0}"), "accepted");
}

// The oracle accepts duplicate keys and checks numbers' ranges; the rest must agree on random damage.
TEST(Json, AgreesWithSimdjsonOnDamagedTexts) {
  const std::string base = R"({"a":[1,-2.5e3,true,null,"x\n\u00e9"],"b":{"c":"d","e":[[],{}]}})";
  std::mt19937 random(7);
  simdjson::dom::parser oracle;
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = base;
    const std::size_t at = random() % text.size();
    constexpr std::string_view kBytes = "{}[]\",:\\0123eE+-.truefalsn \n\t\x01\xC3";
    text[at] = kBytes[random() % kBytes.size()];
    simdjson::dom::element ignored;
    const bool theirs = oracle.parse(text).get(ignored) == simdjson::SUCCESS;
    const auto ours = JsonDocument::Parse(text);
    if (!ours && ours.error().message.contains("the same key twice")) continue;
    EXPECT_EQ(ours.has_value(), theirs) << text;
    accepted += theirs ? 1 : 0;
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace proviso::base
