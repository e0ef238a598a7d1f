#include "http/internal/framer.h"

#include "http/limits.h"

namespace proviso::http::internal {

struct Callbacks {
  static Framer& Of(llhttp_t* parser) { return *static_cast<Framer*>(parser->data); }

  static int OnHeadersComplete(llhttp_t* parser) {
    Framer& framer = Of(parser);
    framer.head_done_ = true;
    // An Upgrade header is an offer that we do not take (RFC 9110, 7.8): what follows is HTTP.
    parser->upgrade = 0;
    const bool chunked = (parser->flags & F_CHUNKED) != 0;
    switch (framer.expected_.framing) {
      case BodyFraming::kNone:
        return 1;
      case BodyFraming::kLength:
        return !chunked && parser->content_length == framer.expected_.content_length ? 0 : Disagree(framer);
      case BodyFraming::kChunked:
        return chunked ? 0 : Disagree(framer);
      case BodyFraming::kUntilClose:
        return llhttp_message_needs_eof(parser) != 0 ? 0 : Disagree(framer);
    }
    return -1;
  }

  static int Disagree(Framer& framer) {
    return framer.RefuseInside(framer.status_when_invalid_, "the length of the body has two readings");
  }

  static int OnChunkHeader(llhttp_t* parser) {
    Framer& framer = Of(parser);
    if (parser->content_length > framer.bytes_left_) return TooLarge(framer);
    return 0;
  }

  static int OnBody(llhttp_t* parser, const char* at, std::size_t length) {
    Framer& framer = Of(parser);
    if (length > framer.bytes_left_) return TooLarge(framer);
    framer.bytes_left_ -= length;
    framer.out_->append(at, length);
    return 0;
  }

  static int TooLarge(Framer& framer) {
    return framer.RefuseInside(413, "the body is larger than allowed here");
  }

  static int OnChunkExtension(llhttp_t* parser, const char*, std::size_t length) {
    Framer& framer = Of(parser);
    framer.extension_bytes_ += length;
    if (framer.extension_bytes_ <= kChunkExtensionBytesMax) return 0;
    return framer.RefuseInside(framer.status_when_invalid_, "chunk extensions are too large");
  }

  static int OnHeaderField(llhttp_t* parser, const char*, std::size_t) {
    Framer& framer = Of(parser);
    if (!framer.head_done_) return 0;
    return framer.RefuseInside(framer.status_when_invalid_, "trailers are not accepted");
  }

  static int OnMessageComplete(llhttp_t* parser) {
    Of(parser).message_done_ = true;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t& Settings() {
    static const llhttp_settings_t kSettings = [] {
      llhttp_settings_t settings;
      llhttp_settings_init(&settings);
      settings.on_headers_complete = &OnHeadersComplete;
      settings.on_chunk_header = &OnChunkHeader;
      settings.on_body = &OnBody;
      settings.on_chunk_extension_name = &OnChunkExtension;
      settings.on_chunk_extension_value = &OnChunkExtension;
      settings.on_header_field = &OnHeaderField;
      settings.on_message_complete = &OnMessageComplete;
      return settings;
    }();
    return kSettings;
  }
};

Framer::Framer(llhttp_type_t type) : status_when_invalid_(type == HTTP_REQUEST ? 400 : 502) {
  llhttp_init(&parser_, type, &Callbacks::Settings());
  parser_.data = this;
}

void Framer::Reset() {
  llhttp_reset(&parser_);
  parser_.data = this;
  refused_ = false;
  head_done_ = false;
  message_done_ = false;
  extension_bytes_ = 0;
  last_byte_ = 0;
}

int Framer::RefuseInside(int status, std::string_view reason) {
  refusal_.status = status;
  refusal_.reason.assign(reason);
  refused_ = true;
  return HPE_USER;
}

std::unexpected<Refusal> Framer::RefuseParse() {
  if (refused_) return std::unexpected(refusal_);
  const char* reason = llhttp_get_error_reason(&parser_);
  refusal_ = {status_when_invalid_, reason == nullptr ? "not HTTP/1.1" : reason};
  refused_ = true;
  return std::unexpected(refusal_);
}

Parsed<void> Framer::FeedHead(std::string_view raw, ExpectedFraming expected) {
  expected_ = expected;
  const llhttp_errno_t error = llhttp_execute(&parser_, raw.data(), raw.size());
  const bool paused_at_end = error == HPE_PAUSED && llhttp_get_error_pos(&parser_) == raw.data() + raw.size();
  if (refused_ || (error != HPE_OK && !paused_at_end)) return RefuseParse();
  const bool wants_body = expected.framing != BodyFraming::kNone;
  if (!head_done_ || message_done_ == wants_body) {
    RefuseInside(status_when_invalid_, "the end of the head has two readings");
    return std::unexpected(refusal_);
  }
  return {};
}

Parsed<std::size_t> Framer::FeedBody(std::string_view input, std::string& out, std::size_t bytes_left) {
  if (refused_) return std::unexpected(refusal_);
  if (message_done_) return 0;
  out_ = &out;
  bytes_left_ = bytes_left;
  const llhttp_errno_t error = llhttp_execute(&parser_, input.data(), input.size());
  out_ = nullptr;
  if (error == HPE_OK && !refused_) {
    if (!input.empty()) last_byte_ = input.back();
    return input.size();
  }
  if (error != HPE_PAUSED || !message_done_) return RefuseParse();
  const auto used = static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - input.data());
  // llhttp takes a lone line feed for the end of a chunked body, even in strict mode.
  const char before_feed = used >= 2 ? input[used - 2] : last_byte_;
  if (expected_.framing == BodyFraming::kChunked && before_feed != '\r') {
    RefuseInside(status_when_invalid_, "a line feed without carriage return in the chunks");
    return std::unexpected(refusal_);
  }
  return used;
}

Parsed<void> Framer::FinishAtClose() {
  if (refused_) return std::unexpected(refusal_);
  if (message_done_) return {};
  if (!head_done_ || expected_.framing != BodyFraming::kUntilClose) {
    RefuseInside(status_when_invalid_, "the connection closed before the end of the message");
    return std::unexpected(refusal_);
  }
  message_done_ = true;
  return {};
}

}  // namespace proviso::http::internal
