// The body of our own refusals: the shape in which the official SDKs look for an error.
#pragma once

#include <string>
#include <string_view>

namespace proviso::http::internal {

/// {"type":"error","error":{"type":"invalid_request_error","message":REASON}}
[[nodiscard]] std::string RefusalBody(std::string_view reason);

}  // namespace proviso::http::internal
