// The server's side of one HTTP/2 connection without its socket (RFC 9113, by nghttp2): bytes in,
// events and bytes out. So it can be tested and fuzzed with literal frames.
//
//   Http2Session session(now);
//   auto taken = session.Receive(bytes, now);        // an error: send what Produce gives, and close
//   for (const Http2Event& event : session.TakeEvents()) …
//   session.Produce(out, kHttp2OutputBytesMax);      // append what is to be sent
//
// Call nothing of the session while it calls you: it never does, events are taken.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "http/internal/http2_head.h"
#include "http/internal/http2_watch.h"
#include "http/internal/http2_wire.h"
#include "http/message.h"
#include "http/parser.h"

struct nghttp2_session;

namespace proviso::http::internal {

/// Whether this is the end of a message's content.
enum class Last : std::uint8_t { kNo, kYes };

/// One request and its answer on the wire. Owned by the session, from its head until both the wire
/// has closed it and Forget was called.
struct Http2Stream {
  std::int32_t id = 0;
  Http2HeadReader reader;
  RequestHead head;
  std::optional<Refusal> refusal;  ///< The head is not acceptable; answer with it.
  std::string content;             ///< Received and not yet taken (Http2Session::TakeContent).
  bool requested = false;          ///< A kRequest event told of it.
  bool content_ended = false;      ///< All of the request came.
  bool closed = false;             ///< Nothing more can be sent or received.
  bool answered = false;           ///< The whole answer was put into the output.
  bool given_up = false;           ///< We reset it.
  bool forgotten = false;
  std::string_view offered;  ///< Content of the answer that still waits for flow control.
  Last offered_last = Last::kNo;
};

struct Http2Event {
  enum class Kind : std::uint8_t {
    kRequest,  ///< A head came, whole.
    kContent,  ///< Content came, or its end.
    kTaken,    ///< All that was offered is in the output.
    kClosed,   ///< The stream is closed; before `answered` that means the client gave it up.
  };
  Kind kind;
  std::int32_t stream_id;
};

class Http2Session {
 public:
  explicit Http2Session(SteadyTime now);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  /// Reads what the client sent, from its preface on. kInvalid when it breaks the protocol beyond one
  /// stream, kLimit when it floods: the connection is to end after what Produce still gives (the
  /// GOAWAY). Takes no more after that.
  [[nodiscard]] base::Status Receive(std::string_view bytes, SteadyTime now);
  /// What happened since the last call.
  [[nodiscard]] std::vector<Http2Event> TakeEvents();
  /// Appends what is to be sent, until `out` holds `bytes_max` or more (by at most one frame).
  [[nodiscard]] base::Status Produce(std::string& out, std::size_t bytes_max);

  /// Null when there is no such stream (any more).
  [[nodiscard]] Http2Stream* Find(std::int32_t stream_id);
  /// Moves the content that came to the end of `out`, and lets the client send as much again.
  void TakeContent(Http2Stream& stream, std::string& out);
  /// An interim "100 Continue".
  void SendContinue(Http2Stream& stream);
  /// The head of the answer; names must be in lower case. Last::kYes: there is no content.
  [[nodiscard]] base::Status SendHead(Http2Stream& stream, int status, const std::vector<Header>& headers,
                                      Last last);
  /// Content of the answer, borrowed until kTaken or kClosed. One offer at a time.
  void Offer(Http2Stream& stream, std::string_view bytes, Last last);
  /// Ends the stream with RST_STREAM.
  void Reset(Http2Stream& stream, Http2Error error);
  /// The handler is done with the stream; the reference is void after this.
  void Forget(Http2Stream& stream);

  /// Takes no new streams: GOAWAY, and the end once those that are open ended.
  void Shutdown();
  /// Nothing is left to do on this connection.
  [[nodiscard]] bool done() const;
  /// The client began something that is not content, and has not finished it.
  [[nodiscard]] bool mid_head() const;

 private:
  friend struct Http2Callbacks;
  void Tell(Http2Event::Kind kind, std::int32_t stream_id) { events_.push_back({kind, stream_id}); }
  void End(Http2Error error, base::ErrorCode code, std::string reason);
  [[nodiscard]] int CheckHead(const Http2Stream& stream);
  void FinishHead(Http2Stream& stream, Last last);
  void FinishContent(Http2Stream& stream);
  void CloseStream(Http2Stream& stream);
  void CountReset();
  void Count(bool allowed, std::string_view what);

  nghttp2_session* session_ = nullptr;
  SteadyTime now_;  // of the bytes that are being read
  Http2Watch watch_;
  Allowance resets_;
  std::size_t preface_left_ = kHttp2Preface.size();
  std::unordered_map<std::int32_t, Http2Stream> streams_;
  std::vector<Http2Event> events_;
  std::int32_t last_stream_id_ = 0;
  std::optional<base::Error> fault_;  // why the connection ends at once
  Http2Error fault_code_ = Http2Error::kNone;
  bool fault_told_ = false;
};

}  // namespace proviso::http::internal
