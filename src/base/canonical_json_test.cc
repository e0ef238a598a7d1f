#include "base/canonical_json.h"

#include <gtest/gtest.h>

namespace proviso::base {
namespace {

std::string Canonical(std::string_view text) {
  const auto document = JsonDocument::Parse(text);
  return document ? CanonicalJson(document->root()) : document.error().message;
}

TEST(CanonicalJson, GivesEqualValuesOneText) {
  struct Row {
    std::string_view text;
    std::string_view canonical;
  };
  constexpr Row kRows[] = {
      {R"( { "b" : [ 1 , {} , [] ] , "a" : null } )", R"({"a":null,"b":[1,{},[]]})"},
      {R"({"\u0062":1,"aa":2,"a":3,"":4})", R"({"":4,"a":3,"aa":2,"b":1})"},
      {R"("\u0041\/\u00e9\n\u0007\ud83d\ude00")", "\"A/\xC3\xA9\\n\\u0007\xF0\x9F\x98\x80\""},
      {"[true,false,null]", "[true,false,null]"},
      {"[0,-0,0.0,0e5,-0.0E-7]", "[0,0,0,0,0]"},
      {"[1,1.0,1e0,10e-1,0.1e1,1E+0,1e-0]", "[1,1,1,1,1,1,1]"},
      {"[100,1e2,-12.50,0.001,1e-6,1e-7]", "[100,100,-12.5,0.001,0.000001,1e-7]"},
      {"[1e20,1e21,12345678901234567890123]", "[100000000000000000000,1e+21,1.2345678901234567890123e+22]"},
      {"[0.1,0.10000000000000000001]", "[0.1,0.10000000000000000001]"},
      {"[9007199254740993,9007199254740992.5]", "[9007199254740993,9007199254740992.5]"},
      {"[1e00000000000000000000000005]", "[100000]"},
      {"[1.50e99999999999999999999]", "[1.50e99999999999999999999]"},
      {"\"\"", "\"\""},
  };
  for (const Row& row : kRows) EXPECT_EQ(Canonical(row.text), row.canonical) << row.text;
}

TEST(CanonicalJson, IsItsOwnCanonicalText) {
  const std::string once = Canonical(R"({"z":[1e400,-3.25e-9,{"y":"\u2028","x":[]}],"a":{"c":1,"b":2}})");
  EXPECT_EQ(Canonical(once), once);
}

TEST(CanonicalJson, IsEmptyForAMissingValue) {
  EXPECT_EQ(CanonicalJson(Json()), "");
}

}  // namespace
}  // namespace proviso::base
