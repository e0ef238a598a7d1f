#include "upstreams/exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/limits.h"
#include "upstreams/credential.h"

namespace proviso::upstreams {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;

/// A request's head while it holds the credential.
class SecretText {
 public:
  SecretText() = default;
  ~SecretText() { WipeText(text); }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  std::string text;
};

}  // namespace

Exchange::~Exchange() {
  if (!connection_ || cancelled_ || request_cut_) return;
  const bool answered = head_.status >= 200 && parser_.BodyDone() && in_.empty();
  if (answered && head_.keep_alive == http::KeepAlive::kYes) pool_.GiveBack(std::move(connection_));
}

std::unexpected<base::Error> Exchange::Fail(base::Error error) {
  if (cancelled_) error = {ErrorCode::kUnavailable, "cancelled"};
  connection_.reset();
  return base::Within("upstream " + HostHeader(pool_.endpoint()), std::move(error));
}

asio::awaitable<base::Status> Exchange::ConnectNew() {
  auto connection = co_await pool_.ConnectNew(timeouts_);
  if (!connection) co_return std::unexpected(connection.error());
  if (cancelled_) co_return Fail({});
  connection_ = std::move(*connection);
  co_return base::Status();
}

asio::awaitable<base::Status> Exchange::Connect() {
  if (connection_) co_return base::Status();
  if (cancelled_) co_return Fail({});
  connection_ = pool_.TakeIdle();
  if (connection_) co_return base::Status();
  co_return co_await ConnectNew();
}

base::Status Exchange::BuildHead(std::string& out) const {
  if (http::HoldsFraming(request_.headers)) {
    return base::Fail(ErrorCode::kInvalid, "the request's headers hold framing, which the exchange writes");
  }
  const Endpoint& endpoint = pool_.endpoint();
  out.reserve(1024);
  out.append(request_.method).append(" ").append(endpoint.base_path).append(request_.target);
  out.append(" HTTP/1.1\r\nHost: ").append(HostHeader(endpoint)).append("\r\n");
  if (auto appended = http::AppendHeaders(out, request_.headers); !appended) return appended;
  const bool may_have_body = request_.method != "GET" && request_.method != "HEAD";
  if (may_have_body || !request_.body.empty()) {
    out.append("Content-Length: ").append(std::to_string(request_.body.size())).append("\r\n");
  }
  if (request_.credential != nullptr) {
    const std::string target = endpoint.base_path + request_.target;
    const std::string host = HostHeader(endpoint);
    request_.credential->AppendHeaderLines(out, {.method = request_.method,
                                                 .target = target,
                                                 .host = host,
                                                 .headers = request_.headers,
                                                 .body = request_.body,
                                                 .wall_ms = request_.wall_ms});
  }
  out.append("\r\n");
  return {};
}

asio::awaitable<base::Status> Exchange::SendOnce() {
  SecretText head;
  if (auto built = BuildHead(head.text); !built) co_return built;
  ++sends_;
  const std::array<std::string_view, 2> pieces = {head.text, request_.body};
  co_return co_await connection_->stream->Write(pieces, timeouts_.write);
}

asio::awaitable<base::Status> Exchange::Send(Request request) {
  const bool plain_target = std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!http::IsToken(request.method) || !request.target.starts_with('/') || !plain_target) {
    co_return base::Fail(ErrorCode::kInvalid, "upstream request: the method or the target is not usable");
  }
  request_ = std::move(request);
  if (auto connected = co_await Connect(); !connected) co_return connected;
  // The connection may have been readied a while ago, for a durable INTENT to be waited for.
  const bool closed_meanwhile = connection_->stream->read_state() == http::ReadState::kFinished;
  if (closed_meanwhile) {
    connection_.reset();
    if (auto connected = co_await ConnectNew(); !connected) co_return connected;
  }
  auto sent = co_await SendOnce();
  if (sent) co_return sent;
  if (sent.error().code == ErrorCode::kUnavailable && !cancelled_) {
    // An upstream that refuses a large body answers, and closes, before it has read it.
    auto early = co_await Read(kEarlyAnswerWait);
    if (early && !early->empty()) {
      in_.append(*early);
      request_cut_ = true;
      co_return base::Status();
    }
  }
  if (MayRetry(sent.error())) co_return co_await SendAgain();
  co_return Fail(sent.error());
}

bool Exchange::MayRetry(const base::Error& error) const {
  return error.code == ErrorCode::kUnavailable && !cancelled_ && sends_ == 1 && answer_bytes_ == 0 &&
         connection_->freshness == Freshness::kReused;
}

asio::awaitable<base::Status> Exchange::SendAgain() {
  connection_.reset();
  if (auto connected = co_await ConnectNew(); !connected) co_return connected;
  auto sent = co_await SendOnce();
  if (!sent) co_return Fail(sent.error());
  co_return sent;
}

/// The next raw bytes; empty when the peer closed.
asio::awaitable<base::Result<std::string_view>> Exchange::Read(std::chrono::milliseconds wait) {
  auto bytes = co_await connection_->stream->FinishRead(wait);
  if (bytes) answer_bytes_ += bytes->size();
  co_return bytes;
}

asio::awaitable<base::Result<const http::ResponseHead*>> Exchange::ReadHead() {
  if (!connection_) co_return Fail({ErrorCode::kConflict, "nothing was sent"});
  const http::ResponseTo request =
      request_.method == "HEAD" ? http::ResponseTo::kHead : http::ResponseTo::kOther;
  std::size_t interim = 0;
  while (true) {
    const auto used = in_.empty() ? http::Parsed<std::size_t>(0) : parser_.ParseHead(in_, request, head_);
    if (!used) co_return Fail({ErrorCode::kInvalid, "its answer is not acceptable: " + used.error().reason});
    if (*used != 0) {
      in_.erase(0, *used);
      if (head_.content_length > http::kAnswerBytesMax) {
        co_return Fail({ErrorCode::kLimit, "its answer is larger than any may be"});
      }
      if (head_.status >= 200) co_return &head_;
      if (++interim > http::kInterimResponsesMax) {
        co_return Fail({ErrorCode::kInvalid, "too many interim answers"});
      }
      parser_.Reset();
      continue;
    }
    auto bytes = co_await Read(answer_bytes_ == 0 ? timeouts_.first_byte : timeouts_.between_bytes);
    if (bytes && !bytes->empty()) {
      in_.append(*bytes);
      continue;
    }
    const base::Error error =
        bytes ? base::Error{ErrorCode::kUnavailable, "closed the connection before an answer"}
              : bytes.error();
    if (!MayRetry(error)) co_return Fail(error);
    if (auto again = co_await SendAgain(); !again) co_return std::unexpected(again.error());
  }
}

base::Status Exchange::DecodeContent() {
  const auto coding = http::ReadContentCoding(head_.headers);
  if (!coding) return Fail(coding.error());
  if (*coding != http::ContentCoding::kIdentity) decoder_ = std::make_unique<http::ContentDecoder>(*coding);
  std::erase_if(head_.headers, [](const http::Header& header) {
    return http::EqualsIgnoringCase(header.name, "content-encoding");
  });
  return {};
}

asio::awaitable<base::Result<std::string_view>> Exchange::ReadSome() {
  if (!decoder_) co_return co_await ReadCoded();
  text_.clear();
  while (true) {
    const auto coded = co_await ReadCoded();
    if (!coded) co_return coded;
    const base::Status decoded = coded->empty() ? decoder_->Finish() : decoder_->Feed(*coded, text_);
    if (!decoded) co_return Fail(decoded.error());
    if (coded->empty() || !text_.empty()) co_return std::string_view(text_);
  }
}

/// The next bytes of the body, as the provider coded them.
asio::awaitable<base::Result<std::string_view>> Exchange::ReadCoded() {
  body_.clear();
  while (true) {
    if (!connection_) co_return Fail({ErrorCode::kConflict, "there is no answer to read"});
    if (parser_.BodyDone()) co_return std::string_view();
    const auto used = parser_.ParseBody(in_, body_, http::kAnswerBytesMax);
    if (!used) co_return Fail({ErrorCode::kInvalid, "its answer is not acceptable: " + used.error().reason});
    in_.erase(0, *used);
    if (!body_.empty() || parser_.BodyDone()) co_return std::string_view(body_);
    const auto bytes = co_await Read(timeouts_.between_bytes);
    if (!bytes) co_return Fail(bytes.error());
    if (bytes->empty()) {
      if (auto finished = parser_.FinishAtClose(); !finished) {
        co_return Fail({ErrorCode::kUnavailable, "closed the connection in the middle of its answer"});
      }
      continue;
    }
    in_.append(*bytes);
  }
}

asio::awaitable<base::Result<std::string>> Exchange::ReadAll(std::size_t bytes_max) {
  std::string all;
  while (true) {
    const auto bytes = co_await ReadSome();
    if (!bytes) co_return std::unexpected(bytes.error());
    if (bytes->empty()) co_return all;
    if (bytes->size() > bytes_max - all.size()) {
      co_return Fail(
          {ErrorCode::kLimit, "its answer is larger than " + std::to_string(bytes_max) + " bytes"});
    }
    all.append(*bytes);
  }
}

void Exchange::Cancel() {
  cancelled_ = true;
  if (connection_) connection_->stream->Cut();
}

}  // namespace proviso::upstreams
