#include "http/internal/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <new>
#include <utility>

#include "http/limits.h"

namespace proviso::http::internal {
namespace {

using base::ErrorCode;

std::string_view TextOf(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

nghttp2_nv Field(std::string_view name, std::string_view value) {
  // nghttp2 copies both; it only takes them as not const.
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

bool EndsStream(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

/// GOAWAY (RFC 9113, 6.8), for when nghttp2 can no longer be asked for one.
void AppendGoAway(std::string& out, std::int32_t last_stream_id, Http2Error error) {
  const auto append_u32 = [&out](std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<char>(value >> shift));
  };
  out.append({'\0', '\0', '\x08', '\x07', '\0'});
  append_u32(0);
  append_u32(static_cast<std::uint32_t>(last_stream_id));
  append_u32(static_cast<std::uint32_t>(error));
}

}  // namespace

/// nghttp2 calls these from within Receive and Produce. They note, and change nothing else.
struct Http2Callbacks {
  static Http2Session& Self(void* user) { return *static_cast<Http2Session*>(user); }

  static int OnBeginHeaders(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Http2Session& self = Self(user);
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    const std::int32_t id = frame->hd.stream_id;
    if (self.streams_.size() >= kHttp2HandlersMax) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
      self.CountReset();
      return 0;
    }
    self.watch_.NoteWork();
    self.streams_[id].id = id;
    self.last_stream_id_ = std::max(self.last_stream_id_, id);
    return 0;
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value,
                      std::uint8_t, void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    // Trailers are counted with the head, and dropped.
    stream->reader.Add(TextOf(name), TextOf(value));
    return self.CheckHead(*stream);
  }

  static int OnInvalidHeader(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                             nghttp2_rcbuf*, std::uint8_t, void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->reader.AddInvalid(TextOf(name));
    return self.CheckHead(*stream);
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (frame->hd.type == NGHTTP2_HEADERS && stream != nullptr) {
      if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        self.FinishHead(*stream, EndsStream(*frame) ? Last::kYes : Last::kNo);
      } else if (EndsStream(*frame)) {
        self.FinishContent(*stream);
      }
    }
    if (frame->hd.type != NGHTTP2_DATA) return 0;
    if (EndsStream(*frame)) {
      if (stream != nullptr) self.FinishContent(*stream);
    } else if (frame->hd.length == frame->data.padlen) {
      self.Count(self.watch_.NoteEmptyData(self.now_), "empty DATA frames");
    }
    return 0;
  }

  static int OnContent(nghttp2_session* session, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                       std::size_t count, void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(id);
    if (stream == nullptr || stream->forgotten || stream->answered) {
      nghttp2_session_consume(session, id, count);  // nobody will read it
      return 0;
    }
    stream->content.append(reinterpret_cast<const char*>(bytes), count);
    self.Tell(Http2Event::Kind::kContent, id);
    return 0;
  }

  static int OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    Http2Session& self = Self(user);
    // An open stream is counted when it closes.
    if (self.Find(frame->hd.stream_id) == nullptr) self.CountReset();
    return 0;
  }

  static int OnSent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Http2Session& self = Self(user);
    if (frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS) return 0;
    if (frame->hd.type == NGHTTP2_DATA) self.watch_.NoteWork();
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr || !EndsStream(*frame) || stream->content_ended) return 0;
    // The answer is whole and the rest of the request is not wanted (RFC 9113, 8.1).
    nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR);
    return 0;
  }

  static int OnClosed(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
    Http2Session& self = Self(user);
    if (Http2Stream* const stream = self.Find(id)) self.CloseStream(*stream);
    return 0;
  }

  static ssize_t ReadAnswer(nghttp2_session*, std::int32_t id, std::uint8_t* out, std::size_t bytes_max,
                            std::uint32_t* flags, nghttp2_data_source*, void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (stream->offered.empty() && stream->offered_last == Last::kNo) return NGHTTP2_ERR_DEFERRED;
    const std::size_t count = std::min(bytes_max, stream->offered.size());
    std::copy_n(stream->offered.data(), count, out);
    stream->offered.remove_prefix(count);
    if (!stream->offered.empty()) return static_cast<ssize_t>(count);
    if (stream->offered_last == Last::kYes) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      stream->answered = true;
    }
    self.Tell(Http2Event::Kind::kTaken, id);
    return static_cast<ssize_t>(count);
  }

  static nghttp2_session* Make(Http2Session& self) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    nghttp2_session* session = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0) {
      nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &OnBeginHeaders);
      nghttp2_session_callbacks_set_on_header_callback2(callbacks, &OnHeader);
      nghttp2_session_callbacks_set_on_invalid_header_callback2(callbacks, &OnInvalidHeader);
      nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &OnFrame);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &OnContent);
      nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, &OnInvalidFrame);
      nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, &OnSent);
      nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &OnClosed);
      nghttp2_option_set_no_auto_window_update(option, 1);
      nghttp2_option_set_no_closed_streams(option, 1);
      nghttp2_option_set_max_settings(option, kHttp2SettingsMax);
      nghttp2_option_set_max_continuations(option, kHttp2ContinuationsMax);
      nghttp2_session_server_new2(&session, callbacks, &self, option);
    }
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    if (session == nullptr) throw std::bad_alloc();
    return session;
  }
};

Http2Session::Http2Session(SteadyTime now)
    : session_(Http2Callbacks::Make(*this)),
      now_(now),
      watch_(now),
      resets_(kHttp2ResetsMax, kHttp2ResetsPerSecond, now) {
  const std::array<nghttp2_settings_entry, 4> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kHttp2StreamsMax},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kHttp2StreamWindowBytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kHeadBytesMax},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kHttp2ConnectionWindowBytes);
}

Http2Session::~Http2Session() {
  nghttp2_session_del(session_);
}

base::Status Http2Session::Receive(std::string_view bytes, SteadyTime now) {
  if (fault_) return std::unexpected(*fault_);
  now_ = now;
  const std::size_t preface_bytes = std::min(preface_left_, bytes.size());
  preface_left_ -= preface_bytes;
  Count(watch_.Read(bytes.substr(preface_bytes), now), "frames that ask for nothing");
  if (fault_) return std::unexpected(*fault_);
  const ssize_t used =
      nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (fault_) return std::unexpected(*fault_);
  if (used == NGHTTP2_ERR_FLOODED || used == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) {
    End(Http2Error::kEnhanceYourCalm, ErrorCode::kLimit, "more frames than may be");
  } else if (used < 0) {
    End(Http2Error::kProtocol, ErrorCode::kInvalid, nghttp2_strerror(static_cast<int>(used)));
  }
  if (fault_) return std::unexpected(*fault_);
  return {};
}

std::vector<Http2Event> Http2Session::TakeEvents() {
  return std::exchange(events_, {});
}

base::Status Http2Session::Produce(std::string& out, std::size_t bytes_max) {
  while (!fault_ && out.size() < bytes_max) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t count = nghttp2_session_mem_send(session_, &bytes);
    if (count < 0) {
      End(Http2Error::kInternal, ErrorCode::kInternal, nghttp2_strerror(static_cast<int>(count)));
    }
    if (count <= 0) break;
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
  }
  if (!fault_) return {};
  if (!std::exchange(fault_told_, true)) AppendGoAway(out, last_stream_id_, fault_code_);
  return std::unexpected(*fault_);
}

Http2Stream* Http2Session::Find(std::int32_t stream_id) {
  const auto found = streams_.find(stream_id);
  return found == streams_.end() ? nullptr : &found->second;
}

void Http2Session::TakeContent(Http2Stream& stream, std::string& out) {
  if (stream.content.empty()) return;
  out.append(stream.content);
  nghttp2_session_consume(session_, stream.id, stream.content.size());
  stream.content.clear();
}

void Http2Session::SendContinue(Http2Stream& stream) {
  const nghttp2_nv field = Field(":status", "100");
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, &field, 1, nullptr);
}

base::Status Http2Session::SendHead(Http2Stream& stream, int status, const std::vector<Header>& headers,
                                    Last last) {
  const std::string status_text = std::to_string(status);
  std::vector<nghttp2_nv> fields;
  fields.reserve(headers.size() + 1);
  fields.push_back(Field(":status", status_text));
  for (const Header& header : headers) fields.push_back(Field(header.name, header.value));
  nghttp2_data_provider provider{};
  provider.read_callback = &Http2Callbacks::ReadAnswer;
  const int submitted = nghttp2_submit_response(session_, stream.id, fields.data(), fields.size(),
                                                last == Last::kYes ? nullptr : &provider);
  if (submitted != 0) return base::Fail(ErrorCode::kUnavailable, nghttp2_strerror(submitted));
  if (last == Last::kYes) stream.answered = true;
  return {};
}

void Http2Session::Offer(Http2Stream& stream, std::string_view bytes, Last last) {
  assert(stream.offered.empty());
  stream.offered = bytes;
  stream.offered_last = last;
  // Refused when the head has not left yet: then the first DATA follows it by itself.
  nghttp2_session_resume_data(session_, stream.id);
}

void Http2Session::Reset(Http2Stream& stream, Http2Error error) {
  if (stream.closed) return;
  stream.given_up = true;
  stream.offered = {};
  stream.offered_last = Last::kNo;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, static_cast<std::uint32_t>(error));
}

void Http2Session::Forget(Http2Stream& stream) {
  if (!stream.content.empty()) nghttp2_session_consume(session_, stream.id, stream.content.size());
  stream.content.clear();
  stream.forgotten = true;
  if (stream.closed) streams_.erase(std::int32_t(stream.id));
}

void Http2Session::Shutdown() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

bool Http2Session::done() const {
  if (fault_) return fault_told_;
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

bool Http2Session::mid_head() const {
  return preface_left_ != 0 || watch_.mid_head();
}

void Http2Session::End(Http2Error error, ErrorCode code, std::string reason) {
  if (fault_) return;
  fault_ = base::Error{code, "HTTP/2: " + std::move(reason)};
  fault_code_ = error;
}

void Http2Session::Count(bool allowed, std::string_view what) {
  if (!allowed) End(Http2Error::kEnhanceYourCalm, ErrorCode::kLimit, "too many " + std::string(what));
}

void Http2Session::CountReset() {
  Count(resets_.Spend(now_), "streams reset");
}

int Http2Session::CheckHead(const Http2Stream& stream) {
  if (!stream.reader.excessive()) return 0;
  Count(false, "header fields");
  return NGHTTP2_ERR_CALLBACK_FAILURE;  // reads no further
}

void Http2Session::FinishHead(Http2Stream& stream, Last last) {
  stream.content_ended = last == Last::kYes;
  const auto content =
      stream.content_ended ? Http2HeadReader::Content::kNone : Http2HeadReader::Content::kMayFollow;
  if (auto read = stream.reader.Finish(content, stream.head); !read) stream.refusal = read.error();
  stream.requested = true;
  // All streams take turns, whatever their client asks for: one long answer holds up no other.
  const nghttp2_extpri turns{NGHTTP2_EXTPRI_DEFAULT_URGENCY, 1};
  nghttp2_session_change_extpri_stream_priority(session_, stream.id, &turns, 1);
  Tell(Http2Event::Kind::kRequest, stream.id);
}

void Http2Session::FinishContent(Http2Stream& stream) {
  stream.content_ended = true;
  Tell(Http2Event::Kind::kContent, stream.id);
}

void Http2Session::CloseStream(Http2Stream& stream) {
  if (stream.answered) {
    resets_.Earn(1);
  } else if (!stream.given_up) {
    CountReset();
  }
  stream.closed = true;
  stream.offered = {};
  if (stream.forgotten || !stream.requested) {
    streams_.erase(std::int32_t(stream.id));
    return;
  }
  Tell(Http2Event::Kind::kClosed, stream.id);
}

}  // namespace proviso::http::internal
