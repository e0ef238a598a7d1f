#include "protocol/internal/chat/profile.h"

#include <array>

namespace proviso::protocol {
namespace internal {
namespace {

using Traits = ProfileTraits;
using Has = Traits::Has;

/// In the order of Profile.
constexpr std::array kProfiles = {
    // A server that speaks as OpenAI does and about which nothing is known.
    Traits{.profile = Profile::kNone,
           .name = "none",
           .developer = Traits::Developer::kKept,
           .custom_tools = Has::kYes,
           .top_k = Has::kYes},
    // platform.openai.com, API reference "Create chat completion": reasoning has no place in messages.
    Traits{.profile = Profile::kOpenAi,
           .name = "openai",
           .developer = Traits::Developer::kKept,
           .echo = Traits::Echo::kNever,
           .custom_tools = Has::kYes},
    // docs.mistral.ai, API "Chat Completion": unknown members are refused (422 extra_forbidden), as is a
    // system message behind a user's; call ids
    // are nine letters and digits, usage always stands in the last chunk, documents go as document_url and
    // audio as bare base64.
    Traits{.profile = Profile::kMistral,
           .name = "mistral",
           .tokens_member = "max_tokens",
           .seed_member = "random_seed",
           .any_word = "any",
           .echo = Traits::Echo::kParts,
           .effort = Traits::Effort::kNone,
           .foreign = Traits::Foreign::kLeftOut,
           .own_members = " safe_prompt prompt_mode guardrails prediction ",
           .media = Traits::Media::kMistral,
           .log_probabilities = Has::kNo,
           .stream_options = Has::kNo,
           .participant_name = Has::kNo,
           .late_system = Has::kNo,
           .stops_max = 0},
    // api-docs.deepseek.com, "Create Chat Completion" and "Thinking Mode": reasoning_content of a turn
    // that is over must not be sent, that of the turn whose tools are running must; no json_schema, no n.
    Traits{.profile = Profile::kDeepSeek,
           .name = "deepseek",
           .tokens_member = "max_tokens",
           .echo = Traits::Echo::kContentInTools,
           .effort = Traits::Effort::kThinking,
           .media = Traits::Media::kImagesOnly,
           .answer_schema = Has::kNo,
           .choices = Has::kNo,
           .parallel_switch = Has::kNo,
           .stops_max = 16},
    // docs.x.ai, "Chat completions": as OpenAI; reasoning of earlier turns is not taken.
    Traits{.profile = Profile::kXAi,
           .name = "xai",
           .echo = Traits::Echo::kNever,
           .media = Traits::Media::kImagesOnly},
    // console.groq.com, "OpenAI compatibility": n must be 1; logprobs and penalties are refused;
    // reasoning stands in `reasoning`.
    Traits{.profile = Profile::kGroq,
           .name = "groq",
           .echo = Traits::Echo::kPlain,
           .media = Traits::Media::kImagesOnly,
           .choices = Has::kNo,
           .log_probabilities = Has::kNo,
           .penalties = Has::kNo},
    // docs.vllm.ai, "OpenAI-Compatible Server": more than OpenAI has; chat templates know the role
    // `system`, seldom `developer`.
    Traits{.profile = Profile::kVllm,
           .name = "vllm",
           .tokens_member = "max_tokens",
           .top_k = Has::kYes,
           .stops_max = 0},
    // llama.cpp, tools/server/README.md: n is ignored, so it would be lost in silence.
    Traits{.profile = Profile::kLlamaCpp,
           .name = "llama.cpp",
           .tokens_member = "max_tokens",
           .effort = Traits::Effort::kNone,
           .choices = Has::kNo,
           .top_k = Has::kYes,
           .stops_max = 0},
    // docs.ollama.com, "OpenAI compatibility": the list of supported request fields there.
    Traits{.profile = Profile::kOllama,
           .name = "ollama",
           .tokens_member = "max_tokens",
           .echo = Traits::Echo::kPlain,
           .media = Traits::Media::kImagesOnly,
           .choices = Has::kNo,
           .log_probabilities = Has::kNo,
           .parallel_switch = Has::kNo,
           .stops_max = 0},
};

}  // namespace

const ProfileTraits& TraitsOf(Profile profile) {
  for (const Traits& row : kProfiles) {
    if (row.profile == profile) return row;
  }
  return kProfiles.front();
}

}  // namespace internal

std::string_view NameOf(Profile profile) {
  return internal::TraitsOf(profile).name;
}

std::optional<Profile> ProfileNamed(std::string_view name) {
  for (const internal::ProfileTraits& row : internal::kProfiles) {
    if (row.name == name) return row.profile;
  }
  if (name == "llamacpp" || name == "llama-cpp") return Profile::kLlamaCpp;
  return std::nullopt;
}

}  // namespace proviso::protocol
