// Our own reading of a raw head: which bytes may stand where, and how long the body is. It is the
// second opinion beside llhttp, and the stricter one.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/message.h"
#include "http/parser.h"

namespace proviso::http::internal {

/// Looks for the empty line that ends a head, from `scanned_bytes` (always the start of a line),
/// which it moves forward. Returns the head's length, or 0 when the end is not there yet. Refuses
/// a line feed without carriage return and the reverse as soon as they are seen.
[[nodiscard]] Parsed<std::size_t> ScanForHeadEnd(std::string_view input, std::size_t& scanned_bytes);

/// Reads the lines of a whole head (with its final empty line) and settles framing and keep-alive.
[[nodiscard]] Parsed<void> ScanRequestHead(std::string_view raw, RequestHead& head);
[[nodiscard]] Parsed<void> ScanResponseHead(std::string_view raw, ResponseTo request, ResponseHead& head);

/// The rules that a request has over every version. Origin form only (RFC 9112, 3.2.1): 400 or 414.
[[nodiscard]] Parsed<void> CheckTarget(std::string_view target);
/// 400 for what is no token, 501 for a method that is not ours.
[[nodiscard]] Parsed<void> CheckMethod(std::string_view method);
/// Exactly one Host, which is a host with an optional port.
[[nodiscard]] Parsed<void> CheckHost(std::span<const Header> headers);
[[nodiscard]] Parsed<std::uint64_t> ScanContentLength(std::string_view value);
/// Fills target, path and query.
void SetTarget(std::string_view target, RequestHead& head);

}  // namespace proviso::http::internal
