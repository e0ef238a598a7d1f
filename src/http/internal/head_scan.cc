#include "http/internal/head_scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "http/limits.h"

namespace proviso::http::internal {
namespace {

std::unexpected<Refusal> Refuse(int status, std::string reason) {
  return std::unexpected(Refusal{status, std::move(reason)});
}

std::string_view TakeLine(std::string_view& raw) {
  const std::size_t end = raw.find("\r\n");
  const std::string_view line = raw.substr(0, end);
  raw.remove_prefix(end + 2);
  return line;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Parsed<void> ScanHeaderLine(std::string_view line, Header& header) {
  if (line.front() == ' ' || line.front() == '\t') {
    return Refuse(400, "a header line begins with white space (obsolete line folding)");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Refuse(400, "a header line has no colon");
  const std::string_view name = line.substr(0, colon);
  if (!IsToken(name)) return Refuse(400, "a header name is not a token directly followed by a colon");
  const std::string_view value = TrimBlanks(line.substr(colon + 1));
  if (!IsHeaderValue(value)) return Refuse(400, "a header value holds a control byte");
  header.name.assign(name);
  header.value.assign(value);
  return {};
}

/// Fills `headers` in place, so that their storage serves request after request.
Parsed<void> ScanHeaderLines(std::string_view raw, std::vector<Header>& headers) {
  std::size_t count = 0;
  while (true) {
    const std::string_view line = TakeLine(raw);
    if (line.empty()) break;
    if (count == kHeadersMax) {
      return Refuse(431, "more than " + std::to_string(kHeadersMax) + " header lines");
    }
    if (count == headers.size()) headers.emplace_back();
    if (auto scanned = ScanHeaderLine(line, headers[count]); !scanned) return scanned;
    ++count;
  }
  headers.resize(count);
  return {};
}

/// What the headers of either direction say about the body and the connection.
struct FramingHeaders {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool close = false;
};

bool ListHas(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (EqualsIgnoringCase(TrimBlanks(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

Parsed<FramingHeaders> ScanFraming(std::span<const Header> headers, Version version) {
  FramingHeaders framing;
  for (const Header& header : headers) {
    if (EqualsIgnoringCase(header.name, "content-length")) {
      if (framing.content_length) return Refuse(400, "more than one Content-Length");
      const auto length = ScanContentLength(header.value);
      if (!length) return std::unexpected(length.error());
      framing.content_length = *length;
    } else if (EqualsIgnoringCase(header.name, "transfer-encoding")) {
      if (framing.chunked) return Refuse(400, "more than one Transfer-Encoding");
      if (header.value != "chunked") return Refuse(400, "Transfer-Encoding is not exactly 'chunked'");
      framing.chunked = true;
    } else if (EqualsIgnoringCase(header.name, "connection")) {
      framing.close = framing.close || ListHas(header.value, "close");
    }
  }
  if (framing.chunked && framing.content_length) {
    return Refuse(400, "both Transfer-Encoding and Content-Length");
  }
  if (framing.chunked && version == Version::kHttp10) return Refuse(400, "Transfer-Encoding in HTTP/1.0");
  return framing;
}

Parsed<Version> ScanVersion(std::string_view text) {
  if (text == "HTTP/1.1") return Version::kHttp11;
  if (text == "HTTP/1.0") return Version::kHttp10;
  const bool shaped = text.size() == 8 && text.starts_with("HTTP/") && text[6] == '.';
  if (shaped) return Refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  return Refuse(400, "the start line does not carry an HTTP version");
}

Parsed<void> ScanRequestLine(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::string_view method = line.substr(0, first);
  if (!IsToken(method)) return Refuse(400, "the method is not a token");
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return Refuse(400, "the request line is not 'method target version'");
  }
  const auto version = ScanVersion(line.substr(last + 1));
  if (!version) return std::unexpected(version.error());
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (auto checked = CheckTarget(target); !checked) return checked;
  if (auto checked = CheckMethod(method); !checked) return checked;
  head.version = *version;
  head.method.assign(method);
  SetTarget(target, head);
  return {};
}

}  // namespace

Parsed<std::uint64_t> ScanContentLength(std::string_view value) {
  std::uint64_t length = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, length);
  if (error != std::errc() || stop != end || value.empty()) {
    return Refuse(400, "Content-Length is not a decimal number");
  }
  return length;
}

// With the characters of RFC 3986, 3.3 and 3.4.
Parsed<void> CheckTarget(std::string_view target) {
  if (target.size() > kTargetBytesMax) return Refuse(414, "the request target is too long");
  if (target.empty() || target.front() != '/') {
    return Refuse(400, "the request target does not begin with '/'");
  }
  static constexpr std::string_view kPunctuation = "-._~!$&'()*+,;=:@/%?";
  for (const char c : target) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && !kPunctuation.contains(c)) {
      return Refuse(400, "the request target holds a byte that must be percent-encoded");
    }
  }
  return {};
}

Parsed<void> CheckMethod(std::string_view method) {
  static constexpr std::array<std::string_view, 7> kMethods = {"POST",  "GET",    "HEAD",   "PUT",
                                                               "PATCH", "DELETE", "OPTIONS"};
  if (!IsToken(method)) return Refuse(400, "the method is not a token");
  if (std::ranges::find(kMethods, method) == kMethods.end()) {
    return Refuse(501, "the method is not implemented");
  }
  return {};
}

void SetTarget(std::string_view target, RequestHead& head) {
  head.target.assign(target);
  const std::size_t question = std::min(target.find('?'), target.size());
  head.path.assign(target.substr(0, question));
  head.query.assign(target.substr(std::min(question + 1, target.size())));
}

Parsed<void> CheckHost(std::span<const Header> headers) {
  if (CountHeaders(headers, "host") != 1) return Refuse(400, "there must be exactly one Host header");
  const std::string& host = *FindHeader(headers, "host");
  if (host.empty() || host.find_first_of(" \t,/\\?#@") != std::string::npos) {
    return Refuse(400, "the Host header is not a host with an optional port");
  }
  return {};
}

Parsed<std::size_t> ScanForHeadEnd(std::string_view input, std::size_t& scanned_bytes) {
  while (true) {
    const std::string_view rest = input.substr(scanned_bytes);
    const std::size_t feed = rest.find('\n');
    const std::size_t line_bytes = std::min(feed, rest.size());
    const std::size_t carriage = rest.substr(0, line_bytes).find('\r');
    if (carriage != std::string_view::npos && carriage + 1 < line_bytes) {
      return Refuse(400, "a carriage return without line feed in the head");
    }
    if (feed == std::string_view::npos) break;
    if (carriage == std::string_view::npos) {
      return Refuse(400, "a line feed without carriage return in the head");
    }
    if (scanned_bytes + feed >= kHeadBytesMax) break;
    const bool empty_line = carriage == 0;
    if (empty_line && scanned_bytes == 0) return Refuse(400, "an empty line before the start line");
    scanned_bytes += feed + 1;
    if (empty_line) return scanned_bytes;
  }
  if (input.size() < kHeadBytesMax) return 0;
  if (scanned_bytes == 0) return Refuse(414, "the start line is too long");
  return Refuse(431, "the head is larger than " + std::to_string(kHeadBytesMax) + " bytes");
}

Parsed<void> ScanRequestHead(std::string_view raw, RequestHead& head) {
  if (auto line = ScanRequestLine(TakeLine(raw), head); !line) return line;
  if (auto lines = ScanHeaderLines(raw, head.headers); !lines) return lines;
  if (auto host = CheckHost(head.headers); !host) return host;
  const auto framing = ScanFraming(head.headers, head.version);
  if (!framing) return std::unexpected(framing.error());
  head.content_length = framing->content_length.value_or(0);
  head.framing = framing->chunked           ? BodyFraming::kChunked
                 : head.content_length != 0 ? BodyFraming::kLength
                                            : BodyFraming::kNone;
  const bool close = framing->close || head.version == Version::kHttp10;
  head.keep_alive = close ? KeepAlive::kNo : KeepAlive::kYes;
  return {};
}

Parsed<void> ScanResponseHead(std::string_view raw, ResponseTo request, ResponseHead& head) {
  const std::string_view line = TakeLine(raw);
  const auto version = ScanVersion(line.substr(0, line.find(' ')));
  if (!version) return std::unexpected(version.error());
  head.version = *version;
  const std::string_view code = line.size() < 12 ? std::string_view() : line.substr(9, 3);
  const bool digits = std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
  if (code.empty() || !digits || code[0] == '0' || (line.size() > 12 && line[12] != ' ')) {
    return Refuse(502, "the status line carries no status of three digits");
  }
  head.status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  if (head.status == 101) return Refuse(502, "the upstream switched protocols unasked");
  head.reason.assign(line.substr(std::min<std::size_t>(13, line.size())));
  if (!IsHeaderValue(head.reason)) return Refuse(502, "the reason phrase holds a control byte");

  if (auto lines = ScanHeaderLines(raw, head.headers); !lines) return lines;
  const auto framing = ScanFraming(head.headers, head.version);
  if (!framing) return std::unexpected(framing.error());
  const bool bodiless =
      request == ResponseTo::kHead || head.status < 200 || head.status == 204 || head.status == 304;
  head.content_length = bodiless ? 0 : framing->content_length.value_or(0);
  head.framing = bodiless                   ? BodyFraming::kNone
                 : framing->chunked         ? BodyFraming::kChunked
                 : !framing->content_length ? BodyFraming::kUntilClose
                 : head.content_length != 0 ? BodyFraming::kLength
                                            : BodyFraming::kNone;
  const bool close =
      framing->close || head.version == Version::kHttp10 || head.framing == BodyFraming::kUntilClose;
  head.keep_alive = close ? KeepAlive::kNo : KeepAlive::kYes;
  return {};
}

}  // namespace proviso::http::internal
