// Taking a feature out of a request, where the route says that it may be left out.
#include <algorithm>

#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {

template <typename Match>
void DropBlocks(ExchangeRequest& request, const Match& match) {
  for (Turn& turn : request.turns) {
    std::erase_if(turn.blocks, match);
    for (Block& block : turn.blocks) {
      if (auto* result = std::get_if<ResultBlock>(&block.content)) std::erase_if(result->content, match);
    }
  }
  std::erase_if(request.turns, [](const Turn& turn) { return turn.blocks.empty(); });
}

enum class By : std::uint8_t { kInline, kUrl, kFile };

void DropMedia(ExchangeRequest& request, std::initializer_list<MediaBlock::Kind> kinds, By by) {
  DropBlocks(request, [&](const Block& block) {
    const auto* media = std::get_if<MediaBlock>(&block.content);
    if (media == nullptr || std::ranges::find(kinds, media->kind) == kinds.end()) return false;
    if (by == By::kInline) return !media->base64.empty();
    return by == By::kUrl ? !media->url.empty() : !media->file_id.empty();
  });
}

template <typename Content>
void DropContent(ExchangeRequest& request) {
  DropBlocks(request, [](const Block& block) { return std::holds_alternative<Content>(block.content); });
}

/// Media inside results only.
void DropResultMedia(ExchangeRequest& request, MediaBlock::Kind kind) {
  for (Turn& turn : request.turns) {
    for (Block& block : turn.blocks) {
      auto* result = std::get_if<ResultBlock>(&block.content);
      if (result == nullptr) continue;
      std::erase_if(result->content, [kind](const Block& inner) {
        const auto* media = std::get_if<MediaBlock>(&inner.content);
        return media != nullptr && media->kind == kind;
      });
    }
  }
}

template <typename Change>
void ForBlocks(ExchangeRequest& request, const Change& change) {
  for (Turn& turn : request.turns) {
    for (Block& block : turn.blocks) change(block);
  }
}

void TakeOutOfContent(ExchangeRequest& request, Feature feature) {
  ForBlocks(request, [feature](Block& block) {
    if (feature == Feature::kCacheMark) block.cache_s = 0;
    auto* result = std::get_if<ResultBlock>(&block.content);
    if (feature == Feature::kResultError && result != nullptr) result->status = ResultBlock::Status::kUnsaid;
    auto* text = std::get_if<TextBlock>(&block.content);
    if (feature == Feature::kCitationReplay && text != nullptr) text->citations.clear();
  });
  if (feature == Feature::kCacheMark) {
    for (ToolDefinition& tool : request.tools) tool.cache_s = 0;
  }
}

void TakeOutTools(ExchangeRequest& request, Feature feature) {
  std::erase_if(request.tools, [feature](const ToolDefinition& tool) {
    if (feature == Feature::kToolOfProvider) return !tool.provider_type.empty();
    if (feature == Feature::kToolCustom) return tool.kind == CallKind::kCustom;
    return feature == Feature::kToolFunction && tool.kind == CallKind::kFunction &&
           tool.provider_type.empty();
  });
}

void ForgetOriginals(std::vector<Block>& blocks) {
  for (Block& block : blocks) {
    if (!std::holds_alternative<OpaqueBlock>(block.content)) block.original.clear();
    if (auto* result = std::get_if<ResultBlock>(&block.content)) ForgetOriginals(result->content);
  }
}

void DropDetails(ExchangeRequest& request) {
  for (Turn& turn : request.turns) ForgetOriginals(turn.blocks);
  for (ToolDefinition& tool : request.tools) {
    if (tool.provider_type.empty()) tool.original.clear();
  }
}

}  // namespace

void TakeOut(ExchangeRequest& request, Feature feature) {
  using Kind = MediaBlock::Kind;
  Sampling& sampling = request.sampling;
  switch (feature) {
    case Feature::kSystemPrompt:
      std::erase_if(request.turns, [](const Turn& turn) { return turn.role == Role::kSystem; });
      return;
    case Feature::kDeveloperRole:
      std::erase_if(request.turns, [](const Turn& turn) { return turn.role == Role::kDeveloper; });
      return;
    case Feature::kLateSystemPrompt: {
      bool late = false;
      std::erase_if(request.turns, [&late](const Turn& turn) {
        const bool system = turn.role == Role::kSystem || turn.role == Role::kDeveloper;
        late = late || !system;
        return late && system;
      });
      return;
    }
    case Feature::kParticipantName:
      for (Turn& turn : request.turns) turn.name.clear();
      return;
    case Feature::kImageInline:
      return DropMedia(request, {Kind::kImage}, By::kInline);
    case Feature::kImageUrl:
      return DropMedia(request, {Kind::kImage}, By::kUrl);
    case Feature::kDocumentInline:
      return DropMedia(request, {Kind::kDocument}, By::kInline);
    case Feature::kDocumentUrl:
      return DropMedia(request, {Kind::kDocument}, By::kUrl);
    case Feature::kAudioInline:
      return DropMedia(request, {Kind::kAudio}, By::kInline);
    case Feature::kVideoInline:
      return DropMedia(request, {Kind::kVideo}, By::kInline);
    case Feature::kMediaUrl:
      return DropMedia(request, {Kind::kAudio, Kind::kVideo}, By::kUrl);
    case Feature::kProviderFile:
      return DropMedia(request, {Kind::kImage, Kind::kDocument, Kind::kAudio, Kind::kVideo}, By::kFile);
    case Feature::kToolFunction:
    case Feature::kToolCustom:
    case Feature::kToolOfProvider:
      return TakeOutTools(request, feature);
    case Feature::kToolChoiceNone:
    case Feature::kToolChoiceAny:
    case Feature::kToolChoiceNamed:
      request.tool_choice.kind = ToolChoice::Kind::kUnsaid;
      request.tool_choice.names.clear();
      return;
    case Feature::kToolChoiceAllowed:
      request.tool_choice.names.clear();
      return;
    case Feature::kParallelCallsSwitch:
      request.tool_choice.parallel.reset();
      return;
    case Feature::kStrictSchema:
      for (ToolDefinition& tool : request.tools) tool.strict.reset();
      return;
    case Feature::kResultImage:
      return DropResultMedia(request, Kind::kImage);
    case Feature::kResultDocument:
      return DropResultMedia(request, Kind::kDocument);
    case Feature::kAnswerJson:
    case Feature::kAnswerSchema:
      request.format = {};
      return;
    case Feature::kReasoningEffort:
      request.reasoning.effort.clear();
      request.reasoning.mode =
          request.reasoning.budget_tokens ? ReasoningChoice::Mode::kOn : ReasoningChoice::Mode::kUnsaid;
      return;
    case Feature::kReasoningBudget:
      return request.reasoning.budget_tokens.reset();
    case Feature::kReasoningShown:
      request.reasoning.show = ReasoningChoice::Show::kUnsaid;
      return;
    case Feature::kReasoningReplay:
      return DropContent<ReasoningBlock>(request);
    case Feature::kRefusalReplay:
      return DropContent<RefusalBlock>(request);
    case Feature::kResultError:
    case Feature::kCacheMark:
    case Feature::kCitationReplay:
      return TakeOutOfContent(request, feature);
    case Feature::kOutputTokensMax:
      return sampling.output_tokens_max.reset();
    case Feature::kTemperature:
      return sampling.temperature.reset();
    case Feature::kTopP:
      return sampling.top_p.reset();
    case Feature::kTopK:
      return sampling.top_k.reset();
    case Feature::kPresencePenalty:
      return sampling.presence_penalty.reset();
    case Feature::kFrequencyPenalty:
      return sampling.frequency_penalty.reset();
    case Feature::kSeed:
      return sampling.seed.reset();
    case Feature::kStopSequences:
      return sampling.stop.clear();
    case Feature::kChoices:
      sampling.choices = 1;
      return;
    case Feature::kLogProbabilities:
      return sampling.log_probabilities.reset();
    case Feature::kEndUser:
      return request.user.clear();
    case Feature::kMetadata:
      return request.metadata.clear();
    case Feature::kAssistantPrefill:
      while (!request.turns.empty() && request.turns.back().role == Role::kAssistant)
        request.turns.pop_back();
      return;
    case Feature::kServiceSetting:
      std::erase_if(request.others, [](const Member& member) { return IsServiceSetting(member.path); });
      return;
    case Feature::kBlockDetail:
      return DropDetails(request);
    case Feature::kOther:
      request.others.clear();
      return DropContent<OpaqueBlock>(request);
  }
}

}  // namespace proviso::protocol::internal
