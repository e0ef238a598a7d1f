#include "mcp/answers.h"

#include <gmock/gmock.h>

#include "mcp/limits.h"
#include "mcp/message.h"

namespace proviso::mcp {
namespace {

Withheld Example() {
  return {Withheld::Outcome::kHold, "withheld \"x\"", "dec_1", {"4.2"}, "hold_1"};
}

TEST(Answers, ToAWithheldCallIsAResultThatIsAnError) {
  EXPECT_EQ(RenderWithheld("7", Method::kToolsCall, Example()),
            R"({"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"withheld \"x\""}],)"
            R"("isError":true,"resultType":"complete","_meta":{"proviso/outcome":"hold",)"
            R"("proviso/decision":"dec_1","proviso/clauses":["4.2"],"proviso/hold":"hold_1"}}})");
}

TEST(Answers, ToAnotherWithheldRequestIsAnError) {
  EXPECT_EQ(RenderWithheld("\"a\"", Method::kResourcesRead, Example()),
            R"({"jsonrpc":"2.0","id":"a","error":{"code":-32011,"message":"withheld \"x\"",)"
            R"("data":{"outcome":"hold","decision":"dec_1","clauses":["4.2"],"hold":"hold_1"}}})");
  Withheld denied = Example();
  denied.outcome = Withheld::Outcome::kDenied;
  EXPECT_THAT(RenderWithheld("1", Method::kPromptsGet, denied),
              testing::AllOf(testing::HasSubstr("\"code\":-32010"), testing::HasSubstr("\"denied\"")));
  Withheld forbidden = Example();
  forbidden.outcome = Withheld::Outcome::kForbid;
  forbidden.hold_id.clear();
  EXPECT_THAT(RenderWithheld("1", Method::kPromptsGet, forbidden),
              testing::AllOf(testing::HasSubstr("\"code\":-32010"), testing::HasSubstr("\"forbid\"")));
}

TEST(Answers, AreMessagesThatOurOwnReaderReads) {
  for (const std::string& text :
       {RenderError("null", Code::kParse, "m"), RenderError("7", Code::kInternal, "m"),
        RenderUnsupportedVersion("7", "1999-01-01"), RenderWithheld("7", Method::kToolsCall, Example()),
        RenderWithheld("7", Method::kPromptsGet, Example()), RenderProgress("\"t\"", 3, "waiting")}) {
    EXPECT_TRUE(ReadMessage(text, kServerMessageBytesMax)) << text;
  }
}

TEST(Answers, ReportProgressThatAnyLaterOnePasses) {
  EXPECT_EQ(RenderProgress("7", 2, "m"),
            R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,)"
            R"("progress":2e-06,"message":"m"}})");
}

TEST(Answers, KnowTheVersionsThatPass) {
  for (const char* version : {"2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"})
    EXPECT_TRUE(IsKnownVersion(version)) << version;
  for (const char* version : {"", "2024-11-05", "2025-06-18 ", "2099-01-01"})
    EXPECT_FALSE(IsKnownVersion(version)) << version;
}

}  // namespace
}  // namespace proviso::mcp
