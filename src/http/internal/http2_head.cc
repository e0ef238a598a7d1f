#include "http/internal/http2_head.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/internal/head_scan.h"
#include "http/limits.h"

namespace proviso::http::internal {
namespace {

/// What a field adds to the size of its list (RFC 9113, 6.5.2).
constexpr std::size_t kFieldOverheadBytes = 32;

bool HasUpperCase(std::string_view name) {
  return std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// RFC 9113, 8.2.2.
bool IsConnectionSpecific(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {"connection", "keep-alive", "proxy-connection",
                                                             "transfer-encoding", "upgrade"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace

void Http2HeadReader::Refuse(int status, std::string reason) {
  if (!refusal_) refusal_ = Refusal{status, std::move(reason)};
}

void Http2HeadReader::Add(std::string_view name, std::string_view value) {
  ++count_;
  list_bytes_ += name.size() + value.size() + kFieldOverheadBytes;
  if (list_bytes_ > kHeadBytesMax) {
    Refuse(431, "the head is larger than " + std::to_string(kHeadBytesMax) + " bytes");
  }
  if (refusal_) return;
  if (name.starts_with(':')) {
    TakePseudo(name, value);
  } else {
    TakeField(name, value);
  }
}

void Http2HeadReader::AddInvalid(std::string_view name) {
  ++count_;
  list_bytes_ += name.size() + kFieldOverheadBytes;
  Refuse(400, "a header name is not a token in lower case, or its value holds a control byte");
}

bool Http2HeadReader::excessive() const {
  return list_bytes_ > kHttp2HeadExcessMax * kHeadBytesMax || count_ > kHttp2HeadExcessMax * kHeadersMax;
}

void Http2HeadReader::TakePseudo(std::string_view name, std::string_view value) {
  std::string* const into = name == ":method"      ? &method_
                            : name == ":scheme"    ? &scheme_
                            : name == ":authority" ? &authority_
                            : name == ":path"      ? &path_
                                                   : nullptr;
  if (into == nullptr || !into->empty()) {
    Refuse(400, "a pseudo-header field is unknown or stands more than once");
    return;
  }
  into->assign(value);
}

void Http2HeadReader::TakeField(std::string_view name, std::string_view value) {
  if (headers_.size() == kHeadersMax) {
    Refuse(431, "more than " + std::to_string(kHeadersMax) + " header lines");
  } else if (!IsToken(name) || HasUpperCase(name)) {
    Refuse(400, "a header name is not a token in lower case");
  } else if (!IsHeaderValue(value)) {
    Refuse(400, "a header value holds a control byte");
  } else if (IsConnectionSpecific(name) || (name == "te" && value != "trailers")) {
    Refuse(400, "a header that is about the connection stands in an HTTP/2 request");
  } else if (name == "cookie") {
    // Split for compression; HTTP/1.1 knows one Cookie line (RFC 9113, 8.2.3).
    const auto first = std::ranges::find(headers_, "cookie", &Header::name);
    if (first == headers_.end()) {
      headers_.push_back({"cookie", std::string(value)});
    } else {
      first->value.append("; ").append(value);
    }
  } else {
    headers_.push_back({std::string(name), std::string(value)});
  }
}

Parsed<void> Http2HeadReader::Finish(Content content, RequestHead& head) {
  head.method = method_;  // also a refusal must not send content to HEAD
  if (!refusal_ && scheme_ != "http" && scheme_ != "https") Refuse(400, ":scheme is neither http nor https");
  if (refusal_) return std::unexpected(*refusal_);
  if (auto checked = CheckTarget(path_); !checked) return checked;
  if (auto checked = CheckMethod(method_); !checked) return checked;
  // One name for the host, whichever way it came; two that differ have two readings.
  const std::string* const host = FindHeader(headers_, "host");
  if (host != nullptr && !authority_.empty() && *host != authority_) {
    return std::unexpected(Refusal{400, ":authority and Host differ"});
  }
  if (host == nullptr) headers_.insert(headers_.begin(), {"host", std::move(authority_)});
  if (auto checked = CheckHost(headers_); !checked) return checked;
  head.version = Version::kHttp2;
  SetTarget(path_, head);
  if (CountHeaders(headers_, "content-length") > 1) {
    return std::unexpected(Refusal{400, "more than one Content-Length"});
  }
  if (const std::string* length = FindHeader(headers_, "content-length")) {
    const auto bytes = ScanContentLength(*length);
    if (!bytes) return std::unexpected(bytes.error());
    head.content_length = *bytes;
    head.framing = BodyFraming::kLength;
  } else if (content == Content::kMayFollow) {
    head.framing = BodyFraming::kUntilClose;
  }
  head.headers = std::move(headers_);
  return {};
}

}  // namespace proviso::http::internal
