// A real server on loopback that answers with literal bytes and keeps the exact bytes it received:
// for the tests of every room.
//
//   ScriptedUpstream upstream({{.answer = {Bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")}}});
//   … a client talks to upstream.port() …
//   EXPECT_EQ(upstream.requests().at(0), "POST /v1/chat …");
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/tls.h"

namespace proviso::http::testing {

/// One thing that the upstream does with its socket.
struct Step {
  enum class Kind : std::uint8_t {
    kBytes,         ///< sends `bytes`, in one piece
    kByteByByte,    ///< sends `bytes`, each in its own segment
    kPause,         ///< waits
    kWaitForGo,     ///< waits for ScriptedUpstream::Go()
    kClose,         ///< closes the connection
    kReset,         ///< resets the connection
    kWaitForClose,  ///< reads until the client closes (at most ten seconds), then closes
  };
  Kind kind = Kind::kBytes;
  std::string bytes = {};
  std::chrono::milliseconds wait{0};
};

[[nodiscard]] Step Bytes(std::string bytes);
[[nodiscard]] Step ByteByByte(std::string bytes);
[[nodiscard]] Step Pause(std::chrono::milliseconds wait);
[[nodiscard]] Step WaitForGo();
[[nodiscard]] Step Close();
[[nodiscard]] Step Reset();
[[nodiscard]] Step WaitForClose();

/// "HTTP/1.1 200 OK", Content-Length, and the body.
[[nodiscard]] std::string OkWith(std::string_view body, std::string_view content_type = "application/json");

/// Whether the upstream reads a request before its steps, or acts as soon as it is connected.
enum class Before : std::uint8_t { kRequest, kAnything };

/// What it does for one request.
struct Turn {
  std::vector<Step> answer;
  Before before = Before::kRequest;
};

/// Turns are taken in order, over however many connections the client opens; a request after the
/// last turn gets the last one again. A request is read by its Content-Length or until its last
/// chunk.
class ScriptedUpstream {
 public:
  explicit ScriptedUpstream(std::vector<Turn> turns);
  /// The same over TLS.
  ScriptedUpstream(std::vector<Turn> turns, const TlsServerFiles& files);
  /// Ends all connections.
  ~ScriptedUpstream();
  ScriptedUpstream(const ScriptedUpstream&) = delete;
  ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT"
  [[nodiscard]] std::string url() const;
  /// The raw bytes of each whole request, in order of arrival.
  [[nodiscard]] std::vector<std::string> requests() const;
  /// Waits until that many requests have arrived, at most ten seconds; false if they did not.
  [[nodiscard]] bool WaitForRequests(std::size_t count) const;
  [[nodiscard]] std::size_t connections_accepted() const;
  /// How many times the peer closed a connection or broke off a write of ours.
  [[nodiscard]] std::size_t closed_by_client() const;
  /// Waits until closed_by_client() reaches `count`, at most ten seconds.
  [[nodiscard]] bool WaitForClosedByClient(std::size_t count) const;
  /// Lets one WaitForGo step pass, now or later.
  void Go();

 private:
  class Wire;
  void Listen();
  void AcceptLoop();
  void Converse(int socket);
  [[nodiscard]] bool ReadRequest(Wire& wire, std::string& waiting, std::string& request);
  [[nodiscard]] bool Play(Wire& wire, const Turn& turn);
  [[nodiscard]] bool PlayStep(Wire& wire, const Step& step);
  [[nodiscard]] Turn NextTurn();
  [[nodiscard]] Before NextBefore() const;
  void NoteClosedByClient();

  std::vector<Turn> turns_;
  std::unique_ptr<TlsServerContext> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread acceptor_;

  mutable std::mutex mutex_;  // guards all below
  mutable std::condition_variable changed_;
  bool stopping_ = false;
  std::size_t next_turn_ = 0;
  std::size_t go_ = 0;
  std::size_t accepted_ = 0;
  std::size_t closed_by_client_ = 0;
  std::vector<std::string> requests_;
  std::vector<int> sockets_;
  std::vector<std::thread> conversations_;
};

}  // namespace proviso::http::testing
