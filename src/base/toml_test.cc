#include "base/toml.h"

#include <gmock/gmock.h>

namespace proviso::base {
namespace {

using testing::StartsWith;

TEST(Toml, RefusesBrokenTextWithItsPlace) {
  for (const char* text : {"[#a]", "[[#a]]", "[ #", "[", "= 1", "a", "a = ", "a = [", "a.#b = 1",
                           "a = 1\na = 2", "a = {#", "\xff", "[a.#]", "{", "a = 'x"}) {
    const auto json = TomlToJson(text, "x.toml");
    ASSERT_FALSE(json.has_value()) << text;
    EXPECT_EQ(json.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(json.error().message, StartsWith("x.toml:")) << text;
  }
}

}  // namespace
}  // namespace proviso::base
