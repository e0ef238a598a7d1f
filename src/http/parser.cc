#include "http/parser.h"

#include "http/internal/framer.h"
#include "http/internal/head_scan.h"
#include "http/limits.h"

namespace proviso::http {

MessageParser::MessageParser(Kind kind)
    : framer_(std::make_unique<internal::Framer>(kind == Kind::kRequest ? HTTP_REQUEST : HTTP_RESPONSE)) {}

MessageParser::~MessageParser() = default;

void MessageParser::Reset() {
  framer_->Reset();
  scanned_bytes_ = 0;
  body_bytes_ = 0;
}

bool MessageParser::BodyDone() const {
  return framer_->message_done();
}

Parsed<std::size_t> MessageParser::FindHeadEnd(std::string_view input) {
  return internal::ScanForHeadEnd(input, scanned_bytes_);
}

Parsed<std::size_t> MessageParser::ParseBody(std::string_view input, std::string& out,
                                             std::size_t body_bytes_max) {
  const std::size_t before_bytes = out.size();
  const std::size_t left_bytes = body_bytes_max - std::min(body_bytes_, body_bytes_max);
  auto used = framer_->FeedBody(input, out, left_bytes);
  body_bytes_ += out.size() - before_bytes;
  return used;
}

Parsed<std::size_t> RequestParser::ParseHead(std::string_view input, RequestHead& head) {
  if (!input.empty() && !IsToken(input.substr(0, 1))) {
    return std::unexpected(Refusal{400, "the first byte cannot begin an HTTP request"});
  }
  const auto end = FindHeadEnd(input);
  if (!end || *end == 0) return end;
  const std::string_view raw = input.substr(0, *end);
  if (auto scanned = internal::ScanRequestHead(raw, head); !scanned) {
    return std::unexpected(scanned.error());
  }
  if (auto framed = framer_->FeedHead(raw, {head.framing, head.content_length}); !framed) {
    return std::unexpected(framed.error());
  }
  return end;
}

namespace {

/// A bad answer is the gateway's 502, whatever rule it broke.
std::unexpected<Refusal> AsBadGateway(Refusal refusal) {
  refusal.status = 502;
  return std::unexpected(std::move(refusal));
}

}  // namespace

Parsed<std::size_t> ResponseParser::ParseHead(std::string_view input, ResponseTo request,
                                              ResponseHead& head) {
  if (!input.empty() && input.front() != 'H') {
    return std::unexpected(Refusal{502, "the first byte cannot begin an HTTP response"});
  }
  const auto end = FindHeadEnd(input);
  if (!end) return AsBadGateway(end.error());
  if (*end == 0) return end;
  const std::string_view raw = input.substr(0, *end);
  if (auto scanned = internal::ScanResponseHead(raw, request, head); !scanned) {
    return AsBadGateway(scanned.error());
  }
  if (auto framed = framer_->FeedHead(raw, {head.framing, head.content_length}); !framed) {
    return AsBadGateway(framed.error());
  }
  return end;
}

Parsed<void> ResponseParser::FinishAtClose() {
  return framer_->FinishAtClose();
}

}  // namespace proviso::http
