#include "http/server.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "http/internal/server_connection.h"

namespace proviso::http {

namespace asio = boost::asio;

const RequestHead& ServerExchange::head() const {
  return connection_.head_;
}
const std::string& ServerExchange::peer() const {
  return connection_.peer_;
}

asio::awaitable<base::Result<std::string>> ServerExchange::ReadBody(std::size_t bytes_max) {
  return connection_.ReadBody(bytes_max);
}

asio::awaitable<base::Status> ServerExchange::Respond(int status, std::vector<Header> headers,
                                                      std::string body) {
  return connection_.Respond(status, std::move(headers), std::move(body));
}

asio::awaitable<base::Status> ServerExchange::BeginStream(int status, std::vector<Header> headers,
                                                          HeadFlush flush) {
  return connection_.BeginStream(status, std::move(headers), flush);
}

asio::awaitable<base::Status> ServerExchange::Write(std::string_view bytes) {
  return connection_.WriteStream(bytes, internal::ServerConnection::Answer::kStreaming);
}

asio::awaitable<base::Status> ServerExchange::EndStream(std::string_view last) {
  return connection_.WriteStream(last, internal::ServerConnection::Answer::kDone);
}

void ServerExchange::Abort() {
  connection_.answer_ = internal::ServerConnection::Answer::kBroken;
  connection_.stream_->Reset();
}

bool ServerExchange::responded() const {
  return connection_.answer_ != internal::ServerConnection::Answer::kNone;
}

bool ServerExchange::peer_gone() const {
  return connection_.stream_->read_ended();
}

void ServerExchange::OnPeerGone(std::move_only_function<void()> notice) {
  if (!notice) {
    connection_.stream_->OnRead(nullptr);
    return;
  }
  connection_.stream_->OnRead([stream = connection_.stream_.get(), notice = std::move(notice)]() mutable {
    if (stream->read_ended()) notice();
  });
}

ServerConnections::ServerConnections(const base::Clock& clock, ServerTimeouts timeouts, Handler handler)
    : clock_(clock), timeouts_(timeouts), handler_(std::move(handler)) {}

asio::awaitable<void> ServerConnections::Serve(std::unique_ptr<Stream> stream) {
  internal::ServerConnection connection(*this, std::move(stream));
  co_await connection.Run();
}

void ServerConnections::Drain() {
  draining_ = true;
  for (internal::ServerConnection* connection : live_) {
    if (connection->idle()) connection->Cut();
  }
}

void ServerConnections::Abort() {
  draining_ = true;
  for (internal::ServerConnection* connection : live_) connection->Cut();
}

void ServerConnections::OnEmpty(std::move_only_function<void()> notice) {
  on_empty_ = std::move(notice);
}

const std::string& ServerConnections::DateLine() {
  const std::int64_t second = clock_.WallMs() / 1000;
  if (second == date_second_) return date_line_;
  date_second_ = second;
  const auto time = static_cast<std::time_t>(second);
  std::tm utc{};
  gmtime_r(&time, &utc);
  // Not strftime's %a and %b: those follow the locale (RFC 9110, 5.6.7).
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 32> rest{};
  std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT\r\n", &utc);
  std::array<char, 4> day{};
  std::strftime(day.data(), day.size(), "%d", &utc);
  date_line_.assign("Date: ").append(kDays[static_cast<std::size_t>(utc.tm_wday)]).append(", ");
  date_line_.append(day.data()).append(" ").append(kMonths[static_cast<std::size_t>(utc.tm_mon)]);
  date_line_.append(rest.data());
  return date_line_;
}

}  // namespace proviso::http
