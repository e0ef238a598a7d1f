#include "protocol/refusal.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/aws_event_stream.h"
#include "protocol/internal/reading.h"
#include "protocol/sse.h"

namespace proviso::protocol {
namespace {

/// One row per kind: the status and the words that each dialect has for it.
struct Words {
  int status;
  Retry retry;
  std::string_view openai_type;
  std::string_view openai_code;
  std::string_view anthropic_type;
  std::string_view google_status;
};

constexpr Words WordsOf(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::kMalformed:
      return {400,
              Retry::kNo,
              "invalid_request_error",
              "invalid_request",
              "invalid_request_error",
              "INVALID_ARGUMENT"};
    case RefusalKind::kUnauthenticated:
      return {401,
              Retry::kNo,
              "invalid_request_error",
              "invalid_api_key",
              "authentication_error",
              "UNAUTHENTICATED"};
    case RefusalKind::kForbidden:
      return {
          403, Retry::kNo, "permission_error", "forbidden_by_terms", "permission_error", "PERMISSION_DENIED"};
    case RefusalKind::kProviderRefused:
      return {403,
              Retry::kNo,
              "permission_error",
              "provider_permission_denied",
              "permission_error",
              "PERMISSION_DENIED"};
    case RefusalKind::kHeld:
      return {
          403, Retry::kNo, "permission_error", "held_for_approval", "permission_error", "PERMISSION_DENIED"};
    case RefusalKind::kNotFound:
      return {404, Retry::kNo, "invalid_request_error", "not_found", "not_found_error", "NOT_FOUND"};
    case RefusalKind::kTimeout:
      return {408, Retry::kMayHelp, "timeout_error", "request_timeout", "timeout_error", "DEADLINE_EXCEEDED"};
    case RefusalKind::kConflict:
      return {409,      Retry::kNo, "invalid_request_error", "approval_conflict", "invalid_request_error",
              "ABORTED"};
    case RefusalKind::kTooLarge:
      return {413,
              Retry::kNo,
              "invalid_request_error",
              "request_too_large",
              "request_too_large",
              "INVALID_ARGUMENT"};
    case RefusalKind::kRateLimited:
      return {429,
              Retry::kMayHelp,
              "rate_limit_error",
              "rate_limit_exceeded",
              "rate_limit_error",
              "RESOURCE_EXHAUSTED"};
    case RefusalKind::kHeadersTooLarge:
      return {431,
              Retry::kNo,
              "invalid_request_error",
              "headers_too_large",
              "invalid_request_error",
              "INVALID_ARGUMENT"};
    case RefusalKind::kInternal:
      return {500, Retry::kMayHelp, "server_error", "internal_error", "api_error", "INTERNAL"};
    case RefusalKind::kUpstreamError:
      return {502, Retry::kMayHelp, "server_error", "upstream_error", "api_error", "UNAVAILABLE"};
    case RefusalKind::kOverloaded:
      return {503, Retry::kMayHelp, "server_error", "overloaded", "overloaded_error", "UNAVAILABLE"};
    case RefusalKind::kUpstreamTimeout:
      return {504, Retry::kMayHelp, "server_error", "upstream_timeout", "timeout_error", "DEADLINE_EXCEEDED"};
  }
  return {};
}

/// The exceptions that a stream can carry; the SDKs know no others there.
std::string_view StreamExceptionOf(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::kMalformed:
    case RefusalKind::kUnauthenticated:
    case RefusalKind::kForbidden:
    case RefusalKind::kProviderRefused:
    case RefusalKind::kHeld:
    case RefusalKind::kNotFound:
    case RefusalKind::kConflict:
    case RefusalKind::kTooLarge:
    case RefusalKind::kHeadersTooLarge:
      return "validationException";
    case RefusalKind::kRateLimited:
      return "throttlingException";
    case RefusalKind::kInternal:
      return "internalServerException";
    case RefusalKind::kTimeout:
    case RefusalKind::kUpstreamError:
    case RefusalKind::kUpstreamTimeout:
      return "modelStreamErrorException";
    case RefusalKind::kOverloaded:
      return "serviceUnavailableException";
  }
  return "";
}

void WriteProviso(base::JsonWriter& json, const Refusal& refusal) {
  json.Key("proviso").BeginObject().Key("decision");
  if (refusal.decision_id.empty()) {
    json.Null();
  } else {
    json.String(refusal.decision_id);
  }
  json.Key("clauses").BeginArray();
  for (const std::string& clause : refusal.clauses) json.String(clause);
  json.EndArray();
  if (!refusal.hold_id.empty()) json.Key("hold").String(refusal.hold_id);
  json.EndObject();
}

/// The members of OpenAI's error object.
void WriteOpenAiError(base::JsonWriter& json, const Refusal& refusal) {
  const Words words = WordsOf(refusal.kind);
  json.Key("message").String(refusal.message);
  json.Key("type").String(words.openai_type).Key("param").Null();
  json.Key("code").String(words.openai_code);
  WriteProviso(json, refusal);
}

/// The event's members are those of the API's documentation; the SDKs raise for `error`, which the
/// provider sends as well.
std::string ResponsesError(const Refusal& refusal) {
  const Words words = WordsOf(refusal.kind);
  base::JsonWriter json;
  json.BeginObject().Key("type").String("error").Key("sequence_number").Integer(0);
  json.Key("code").String(words.openai_code).Key("message").String(refusal.message).Key("param").Null();
  json.Key("error").BeginObject();
  WriteOpenAiError(json, refusal);
  return MakeFrame("error", json.EndObject().EndObject().Take());
}

}  // namespace

RefusalKind KindOfProviderStatus(int status) {
  struct Row {
    int status;
    RefusalKind kind;
  };
  constexpr Row kRows[] = {{400, RefusalKind::kMalformed},       {401, RefusalKind::kUnauthenticated},
                           {403, RefusalKind::kProviderRefused}, {404, RefusalKind::kNotFound},
                           {408, RefusalKind::kTimeout},         {413, RefusalKind::kTooLarge},
                           {422, RefusalKind::kMalformed},       {424, RefusalKind::kUpstreamError},
                           {429, RefusalKind::kRateLimited},     {500, RefusalKind::kInternal},
                           {503, RefusalKind::kOverloaded},      {504, RefusalKind::kUpstreamTimeout},
                           {529, RefusalKind::kOverloaded}};
  for (const Row& row : kRows) {
    if (row.status == status) return row.kind;
  }
  return RefusalKind::kUpstreamError;
}

std::string ProviderWords(std::string_view body) {
  constexpr std::size_t kWordsBytesMax = 2'000;
  const auto document = base::JsonDocument::Parse(body);
  if (!document) return "";
  base::Json root = document->root();
  for (const base::Json first : root.elements()) {  // Gemini's array stream puts its error into one
    root = first;
    break;
  }
  const base::Json error = root.Find("error");
  for (const base::Json words :
       {error.Find("message"), error, root.Find("message"), root.Find("Message"), root.Find("detail")}) {
    if (words.is_string()) return internal::Shorten(words.text(), kWordsBytesMax);
  }
  return "";
}

int StatusOf(RefusalKind kind) {
  return WordsOf(kind).status;
}

Retry RetryOf(RefusalKind kind) {
  return WordsOf(kind).retry;
}

std::string_view AwsErrorType(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::kMalformed:
    case RefusalKind::kTooLarge:
    case RefusalKind::kHeadersTooLarge:
      return "ValidationException";
    case RefusalKind::kUnauthenticated:
      return "UnrecognizedClientException";
    case RefusalKind::kForbidden:
    case RefusalKind::kProviderRefused:
    case RefusalKind::kHeld:
      return "AccessDeniedException";
    case RefusalKind::kNotFound:
      return "ResourceNotFoundException";
    case RefusalKind::kTimeout:
    case RefusalKind::kUpstreamTimeout:
      return "ModelTimeoutException";
    case RefusalKind::kConflict:
      return "ConflictException";
    case RefusalKind::kRateLimited:
      return "ThrottlingException";
    case RefusalKind::kInternal:
      return "InternalServerException";
    case RefusalKind::kUpstreamError:
      return "ModelErrorException";
    case RefusalKind::kOverloaded:
      return "ServiceUnavailableException";
  }
  return "";
}

std::string RenderRefusal(Dialect dialect, const Refusal& refusal) {
  const Words words = WordsOf(refusal.kind);
  base::JsonWriter json;
  json.BeginObject();
  switch (dialect) {
    case Dialect::kOpenAiChat:
    case Dialect::kOpenAiResponses:
      json.Key("error").BeginObject();
      WriteOpenAiError(json, refusal);
      return json.EndObject().EndObject().Take();
    case Dialect::kAnthropicMessages:
      json.Key("type").String("error").Key("error").BeginObject();
      json.Key("type").String(words.anthropic_type).Key("message").String(refusal.message);
      break;
    case Dialect::kGemini:
      json.Key("error").BeginObject().Key("code").Integer(words.status);
      json.Key("message").String(refusal.message).Key("status").String(words.google_status);
      break;
    case Dialect::kBedrockConverse:
      json.Key("message").String(refusal.message);
      WriteProviso(json, refusal);
      return json.EndObject().Take();
  }
  WriteProviso(json, refusal);
  return json.EndObject().EndObject().Take();
}

std::string RenderArrayError(const Refusal& refusal) {
  return ",\n" + RenderRefusal(Dialect::kGemini, refusal) + "\n]\n";
}

std::string RenderStreamError(Dialect dialect, const Refusal& refusal) {
  const std::string body = RenderRefusal(dialect, refusal);
  switch (dialect) {
    case Dialect::kOpenAiChat:
    case Dialect::kGemini:
      return MakeFrame("", body);
    case Dialect::kOpenAiResponses:
      return ResponsesError(refusal);
    case Dialect::kAnthropicMessages:
      return MakeFrame("error", body);
    case Dialect::kBedrockConverse:
      return MakeAwsException(StreamExceptionOf(refusal.kind), body);
  }
  return "";
}

}  // namespace proviso::protocol
