// What a client sends after HTTP/2's preface, fed whole and cut in two, must give the same requests;
// an accepted request has one host, one path and the content that it announced. A third session answers
// while it reads. The input's first byte chooses the cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "http/internal/http2_session.h"
#include "http/limits.h"

namespace {

using namespace proviso::http;
using internal::Http2Event;
using internal::Http2Session;
using internal::Http2Stream;
using internal::Last;

struct Seen {
  int refused_with = 0;
  std::string target;
  std::vector<Header> headers;
  std::string content;
  bool content_ended = false;
  bool closed = false;

  bool operator==(const Seen&) const = default;
};

struct Outcome {
  bool ended = false;
  std::map<std::int32_t, Seen> streams;
};

void CheckAccepted(const Http2Stream& stream) {
  const RequestHead& head = stream.head;
  if (head.target.empty() || head.target.front() != '/' || head.version != Version::kHttp2) std::abort();
  if (CountHeaders(head.headers, "host") != 1 || head.headers.size() > kHeadersMax + 1) std::abort();
  for (const Header& header : head.headers) {
    const bool lower = std::ranges::none_of(header.name, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!lower || !IsToken(header.name) || !IsHeaderValue(header.value)) std::abort();
  }
  for (const std::string_view name : {"connection", "transfer-encoding", "upgrade", "keep-alive"}) {
    if (CountHeaders(head.headers, name) != 0) std::abort();
  }
  if (stream.content.size() > kHttp2StreamWindowBytes) std::abort();
  const bool announced = head.framing == BodyFraming::kLength;
  if (announced && stream.content_ended && stream.content.size() != head.content_length) std::abort();
}

Outcome Read(std::string_view bytes, std::size_t cut) {
  const auto now = internal::SteadyTime{};
  Http2Session session(now);
  Outcome outcome;
  std::string out;
  outcome.ended = !session.Receive(internal::kHttp2Preface, now) || !session.Produce(out, 1U << 20U);
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    outcome.ended = outcome.ended || !session.Receive(piece, now);
  }
  outcome.ended = outcome.ended || !session.Produce(out, 1U << 20U) || session.done();
  for (const Http2Event& event : session.TakeEvents()) {
    const Http2Stream* const stream = session.Find(event.stream_id);
    if (stream == nullptr || !stream->requested) continue;
    if (!stream->refusal) CheckAccepted(*stream);
    outcome.streams[stream->id] = {stream->refusal ? stream->refusal->status : 0, stream->head.target,
                                   stream->head.headers,
                                   // Of a request that breaks off, how far it was read depends on the cut.
                                   stream->closed && !stream->content_ended ? "" : stream->content,
                                   stream->content_ended, stream->closed};
  }
  return outcome;
}

void Answer(Http2Session& session, std::string& content) {
  for (const Http2Event& event : session.TakeEvents()) {
    Http2Stream* const stream = session.Find(event.stream_id);
    if (stream == nullptr) continue;
    session.TakeContent(*stream, content);
    if (event.kind == Http2Event::Kind::kRequest && !stream->closed) {
      const bool empty = stream->id % 4 == 1;
      (void)session.SendHead(*stream, 200, {{"x", "y"}}, empty ? Last::kYes : Last::kNo);
      if (!empty) session.Offer(*stream, "answer", stream->id % 8 == 3 ? Last::kYes : Last::kNo);
    }
    if (event.kind == Http2Event::Kind::kTaken && !stream->answered) {
      session.Reset(*stream, internal::Http2Error::kInternal);
    }
    if (event.kind == Http2Event::Kind::kClosed) session.Forget(*stream);
  }
}

void ReadAndAnswer(std::string_view bytes) {
  const auto now = internal::SteadyTime{};
  Http2Session session(now);
  std::string out;
  std::string content;
  bool going = session.Receive(internal::kHttp2Preface, now).has_value();
  while (going && !bytes.empty()) {
    const std::string_view piece = bytes.substr(0, 50);
    bytes.remove_prefix(piece.size());
    going = session.Receive(piece, now).has_value();
    Answer(session, content);
    going = session.Produce(out, kHttp2OutputBytesMax).has_value() && going && !session.done();
    Answer(session, content);
    if (out.size() > 2 * kHttp2OutputBytesMax) std::abort();
    out.clear();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = bytes.empty() ? 0 : data[0] * bytes.size() / 256;
  const Outcome whole = Read(bytes, 0);
  const Outcome halves = Read(bytes, cut);
  // A session that ended, by its fault or by the client's GOAWAY, may have read further in one piece.
  if (!whole.ended && !halves.ended && whole.streams != halves.streams) std::abort();
  ReadAndAnswer(bytes);
  return 0;
}
