// What a caller asks for, read from its own bytes and never changed.
//
// The body that the provider receives is the body that the caller sent, except the model's name
// (WithModel). Only what a decision may need is read; unknown members are left alone, because they
// travel on in the original bytes. Two readers that disagree would be a way around, so a member
// whose name differs only by letter case from one that we read ("Stream", "toolſ") is refused:
// there are servers that would accept it.
//
//   auto request = ReadRequest(Dialect::kOpenAiChat, body);
//   if (!request) return Refuse(RefusalKind::kMalformed, request.error().message);
//   Send(WithModel(body, *request, "upstream-name"));
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/dialect.h"

namespace proviso::protocol {

/// A tool that the caller puts within the model's reach.
struct OfferedTool {
  std::string name;
  /// "function" (the caller runs it), "custom" (OpenAI's free-text tools, which the caller also
  /// runs), or else a type that the provider itself runs or defines, as the dialect spells it:
  /// "web_search_20250305", "bash_20250124", "web_search_options", "mcp_server", ...
  std::string kind;
  /// Canonical JSON (base/canonical_json.h) of the input schema; "" when there is none.
  std::string schema;
};

/// What the request line says before the body is read: always the dialect and the operation; in
/// Gemini and Bedrock also the model and the delivery, which stand in the path there.
struct Inbound {
  Dialect dialect = Dialect::kOpenAiChat;
  Operation operation = Operation::kGenerate;
  std::string model = {};  ///< Decoded; "" where the body names it.
  Delivery delivery = Delivery::kWhole;
};

/// The facts of one request. Holds copies; outlives the body.
struct Request {
  Dialect dialect = Dialect::kOpenAiChat;
  Operation operation = Operation::kGenerate;
  std::string model;
  /// Where the model's JSON string stands in the body, quotes included; 0 to 0 when it stands in the path.
  std::size_t model_begin = 0;
  std::size_t model_end = 0;
  /// Where a body repeats the model of its path (Gemini: token counts, embeddings), quotes included, in
  /// order.
  struct Place {
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Place> model_places;
  Delivery delivery = Delivery::kWhole;
  std::vector<OfferedTool> tools;
  std::size_t messages = 0;
  /// Most tokens that the caller lets the model write; nothing when it names no bound.
  std::optional<std::int64_t> output_tokens_max;
  /// How many answers are asked for at once (OpenAI's `n`).
  std::int64_t choices = 1;
  /// The end user as the caller declares it (`user`, `safety_identifier`, `metadata.user_id`);
  /// "" when it declares none. A claim, not a proof.
  std::string declared_user;
};

/// Reads `body`. Fails with kInvalid (not this dialect: "line 1, column 9: …" or
/// "messages[2].role: …") or kLimit. Pure; any thread.
[[nodiscard]] base::Result<Request> ReadRequest(const Inbound& inbound, std::string_view body);
/// The same for what names everything in its body.
[[nodiscard]] inline base::Result<Request> ReadRequest(Dialect dialect, std::string_view body) {
  return ReadRequest(Inbound{.dialect = dialect}, body);
}

/// `body` with only the model's bytes replaced, wherever the body names it ("models/…" stays a
/// resource's name). `request` must come from this very body.
[[nodiscard]] std::string WithModel(std::string_view body, const Request& request,
                                    std::string_view upstream_model);

}  // namespace proviso::protocol
