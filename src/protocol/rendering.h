// Answers that Proviso itself writes: an approved call for a client that comes back for it, a
// notice, a list of models, and the keep-alive of an open stream.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/answer.h"
#include "protocol/dialect.h"

namespace proviso::protocol {

/// What every answer needs besides its content.
struct AnswerFrame {
  std::string id = {};  ///< Ours, for example the decision id: the client can quote it.
  std::string model = {};
  std::int64_t created_s = 0;  ///< Unix seconds.
};

/// Bytes that keep a stream open and mean nothing: an SSE comment (OpenAI), a ping (Anthropic), white
/// space in Gemini's array; "" where there are none.
[[nodiscard]] std::string_view KeepAlive(Dialect dialect, Delivery delivery = Delivery::kStream);

/// A complete answer (JSON, or a whole event stream with its terminal event) that holds exactly
/// `calls`, in order, with the dialect's stop reason for calls. Fails with kInvalid when Anthropic
/// must carry arguments that are not a JSON object, and for a kind that the dialect lacks.
[[nodiscard]] base::Result<std::string> RenderReleasedCalls(Dialect dialect, Delivery delivery,
                                                            const AnswerFrame& frame,
                                                            std::span<const ToolCall> calls);

/// A complete answer that holds only `text`, with the stop reason that no client mistakes for the
/// model's own finish: "content_filter" (OpenAI), "refusal" (Anthropic).
[[nodiscard]] std::string RenderNotice(Dialect dialect, Delivery delivery, const AnswerFrame& frame,
                                       std::string_view text);

struct ModelEntry {
  std::string id;
  std::string owner;           ///< OpenAI's `owned_by`.
  std::string display_name;    ///< Anthropic's; the id when empty.
  std::int64_t created_s = 0;  ///< Unix seconds.
};

/// The body of GET /v1/models, one page.
[[nodiscard]] std::string RenderModelList(Dialect dialect, std::span<const ModelEntry> models);

/// The body of GET /v1/models/ID.
[[nodiscard]] std::string RenderModel(Dialect dialect, const ModelEntry& model);

}  // namespace proviso::protocol
