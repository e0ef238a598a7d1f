// The table of capabilities against the code: what the table says a dialect can express, its writer
// writes and its reader finds again; what the table says it cannot, a translation refuses or finds.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "protocol/capabilities.h"
#include "protocol/internal/dialects.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using Kind = MediaBlock::Kind;
using enum Feature;

template <typename Content>
Block With(Content content) {
  Block block;
  block.content = std::move(content);
  return block;
}

Block Text(std::string text) {
  return With(TextBlock{.text = std::move(text), .citations = {}});
}

Block Media(Kind kind, std::string type, std::string url = "", std::string file_id = "") {
  MediaBlock media;
  media.kind = kind;
  media.media_type = std::move(type);
  media.name = kind == Kind::kDocument ? "paper" : "";
  media.url = std::move(url);
  media.file_id = std::move(file_id);
  if (media.url.empty() && media.file_id.empty()) media.base64 = "AAAA";
  return With(std::move(media));
}

void Say(ExchangeRequest& request, Role role, std::vector<Block> blocks) {
  request.turns.push_back({.role = role, .blocks = std::move(blocks), .name = "", .source = {}});
}

void Show(ExchangeRequest& request, Block block) {
  request.turns.back().blocks.push_back(std::move(block));
}

void Offer(ExchangeRequest& request, CallKind kind = CallKind::kFunction, std::string provider_type = "") {
  ToolDefinition tool;
  tool.name = "f";
  tool.description = "does f";
  tool.kind = kind;
  tool.provider_type = std::move(provider_type);
  if (!tool.provider_type.empty()) tool.original = R"({"type":"x"})";
  if (kind == CallKind::kFunction) {
    tool.schema =
        R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})";
  }
  request.tools.push_back(std::move(tool));
}

void Choose(ExchangeRequest& request, ToolChoice::Kind kind, std::vector<std::string> names = {}) {
  Offer(request);
  request.tool_choice = {.kind = kind, .names = std::move(names), .parallel = {}};
}

/// A call and its result, which holds these blocks.
void Answer(ExchangeRequest& request, std::vector<Block> content,
            ResultBlock::Status status = ResultBlock::Status::kUnsaid) {
  Offer(request);
  CallBlock call;
  call.id = "call_12345";
  call.name = "f";
  call.arguments = R"({"a":"b"})";
  Say(request, Role::kAssistant, {With(call)});
  ResultBlock result;
  result.call_id = "call_12345";
  result.name = "f";
  result.status = status;
  result.content = std::move(content);
  Say(request, Role::kTool, {With(result)});
}

void Reply(ExchangeRequest& request, Block block) {
  std::vector<Block> blocks = {std::move(block)};
  blocks.push_back(Text("so"));
  Say(request, Role::kAssistant, std::move(blocks));
  Say(request, Role::kUser, {Text("go on")});
}

using Use = std::function<void(ExchangeRequest&)>;

using Uses = std::map<Feature, Use>;

/// How each feature is used, and nothing else that matters: in turns and blocks,
Uses UsesOfContent() {
  return {
      {kSystemPrompt,
       [](auto& r) {
         r.turns.insert(r.turns.begin(),
                        {.role = Role::kSystem, .blocks = {Text("be brief")}, .name = "", .source = {}});
       }},
      {kDeveloperRole,
       [](auto& r) {
         r.turns.insert(r.turns.begin(),
                        {.role = Role::kDeveloper, .blocks = {Text("be brief")}, .name = "", .source = {}});
       }},
      {kLateSystemPrompt,
       [](auto& r) {
         Say(r, Role::kSystem, {Text("now French")});
         Say(r, Role::kUser, {Text("go on")});
       }},
      {kParticipantName, [](auto& r) { r.turns.back().name = "ada"; }},
      {kImageInline, [](auto& r) { Show(r, Media(Kind::kImage, "image/png")); }},
      {kImageUrl, [](auto& r) { Show(r, Media(Kind::kImage, "", "https://x.example/a.png")); }},
      {kDocumentInline, [](auto& r) { Show(r, Media(Kind::kDocument, "application/pdf")); }},
      {kDocumentUrl, [](auto& r) { Show(r, Media(Kind::kDocument, "", "https://x.example/a.pdf")); }},
      {kAudioInline, [](auto& r) { Show(r, Media(Kind::kAudio, "audio/wav")); }},
      {kVideoInline, [](auto& r) { Show(r, Media(Kind::kVideo, "video/mp4")); }},
      {kMediaUrl, [](auto& r) { Show(r, Media(Kind::kVideo, "video/mp4", "https://x.example/a.mp4")); }},
      {kProviderFile, [](auto& r) { Show(r, Media(Kind::kDocument, "", "", "file-1")); }},
      {kReasoningReplay,
       [](auto& r) {
         ReasoningBlock reasoning;
         reasoning.text = "hm";
         reasoning.signature = "c2lnbmVk";
         reasoning.id = "rs_1";
         Reply(r, With(reasoning));
       }},
      {kRefusalReplay, [](auto& r) { Reply(r, With(RefusalBlock{.text = "I will not"})); }},
      {kCacheMark, [](auto& r) { r.turns.back().blocks.back().cache_s = 300; }},
      {kCitationReplay,
       [](auto& r) {
         TextBlock text;
         text.text = "Rome";
         text.citations.push_back({.kind = Citation::Kind::kUrl,
                                   .title = "t",
                                   .url = "https://x.example",
                                   .quoted = "",
                                   .begin = 0,
                                   .end = 4,
                                   .original = ""});
         Reply(r, With(text));
       }},
  };
}

/// in tools and their results,
Uses UsesOfTools() {
  return {
      {kToolFunction, [](auto& r) { Offer(r); }},
      {kToolCustom, [](auto& r) { Offer(r, CallKind::kCustom); }},
      {kToolOfProvider, [](auto& r) { Offer(r, CallKind::kFunction, "web_search"); }},
      {kToolChoiceNone, [](auto& r) { Choose(r, ToolChoice::Kind::kNone); }},
      {kToolChoiceAny, [](auto& r) { Choose(r, ToolChoice::Kind::kAny); }},
      {kToolChoiceNamed, [](auto& r) { Choose(r, ToolChoice::Kind::kNamed, {"f"}); }},
      {kToolChoiceAllowed,
       [](auto& r) {
         Choose(r, ToolChoice::Kind::kAny, {"f", "g"});
         for (const char* name : {"g", "h"}) {
           Offer(r);
           r.tools.back().name = name;
         }
       }},
      {kParallelCallsSwitch,
       [](auto& r) {
         Choose(r, ToolChoice::Kind::kAuto);
         r.tool_choice.parallel = false;
       }},
      {kStrictSchema,
       [](auto& r) {
         Offer(r);
         r.tools.back().strict = true;
       }},
      {kResultError, [](auto& r) { Answer(r, {Text("broke")}, ResultBlock::Status::kError); }},
      {kResultImage, [](auto& r) { Answer(r, {Media(Kind::kImage, "image/png")}); }},
      {kResultDocument, [](auto& r) { Answer(r, {Media(Kind::kDocument, "application/pdf")}); }},
  };
}

/// and in what the answer is to be.
Uses UsesOfSettings() {
  return {
      {kAnswerJson, [](auto& r) { r.format.kind = AnswerFormat::Kind::kJson; }},
      {kAnswerSchema,
       [](auto& r) {
         r.format.kind = AnswerFormat::Kind::kSchema;
         r.format.name = "answer";
         r.format.schema =
             R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})";
       }},
      {kReasoningEffort, [](auto& r) { r.reasoning.effort = "low"; }},
      {kReasoningBudget,
       [](auto& r) {
         r.reasoning.budget_tokens = 2048;
         r.reasoning.mode = ReasoningChoice::Mode::kOn;
       }},
      {kReasoningShown, [](auto& r) { r.reasoning.show = ReasoningChoice::Show::kSummary; }},
      {kOutputTokensMax, [](auto& r) { r.sampling.output_tokens_max = 4096; }},
      {kTemperature, [](auto& r) { r.sampling.temperature = 0.5; }},
      {kTopP, [](auto& r) { r.sampling.top_p = 0.5; }},
      {kTopK, [](auto& r) { r.sampling.top_k = 5; }},
      {kPresencePenalty, [](auto& r) { r.sampling.presence_penalty = 0.5; }},
      {kFrequencyPenalty, [](auto& r) { r.sampling.frequency_penalty = 0.5; }},
      {kSeed, [](auto& r) { r.sampling.seed = 7; }},
      {kStopSequences, [](auto& r) { r.sampling.stop = {"END"}; }},
      {kChoices, [](auto& r) { r.sampling.choices = 2; }},
      {kLogProbabilities, [](auto& r) { r.sampling.log_probabilities = 2; }},
      {kEndUser, [](auto& r) { r.user = "u-1"; }},
      {kMetadata, [](auto& r) { r.metadata = {{"team", "t"}}; }},
      {kAssistantPrefill, [](auto& r) { Say(r, Role::kAssistant, {Text("{")}); }},
      {kServiceSetting,
       [](auto& r) { r.others.push_back({.path = "service_tier", .json = R"("x")", .source = {}}); }},
      {kBlockDetail, [](auto& r) { r.turns.back().blocks.back().original = R"({"text":"hi","x":1})"; }},
      {kOther, [](auto& r) { r.others.push_back({.path = "zzz", .json = "1", .source = {}}); }},
  };
}

const Uses& AllUses() {
  static const Uses uses = [] {
    Uses all = UsesOfContent();
    all.merge(UsesOfTools());
    all.merge(UsesOfSettings());
    return all;
  }();
  return uses;
}

/// Asked in a dialect that is none of the target, so that nothing passes as the target's own.
ExchangeRequest Sample(Feature feature, Dialect target) {
  ExchangeRequest request;
  request.dialect =
      target == Dialect::kAnthropicMessages ? Dialect::kOpenAiChat : Dialect::kAnthropicMessages;
  request.model = "some-model";
  Say(request, Role::kUser, {Text("hi")});
  AllUses().at(feature)(request);
  return request;
}

base::Result<std::string> Write(const ExchangeRequest& request, Dialect target) {
  const Translation translation{.to = target, .model = "some-model", .disposals = {}};
  std::vector<Finding> findings;
  internal::WriteContext context{translation, findings};
  switch (target) {
    case Dialect::kOpenAiChat:
      return internal::WriteChatRequest(request, context);
    case Dialect::kOpenAiResponses:
      return internal::WriteResponsesRequest(request, context);
    case Dialect::kAnthropicMessages:
      return internal::WriteAnthropicRequest(request, context);
    case Dialect::kGemini:
      return internal::WriteGeminiRequest(request, context);
    case Dialect::kBedrockConverse:
      return internal::WriteConverseRequest(request, context);
  }
  return std::string();
}

std::set<Feature> FoundIn(const ExchangeRequest& request) {
  std::set<Feature> found;
  for (const FeatureUse& use : FeaturesOf(request)) found.insert(use.feature);
  return found;
}

/// What a feature becomes where the table says that it is said another way, beside itself.
bool MayBecome(Feature feature, const std::set<Feature>& found) {
  if (feature == kDeveloperRole) return found.contains(kSystemPrompt);
  if (feature == kToolChoiceAllowed) return found.contains(kToolChoiceAny);  // of only the allowed ones
  if (feature == kReasoningEffort && found.contains(kReasoningBudget)) return true;  // by its model
  if (feature == kResultImage) return found.contains(kImageInline);                  // the user shows it
  if (feature == kResultDocument) return found.contains(kDocumentInline);
  if (feature == kRefusalReplay) return true;  // a plain text, which is no feature
  return found.contains(feature);
}

/// Whether `read` still has what the sample used; members by their names, as writers have some of their own.
bool Keeps(const ExchangeRequest& read, Feature feature) {
  return std::ranges::any_of(FeaturesOf(read), [feature](const FeatureUse& use) {
    if (use.feature != feature) return false;
    if (feature == kServiceSetting) return use.path == "service_tier";
    return feature != kOther || use.path == "zzz";
  });
}

std::string NameOfCase(Feature feature, Dialect target) {
  return std::string(NameOf(feature)) + " to " + std::string(NameOf(target));
}

/// Dialects whose translation is there.
std::vector<Dialect> Targets() {
  std::vector<Dialect> targets;
  for (const Dialect dialect : kDialects) {
    const auto written = Write(Sample(kTemperature, dialect), dialect);
    if (written || written.error().code != base::ErrorCode::kInternal) targets.push_back(dialect);
  }
  return targets;
}

TEST(CapabilityTable, HasASampleOfEachFeatureThatUsesIt) {
  for (const Capability& row : Capabilities()) {
    ASSERT_TRUE(AllUses().contains(row.feature)) << row.name;
    EXPECT_TRUE(FoundIn(Sample(row.feature, Dialect::kGemini)).contains(row.feature)) << row.name;
  }
}

TEST(CapabilityTable, SaysYesWhereTheWriterWritesAndTheReaderFindsIt) {
  for (const Dialect target : Targets()) {
    for (const Capability& row : Capabilities()) {
      const Support support = SupportOf(row.feature, target);
      if (support == Support::kNo) continue;
      SCOPED_TRACE(NameOfCase(row.feature, target));
      const auto body = Write(Sample(row.feature, target), target);
      ASSERT_TRUE(body) << body.error().message;
      const auto read = ReadExchange(Inbound{.dialect = target, .model = "some-model"}, *body);
      ASSERT_TRUE(read) << read.error().message << *body;
      const std::set<Feature> found = FoundIn(*read);
      if (support == Support::kYes) {
        EXPECT_TRUE(found.contains(row.feature)) << *body;
      } else {
        EXPECT_TRUE(MayBecome(row.feature, found)) << *body;
      }
    }
  }
}

TEST(CapabilityTable, SaysNoWhereATranslationRefusesOrFindsIt) {
  for (const Dialect target : Targets()) {
    for (const Capability& row : Capabilities()) {
      if (SupportOf(row.feature, target) != Support::kNo) continue;
      SCOPED_TRACE(NameOfCase(row.feature, target));
      const ExchangeRequest request = Sample(row.feature, target);
      const auto rejected = TranslateRequest(
          request, {.to = target, .model = "some-model", .disposals = {{row.feature, Disposal::kReject}}});
      ASSERT_FALSE(rejected) << rejected->body;
      EXPECT_TRUE(rejected.error().message.contains(row.name)) << rejected.error().message;
      const auto warned = TranslateRequest(
          request, {.to = target, .model = "some-model", .disposals = {{row.feature, Disposal::kWarn}}});
      if (!warned) continue;  // without it nothing may be left to ask
      EXPECT_TRUE(std::ranges::any_of(
          warned->findings, [&](const Finding& finding) { return finding.feature == row.feature; }));
      const auto read = ReadExchange(Inbound{.dialect = target, .model = "some-model"}, warned->body);
      ASSERT_TRUE(read) << read.error().message << warned->body;
      EXPECT_FALSE(Keeps(*read, row.feature)) << warned->body;
    }
  }
}

}  // namespace
}  // namespace proviso::protocol
