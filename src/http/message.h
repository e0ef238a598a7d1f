// HTTP messages as values: heads, headers and what may be said of them without a socket.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace proviso::http {

/// One header line. The name is kept as sent; it is compared without case (RFC 9110, 5.1).
struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};

enum class Version : std::uint8_t { kHttp10, kHttp11, kHttp2 };

/// Whether the connection may carry another message after this one (RFC 9112, 9.3).
enum class KeepAlive : std::uint8_t { kYes, kNo };

/// How the length of a body is known (RFC 9112, 6.3). Over HTTP/2 a body without Content-Length is
/// kUntilClose: it ends with its stream.
enum class BodyFraming : std::uint8_t { kNone, kLength, kChunked, kUntilClose };

/// A request's start line and headers. `path` and `query` are the two sides of the first '?' of
/// `target`, exactly as sent: nothing is decoded, merged or lowered, so a route matches these
/// bytes or none.
struct RequestHead {
  std::string method;
  std::string target;
  std::string path;
  std::string query;
  Version version = Version::kHttp11;
  KeepAlive keep_alive = KeepAlive::kYes;
  BodyFraming framing = BodyFraming::kNone;
  std::uint64_t content_length = 0;
  std::vector<Header> headers;
};

struct ResponseHead {
  int status = 0;
  std::string reason;
  Version version = Version::kHttp11;
  KeepAlive keep_alive = KeepAlive::kYes;
  BodyFraming framing = BodyFraming::kNone;
  std::uint64_t content_length = 0;
  std::vector<Header> headers;
};

/// ASCII comparison without case, as for header names and their tokens.
[[nodiscard]] bool EqualsIgnoringCase(std::string_view left, std::string_view right);

/// The value of the first header with this name, or null. Borrowed from `headers`.
[[nodiscard]] const std::string* FindHeader(std::span<const Header> headers, std::string_view name);

/// How many headers have this name.
[[nodiscard]] std::size_t CountHeaders(std::span<const Header> headers, std::string_view name);

/// The headers that a gateway may pass on: all but the hop-by-hop ones (RFC 9110, 7.6.1), the
/// ones that `Connection` names, and those that belong to one hop by their nature: Host,
/// Content-Length, Expect. Credentials are the caller's business (see upstreams/credential.h).
[[nodiscard]] std::vector<Header> ForwardableHeaders(std::span<const Header> headers);

/// Whether any header is one that the sender of a message writes itself: Host, Content-Length,
/// Transfer-Encoding or Connection. A second one would give the message two readings.
[[nodiscard]] bool HoldsFraming(std::span<const Header> headers);

/// Whether `text` is a token of RFC 9110, 5.6.2, and not empty.
[[nodiscard]] bool IsToken(std::string_view text);

/// Whether `text` may stand as a header value: visible ASCII, space, tab and bytes from 0x80.
[[nodiscard]] bool IsHeaderValue(std::string_view text);

/// Appends "Name: value\r\n" for each header; fails with kInvalid, appending nothing more, when
/// a name is not a token or a value holds a control byte, so that no value can end its line.
[[nodiscard]] base::Status AppendHeaders(std::string& out, std::span<const Header> headers);

/// The phrase for a status line: "Not Found"; "Unknown" for a status that we do not know.
[[nodiscard]] std::string_view ReasonPhrase(int status);

}  // namespace proviso::http
