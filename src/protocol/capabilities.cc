#include "protocol/capabilities.h"

namespace proviso::protocol {
namespace {

constexpr Support kY = Support::kYes;
constexpr Support kR = Support::kRewritten;
constexpr Support kN = Support::kNo;
constexpr Disposal kReject = Disposal::kReject;
constexpr Disposal kWarn = Disposal::kWarn;
constexpr Disposal kDrop = Disposal::kDrop;

// Sources: the providers' public API references, as of 2026. A row is kReject when the answer would
// mean something else without it, kWarn when it would be less good, kDrop when only speed, price or
// book-keeping depend on it.
using enum Feature;
constexpr Capability kTable[] = {
    //                                                         Chat Resp Anth Gemini Bedrock
    {kSystemPrompt, "system_prompt", kReject, {kY, kY, kY, kY, kY}},
    {kDeveloperRole, "developer_role", kWarn, {kY, kY, kR, kR, kR}},
    {kLateSystemPrompt, "late_system_prompt", kReject, {kY, kY, kY, kN, kN}},
    {kParticipantName, "participant_name", kWarn, {kY, kN, kN, kN, kN}},
    {kImageInline, "image_inline", kReject, {kY, kY, kY, kY, kY}},
    {kImageUrl, "image_url", kReject, {kY, kY, kY, kY, kN}},
    {kDocumentInline, "document_inline", kReject, {kY, kY, kY, kY, kY}},
    {kDocumentUrl, "document_url", kReject, {kN, kY, kY, kY, kN}},
    {kAudioInline, "audio_inline", kReject, {kY, kN, kN, kY, kY}},
    {kVideoInline, "video_inline", kReject, {kN, kN, kN, kY, kY}},
    {kMediaUrl, "media_url", kReject, {kN, kN, kN, kY, kN}},
    {kProviderFile, "provider_file", kReject, {kN, kN, kN, kN, kN}},
    {kToolFunction, "tool_function", kReject, {kY, kY, kY, kY, kY}},
    {kToolCustom, "tool_custom", kReject, {kY, kY, kN, kN, kN}},
    {kToolOfProvider, "tool_of_provider", kReject, {kN, kN, kN, kN, kN}},
    {kToolChoiceNone, "tool_choice_none", kReject, {kY, kY, kY, kY, kN}},
    {kToolChoiceAny, "tool_choice_any", kReject, {kY, kY, kY, kY, kY}},
    {kToolChoiceNamed, "tool_choice_named", kReject, {kY, kY, kY, kY, kY}},
    {kToolChoiceAllowed, "tool_choice_allowed", kReject, {kY, kY, kR, kY, kN}},
    {kParallelCallsSwitch, "parallel_calls_switch", kReject, {kY, kY, kY, kN, kN}},
    {kStrictSchema, "strict_schema", kWarn, {kY, kY, kY, kN, kY}},
    {kResultError, "result_error", kWarn, {kN, kN, kY, kR, kY}},
    {kResultImage, "result_image", kReject, {kR, kY, kY, kY, kY}},
    {kResultDocument, "result_document", kReject, {kR, kY, kY, kY, kY}},
    {kAnswerJson, "answer_json", kReject, {kY, kY, kN, kY, kN}},
    {kAnswerSchema, "answer_schema", kReject, {kY, kY, kY, kY, kY}},
    {kReasoningEffort, "reasoning_effort", kWarn, {kY, kY, kY, kR, kN}},
    {kReasoningBudget, "reasoning_budget", kWarn, {kN, kN, kY, kY, kN}},
    {kReasoningShown, "reasoning_shown", kDrop, {kN, kY, kY, kY, kN}},
    {kReasoningReplay, "reasoning_replay", kWarn, {kY, kY, kY, kY, kY}},
    {kRefusalReplay, "refusal_replay", kWarn, {kY, kY, kR, kR, kR}},
    {kOutputTokensMax, "output_tokens_max", kReject, {kY, kY, kY, kY, kY}},
    {kTemperature, "temperature", kWarn, {kY, kY, kY, kY, kY}},
    {kTopP, "top_p", kWarn, {kY, kY, kY, kY, kY}},
    {kTopK, "top_k", kWarn, {kN, kN, kY, kY, kN}},
    {kPresencePenalty, "presence_penalty", kWarn, {kY, kN, kN, kY, kN}},
    {kFrequencyPenalty, "frequency_penalty", kWarn, {kY, kN, kN, kY, kN}},
    {kSeed, "seed", kWarn, {kY, kN, kN, kY, kN}},
    {kStopSequences, "stop_sequences", kReject, {kY, kN, kY, kY, kY}},
    {kChoices, "choices", kReject, {kY, kN, kN, kY, kN}},
    {kLogProbabilities, "log_probabilities", kReject, {kN, kN, kN, kN, kN}},
    {kCacheMark, "cache_mark", kDrop, {kN, kN, kY, kN, kY}},
    {kCitationReplay, "citation_replay", kDrop, {kN, kY, kN, kN, kN}},
    {kEndUser, "end_user", kDrop, {kY, kY, kY, kN, kN}},
    {kMetadata, "metadata", kDrop, {kY, kY, kN, kN, kY}},
    {kAssistantPrefill, "assistant_prefill", kReject, {kN, kN, kY, kY, kY}},
    {kServiceSetting, "service_setting", kDrop, {kN, kN, kN, kN, kN}},
    {kBlockDetail, "block_detail", kWarn, {kN, kN, kN, kN, kN}},
    {kOther, "other", kReject, {kN, kN, kN, kN, kN}},
};

constexpr bool InOrder() {
  for (std::size_t i = 0; i < std::size(kTable); ++i) {
    if (static_cast<std::size_t>(kTable[i].feature) != i) return false;
  }
  return std::size(kTable) == static_cast<std::size_t>(kOther) + 1;
}
static_assert(InOrder(), "one row for each feature, in the order of Feature");

}  // namespace

std::span<const Capability> Capabilities() {
  return kTable;
}

Support SupportOf(Feature feature, Dialect dialect) {
  return kTable[static_cast<std::size_t>(feature)].support[static_cast<std::size_t>(dialect)];
}

std::string_view NameOf(Feature feature) {
  return kTable[static_cast<std::size_t>(feature)].name;
}

std::optional<Feature> FeatureNamed(std::string_view name) {
  for (const Capability& row : kTable) {
    if (row.name == name) return row.feature;
  }
  return std::nullopt;
}

std::string_view NameOf(Support support) {
  switch (support) {
    case Support::kYes:
      return "yes";
    case Support::kRewritten:
      return "rewritten";
    case Support::kNo:
      return "no";
  }
  return "";
}

std::string_view NameOf(Disposal disposal) {
  switch (disposal) {
    case Disposal::kReject:
      return "reject";
    case Disposal::kWarn:
      return "warn";
    case Disposal::kDrop:
      return "drop";
  }
  return "";
}

std::optional<Disposal> DisposalNamed(std::string_view name) {
  for (const Disposal disposal : {Disposal::kReject, Disposal::kWarn, Disposal::kDrop}) {
    if (NameOf(disposal) == name) return disposal;
  }
  return std::nullopt;
}

}  // namespace proviso::protocol
