// Taking a feature out of a request, where the route says that it may be left out.
#include <algorithm>
#include <iterator>

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

/// Whether a turn instructs rather than converses.
bool Instructs(const Turn& turn) {
  return turn.role == Role::kSystem || turn.role == Role::kDeveloper;
}

void DropRole(ExchangeRequest& request, Role role) {
  std::erase_if(request.turns, [role](const Turn& turn) { return turn.role == role; });
}

void DropLateInstructions(ExchangeRequest& request) {
  bool late = false;
  std::erase_if(request.turns, [&late](const Turn& turn) {
    late = late || !Instructs(turn);
    return late && Instructs(turn);
  });
}

void DropToolChoice(ExchangeRequest& request) {
  request.tool_choice.kind = ToolChoice::Kind::kUnsaid;
  request.tool_choice.names.clear();
}

void DropPrefill(ExchangeRequest& request) {
  while (!request.turns.empty() && request.turns.back().role == Role::kAssistant) request.turns.pop_back();
}

using Kind = MediaBlock::Kind;
using Asked = ExchangeRequest&;

struct Removal {
  Feature feature;
  void (*take_out)(ExchangeRequest& request);
};

/// One row for each feature, in any order; the test asks for each.
constexpr Removal kRemovals[] = {
    {Feature::kSystemPrompt, [](Asked request) { DropRole(request, Role::kSystem); }},
    {Feature::kDeveloperRole, [](Asked request) { DropRole(request, Role::kDeveloper); }},
    {Feature::kLateSystemPrompt, DropLateInstructions},
    {Feature::kParticipantName,
     [](Asked request) {
       for (Turn& turn : request.turns) turn.name.clear();
     }},
    {Feature::kImageInline, [](Asked request) { DropMedia(request, {Kind::kImage}, By::kInline); }},
    {Feature::kImageUrl, [](Asked request) { DropMedia(request, {Kind::kImage}, By::kUrl); }},
    {Feature::kDocumentInline, [](Asked request) { DropMedia(request, {Kind::kDocument}, By::kInline); }},
    {Feature::kDocumentUrl, [](Asked request) { DropMedia(request, {Kind::kDocument}, By::kUrl); }},
    {Feature::kAudioInline, [](Asked request) { DropMedia(request, {Kind::kAudio}, By::kInline); }},
    {Feature::kVideoInline, [](Asked request) { DropMedia(request, {Kind::kVideo}, By::kInline); }},
    {Feature::kMediaUrl, [](Asked request) { DropMedia(request, {Kind::kAudio, Kind::kVideo}, By::kUrl); }},
    {Feature::kProviderFile,
     [](Asked request) {
       DropMedia(request, {Kind::kImage, Kind::kDocument, Kind::kAudio, Kind::kVideo}, By::kFile);
     }},
    {Feature::kToolFunction, [](Asked request) { TakeOutTools(request, Feature::kToolFunction); }},
    {Feature::kToolCustom, [](Asked request) { TakeOutTools(request, Feature::kToolCustom); }},
    {Feature::kToolOfProvider, [](Asked request) { TakeOutTools(request, Feature::kToolOfProvider); }},
    {Feature::kToolChoiceNone, DropToolChoice},
    {Feature::kToolChoiceAny, DropToolChoice},
    {Feature::kToolChoiceNamed, DropToolChoice},
    {Feature::kToolChoiceAllowed, [](Asked request) { request.tool_choice.names.clear(); }},
    {Feature::kParallelCallsSwitch, [](Asked request) { request.tool_choice.parallel.reset(); }},
    {Feature::kStrictSchema,
     [](Asked request) {
       for (ToolDefinition& tool : request.tools) tool.strict.reset();
     }},
    {Feature::kResultError, [](Asked request) { TakeOutOfContent(request, Feature::kResultError); }},
    {Feature::kResultImage, [](Asked request) { DropResultMedia(request, Kind::kImage); }},
    {Feature::kResultDocument, [](Asked request) { DropResultMedia(request, Kind::kDocument); }},
    {Feature::kAnswerJson, [](Asked request) { request.format = {}; }},
    {Feature::kAnswerSchema, [](Asked request) { request.format = {}; }},
    {Feature::kReasoningEffort, [](Asked request) { request.reasoning = {}; }},
    {Feature::kReasoningBudget, [](Asked request) { request.reasoning = {}; }},
    {Feature::kReasoningShown,
     [](Asked request) { request.reasoning.show = ReasoningChoice::Show::kUnsaid; }},
    {Feature::kReasoningReplay, DropContent<ReasoningBlock>},
    {Feature::kRefusalReplay, DropContent<RefusalBlock>},
    {Feature::kOutputTokensMax, [](Asked request) { request.sampling.output_tokens_max.reset(); }},
    {Feature::kTemperature, [](Asked request) { request.sampling.temperature.reset(); }},
    {Feature::kTopP, [](Asked request) { request.sampling.top_p.reset(); }},
    {Feature::kTopK, [](Asked request) { request.sampling.top_k.reset(); }},
    {Feature::kPresencePenalty, [](Asked request) { request.sampling.presence_penalty.reset(); }},
    {Feature::kFrequencyPenalty, [](Asked request) { request.sampling.frequency_penalty.reset(); }},
    {Feature::kSeed, [](Asked request) { request.sampling.seed.reset(); }},
    {Feature::kStopSequences, [](Asked request) { request.sampling.stop.clear(); }},
    {Feature::kChoices, [](Asked request) { request.sampling.choices = 1; }},
    {Feature::kLogProbabilities, [](Asked request) { request.sampling.log_probabilities.reset(); }},
    {Feature::kCacheMark, [](Asked request) { TakeOutOfContent(request, Feature::kCacheMark); }},
    {Feature::kCitationReplay, [](Asked request) { TakeOutOfContent(request, Feature::kCitationReplay); }},
    {Feature::kEndUser, [](Asked request) { request.user.clear(); }},
    {Feature::kMetadata, [](Asked request) { request.metadata.clear(); }},
    {Feature::kAssistantPrefill, DropPrefill},
    {Feature::kBlockDetail, DropDetails},
    // No other dialect's writer takes a member that it does not know.
    {Feature::kServiceSetting, [](Asked request) { request.others.clear(); }},
    {Feature::kOther,
     [](Asked request) {
       request.others.clear();
       DropContent<OpaqueBlock>(request);
     }},
};
static_assert(std::size(kRemovals) == static_cast<std::size_t>(Feature::kOther) + 1);

}  // namespace

void TakeOut(ExchangeRequest& request, Feature feature) {
  std::ranges::find(kRemovals, feature, &Removal::feature)->take_out(request);
}

}  // namespace proviso::protocol::internal
