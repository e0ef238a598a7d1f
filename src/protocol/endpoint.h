// Where each dialect is served: its paths, read and written.
//
//   OpenAI     /v1/chat/completions   /v1/responses   /v1/responses/input_tokens   /v1/embeddings
//   Anthropic  /v1/messages           /v1/messages/count_tokens
//   Gemini     /v1beta/models/MODEL:generateContent, :streamGenerateContent[?alt=sse], :countTokens,
//              :embedContent, :batchEmbedContents        (/v1/models/MODEL:… likewise)
//   Bedrock    /model/MODEL/converse, /model/MODEL/converse-stream, /model/MODEL/count-tokens
//
// A path is matched byte for byte; only MODEL is percent-decoded, once, and must then be plain text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/request.h"

namespace proviso::protocol {

/// What a POST to this path and query asks for; nothing for a path that is none of the above.
/// kInvalid when the model in it cannot be read.
[[nodiscard]] std::optional<base::Result<Inbound>> ReadPath(std::string_view path, std::string_view query);

/// Where an upstream is asked, below its base URL, with the query that the delivery needs ("?alt=sse").
/// Embeddings are asked for in the form of one text (Gemini's batch is chosen by the caller's own path).
[[nodiscard]] std::string PathOf(Dialect dialect, Operation operation, std::string_view model,
                                 Delivery delivery);

/// The caller's own path with another model in it; the path itself where the body names the model.
[[nodiscard]] std::string WithModelInPath(std::string_view path, std::string_view model);

/// The media type of an answer: "application/json", "text/event-stream", or AWS's event stream.
[[nodiscard]] std::string_view ContentTypeOf(Dialect dialect, Delivery delivery);

}  // namespace proviso::protocol
