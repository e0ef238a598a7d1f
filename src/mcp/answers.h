// What the gateway itself says to an MCP client.
//
// A withheld tools/call is a *result* with `isError`, because that is what reaches the model and the
// application through every SDK; anything else that is refused is a JSON-RPC error. Both carry the same
// facts for programs: `_meta` of a result has "proviso/outcome", "proviso/decision", "proviso/clauses" and
// "proviso/hold", and `data` of an error has the same names without "proviso/".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/method.h"

namespace proviso::mcp {

/// JSON-RPC error codes. -32000 to -32019 are free for implementations; the others are the protocol's.
enum class Code : std::int32_t {
  kParse = -32700,
  kInvalidRequest = -32600,
  kInvalidParams = -32602,
  kInternal = -32603,
  kNoSession = -32001,  ///< What the SDKs' own servers say.
  kWithheld = -32010,   ///< The terms forbid it.
  kHeld = -32011,       ///< A person must decide first.
  kUnauthenticated = -32012,
  kNotAllowed = -32013,  ///< Origin, route or hold that this caller may not use.
  kServerFailed = -32014,
  kOverloaded = -32015,
  kHeaderMismatch = -32020,
  kUnsupportedVersion = -32022,
};

/// What was decided about a withheld request.
struct Withheld {
  enum class Outcome : std::uint8_t {
    kForbid,
    kHold,    ///< It waits for people.
    kDenied,  ///< By people, by the time that ran out, or because the approval is for something else.
  };
  Outcome outcome = Outcome::kForbid;
  std::string text;  ///< For the model and for people.
  std::string decision_id;
  std::vector<std::string> clauses;
  std::string hold_id;  ///< "" when nothing waits.
};

/// An error response. `id` is JSON ("null" for none).
[[nodiscard]] std::string RenderError(std::string_view id, Code code, std::string_view message);

/// The same for a version that nobody here speaks, with the versions that pass.
[[nodiscard]] std::string RenderUnsupportedVersion(std::string_view id, std::string_view requested);

/// The response to a request of `method` that was withheld.
[[nodiscard]] std::string RenderWithheld(std::string_view id, Method method, const Withheld& withheld);

/// A progress notification: `token` is JSON, `step` counts up from 1. Its progress grows by a millionth a
/// step, so that whatever the server reports later is more.
[[nodiscard]] std::string RenderProgress(std::string_view token, std::uint32_t step, std::string_view text);

/// Whether this is a version of the protocol that passes; the text of MCP-Protocol-Version.
[[nodiscard]] bool IsKnownVersion(std::string_view version);

}  // namespace proviso::mcp
