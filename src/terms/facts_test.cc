#include "terms/facts.h"

#include <gmock/gmock.h>

#include "terms/internal/package_for_tests.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using cedar::Value;
using internal::Generation;
using testing::HasSubstr;

std::string InputText(std::string_view json) {
  const auto input = InputFromJson(json);
  return input ? input->Text() : "refused: " + input.error().message;
}

TEST(Input, GivesOneNumberOneValueHoweverItIsWritten) {
  struct Row {
    std::string written;
    std::string value;
  };
  for (const Row& row : std::vector<Row>{
           {"7", "7"},
           {"7.0", "7"},
           {"7e0", "7"},
           {"70E-1", "7"},
           {"-0", "0"},
           {"7.00000000000000000001", "7"},
           {"9223372036854775807", "9223372036854775807"},
           {"9223372036854775808", R"("9223372036854775808")"},
           {"-9223372036854775808", "-9223372036854775808"},
           {"1e2", "100"},
           {"0.5", R"(decimal("0.5"))"},
           {"0.50000", R"(decimal("0.5"))"},
           {"12.3456", R"(decimal("12.3456"))"},
           {"-12.3456", R"(decimal("-12.3456"))"},
           {"12.34567", R"("12.34567")"},
           {"0.30000000000000004", R"("0.30000000000000004")"},
           {"1e400", R"("1e+400")"},
       }) {
    EXPECT_EQ(InputText("{\"n\": " + row.written + "}"), "{\"n\": " + row.value + "}") << row.written;
  }
}

TEST(Input, ReadsTextsListsTablesAndLeavesNullOut) {
  struct Row {
    std::string json;
    std::string value;
  };
  for (const Row& row : std::vector<Row>{{R"({"a": "x", "b": true})", R"({"a": "x", "b": true})"},
                                         {R"({"a": null})", "{}"},
                                         {R"({"a": ["x", null, "x"]})", R"({"a": ["x"]})"},
                                         {R"({"a": {"b": {}}})", R"({"a": {"b": {}}})"},
                                         {"{}", "{}"}}) {
    EXPECT_EQ(InputText(row.json), row.value) << row.json;
  }
}

TEST(Input, RefusesWhatCouldBeReadInTwoWays) {
  struct Row {
    std::string json;
    std::string why;
  };
  for (const Row& row : std::vector<Row>{{R"({"a": 1, "a": 1})", "arguments"},
                                         {R"({"a": 1, "\u0061": 2})", "arguments"},
                                         {R"({"a": 1,})", "arguments"},
                                         {"{\"a\": \"\xff\"}", "arguments"},
                                         {"", "arguments"},
                                         {"null", "JSON object"},
                                         {"[1]", "JSON object"},
                                         {R"({"a": NaN})", "arguments"}}) {
    const auto input = InputFromJson(row.json);
    ASSERT_FALSE(input.has_value()) << row.json;
    EXPECT_EQ(input.error().code, base::ErrorCode::kInvalid) << row.json;
    EXPECT_THAT(input.error().message, HasSubstr(row.why));
  }
}

std::string Nested(std::size_t depth) {
  std::string json = "1";
  for (std::size_t i = 0; i < depth; ++i) json = "{\"a\":" + json + "}";
  return json;
}

TEST(Input, HoldsItsLimitsToTheEdge) {
  EXPECT_TRUE(InputFromJson(Nested(kInputDepthMax)).has_value());
  const auto too_deep = InputFromJson(Nested(kInputDepthMax + 1));
  ASSERT_FALSE(too_deep.has_value());
  EXPECT_EQ(too_deep.error().code, base::ErrorCode::kLimit);

  const std::string frame = R"({"a":""})";
  const auto of_bytes = [&frame](std::size_t bytes) {
    return std::string(frame).insert(6, std::string(bytes - frame.size(), 'x'));
  };
  EXPECT_TRUE(InputFromJson(of_bytes(kInputBytesMax)).has_value());
  const auto too_large = InputFromJson(of_bytes(kInputBytesMax + 1));
  ASSERT_FALSE(too_large.has_value());
  EXPECT_EQ(too_large.error().code, base::ErrorCode::kLimit);
}

TEST(ToolUid, NeverGivesTwoToolsOneEntity) {
  struct Row {
    std::string server;
    std::string tool;
    std::string uid;
  };
  for (const Row& row : std::vector<Row>{{"", "send", R"(Tool::"send")"},
                                         {"mail", "send", R"(Tool::"mail/send")"},
                                         {"", "mail/send", R"(Tool::"mail%2Fsend")"},
                                         {"", "mail%2Fsend", R"(Tool::"mail%252Fsend")"},
                                         {"a/b", "c", R"(Tool::"a%2Fb/c")"},
                                         {"a", "b/c", R"(Tool::"a/b/c")"}}) {
    EXPECT_EQ(ToolUid(row.server, row.tool).Text(), row.uid);
  }
}

TEST(Context, HoldsEachFactUnderItsNameAndNothingElse) {
  EXPECT_EQ(ContextOf(Question{}).Text(), "{}");
  Question question = Generation();
  Facts& facts = question.facts;
  facts.authority = AuthorityFact{"order", AuthorityFact::Standing::kSigned, "17", "court", 40, 0};
  facts.enclave = "high";
  facts.tools = OfferedToolsFact{3, 1, {"engage"}};
  facts.now_ms = 0;
  EXPECT_EQ(ContextOf(question).Text(),
            R"({"authority": {"case": "17", "expires": datetime("1970-01-01T00:00:00.000Z"), )"
            R"("issuer": "court", "kind": "order", "signed": true, "subject_cap": 40}, )"
            R"("enclave": Enclave::"high", "model": Model::"model-a", )"
            R"("now": datetime("1970-01-01T00:00:00.000Z"), "purpose": UseCase::"translation", )"
            R"("tools": {"effects": ["engage"], "offered": 3, "uncatalogued": 1}})");
}

TEST(Context, LetsNoOtherFactStandInForAMember) {
  Question question = Generation();
  const Value forged = Value::FromRecord(cedar::Record({{"count", Value::Long(9)}}));
  question.facts.others = {{"decision", forged},
                           {"purpose", Value::String("forged")},
                           {"consent", Value::Bool(true)},
                           {"consent", Value::Bool(false)}};
  const cedar::Record context = ContextOf(question);
  EXPECT_EQ(context.Find("decision"), nullptr);
  EXPECT_EQ(context.Find("purpose")->Text(), R"(UseCase::"translation")");
  EXPECT_EQ(context.Find("consent")->Text(), "true");
}

TEST(Act, HasOneNameEach) {
  for (const Act act : {Act::kGenerate, Act::kEmbed, Act::kCallTool, Act::kRelease, Act::kAdminister})
    EXPECT_EQ(ActNamed(NameOf(act)), act);
  EXPECT_FALSE(ActNamed("Generate"));
}

}  // namespace
}  // namespace proviso::terms
