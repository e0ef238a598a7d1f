#include "http/internal/http2_connection.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include "http/internal/http2_exchange.h"
#include "http/internal/refusing.h"
#include "http/limits.h"

namespace proviso::http::internal {
namespace {

namespace asio = boost::asio;

/// A read that has no bound of its own: idle_ and head_ bound the connection.
constexpr std::chrono::hours kUntilDeadlines{24 * 365};

}  // namespace

Http2Connection::Http2Connection(ServerConnections& core, std::unique_ptr<Stream> stream)
    : core_(core),
      stream_(std::move(stream)),
      enlisted_(core, *this),
      peer_(stream_->PeerName()),
      session_(std::chrono::steady_clock::now()),
      idle_(stream_->deadlines(), [this] { Drain(); }),
      head_(stream_->deadlines(), [this] { Cut(); }),
      linger_(stream_->deadlines(), [this] { Cut(); }) {}

void Http2Connection::Drain() {
  session_.Shutdown();
  Flush();
}

void Http2Connection::Cut() {
  stream_->Cut();
}

asio::awaitable<void> Http2Connection::Run(std::string first_bytes) {
  executor_ = co_await asio::this_coro::executor;
  writing_ = true;
  asio::co_spawn(executor_, WriteLoop(), asio::detached);
  if (core_.draining_) session_.Shutdown();
  Take(first_bytes);
  co_await ReadLoop();
  Lose();
  flush_.Fire();
  while (writing_ || flush_posted_ || handlers_ != 0) co_await ended_.Wait();
  stream_->ShutdownWrite();
  stream_->Cut();
}

asio::awaitable<void> Http2Connection::ReadLoop() {
  while (true) {
    const auto bytes = co_await stream_->FinishRead(kUntilDeadlines);
    if (!bytes || bytes->empty()) co_return;
    if (!finishing_) Take(*bytes);
  }
}

void Http2Connection::Take(std::string_view bytes) {
  const base::Status taken = session_.Receive(bytes, std::chrono::steady_clock::now());
  if (!taken) {
    finishing_ = true;
    Lose();
  } else {
    Dispatch();
    ArmDeadlines();
  }
  Flush();
}

/// Gives what happened to those whom it concerns. They may go on inside, offer more, or end.
void Http2Connection::Dispatch() {
  for (const Http2Event& event : session_.TakeEvents()) {
    if (event.kind == Http2Event::Kind::kRequest) {
      Http2Stream* const stream = session_.Find(event.stream_id);
      if (stream != nullptr) Begin(*stream);
      continue;
    }
    Tell(event.stream_id);
  }
}

void Http2Connection::Tell(std::int32_t stream_id) {
  if (const auto found = exchanges_.find(stream_id); found != exchanges_.end()) found->second->TellIfGone();
  if (const auto found = exchanges_.find(stream_id); found != exchanges_.end()) found->second->TellProgress();
}

void Http2Connection::Begin(Http2Stream& stream) {
  ++handlers_;
  asio::co_spawn(executor_, ServeStream(stream), asio::detached);
}

asio::awaitable<void> Http2Connection::ServeStream(Http2Stream& stream) {
  const std::int32_t id = stream.id;
  {
    Http2Exchange exchange(*this, stream);
    exchanges_[id] = &exchange;
    co_await CallHandler(exchange, stream);
    co_await exchange.Finish();
    exchanges_.erase(id);
  }
  session_.Forget(stream);
  --handlers_;
  ArmDeadlines();
  Flush();
  ended_.Fire();
}

asio::awaitable<void> Http2Connection::CallHandler(Http2Exchange& exchange, const Http2Stream& stream) {
  auto refusal = stream.refusal ? stream.refusal : RefuseUnread(stream.head);
  if (refusal) {
    exchange.Refuse(std::move(*refusal));
    co_return;
  }
  try {
    co_await core_.handler_(exchange);
  } catch (const std::exception&) {
    // As over HTTP/1.1: what a library throws ends this exchange only, and is not repeated.
    exchange.Refuse({500, "internal error"});
  }
}

/// The socket is of no more use: whoever waits for it is told.
void Http2Connection::Lose() {
  if (std::exchange(lost_, true)) return;
  std::vector<std::int32_t> ids;
  for (const auto& [id, exchange] : exchanges_) ids.push_back(id);
  for (const std::int32_t id : ids) {
    if (Http2Stream* const stream = session_.Find(id)) {
      stream->closed = true;
      stream->offered = {};
    }
    Tell(id);
  }
}

void Http2Connection::ArmDeadlines() {
  const bool idle = handlers_ == 0;
  if (idle && !idle_armed_) idle_.Arm(core_.timeouts_.idle);
  if (!idle) idle_.Disarm();
  idle_armed_ = idle;
  const bool mid_head = session_.mid_head();
  if (mid_head && !head_armed_) head_.Arm(core_.timeouts_.head);
  if (!mid_head) head_.Disarm();
  head_armed_ = mid_head;
}

void Http2Connection::Flush() {
  if (std::exchange(flush_posted_, true)) return;
  // Behind what is ready to run: its frames go out in the same write.
  asio::post(executor_, [this] {
    flush_posted_ = false;
    // Either may be the last that happens to this connection.
    if (writing_) {
      flush_.Fire();
    } else {
      ended_.Fire();
    }
  });
}

void Http2Connection::FillAndFlush() {
  if (!lost_) (void)session_.Produce(out_, kHttp2OutputBytesMax);
  Flush();
}

asio::awaitable<void> Http2Connection::WriteLoop() {
  base::Status sent;
  while (sent) {
    const bool sound = session_.Produce(out_, kHttp2OutputBytesMax).has_value();
    Dispatch();
    if (out_.empty()) {
      if (!sound || session_.done() || (lost_ && !finishing_)) break;
      if (handlers_ == 0) {  // an idle connection keeps no buffers
        out_ = std::string();
        sending_ = std::string();
      }
      co_await flush_.Wait();
      continue;
    }
    std::swap(out_, sending_);
    const std::array<std::string_view, 1> pieces = {sending_};
    sent = co_await stream_->Write(pieces, core_.timeouts_.write);
    sending_.clear();
  }
  finishing_ = true;
  if (sent) {
    // Closing on unread bytes would reset the connection, and take the GOAWAY with it.
    stream_->ShutdownWrite();
    linger_.Arm(kLingerMax);
  } else {
    stream_->Cut();
  }
  writing_ = false;
  ended_.Fire();
}

}  // namespace proviso::http::internal
