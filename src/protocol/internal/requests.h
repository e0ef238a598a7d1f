// One reader per dialect, over a parsed body, and what they share (request.cc).
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "protocol/internal/reading.h"
#include "protocol/request.h"

namespace proviso::protocol::internal {

[[nodiscard]] base::Status ReadOpenAiRequest(base::Json root, Request& request);
/// POST /v1/embeddings (embeddings.cc).
[[nodiscard]] base::Status ReadOpenAiEmbedding(base::Json root, Request& request);
[[nodiscard]] base::Status ReadAnthropicRequest(base::Json root, Request& request);
[[nodiscard]] base::Status ReadResponsesRequest(base::Json root, Request& request);
[[nodiscard]] base::Status ReadGeminiRequest(base::Json root, Request& request);
[[nodiscard]] base::Status ReadConverseRequest(base::Json root, Request& request);

/// Reads `model` and its place, and `stream`, of bodies that hold them.
[[nodiscard]] base::Status ReadModel(base::Json root, Request& request);
[[nodiscard]] base::Status ReadDelivery(base::Json root, Request& request);

/// kInvalid, "<where>: <what>".
[[nodiscard]] std::unexpected<base::Error> Malformed(std::string_view where, std::string_view what);

/// Fails when a member's name is one of `names` in another letter case.
[[nodiscard]] base::Status CheckRequestNames(base::Json object, std::initializer_list<std::string_view> names,
                                             std::string_view where);

/// A member that is a string, or "" when missing or null; fails on another kind.
[[nodiscard]] base::Result<std::string> StringMember(base::Json object, std::string_view key,
                                                     std::string_view where);
/// A member that is a positive integer, or nothing when missing or null; fails otherwise.
[[nodiscard]] base::Result<std::optional<std::int64_t>> PositiveMember(base::Json object,
                                                                       std::string_view key);

/// Adds a tool, within the limits. Its name must not be empty.
[[nodiscard]] base::Status AddTool(Request& request, OfferedTool tool, std::string_view where);

/// The member as an array; a missing value when absent or null; fails on another kind.
[[nodiscard]] base::Result<base::Json> ArrayMember(base::Json object, std::string_view key);

}  // namespace proviso::protocol::internal
