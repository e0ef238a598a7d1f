// llhttp, wrapped: it frames one message at a time and decodes its body.
#pragma once

#include <llhttp.h>

#include <string>
#include <string_view>

#include "http/message.h"
#include "http/parser.h"

namespace proviso::http::internal {

/// What our own scan found, for llhttp to agree with.
struct ExpectedFraming {
  BodyFraming framing = BodyFraming::kNone;
  std::uint64_t content_length = 0;
};

class Framer {
 public:
  explicit Framer(llhttp_type_t type);
  Framer(const Framer&) = delete;
  Framer& operator=(const Framer&) = delete;

  void Reset();

  /// Feeds a whole head. Refuses when llhttp does, and when it sees another end or framing.
  [[nodiscard]] Parsed<void> FeedHead(std::string_view raw, ExpectedFraming expected);
  /// Feeds body bytes; see MessageParser::ParseBody. `bytes_left` is what the body may still hold.
  [[nodiscard]] Parsed<std::size_t> FeedBody(std::string_view input, std::string& out,
                                             std::size_t bytes_left);
  [[nodiscard]] Parsed<void> FinishAtClose();

  [[nodiscard]] bool message_done() const { return message_done_; }

 private:
  friend struct Callbacks;
  [[nodiscard]] std::unexpected<Refusal> RefuseParse();
  int RefuseInside(int status, std::string_view reason);

  llhttp_t parser_{};
  int status_when_invalid_;
  ExpectedFraming expected_;
  Refusal refusal_;
  bool refused_ = false;
  bool head_done_ = false;
  bool message_done_ = false;
  std::string* out_ = nullptr;
  std::size_t bytes_left_ = 0;
  std::size_t extension_bytes_ = 0;
  char last_byte_ = 0;  // of the body bytes fed before
};

}  // namespace proviso::http::internal
