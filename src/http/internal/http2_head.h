// A request's header fields over HTTP/2, gathered into the same RequestHead as HTTP/1.1's. nghttp2
// has checked what RFC 9113, 8.2 and 8.3 ask (lower case, pseudo-header fields, no connection-specific
// fields, one Content-Length); what stands here are the gateway's own rules, and those that keep a
// request from having two readings at the next hop.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/parser.h"

namespace proviso::http::internal {

class Http2HeadReader {
 public:
  /// Takes one field, in the order in which it came.
  void Add(std::string_view name, std::string_view value);
  /// The field is not one that may stand in a request.
  void AddInvalid(std::string_view name);

  /// Whether the list is so far over its bounds that its sender means harm.
  [[nodiscard]] bool excessive() const;

  /// Settles the head once its block is whole. `content` says whether content may follow.
  enum class Content : std::uint8_t { kNone, kMayFollow };
  [[nodiscard]] Parsed<void> Finish(Content content, RequestHead& head);

 private:
  void TakePseudo(std::string_view name, std::string_view value);
  void TakeField(std::string_view name, std::string_view value);
  void Refuse(int status, std::string reason);

  std::size_t count_ = 0;
  std::size_t list_bytes_ = 0;
  std::string method_;
  std::string scheme_;
  std::string authority_;
  std::string path_;
  std::vector<Header> headers_;
  std::optional<Refusal> refusal_;  // the first
};

}  // namespace proviso::http::internal
