#include "http/internal/server_connection.h"

#include <array>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <chrono>
#include <exception>

#include "http/internal/http2_wire.h"
#include "http/internal/refusing.h"

namespace proviso::http::internal {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What is left of a wait; at least a moment, so that a late reader still fails by its deadline.
milliseconds Left(steady_clock::time_point until) {
  const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
  return std::max(left, milliseconds(1));
}

bool HasNoBody(int status) {
  return status == 204 || status == 304;
}

/// Whether one begins with the other.
bool BeginsAlike(std::string_view bytes, std::string_view other) {
  const std::size_t shared = std::min(bytes.size(), other.size());
  return bytes.substr(0, shared) == other.substr(0, shared);
}

}  // namespace

ServerConnection::ServerConnection(ServerConnections& core, std::unique_ptr<Stream> stream)
    : core_(core), stream_(std::move(stream)), enlisted_(core, *this), peer_(stream_->PeerName()) {}

asio::awaitable<ServerConnection::End> ServerConnection::Run() {
  Turn turn = Turn::kNext;
  while (turn == Turn::kNext) turn = co_await ServeOne();
  if (turn == Turn::kHttp2) co_return End::kHttp2;
  if (turn == Turn::kLinger) co_await Linger();
  stream_->ShutdownWrite();
  stream_->Cut();
  co_return End::kClosed;
}

void ServerConnection::Drain() {
  if (idle_) Cut();
}

void ServerConnection::Cut() {
  if (stream_) stream_->Cut();
}

asio::awaitable<ServerConnection::Turn> ServerConnection::ServeOne() {
  StartExchange();
  const auto found = co_await ReadHead();
  if (!found) {
    if (!refusal_) co_return Turn::kClose;
    co_return co_await AfterHandler();
  }
  if (*found == Found::kEnd) co_return Turn::kClose;
  if (*found == Found::kHttp2) co_return Turn::kHttp2;
  first_ = false;
  if (auto refusal = RefuseUnread(head_)) {
    (void)Refuse(std::move(*refusal), ErrorCode::kInvalid);
    co_return co_await AfterHandler();
  }
  if (parser_.BodyDone()) WatchPeer();
  co_await CallHandler();
  stream_->OnRead(nullptr);
  co_return co_await AfterHandler();
}

void ServerConnection::StartExchange() {
  parser_.Reset();
  // What a refusal of the next head looks at must not be this one's.
  head_.method.clear();
  head_.version = Version::kHttp11;
  head_.keep_alive = KeepAlive::kYes;
  refusal_.reset();
  answer_ = Answer::kNone;
  close_after_ = false;
}

/// An error has refusal_ set if there is someone to tell.
asio::awaitable<base::Result<ServerConnection::Found>> ServerConnection::ReadHead() {
  const ServerTimeouts& timeouts = core_.timeouts_;
  auto until = steady_clock::now() + (in_.empty() ? timeouts.idle : timeouts.head);
  while (true) {
    const bool preface = first_ && !in_.empty() && BeginsAlike(in_, kHttp2Preface);
    if (preface && in_.size() >= kHttp2Preface.size()) co_return Found::kHttp2;
    if (!in_.empty() && !preface) {
      const auto used = parser_.ParseHead(in_, head_);
      if (!used) co_return Refuse(used.error(), ErrorCode::kInvalid);
      if (*used != 0) {
        in_.erase(0, *used);
        co_return Found::kHead;
      }
    }
    idle_ = in_.empty();
    if (idle_ && core_.draining_) co_return Found::kEnd;
    const bool first_bytes = idle_;
    const auto bytes = co_await stream_->FinishRead(Left(until));
    idle_ = false;
    if (!bytes) {
      if (bytes.error().code == ErrorCode::kExpired && !in_.empty()) {
        co_return Refuse({408, "the head took too long"}, ErrorCode::kExpired);
      }
      co_return std::unexpected(bytes.error());
    }
    if (bytes->empty()) co_return Found::kEnd;
    if (first_bytes) until = steady_clock::now() + timeouts.head;
    in_.append(*bytes);
  }
}

asio::awaitable<void> ServerConnection::CallHandler() {
  try {
    co_await core_.handler_(*this);
  } catch (const std::exception&) {
    // The handler's own errors are values; what a library throws ends this exchange only. What
    // it says may hold content, so it goes nowhere; AfterHandler answers 500.
    refusal_ = Refusal{500, "internal error"};
  }
}

asio::awaitable<ServerConnection::Turn> ServerConnection::AfterHandler() {
  if (answer_ == Answer::kNone) {
    const Refusal refusal = refusal_.value_or(Refusal{500, "the request was not answered"});
    close_after_ = true;
    std::vector<Header> headers = RefusalHeaders(refusal.status);
    std::string body = RefusalBody(refusal.reason);
    (void)co_await Respond(refusal.status, std::move(headers), std::move(body));
  }
  if (answer_ == Answer::kStreaming || answer_ == Answer::kBroken) {
    stream_->Reset();
    co_return Turn::kClose;
  }
  if (refusal_ || !parser_.BodyDone()) co_return Turn::kLinger;
  co_return close_after_ ? Turn::kClose : Turn::kNext;
}

/// Closing on unread bytes would reset the connection and take the answer with it.
asio::awaitable<void> ServerConnection::Linger() {
  stream_->ShutdownWrite();
  const auto until = steady_clock::now() + kLingerMax;
  while (steady_clock::now() < until) {
    const auto bytes = co_await stream_->FinishRead(Left(until));
    if (!bytes || bytes->empty()) break;
  }
}

std::unexpected<base::Error> ServerConnection::Refuse(Refusal refusal, ErrorCode code) {
  close_after_ = true;
  refusal_ = std::move(refusal);
  return base::Fail(code, refusal_->reason);
}

asio::awaitable<base::Result<std::string>> ServerConnection::ReadBody(std::size_t bytes_max) {
  std::string body;
  if (parser_.BodyDone()) co_return body;
  bytes_max = std::min(bytes_max, kBodyBytesMax);
  if (head_.content_length > bytes_max) {
    co_return Refuse({413, "the body is larger than allowed here"}, ErrorCode::kLimit);
  }
  if (auto told = co_await Continue(); !told) co_return std::unexpected(told.error());
  const auto until = steady_clock::now() + core_.timeouts_.body;
  body.reserve(std::min<std::size_t>(head_.content_length, kReadBytes));
  while (true) {
    const auto used = parser_.ParseBody(in_, body, bytes_max);
    if (!used) {
      co_return Refuse(used.error(), used.error().status == 413 ? ErrorCode::kLimit : ErrorCode::kInvalid);
    }
    in_.erase(0, *used);
    if (parser_.BodyDone()) break;
    const auto bytes = co_await stream_->FinishRead(Left(until));
    if (!bytes && bytes.error().code == ErrorCode::kExpired) {
      co_return Refuse({408, "the body took too long"}, ErrorCode::kExpired);
    }
    if (!bytes || bytes->empty()) {
      answer_ = Answer::kBroken;
      co_return base::Fail(ErrorCode::kUnavailable, "the client left before the end of its request");
    }
    in_.append(*bytes);
  }
  WatchPeer();
  co_return body;
}

asio::awaitable<base::Status> ServerConnection::Continue() {
  const bool asked = head_.version == Version::kHttp11 && FindHeader(head_.headers, "expect") != nullptr;
  if (!asked || !in_.empty()) co_return base::Status();
  const std::array<std::string_view, 1> pieces = {"HTTP/1.1 100 Continue\r\n\r\n"};
  co_return co_await Send(pieces);
}

/// Keeps a read pending while the handler works. Nothing may be waiting already, so that we never
/// read further ahead than one buffer.
void ServerConnection::WatchPeer() {
  if (in_.empty() && stream_->read_state() == ReadState::kNone) stream_->StartRead();
}

base::Status ServerConnection::BuildHead(int status, std::span<const Header> headers,
                                         std::optional<std::size_t> length) {
  if (HoldsFraming(headers)) {
    return base::Fail(ErrorCode::kInvalid, "an answer's headers hold framing, which the connection writes");
  }
  if (core_.draining_ || head_.keep_alive == KeepAlive::kNo || !parser_.BodyDone()) close_after_ = true;
  out_.assign("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(ReasonPhrase(status));
  out_.append("\r\n");
  if (FindHeader(headers, "date") == nullptr) out_.append(core_.DateLine());
  if (auto appended = AppendHeaders(out_, headers); !appended) return appended;
  if (length) {
    out_.append("Content-Length: ").append(std::to_string(*length)).append("\r\n");
  } else if (head_.version == Version::kHttp11) {
    out_.append("Transfer-Encoding: chunked\r\n");
  } else {
    close_after_ = true;
  }
  if (close_after_) out_.append("Connection: close\r\n");
  out_.append("\r\n");
  return {};
}

asio::awaitable<base::Status> ServerConnection::Send(std::span<const std::string_view> pieces) {
  auto sent = co_await stream_->Write(pieces, core_.timeouts_.write);
  if (!sent) answer_ = Answer::kBroken;
  co_return sent;
}

asio::awaitable<base::Status> ServerConnection::Respond(int status, std::vector<Header> headers,
                                                        std::string body) {
  if (answer_ != Answer::kNone) co_return base::Fail(ErrorCode::kConflict, "an answer has begun already");
  if (auto built = BuildHead(status, headers, HasNoBody(status) ? 0 : body.size()); !built) co_return built;
  answer_ = Answer::kDone;
  const bool bodiless = head_.method == "HEAD" || HasNoBody(status);
  const std::array<std::string_view, 2> pieces = {out_, bodiless ? std::string_view() : body};
  co_return co_await Send(pieces);
}

asio::awaitable<base::Status> ServerConnection::BeginStream(int status, std::vector<Header> headers,
                                                            HeadFlush flush) {
  if (answer_ != Answer::kNone) co_return base::Fail(ErrorCode::kConflict, "an answer has begun already");
  if (auto built = BuildHead(status, headers, std::nullopt); !built) co_return built;
  answer_ = Answer::kStreaming;
  if (flush == HeadFlush::kWithFirstBytes) co_return base::Status();
  co_return co_await WriteStream({}, Answer::kStreaming);
}

asio::awaitable<base::Status> ServerConnection::WriteStream(std::string_view bytes, Answer next) {
  if (answer_ != Answer::kStreaming) co_return base::Fail(ErrorCode::kConflict, "no stream is open");
  const bool chunked = head_.version == Version::kHttp11;
  const bool bodiless = head_.method == "HEAD";
  std::array<char, 20> size_line{};
  std::string_view size;
  if (chunked && !bodiless && !bytes.empty()) {
    char* end = std::to_chars(size_line.data(), size_line.data() + 16, bytes.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    size = std::string_view(size_line.data(), static_cast<std::size_t>(end - size_line.data()));
  }
  const std::string_view last = chunked && !bodiless && next == Answer::kDone ? "0\r\n\r\n" : "";
  const std::array<std::string_view, 5> pieces = {out_, size, bodiless ? std::string_view() : bytes,
                                                  size.empty() ? "" : "\r\n", last};
  auto sent = co_await Send(pieces);
  out_.clear();
  if (sent) answer_ = next;
  co_return sent;
}

asio::awaitable<base::Status> ServerConnection::Write(std::string_view bytes) {
  return WriteStream(bytes, Answer::kStreaming);
}

asio::awaitable<base::Status> ServerConnection::EndStream(std::string_view last) {
  return WriteStream(last, Answer::kDone);
}

void ServerConnection::Abort() {
  answer_ = Answer::kBroken;
  stream_->Reset();
}

void ServerConnection::OnPeerGone(std::move_only_function<void()> notice) {
  if (!notice) {
    stream_->OnRead(nullptr);
    return;
  }
  stream_->OnRead([stream = stream_.get(), notice = std::move(notice)]() mutable {
    if (stream->read_ended()) notice();
  });
}

}  // namespace proviso::http::internal
