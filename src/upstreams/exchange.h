// One request to an upstream and its answer, over a pooled connection.
//
//   Exchange exchange(pool);
//   if (auto ready = co_await exchange.Connect(); !ready) …   // while the INTENT is being written
//   if (auto sent = co_await exchange.Send(request); !sent) …
//   auto head = co_await exchange.ReadHead();
//   for (;;) {
//     auto bytes = co_await exchange.ReadSome();              // decoded; empty at the end
//     if (!bytes || bytes->empty()) break;
//   }
//
// Retry. A request is sent a second time, once, on a new connection, only when it went out on a
// connection that had served before and the peer closed or reset that connection with not one byte
// of an answer: the sign of an idle connection closed as we took it (RFC 9112, 9.3.1). A timeout,
// a fresh connection, or any byte of an answer is never followed by a retry. `sends()` tells how
// often the request left, for the record.
//
// Read-ahead: at most http::kReadBytes are taken from the socket before the caller asks again.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/content_decoding.h"
#include "http/message.h"
#include "http/parser.h"
#include "http/stream.h"
#include "upstreams/pool.h"

namespace proviso::upstreams {

class Credential;

/// What to send. Host and Content-Length are written by the exchange: Send refuses `headers` that
/// hold framing (use http::ForwardableHeaders, and WithoutCallerCredentials).
struct Request {
  std::string method = "POST";
  /// Path and query below the endpoint's base path: "/chat/completions".
  std::string target;
  std::vector<http::Header> headers = {};
  /// Borrowed until ReadHead returns.
  std::string_view body = {};
  /// Borrowed until ReadHead returns; null for none.
  const Credential* credential = nullptr;
  /// When it is sent, for a credential that signs: AWS refuses what is more than five minutes off.
  std::int64_t wall_ms = 0;
};

/// Used once, on the pool's core; must not outlive the pool. Errors: kUnavailable (cannot
/// connect, closed, cancelled), kExpired (a wait passed its bound), kInvalid (the answer breaks
/// HTTP), kDenied (the certificate is not to be trusted); the message names the host and the step.
class Exchange {
 public:
  explicit Exchange(Pool& pool) : Exchange(pool, pool.timeouts()) {}
  /// With waits of its own, such as a route's.
  Exchange(Pool& pool, const Timeouts& timeouts) : pool_(pool), timeouts_(timeouts) {}
  /// Gives the connection back to the pool if the answer was read to its end and may be followed
  /// by another; closes it otherwise.
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Takes an idle connection or makes one. Sends nothing of the request.
  [[nodiscard]] boost::asio::awaitable<base::Status> Connect();
  /// Sends the whole request (connects first if need be).
  [[nodiscard]] boost::asio::awaitable<base::Status> Send(Request request);
  /// The final head (interim ones are skipped). Borrowed from the exchange.
  [[nodiscard]] boost::asio::awaitable<base::Result<const http::ResponseHead*>> ReadHead();
  /// From here on the content is given without its coding (gzip, deflate, br), and the head without
  /// Content-Encoding. Once, after ReadHead, by who must read the content; without it, it comes as the
  /// provider sent it. kInvalid for a coding that is not known here, or several.
  [[nodiscard]] base::Status DecodeContent();
  /// The next bytes of the body, without its framing, as they come; empty at its end. Borrowed until
  /// the next call. An answer that is cut off is kUnavailable, never an end; a compressed one that
  /// unfolds beyond its bounds is kLimit.
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string_view>> ReadSome();
  /// The whole body; kLimit over `bytes_max`.
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> ReadAll(std::size_t bytes_max);

  /// Ends what is pending with kUnavailable and closes the connection; a connect under way ends
  /// by its own bound. Callable at any time.
  void Cancel();

  /// How often the request left: 0, 1, or 2 after a retry.
  [[nodiscard]] int sends() const { return sends_; }

 private:
  [[nodiscard]] boost::asio::awaitable<base::Status> ConnectNew();
  [[nodiscard]] boost::asio::awaitable<base::Status> SendOnce();
  [[nodiscard]] boost::asio::awaitable<base::Status> SendAgain();
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string_view>> Read(std::chrono::milliseconds wait);
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string_view>> ReadCoded();
  [[nodiscard]] base::Status BuildHead(std::string& out) const;
  [[nodiscard]] bool MayRetry(const base::Error& error) const;
  [[nodiscard]] std::unexpected<base::Error> Fail(base::Error error);

  Pool& pool_;
  const Timeouts timeouts_;
  std::unique_ptr<Connection> connection_;
  Request request_;
  http::ResponseParser parser_;
  http::ResponseHead head_;
  std::string in_;  // bytes read and not yet decoded
  std::string body_;
  std::unique_ptr<http::ContentDecoder> decoder_;  // null: the content is given as it comes
  std::string text_;                               // decoded
  int sends_ = 0;
  std::size_t answer_bytes_ = 0;
  bool cancelled_ = false;
  bool request_cut_ = false;  // answered before it was all taken
};

}  // namespace proviso::upstreams
