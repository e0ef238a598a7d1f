// How servers that speak Chat Completions differ from OpenAI, one row each.
//
// Each value is from the server's own API reference (named in profile.cc), so that a request that was
// translated, or was written for OpenAI, is one that the server takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/translate.h"

namespace proviso::protocol::internal {

struct ProfileTraits {
  Profile profile = Profile::kNone;
  std::string_view name;

  /// The member that bounds the answer's tokens.
  std::string_view tokens_member = "max_completion_tokens";
  /// The member that holds the random seed.
  std::string_view seed_member = "seed";
  /// tool_choice's word for "some tool must be called".
  std::string_view any_word = "required";

  /// Which role a developer's turn has.
  enum class Developer : std::uint8_t { kKept, kSystem };
  Developer developer = Developer::kSystem;

  /// How reasoning of earlier turns is given back.
  enum class Echo : std::uint8_t {
    kNever,           ///< Refused or ignored: left out.
    kContent,         ///< `reasoning_content`, and `reasoning_details` for what has a signature.
    kContentInTools,  ///< `reasoning_content`, but only since the last user turn.
    kPlain,           ///< `reasoning`.
    kParts,           ///< A part {"type":"thinking"} of the content.
  };
  Echo echo = Echo::kContent;

  /// How the reasoning effort is asked for.
  enum class Effort : std::uint8_t {
    kMember,    ///< `reasoning_effort`.
    kThinking,  ///< `thinking`: {"type": "enabled" | "disabled"}.
    kNone,      ///< Not at all.
  };
  Effort effort = Effort::kMember;

  /// What becomes of top-level members that only OpenAI has (`store`, `user`, `metadata`, …).
  enum class Foreign : std::uint8_t { kForwarded, kLeftOut };
  Foreign foreign = Foreign::kForwarded;
  /// Of those left out elsewhere, the server's own, separated by spaces.
  std::string_view own_members = {};

  /// Where documents and audio go.
  enum class Media : std::uint8_t { kOpenAi, kMistral, kImagesOnly };
  Media media = Media::kOpenAi;

  enum class Has : std::uint8_t { kYes, kNo };
  Has answer_schema = Has::kYes;
  Has choices = Has::kYes;
  Has log_probabilities = Has::kYes;
  Has parallel_switch = Has::kYes;
  Has stream_options = Has::kYes;
  Has penalties = Has::kYes;
  Has participant_name = Has::kYes;
  Has custom_tools = Has::kNo;
  /// System turns behind the first user turn.
  Has late_system = Has::kYes;
  /// `top_k`, which OpenAI does not know.
  Has top_k = Has::kNo;

  /// Most stop sequences; 0 for no bound.
  std::size_t stops_max = 4;
};

[[nodiscard]] const ProfileTraits& TraitsOf(Profile profile);

}  // namespace proviso::protocol::internal
