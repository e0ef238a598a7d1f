// How Google's JSON names its members (protocol buffers' JSON mapping).
//
// Google's servers take each member of a *request* by two names, "functionCall" and "function_call",
// and some clients take both in an *answer*. Two names for one thing are two readings, so:
//   in requests   either name is read; both at once are refused
//   in answers    only camelCase, which is all that Google's servers write
//   in both       any other letter case is refused ("functioncall", "FunctionCall")
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace proviso::protocol::internal::gemini {

using Names = std::initializer_list<std::string_view>;

/// "functionCall" as "function_call".
[[nodiscard]] std::string SnakeOf(std::string_view camel);

/// "function_call" as "functionCall"; what has no underscore stays.
[[nodiscard]] std::string CamelOf(std::string_view name);

/// The member of a request by either of its names; a missing value when it has neither.
[[nodiscard]] base::Json Find(base::Json object, std::string_view camel);

/// Fails with kInvalid when `object` (of a request) names one of `names` twice or in another case.
[[nodiscard]] base::Status CheckRequest(base::Json object, Names names, std::string_view where);

/// Fails as Broken when `object` (of an answer) has a member that only looks like one of `names`.
[[nodiscard]] base::Status CheckAnswer(base::Json object, Names names, std::string_view where);

/// The items of a repeated member of a request: an array's elements, or the one object that
/// Google's servers take for an array of one. Nothing when absent; kInvalid for another kind.
[[nodiscard]] base::Result<std::vector<base::Json>> Items(base::Json value, std::string_view where);

/// What a Content and a Part are made of.
inline constexpr Names kContentNames = {"role", "parts"};
inline constexpr Names kPartNames = {
    "text",         "thought",          "thoughtSignature", "inlineData",          "fileData",
    "functionCall", "functionResponse", "executableCode",   "codeExecutionResult", "toolCall",
    "toolResponse", "videoMetadata",    "partMetadata",     "mediaResolution"};
inline constexpr Names kCallNames = {"id", "name", "args", "partialArgs", "willContinue"};

}  // namespace proviso::protocol::internal::gemini
