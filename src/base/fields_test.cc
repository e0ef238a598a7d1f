#include "base/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/toml.h"

namespace proviso::base {
namespace {

using ::testing::ElementsAre;

TEST(Toml, BecomesJsonThatTheStrictReaderAccepts) {
  const std::string json =
      TomlToJson("a = 1\n[b]\nday = 2026-02-28\nt = \"x\\ny\"\n[[c]]\nd = [true]\n", "f.toml").value();
  const JsonDocument document = JsonDocument::Parse(json).value();
  EXPECT_EQ(document.root().Find("b").Find("day").text(), "2026-02-28");
  EXPECT_EQ(document.root().Find("b").Find("t").text(), "x\ny");
  EXPECT_EQ(document.root().Find("c").size(), 1U);
}

TEST(Toml, SaysWhereItIsWrong) {
  const auto wrong = TomlToJson("a = 1\nb = \n", "f.toml");
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with("f.toml:2:")) << wrong.error().message;
  EXPECT_FALSE(TomlToJson("a = 1\na = 2\n", "f.toml"));
}

TEST(Fields, CollectsEverythingThatIsWrong) {
  const JsonDocument document =
      JsonDocument::Parse(R"({"port":70000,"adress":"x","names":["a",1],"mode":"fast","on":1})").value();
  std::vector<std::string> errors;
  Fields table(document.root(), "listen", errors);
  EXPECT_EQ(table.Integer("port", 8080, 1, 65535), 8080);
  EXPECT_EQ(table.Text("address", "127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(table.RequiredText("name"), "");
  EXPECT_EQ(table.Texts("names").size(), 2U);
  EXPECT_EQ(table.Choice("mode", "safe", {"safe", "safer"}), "safe");
  EXPECT_FALSE(table.Boolean("on", false));
  table.RefuseOthers();
  EXPECT_THAT(
      errors,
      ElementsAre("listen.port: must be a whole number from 1 to 65535", "listen.name: is missing or empty",
                  "listen.names: must be a list of texts", "listen.mode: must be one of: safe, safer",
                  "listen.on: must be true or false", "listen.adress: unknown key; did you mean address?"));
}

}  // namespace
}  // namespace proviso::base
