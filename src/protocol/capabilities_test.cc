#include "protocol/capabilities.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace proviso::protocol {
namespace {

Block Text(std::string text) {
  Block block;
  block.content = TextBlock{.text = std::move(text), .citations = {}};
  return block;
}

Turn UserTurn(std::vector<Block> blocks) {
  return {.role = Role::kUser, .blocks = std::move(blocks), .name = "", .source = {}};
}

std::vector<std::string> UsesOf(const ExchangeRequest& request) {
  std::vector<std::string> names;
  for (const FeatureUse& use : FeaturesOf(request)) {
    names.push_back(std::string(NameOf(use.feature)) + " " + use.path);
  }
  return names;
}

TEST(Capabilities, NameEachFeatureOnce) {
  std::set<std::string_view> names;
  for (const Capability& row : Capabilities()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(FeatureNamed(row.name), row.feature);
    EXPECT_EQ(NameOf(row.feature), row.name);
  }
  EXPECT_FALSE(FeatureNamed("telepathy"));
}

TEST(Capabilities, NameWhatBecomesOfAFeature) {
  for (const Disposal disposal : {Disposal::kReject, Disposal::kWarn, Disposal::kDrop}) {
    EXPECT_EQ(DisposalNamed(NameOf(disposal)), disposal);
  }
  EXPECT_FALSE(DisposalNamed("ignore"));
}

TEST(Features, AreNoneOfAPlainQuestion) {
  ExchangeRequest request;
  request.turns = {UserTurn({Text("hello")})};
  EXPECT_EQ(UsesOf(request), std::vector<std::string>());
}

TEST(Features, TellALateSystemPromptFromAFirstOne) {
  ExchangeRequest request;
  request.turns = {{.role = Role::kSystem, .blocks = {Text("a")}, .name = "", .source = {}},
                   UserTurn({Text("b")}),
                   {.role = Role::kDeveloper, .blocks = {Text("c")}, .name = "", .source = {}}};
  EXPECT_EQ(UsesOf(request), (std::vector<std::string>{"system_prompt turns[0]", "developer_role turns[2]",
                                                       "late_system_prompt turns[2]"}));
}

TEST(Features, LookIntoAToolsResult) {
  Block image;
  image.content = MediaBlock{
      .media_type = "image/png", .base64 = "AA==", .url = "", .file_id = "", .name = "", .detail = ""};
  Block result;
  result.content = ResultBlock{.call_id = "c",
                               .name = "",
                               .status = ResultBlock::Status::kError,
                               .content = {Text("see"), image},
                               .json = ""};
  ExchangeRequest request;
  request.turns = {UserTurn({result})};
  EXPECT_EQ(UsesOf(request), (std::vector<std::string>{"result_error turns[0].blocks[0]",
                                                       "result_image turns[0].blocks[0].content[1]",
                                                       "image_inline turns[0].blocks[0].content[1]"}));
}

TEST(Features, TellAServiceSettingFromAMemberWithMeaning) {
  ExchangeRequest request;
  request.others = {{.path = "service_tier", .json = R"("flex")", .source = {}},
                    {.path = "logit_bias", .json = "{}", .source = {}}};
  EXPECT_EQ(UsesOf(request), (std::vector<std::string>{"service_setting service_tier", "other logit_bias"}));
}

TEST(Features, CallALastTurnOfTheAssistantAPrefillUnlessItCalls) {
  ExchangeRequest request;
  request.turns = {UserTurn({Text("a")}),
                   {.role = Role::kAssistant, .blocks = {Text("{")}, .name = "", .source = {}}};
  EXPECT_EQ(UsesOf(request), std::vector<std::string>{"assistant_prefill turns[1]"});
  Block call;
  call.content = CallBlock{.id = "c", .name = "f", .arguments = "{}", .signature = "", .item_id = ""};
  request.turns[1].blocks = {call};
  EXPECT_EQ(UsesOf(request), std::vector<std::string>());
}

TEST(Features, CountAPenaltyOfNothingAsUnasked) {
  ExchangeRequest request;
  request.sampling.presence_penalty = 0;
  request.sampling.frequency_penalty = 0.5;
  EXPECT_EQ(UsesOf(request), std::vector<std::string>{"frequency_penalty sampling.frequency_penalty"});
}

}  // namespace
}  // namespace proviso::protocol
