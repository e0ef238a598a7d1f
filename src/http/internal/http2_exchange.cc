#include "http/internal/http2_exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/internal/http2_connection.h"
#include "http/internal/refusing.h"
#include "http/limits.h"

namespace proviso::http::internal {

namespace asio = boost::asio;
using base::ErrorCode;

namespace {

/// Makes `headers` fit to stand in an HTTP/2 answer: lower case, and nothing about a connection.
base::Status Prepare(std::vector<Header>& headers) {
  if (HoldsFraming(headers)) {
    return base::Fail(ErrorCode::kInvalid, "an answer's headers hold framing, which the connection writes");
  }
  std::string checked;
  if (auto fit = AppendHeaders(checked, headers); !fit) return fit;
  for (Header& header : headers) {
    std::ranges::transform(header.name, header.name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
  }
  std::erase_if(headers, [](const Header& header) {
    return header.name == "keep-alive" || header.name == "proxy-connection" || header.name == "upgrade";
  });
  return {};
}

}  // namespace

Http2Exchange::Http2Exchange(Http2Connection& connection, Http2Stream& stream)
    : connection_(connection),
      stream_(stream),
      deadline_(connection.stream_->deadlines(), [this] { progress_.Fire(); }) {}

const std::string& Http2Exchange::peer() const {
  return connection_.peer_;
}

std::unexpected<base::Error> Http2Exchange::FailWith(Refusal refusal, ErrorCode code) {
  deadline_.Disarm();
  refusal_ = std::move(refusal);
  return base::Fail(code, refusal_->reason);
}

asio::awaitable<base::Result<std::string>> Http2Exchange::ReadBody(std::size_t bytes_max) {
  bytes_max = std::min(bytes_max, kBodyBytesMax);
  if (stream_.head.content_length > bytes_max) {
    co_return FailWith({413, "the body is larger than allowed here"}, ErrorCode::kLimit);
  }
  const bool asked = FindHeader(stream_.head.headers, "expect") != nullptr;
  if (asked && !stream_.content_ended && stream_.content.empty() && !stream_.closed) {
    connection_.session_.SendContinue(stream_);
    connection_.Flush();
  }
  std::string body;
  deadline_.Arm(connection_.core_.timeouts_.body);
  while (true) {
    if (stream_.content.size() > bytes_max - body.size()) {
      co_return FailWith({413, "the body is larger than allowed here"}, ErrorCode::kLimit);
    }
    if (!stream_.content.empty()) {
      connection_.session_.TakeContent(stream_, body);
      connection_.Flush();
    }
    if (stream_.content_ended) break;
    if (stream_.closed) {
      answer_ = Answer::kBroken;
      co_return base::Fail(ErrorCode::kUnavailable, "the client left before the end of its request");
    }
    if (deadline_.expired()) co_return FailWith({408, "the body took too long"}, ErrorCode::kExpired);
    co_await progress_.Wait();
  }
  deadline_.Disarm();
  co_return body;
}

base::Status Http2Exchange::SendHead(int status, std::vector<Header> headers,
                                     std::optional<std::size_t> length) {
  if (answer_ != Answer::kNone) return base::Fail(ErrorCode::kConflict, "an answer has begun already");
  if (auto prepared = Prepare(headers); !prepared) return prepared;
  if (stream_.closed) {
    answer_ = Answer::kBroken;
    return base::Fail(ErrorCode::kUnavailable, "the client left");
  }
  if (FindHeader(headers, "date") == nullptr) {
    headers.insert(headers.begin(), {"date", std::string(connection_.core_.Date())});
  }
  const bool without_length = status == 204 || status == 304;
  if (length && !without_length) headers.push_back({"content-length", std::to_string(*length)});
  bodiless_ = without_length || stream_.head.method == "HEAD" || length == 0;
  return connection_.session_.SendHead(stream_, status, headers, bodiless_ ? Last::kYes : Last::kNo);
}

asio::awaitable<base::Status> Http2Exchange::Respond(int status, std::vector<Header> headers,
                                                     std::string body) {
  if (auto sent = SendHead(status, std::move(headers), body.size()); !sent) co_return sent;
  answer_ = Answer::kDone;
  if (bodiless_) {
    connection_.Flush();
    co_return base::Status();
  }
  co_return co_await Send(body, Last::kYes);
}

asio::awaitable<base::Status> Http2Exchange::BeginStream(int status, std::vector<Header> headers,
                                                         HeadFlush flush) {
  if (auto sent = SendHead(status, std::move(headers), std::nullopt); !sent) co_return sent;
  answer_ = Answer::kStreaming;
  if (flush == HeadFlush::kNow) connection_.Flush();
  co_return base::Status();
}

asio::awaitable<base::Status> Http2Exchange::Write(std::string_view bytes) {
  return SendStream(bytes, Last::kNo);
}

asio::awaitable<base::Status> Http2Exchange::EndStream(std::string_view last) {
  return SendStream(last, Last::kYes);
}

asio::awaitable<base::Status> Http2Exchange::SendStream(std::string_view bytes, Last last) {
  if (answer_ != Answer::kStreaming) co_return base::Fail(ErrorCode::kConflict, "no stream is open");
  if (bodiless_ || (bytes.empty() && last == Last::kNo)) {
    connection_.Flush();
  } else if (auto sent = co_await Send(bytes, last); !sent) {
    co_return sent;
  }
  if (last == Last::kYes) answer_ = Answer::kDone;
  co_return base::Status();
}

/// Waits until the output has taken all: flow control lets it go, and the output is bounded.
asio::awaitable<base::Status> Http2Exchange::Send(std::string_view bytes, Last last) {
  if (!stream_.closed) {
    connection_.session_.Offer(stream_, bytes, last);
    connection_.FillAndFlush();
  }
  const auto taken = [this, last] {
    return last == Last::kYes ? stream_.answered : stream_.offered.empty() && !stream_.closed;
  };
  if (taken()) co_return base::Status();
  deadline_.Arm(connection_.core_.timeouts_.write);
  while (!taken()) {
    if (stream_.closed) {
      deadline_.Disarm();
      answer_ = Answer::kBroken;
      co_return base::Fail(ErrorCode::kUnavailable, "the client left");
    }
    if (deadline_.expired()) {
      answer_ = Answer::kBroken;
      connection_.session_.Reset(stream_, Http2Error::kCancel);
      connection_.Flush();
      co_return base::Fail(ErrorCode::kExpired, "the client takes no content");
    }
    co_await progress_.Wait();
  }
  deadline_.Disarm();
  co_return base::Status();
}

void Http2Exchange::Abort() {
  answer_ = Answer::kBroken;
  connection_.session_.Reset(stream_, Http2Error::kInternal);
  connection_.Flush();
}

void Http2Exchange::OnPeerGone(std::move_only_function<void()> notice) {
  on_gone_ = nullptr;
  if (notice && peer_gone()) {
    notice();
    return;
  }
  on_gone_ = std::move(notice);
}

void Http2Exchange::TellIfGone() {
  if (!peer_gone() || !on_gone_) return;
  auto notice = std::exchange(on_gone_, nullptr);
  notice();
}

asio::awaitable<void> Http2Exchange::Finish() {
  on_gone_ = nullptr;
  if (answer_ == Answer::kNone && !stream_.closed) {
    const Refusal refusal = refusal_.value_or(Refusal{500, "the request was not answered"});
    std::vector<Header> headers = RefusalHeaders(refusal.status);
    std::string body = RefusalBody(refusal.reason);
    (void)co_await Respond(refusal.status, std::move(headers), std::move(body));
  }
  if (!stream_.answered) Abort();
}

}  // namespace proviso::http::internal
