// A request that the terms decide, as they see it: a tool of a server, and its typed input.
//
//   method           tool               input
//   tools/call       params.name        params.arguments ({} when absent)
//   resources/read   "resources/read"   {"uri": params.uri}
//   prompts/get      "prompts/get"      {"name": params.name, "arguments": params.arguments}
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "mcp/message.h"
#include "mcp/method.h"

namespace proviso::mcp {

struct ToolCall {
  std::string tool;
  /// The input as canonical JSON (base/canonical_json.h): one text for every spelling of one value.
  std::string input;
  /// What is asked for besides the tool and its input, as canonical JSON: the params without `name`,
  /// `arguments`, `uri` and `_meta`. "{}" for most; a `task`, or the client's answers to what a server
  /// asked for in an earlier round (`inputResponses`, `requestState`).
  std::string rest;
  /// Whether it goes on with an earlier request: it has `inputResponses` or `requestState`.
  bool continues = false;
  /// `params._meta["proviso/hold"]`; "" when there is none.
  std::string hold_id;
  /// `params._meta.progressToken` as JSON; "" when there is none.
  std::string progress_token;
};

/// Reads a request of a decided method. Fails with kInvalid or kLimit, naming the member: for a missing or
/// misspelt one, one that the protocol does not have, a tool that bears the name of a method.
[[nodiscard]] base::Result<ToolCall> ReadToolCall(Method method, const Message& request);

/// The message's text without `params._meta["proviso/hold"]`: what is sent on. Other bytes stay.
[[nodiscard]] std::string WithoutHold(const Message& request);

/// Whether a value that the client put into a header (Mcp-Method, Mcp-Name; =?base64?…?= is undone) is
/// `value`. False for one that cannot be read.
[[nodiscard]] bool HeaderSays(std::string_view header, std::string_view value);

/// Whether some scalar in `input` (JSON) is what an Mcp-Param header says. The server compares them with its
/// own schema; here a header must at least say nothing that the decided input does not.
[[nodiscard]] bool InputHolds(std::string_view input, std::string_view header);

}  // namespace proviso::mcp
