// Bounds of this room. What passes them is refused with ErrorCode::kLimit; each is tested at its
// edge in the test of the file that enforces it.
#pragma once

#include <cstddef>

namespace proviso::protocol {

/// One request body. Anthropic's own limit is 32 MB; OpenAI's images need no more.
inline constexpr std::size_t kRequestBytesMax = 32U << 20U;
/// Deepest nesting of JSON in a request or an answer. Tool schemas are the deepest honest use.
inline constexpr std::size_t kDepthMax = 200;
/// Messages in one request (Anthropic's own limit).
inline constexpr std::size_t kMessagesMax = 100'000;
/// Tools offered in one request.
inline constexpr std::size_t kToolsMax = 2'048;
/// A model's name, a tool's name, a call's id.
inline constexpr std::size_t kNameBytesMax = 512;
/// Values in one tool's schema, with all that its references stand for put in their places.
inline constexpr std::size_t kSchemaNodesMax = 20'000;
/// Different references in one tool's schema.
inline constexpr std::size_t kSchemaReferencesMax = 500;
/// Choices (`n`) of one answer.
inline constexpr std::size_t kChoicesMax = 128;
/// Values in the arguments of one call that come in pieces, each with its path (Vertex AI).
inline constexpr std::size_t kPartialArgumentsMax = 16'384;

/// One frame of an AWS event stream, and its headers. AWS's own limits are 16 MiB of payload and
/// 128 KiB; SDKs refuse more.
inline constexpr std::size_t kAwsFrameBytesMax = 16U << 20U;
inline constexpr std::size_t kAwsHeaderBytesMax = 128U << 10U;
/// Headers of one such frame; Bedrock sends three.
inline constexpr std::size_t kAwsHeadersMax = 64;

/// Bounds for one answer; the defaults are the house's own.
struct AnswerLimits {
  /// One server-sent event with its field names and line ends.
  std::size_t event_bytes_max = 8U << 20U;
  /// One whole (not streamed) answer.
  std::size_t whole_bytes_max = 64U << 20U;
  /// Bytes of a stream kept back at one time, while a call is not whole or awaits a ruling.
  std::size_t held_bytes_max = 32U << 20U;
  /// Tool calls in one answer.
  std::size_t calls_max = 256;
};

}  // namespace proviso::protocol
