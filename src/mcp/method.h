// What a method is to the gateway: decided, filtered, or passed on.
//
//   decided    tools/call, resources/read, prompts/get: what makes a server act, and what brings a
//              server's content to the model. The terms see the last two as tools of these names on
//              that server, with their params as the input.
//   filtered   tools/list
//   passed     everything else that is no disguise of these: initialize, ping, notifications, lists,
//              completion, logging, subscriptions, tasks, and methods that we do not know
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace proviso::mcp {

enum class Method : std::uint8_t { kInitialize, kToolsList, kToolsCall, kResourcesRead, kPromptsGet, kOther };

/// Reads a method's name. Refuses (kInvalid) a name that some server could take for a decided or a filtered
/// one: the same letters and digits in another case or with other signs between them, and everything else
/// that begins with "tool".
[[nodiscard]] base::Result<Method> MethodNamed(std::string_view name);

/// Whether requests of this method are decided under the terms.
[[nodiscard]] bool IsDecided(Method method);

/// The name under which the terms know the requests of a decided method: "resources/read",
/// "prompts/get"; "" for kToolsCall, whose requests name their tool, and for what is not decided.
[[nodiscard]] std::string_view ToolNameOf(Method method);

}  // namespace proviso::mcp
