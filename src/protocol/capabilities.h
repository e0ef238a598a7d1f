// What each dialect can express, as one table. It decides what a translation rejects, warns of, or
// leaves out; `proviso protocol capabilities` prints it; a test holds the readers and writers to it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialect.h"
#include "protocol/exchange.h"

namespace proviso::protocol {

/// Something that a request can ask for or carry.
enum class Feature : std::uint8_t {
  kSystemPrompt,
  kDeveloperRole,     ///< Kept apart from the system prompt; elsewhere it becomes one.
  kLateSystemPrompt,  ///< A system turn behind the first user turn.
  kParticipantName,
  kImageInline,
  kImageUrl,
  kDocumentInline,
  kDocumentUrl,
  kAudioInline,
  kVideoInline,
  kMediaUrl,      ///< Audio or video by URL.
  kProviderFile,  ///< A file in the provider's own store.
  kToolFunction,
  kToolCustom,      ///< Free-text tools.
  kToolOfProvider,  ///< Run or defined by the provider.
  kToolChoiceNone,
  kToolChoiceAny,
  kToolChoiceNamed,
  kToolChoiceAllowed,  ///< Some of the tools.
  kParallelCallsSwitch,
  kStrictSchema,
  kResultError,  ///< A tool's result marked as an error.
  kResultImage,
  kResultDocument,
  kAnswerJson,  ///< Any JSON object.
  kAnswerSchema,
  kReasoningEffort,
  kReasoningBudget,
  kReasoningShown,   ///< Whether the reasoning is to be seen, or its summary.
  kReasoningReplay,  ///< Reasoning blocks of earlier turns, with their signatures.
  kRefusalReplay,    ///< A refusal of an earlier turn as such.
  kOutputTokensMax,
  kTemperature,
  kTopP,
  kTopK,
  kPresencePenalty,
  kFrequencyPenalty,
  kSeed,
  kStopSequences,
  kChoices,  ///< More than one answer at once.
  kLogProbabilities,
  kCacheMark,
  kCitationReplay,  ///< Citations of an earlier turn.
  kEndUser,
  kMetadata,
  kAssistantPrefill,  ///< The last turn is the assistant's, to be continued.
  kServiceSetting,    ///< How the provider is to serve, cache or bill: nothing of what is asked.
  kBlockDetail,       ///< What a block or a tool says beyond its typed content.
  kOther,             ///< A member, a block or an item that only the caller's dialect has.
};

enum class Support : std::uint8_t {
  kYes,
  kRewritten,  ///< Said another way with the same meaning.
  kNo,
};

/// What becomes of a feature that the target lacks.
enum class Disposal : std::uint8_t {
  kReject,  ///< The request is refused and the field named.
  kWarn,    ///< Left out; a response header and the record say so.
  kDrop,    ///< Left out without a word to the caller (the record still says so): it is only a hint.
};

struct Capability {
  Feature feature;
  std::string_view name;  ///< "image_url": for configuration and findings.
  Disposal disposal;      ///< The default.
  /// In the order of kDialects.
  Support support[kDialects.size()];
};

/// Every feature once, in the order of Feature. Some stay with the provider however alike two
/// dialects are: a file in its store, a tool that it runs, log probabilities (which no canonical
/// answer holds), and whatever only its own dialect names. Their rows say kNo for all; between equal
/// dialects they travel in the original bytes.
[[nodiscard]] std::span<const Capability> Capabilities();
[[nodiscard]] Support SupportOf(Feature feature, Dialect dialect);
[[nodiscard]] std::string_view NameOf(Feature feature);
[[nodiscard]] std::string_view NameOf(Disposal disposal);
[[nodiscard]] std::optional<Disposal> DisposalNamed(std::string_view name);

[[nodiscard]] std::optional<Feature> FeatureNamed(std::string_view name);
[[nodiscard]] std::string_view NameOf(Support support);

/// One use of a feature in a request.
struct FeatureUse {
  Feature feature;
  std::string path;  ///< "turns[2].blocks[0]", or the member's own path for kOther.
};

/// Whether a member of a request only says how its provider is to serve: kServiceSetting.
[[nodiscard]] bool IsServiceSetting(std::string_view path);

/// All that the request uses, in order.
[[nodiscard]] std::vector<FeatureUse> FeaturesOf(const ExchangeRequest& request);

}  // namespace proviso::protocol
