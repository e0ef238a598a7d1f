#include "http/server.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "http/internal/http2_connection.h"
#include "http/internal/server_connection.h"

namespace proviso::http {

namespace asio = boost::asio;

ServerConnections::ServerConnections(const base::Clock& clock, ServerTimeouts timeouts, Handler handler)
    : clock_(clock), timeouts_(timeouts), handler_(std::move(handler)) {}

asio::awaitable<void> ServerConnections::Serve(std::unique_ptr<Stream> stream) {
  if (stream->protocol() == kHttp2Protocol) {
    internal::Http2Connection connection(*this, std::move(stream));
    co_await connection.Run({});
    co_return;
  }
  internal::ServerConnection first(*this, std::move(stream));
  if (co_await first.Run() == internal::ServerConnection::End::kClosed) co_return;
  internal::Http2Connection connection(*this, first.TakeStream());
  co_await connection.Run(first.TakeUnread());
}

void ServerConnections::Drain() {
  draining_ = true;
  for (internal::LiveConnection* connection : live_) connection->Drain();
}

void ServerConnections::Abort() {
  draining_ = true;
  for (internal::LiveConnection* connection : live_) connection->Cut();
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

std::string_view ServerConnections::Date() {
  constexpr std::string_view kBefore = "Date: ";
  constexpr std::string_view kAfter = "\r\n";
  const std::string_view line = DateLine();
  return line.substr(kBefore.size(), line.size() - kBefore.size() - kAfter.size());
}

}  // namespace proviso::http
