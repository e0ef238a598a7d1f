// Saying no in the caller's own dialect, so that an unchanged SDK raises the right exception.
//
//   OpenAI     {"error":{"message":…,"type":…,"param":null,"code":…,"proviso":{…}}}
//   Anthropic  {"type":"error","error":{"type":…,"message":…,"proviso":{…}}}
//
//   Gemini     {"error":{"code":…,"message":…,"status":…,"proviso":{…}}}
//   Bedrock    {"message":…,"proviso":{…}}, and the header x-amzn-ErrorType (AwsErrorType)
//
// "proviso" holds {"decision","clauses","hold"} (the last only with a hold id). It stands inside
// `error`, which is what the SDKs hand to the application.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialect.h"

namespace proviso::protocol {

enum class RefusalKind : std::uint8_t {
  kMalformed,        ///< 400: the request breaks its dialect.
  kUnauthenticated,  ///< 401
  kForbidden,        ///< 403: the terms forbid it.
  kProviderRefused,  ///< 403: the provider forbids it.
  kHeld,             ///< 403: a person must decide first. Not a status that SDKs retry by themselves.
  kNotFound,         ///< 404: unknown route or model.
  kTimeout,          ///< 408: the caller was too slow.
  kConflict,         ///< 409: an approval that is used up, or for another call.
  kTooLarge,         ///< 413
  kRateLimited,      ///< 429
  kHeadersTooLarge,  ///< 431: too large, or too many.
  kInternal,         ///< 500
  kUpstreamError,    ///< 502: the provider failed, or broke its dialect.
  kOverloaded,       ///< 503
  kUpstreamTimeout,  ///< 504
};

struct Refusal {
  RefusalKind kind = RefusalKind::kInternal;
  std::string message;
  std::string decision_id;           ///< "" when nothing was decided yet.
  std::vector<std::string> clauses;  ///< The clauses that made the decision.
  std::string hold_id;               ///< "" when nothing is held.
};

/// What a provider's status means to a caller of another dialect.
[[nodiscard]] RefusalKind KindOfProviderStatus(int status);

/// The words of a provider's error body, in whatever shape its dialect has ("" when it has none). Cut
/// short; never more than what the provider said.
[[nodiscard]] std::string ProviderWords(std::string_view body);

/// The HTTP status.
[[nodiscard]] int StatusOf(RefusalKind kind);

/// Whether trying the same request again can help. The SDKs retry 408, 409, 429 and every 5xx by
/// themselves unless a response header `x-should-retry: false` says otherwise: send that header
/// when this is kNo.
enum class Retry : std::uint8_t { kMayHelp, kNo };
[[nodiscard]] Retry RetryOf(RefusalKind kind);

/// Bedrock's name for it, which its SDKs read from the response header `x-amzn-ErrorType`.
[[nodiscard]] std::string_view AwsErrorType(RefusalKind kind);

/// The whole JSON body.
[[nodiscard]] std::string RenderRefusal(Dialect dialect, const Refusal& refusal);

/// The same as an event in mid-stream; Bedrock's is an exception frame. Nothing may follow it: no
/// [DONE], no message_stop.
[[nodiscard]] std::string RenderStreamError(Dialect dialect, const Refusal& refusal);

/// The same where Gemini's array was begun and holds an element: the error is its last one.
[[nodiscard]] std::string RenderArrayError(const Refusal& refusal);

}  // namespace proviso::protocol
