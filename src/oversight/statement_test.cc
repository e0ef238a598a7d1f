#include "oversight/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "oversight/examples_for_tests.h"
#include "oversight/visible_text.h"

namespace proviso::oversight {
namespace {

using testing::HasSubstr;
using testing::Not;

HeldCall Held(ProposedCall proposed = examples::Engage()) {
  const auto digest = CallDigest(proposed.call.tool, proposed.call.arguments);
  return {.id = "hold_1",
          .proposed = std::move(proposed),
          .call_digest = digest,
          .created_ms = examples::kStartMs,
          .expires_ms = examples::kStartMs + 120'000};
}

HeldCall WithArguments(std::string arguments) {
  auto proposed = examples::Engage();
  proposed.call.arguments = std::move(arguments);
  return Held(std::move(proposed));
}

TEST(Statement, ReadsBackAsTheHeldCallThatItWasMadeOf) {
  for (const std::string_view arguments :
       {"{}", "", " {\"a\" :1.50e3}\n", R"({"q":"\"\\ é A \ud83d\ude00"})", "{\"a\":\"\xE2\x80\xAE\"}"}) {
    const HeldCall held = WithArguments(std::string(arguments));
    const auto again = ParseStatement(StatementOf(held));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, held);
  }
}

TEST(Statement, HasSortedKeysAndNothingThatMovesTheInk) {
  const std::string statement = StatementOf(WithArguments("{\"a\":\"\xE2\x80\xAE\xC2\xA0\"}"));
  EXPECT_EQ(MakeVisible(statement, Backslashes::kKeep), statement);
  const auto document = base::JsonDocument::Parse(statement).value();
  std::vector<std::string> names;
  for (const auto& member : document.root().members()) names.push_back(member.key.text());
  EXPECT_TRUE(std::ranges::is_sorted(names));
}

// Every field that an approver relies on is inside what they sign.
TEST(Statement, DiffersWheneverAnyFieldDiffers) {
  const std::string statement = StatementOf(Held());
  const auto differs = [&](auto change) {
    HeldCall held = Held();
    change(held);
    return StatementOf(held) != statement;
  };
  EXPECT_FALSE(differs([](HeldCall&) {}));
  EXPECT_TRUE(differs([](HeldCall& held) { held.id += "x"; }));
  EXPECT_TRUE(differs([](HeldCall& held) { held.call_digest[31] ^= 1U; }));
  EXPECT_TRUE(differs([](HeldCall& held) { held.created_ms += 1; }));
  EXPECT_TRUE(differs([](HeldCall& held) { held.expires_ms += 1; }));
  EXPECT_TRUE(differs([](HeldCall& held) { held.proposed.terms_digest[0] ^= 1U; }));
  EXPECT_TRUE(differs([](HeldCall& held) { held.proposed.request_digest[0] ^= 1U; }));
  EXPECT_TRUE(differs([](HeldCall& held) { held.proposed.clauses[0].title += "x"; }));
  EXPECT_TRUE(differs([](HeldCall& held) { held.proposed.need.people = 1; }));
  EXPECT_TRUE(differs([](HeldCall& held) { held.proposed.need.roles.pop_back(); }));
  for (std::string ProposedCall::* const field :
       {&ProposedCall::model, &ProposedCall::provider, &ProposedCall::dialect, &ProposedCall::application,
        &ProposedCall::organization, &ProposedCall::on_behalf_of, &ProposedCall::purpose,
        &ProposedCall::authority, &ProposedCall::facts}) {
    EXPECT_TRUE(differs([field](HeldCall& held) { held.proposed.*field += "x"; }));
  }
  for (std::string ToolCall::* const field : {&ToolCall::tool, &ToolCall::arguments, &ToolCall::call_id}) {
    EXPECT_TRUE(differs([field](HeldCall& held) { held.proposed.call.*field += " "; }));
  }
}

TEST(Statement, RefusesEveryOtherWayOfWritingIt) {
  const std::string statement = StatementOf(Held());
  const struct {
    std::string_view find;
    std::string_view replace;
  } rows[] = {
      {"{\"application\"", "{ \"application\""},
      {"\"people\":2", "\"people\":2.0"},
      {"\"people\":2", "\"people\":0"},
      {"\"people\":2", "\"people\":17"},
      {"\"provider\":", "\"extra\":1,\"provider\":"},
      {"\"purpose\":\"exercise\",", ""},
      {"proviso.statement/v1", "proviso.statement/v2"},
      {"engage_target", "engage_tarGet"},  // the call digest no longer fits
      {"117", "118"},
      {"09:40", "9:40"},
      {"1111", "111"},
      {"\"exercise\"", "\"exercis\\u0065\""},
      {"\"exercise\"", "[\"exercise\"]"},
      {"}", "} "},
  };
  HeldCall held = Held();
  held.expires_ms = examples::kStartMs + examples::kLifetimeMs;
  const std::string canonical = StatementOf(held);
  ASSERT_TRUE(ParseStatement(canonical));
  for (const auto& row : rows) {
    std::string changed = canonical;
    const auto at = changed.find(row.find);
    ASSERT_NE(at, std::string::npos) << row.find;
    changed.replace(at, row.find.size(), row.replace);
    EXPECT_FALSE(ParseStatement(changed)) << changed;
  }
  EXPECT_FALSE(ParseStatement(""));
  EXPECT_FALSE(ParseStatement("null"));
}

TEST(Statement, RendersTheArgumentsAsTheToolWillReadThem) {
  const std::string rendered =
      RenderStatement(StatementOf(WithArguments(R"({"to":"\u0061lice","list":[1,{}],"empty":[]})"))).value();
  EXPECT_THAT(rendered, HasSubstr(R"(  {
    "to": "alice",
    "list": [
      1,
      {}
    ],
    "empty": []
  }
)"));
  EXPECT_THAT(rendered,
              HasSubstr("needs           2 different people, each with role commander or duty officer\n"));
  EXPECT_THAT(rendered, HasSubstr("clause          4.2  A person decides every engagement\n"));
  EXPECT_THAT(RenderStatement(StatementOf(WithArguments(""))).value(), HasSubstr("(none)"));
}

TEST(Statement, NoArgumentPaintsOverTheScreen) {
  auto proposed = examples::Engage();
  proposed.call.arguments = "{\"a\":\"\\u001b[2J\\r\\nneeds 0 people\xE2\x80\xAE\"}";
  proposed.purpose = "exercise\nneeds           nobody\x1B[1A";
  proposed.call.tool = "engage\xE2\x80\x8B_target";
  const std::string rendered = RenderStatement(StatementOf(Held(proposed))).value();
  EXPECT_THAT(rendered, HasSubstr(R"("a": "\u001b[2J\r\nneeds 0 people\u202e")"));
  EXPECT_THAT(rendered, HasSubstr(R"(exercise\u000aneeds           nobody\u001b[1A)"));
  EXPECT_THAT(rendered, HasSubstr(R"(engage\u200b_target)"));
  EXPECT_THAT(rendered, HasSubstr("note: contained control"));
  EXPECT_THAT(rendered, Not(HasSubstr("\nneeds           nobody")));
  for (const char c : rendered) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace
}  // namespace proviso::oversight
