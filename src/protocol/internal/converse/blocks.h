// The content of a Converse message, where a call can stand and where it must not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "protocol/answer.h"

namespace proviso::protocol::internal::converse {

/// The stop reason that says that we withheld every call: a safeguard outside the model intervened,
/// which no client takes for the model's own finish. (The provider's own filter is "content_filtered".)
inline constexpr std::string_view kWithheldStop = "guardrail_intervened";

enum class BlockKind : std::uint8_t {
  kText,
  kReasoning,
  kCall,        ///< `toolUse`: the client is to run it.
  kServerCall,  ///< `toolUse` of type `server_tool_use`: the provider runs it.
  kOther,       ///< Results, media, and what we do not know that cannot be a call.
};

struct GateBlock {
  BlockKind kind = BlockKind::kOther;
  ToolCall call;  ///< For kCall; the arguments are the raw JSON of `input`, "" when absent.
};

/// Reads one block of a whole answer, or the `start` of a streamed one, and adds its text to the
/// counts. kCorrupt for a call without id or name, or of a type that we do not know; for a block that
/// is two things; and for an unknown member that may be a call.
[[nodiscard]] base::Result<GateBlock> ReadGateBlock(base::Json block, std::string_view where,
                                                    AnswerSummary& summary);

/// Fails when `object` has a member that is none of `known` and whose name or content may be a call.
[[nodiscard]] base::Status NoUnknownCall(base::Json object, std::initializer_list<std::string_view> known,
                                         std::string_view where);

/// `additionalModelResponseFields` are pieces of the answer in the model's own format, which nobody
/// decides: fails when a name in them says content or a call.
[[nodiscard]] base::Status CheckModelResponse(base::Json fields, std::string_view where);
/// The same for the paths that a request asks for.
[[nodiscard]] bool IsHarmlessPath(std::string_view json_pointer);

/// Takes over what `usage` counts.
void ReadCounts(base::Json usage, Usage& counts);

/// Takes over `stopReason`. kCorrupt when it is missing or too large.
[[nodiscard]] base::Status ReadStop(base::Json holder, std::string_view where, AnswerSummary& summary);

}  // namespace proviso::protocol::internal::converse
