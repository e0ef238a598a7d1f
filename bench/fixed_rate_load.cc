// rooms: base
// An open-loop load: requests leave at a fixed rate, whatever the answers do, and each one's time
// runs from when it was due. A server that stalls is charged for everything that waited meanwhile
// (no coordinated omission).
//
//   fixed_rate_load PORT TARGET RATE SECONDS CONNECTIONS BODY_FILE [HEADER]...
//
// POSTs the file to http://127.0.0.1:PORT/TARGET over keep-alive connections and prints one line:
// requests, failures, then p50, p99 and the longest time in microseconds. The first second is not counted.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;
using std::chrono::nanoseconds;

constexpr auto kUncounted = std::chrono::seconds(1);
/// After the last request is due, answers get this long.
constexpr auto kGrace = std::chrono::seconds(2);

[[noreturn]] void Stop(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Connection {
  int fd = -1;
  TimePoint due;
  std::string received;
};

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    Stop("connect");
  }
  return fd;
}

/// Whether a whole answer with Content-Length is there; other framings are not for this tool.
bool IsWhole(std::string_view received) {
  const auto head_end = received.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return false;
  std::string head(received.substr(0, head_end));
  std::ranges::transform(head, head.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto at = head.find("\r\ncontent-length:");
  if (at == std::string::npos) {
    std::fprintf(stderr, "an answer without Content-Length:\n%s\n", head.c_str());
    std::exit(1);
  }
  const auto length = static_cast<std::size_t>(std::strtoul(head.c_str() + at + 17, nullptr, 10));
  return received.size() >= head_end + 4 + length;
}

class Load {
 public:
  Load(int port, std::string request, std::size_t connections)
      : request_(std::move(request)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    connections_.resize(connections);
    for (std::size_t i = 0; i < connections; ++i) {
      connections_[i].fd = Connect(port);
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].fd, &event) != 0) Stop("epoll_ctl");
      idle_.push_back(i);
    }
  }

  void Run(nanoseconds interval, std::size_t total) {
    const TimePoint begin = SteadyClock::now();
    counted_from_ = begin + kUncounted;
    const TimePoint give_up = begin + interval * static_cast<long>(total) + kGrace;
    std::size_t released = 0;
    while (finished_ < total && SteadyClock::now() < give_up) {
      const TimePoint now = SteadyClock::now();
      while (released < total && begin + interval * static_cast<long>(released) <= now) {
        waiting_.push_back(begin + interval * static_cast<long>(released++));
      }
      while (!waiting_.empty() && !idle_.empty()) SendNext();
      const TimePoint next = released < total ? begin + interval * static_cast<long>(released) : give_up;
      Wait(next - SteadyClock::now());
    }
    failures_ += total - finished_;
  }

  void Print() {
    std::ranges::sort(microseconds_);
    const auto at = [this](double q) {
      return microseconds_.empty()
                 ? 0.0
                 : microseconds_[static_cast<std::size_t>(q * static_cast<double>(microseconds_.size() - 1))];
    };
    std::printf("%zu %zu %.1f %.1f %.1f\n", microseconds_.size(), failures_, at(0.5), at(0.99), at(1.0));
  }

 private:
  void SendNext() {
    Connection& connection = connections_[idle_.back()];
    idle_.pop_back();
    connection.due = waiting_.front();
    waiting_.pop_front();
    connection.received.clear();
    if (send(connection.fd, request_.data(), request_.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request_.size()))
      Stop("send");
  }

  void Wait(nanoseconds longest) {
    const long ns = std::max<long>(0, longest.count());
    const timespec timeout{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    epoll_event events[64];
    const int ready = epoll_pwait2(epoll_, events, 64, &timeout, nullptr);
    for (int i = 0; i < ready; ++i) Receive(events[i].data.u64);
  }

  void Receive(std::size_t index) {
    Connection& connection = connections_[index];
    char buffer[16'384];
    const ssize_t count = recv(connection.fd, buffer, sizeof buffer, 0);
    if (count <= 0) Stop("the server closed a connection");
    connection.received.append(buffer, static_cast<std::size_t>(count));
    if (!IsWhole(connection.received)) return;
    ++finished_;
    if (!std::string_view(connection.received).starts_with("HTTP/1.1 200")) ++failures_;
    if (connection.due >= counted_from_) {
      microseconds_.push_back(
          std::chrono::duration<double, std::micro>(SteadyClock::now() - connection.due).count());
    }
    idle_.push_back(index);
  }

  const std::string request_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;
  std::deque<TimePoint> waiting_;
  TimePoint counted_from_;
  std::size_t finished_ = 0;
  std::size_t failures_ = 0;
  std::vector<double> microseconds_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 7) {
    std::fprintf(stderr, "usage: %s PORT TARGET RATE SECONDS CONNECTIONS BODY_FILE [HEADER]...\n",
                 arguments[0]);
    return 2;
  }
  const auto body = proviso::base::ReadFile(arguments[6]);
  if (!body) {
    std::fprintf(stderr, "%s\n", body.error().message.c_str());
    return 1;
  }
  std::string request = "POST " + std::string(arguments[2]) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  for (int i = 7; i < count; ++i) request += std::string(arguments[i]) + "\r\n";
  request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body->size()) +
             "\r\n\r\n" + *body;
  const int rate = std::atoi(arguments[3]);
  const int seconds = std::atoi(arguments[4]);
  if (rate <= 0 || seconds <= 0) return 2;
  prctl(PR_SET_TIMERSLACK, 1UL);
  Load load(std::atoi(arguments[1]), std::move(request), static_cast<std::size_t>(std::atoi(arguments[5])));
  load.Run(nanoseconds(1'000'000'000L / rate),
           static_cast<std::size_t>(rate) * static_cast<std::size_t>(seconds));
  load.Print();
  return 0;
}
