// What a request uses of the table in capabilities.h.
#include <algorithm>
#include <array>

#include "protocol/capabilities.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol {
namespace {

using enum Feature;

/// Walks a request and notes what it uses.
class Survey {
 public:
  explicit Survey(const ExchangeRequest& request) : request_(request) {}

  std::vector<FeatureUse> Take() {
    Turns();
    Tools();
    Choice();
    Format();
    Reasoning();
    Sample();
    Rest();
    return std::move(uses_);
  }

 private:
  void Add(Feature feature, std::string path) { uses_.push_back({feature, std::move(path)}); }
  void AddIf(bool used, Feature feature, std::string_view path) {
    if (used) Add(feature, std::string(path));
  }

  void Turns();
  void OneTurn(const Turn& turn, const std::string& path, std::size_t index);
  void OneBlock(const Block& block, const std::string& path);
  void Result(const ResultBlock& result, const std::string& path);
  void Media(const MediaBlock& media, const std::string& path);
  void Tools();
  void Choice();
  void Format();
  void Reasoning();
  void Sample();
  void Rest();

  const ExchangeRequest& request_;
  std::vector<FeatureUse> uses_;
  bool dialogue_begun_ = false;
};

void Survey::Turns() {
  for (std::size_t i = 0; i < request_.turns.size(); ++i) {
    OneTurn(request_.turns[i], internal::At("turns", i), i);
  }
}

void Survey::OneTurn(const Turn& turn, const std::string& path, std::size_t index) {
  switch (turn.role) {
    case Role::kSystem:
    case Role::kDeveloper:
      AddIf(turn.role == Role::kDeveloper, kDeveloperRole, path);
      Add(dialogue_begun_ ? kLateSystemPrompt : kSystemPrompt, path);
      break;
    case Role::kUser:
    case Role::kAssistant:
    case Role::kTool:
      dialogue_begun_ = true;
      break;
  }
  AddIf(!turn.name.empty(), kParticipantName, path);
  bool waits = false;  // for the results of calls: then it is no beginning of an answer
  for (std::size_t i = 0; i < turn.blocks.size(); ++i) {
    OneBlock(turn.blocks[i], internal::At(path + ".blocks", i));
    waits = waits || std::holds_alternative<CallBlock>(turn.blocks[i].content);
  }
  const bool last = index + 1 == request_.turns.size();
  AddIf(last && turn.role == Role::kAssistant && !waits && !turn.blocks.empty(), kAssistantPrefill, path);
}

void Survey::OneBlock(const Block& block, const std::string& path) {
  AddIf(block.cache_s > 0, kCacheMark, path);
  const bool opaque = std::holds_alternative<OpaqueBlock>(block.content);
  if (opaque) {
    Add(kOther, path);
  } else if (!block.original.empty()) {
    Add(kBlockDetail, path);
  }
  if (const auto* text = std::get_if<TextBlock>(&block.content)) {
    AddIf(!text->citations.empty(), kCitationReplay, path);
  } else if (std::holds_alternative<ReasoningBlock>(block.content)) {
    Add(kReasoningReplay, path);
  } else if (std::holds_alternative<RefusalBlock>(block.content)) {
    Add(kRefusalReplay, path);
  } else if (const auto* media = std::get_if<MediaBlock>(&block.content)) {
    Media(*media, path);
  } else if (const auto* result = std::get_if<ResultBlock>(&block.content)) {
    Result(*result, path);
  }
}

void Survey::Result(const ResultBlock& result, const std::string& path) {
  AddIf(result.status == ResultBlock::Status::kError, kResultError, path);
  for (std::size_t i = 0; i < result.content.size(); ++i) {
    const std::string place = internal::At(path + ".content", i);
    if (const auto* media = std::get_if<MediaBlock>(&result.content[i].content)) {
      AddIf(media->kind == MediaBlock::Kind::kImage, kResultImage, place);
      AddIf(media->kind == MediaBlock::Kind::kDocument, kResultDocument, place);
    }
    OneBlock(result.content[i], place);
  }
}

void Survey::Media(const MediaBlock& media, const std::string& path) {
  if (!media.file_id.empty()) return Add(kProviderFile, path);
  const bool by_url = !media.url.empty();
  switch (media.kind) {
    case MediaBlock::Kind::kImage:
      return Add(by_url ? kImageUrl : kImageInline, path);
    case MediaBlock::Kind::kDocument:
      return Add(by_url ? kDocumentUrl : kDocumentInline, path);
    case MediaBlock::Kind::kAudio:
      return Add(by_url ? kMediaUrl : kAudioInline, path);
    case MediaBlock::Kind::kVideo:
      return Add(by_url ? kMediaUrl : kVideoInline, path);
  }
}

void Survey::Tools() {
  for (std::size_t i = 0; i < request_.tools.size(); ++i) {
    const ToolDefinition& tool = request_.tools[i];
    const std::string path = internal::At("tools", i);
    AddIf(tool.cache_s > 0, kCacheMark, path);
    if (!tool.provider_type.empty()) {
      Add(kToolOfProvider, path);
      continue;
    }
    Add(tool.kind == CallKind::kCustom ? kToolCustom : kToolFunction, path);
    AddIf(tool.strict == true, kStrictSchema, path + ".strict");
    AddIf(!tool.original.empty(), kBlockDetail, path);
  }
}

void Survey::Choice() {
  const ToolChoice& choice = request_.tool_choice;
  switch (choice.kind) {
    case ToolChoice::Kind::kUnsaid:
      break;
    case ToolChoice::Kind::kNone:
      Add(kToolChoiceNone, "tool_choice");
      break;
    case ToolChoice::Kind::kNamed:
      Add(kToolChoiceNamed, "tool_choice");
      break;
    case ToolChoice::Kind::kAuto:
    case ToolChoice::Kind::kAny:
      AddIf(choice.kind == ToolChoice::Kind::kAny, kToolChoiceAny, "tool_choice");
      AddIf(!choice.names.empty(), kToolChoiceAllowed, "tool_choice.names");
      break;
  }
  AddIf(choice.parallel == false, kParallelCallsSwitch, "tool_choice.parallel");
}

void Survey::Format() {
  switch (request_.format.kind) {
    case AnswerFormat::Kind::kText:
      return;
    case AnswerFormat::Kind::kJson:
      return Add(kAnswerJson, "format");
    case AnswerFormat::Kind::kSchema:
      return Add(kAnswerSchema, "format");
  }
}

void Survey::Reasoning() {
  const ReasoningChoice& reasoning = request_.reasoning;
  const bool switched =
      reasoning.mode == ReasoningChoice::Mode::kOff || reasoning.mode == ReasoningChoice::Mode::kAdaptive;
  AddIf(!reasoning.effort.empty(), kReasoningEffort, "reasoning.effort");
  AddIf(reasoning.effort.empty() && !reasoning.budget_tokens && switched, kReasoningEffort, "reasoning.mode");
  AddIf(reasoning.budget_tokens.has_value(), kReasoningBudget, "reasoning.budget_tokens");
  AddIf(reasoning.show != ReasoningChoice::Show::kUnsaid, kReasoningShown, "reasoning.show");
}

void Survey::Sample() {
  const Sampling& sampling = request_.sampling;
  AddIf(sampling.output_tokens_max.has_value(), kOutputTokensMax, "sampling.output_tokens_max");
  AddIf(sampling.temperature.has_value(), kTemperature, "sampling.temperature");
  AddIf(sampling.top_p.has_value(), kTopP, "sampling.top_p");
  AddIf(sampling.top_k.has_value(), kTopK, "sampling.top_k");
  // A penalty of nothing is what every model does unasked.
  AddIf(sampling.presence_penalty.value_or(0) != 0, kPresencePenalty, "sampling.presence_penalty");
  AddIf(sampling.frequency_penalty.value_or(0) != 0, kFrequencyPenalty, "sampling.frequency_penalty");
  AddIf(sampling.seed.has_value(), kSeed, "sampling.seed");
  AddIf(!sampling.stop.empty(), kStopSequences, "sampling.stop");
  AddIf(sampling.choices > 1, kChoices, "sampling.choices");
  AddIf(sampling.log_probabilities.has_value(), kLogProbabilities, "sampling.log_probabilities");
}

void Survey::Rest() {
  AddIf(!request_.user.empty(), kEndUser, "user");
  AddIf(!request_.metadata.empty(), kMetadata, "metadata");
  for (const Member& member : request_.others) {
    Add(IsServiceSetting(member.path) ? kServiceSetting : kOther, member.path);
  }
}

}  // namespace

bool IsServiceSetting(std::string_view path) {
  constexpr std::array<std::string_view, 13> kSettings = {
      "service_tier",            // OpenAI, Anthropic
      "serviceTier",             // Bedrock
      "performanceConfig",       // Bedrock: latency
      "store",                   // OpenAI: whether it keeps the answer
      "prompt_cache_key",        // OpenAI
      "prompt_cache_retention",  // OpenAI
      "prompt_cache_options",    // OpenAI
      "cache_control",           // Anthropic: caches by itself
      "inference_geo",           // Anthropic
      "speed",                   // Anthropic
      "stream_options.include_obfuscation",
      "safety_identifier",
      "user",
  };
  return std::ranges::find(kSettings, path) != kSettings.end();
}

std::vector<FeatureUse> FeaturesOf(const ExchangeRequest& request) {
  return Survey(request).Take();
}

}  // namespace proviso::protocol
