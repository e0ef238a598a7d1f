// Requests that the connection refuses by itself, whatever its version.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "http/parser.h"

namespace proviso::http::internal {

/// What a handler can do nothing about: an expectation that is not known (417), and content that is
/// compressed (415): what is decided on are the bytes that were sent.
[[nodiscard]] std::optional<Refusal> RefuseUnread(const RequestHead& head);

/// The body of our own refusals, in the shape in which the official SDKs look for an error:
/// {"type":"error","error":{"type":"invalid_request_error","message":REASON}}
[[nodiscard]] std::string RefusalBody(std::string_view reason);
/// Its headers; with a 415, what would be accepted (RFC 9110, 12.5.3).
[[nodiscard]] std::vector<Header> RefusalHeaders(int status);

}  // namespace proviso::http::internal
