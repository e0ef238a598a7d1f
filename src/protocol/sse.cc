#include "protocol/sse.h"

#include <algorithm>

namespace proviso::protocol {
namespace {

using base::ErrorCode;

/// One line without its end; advances `rest` past it.
std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kShown = 24;
  std::string shown;
  for (const char c : text.substr(0, kShown)) shown.push_back(c >= ' ' && c <= '~' ? c : '?');
  return "\"" + shown + "\"";
}

base::Status ReadField(SseFrame& frame, std::string_view line, bool& has_event) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (colon == std::string_view::npos) {
    return base::Fail(ErrorCode::kCorrupt, "event stream: a line without a field: " + Quoted(line));
  }
  if (name.empty() || name == "id" || name == "retry") return {};
  if (name == "data") {
    frame.data_begin = frame.has_data ? 0 : static_cast<std::size_t>(value.data() - frame.bytes.data());
    if (frame.has_data) frame.data.push_back('\n');
    frame.data.append(value);
    frame.has_data = true;
    return {};
  }
  if (name == "event" && !has_event) {
    frame.event = value;
    has_event = true;
    return {};
  }
  return base::Fail(ErrorCode::kCorrupt,
                    "event stream: " + std::string(name == "event" ? "a second" : "an unknown") + " field " +
                        Quoted(name) + " in one event");
}

}  // namespace

base::Result<SseFrame> ParseFrame(std::string_view bytes) {
  SseFrame frame;
  frame.bytes = bytes;
  bool has_event = false;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view line = TakeLine(rest);
    if (line.find('\r') != std::string_view::npos) {
      return base::Fail(ErrorCode::kCorrupt,
                        "event stream: a carriage return that is not before a line feed");
    }
    if (line.empty()) continue;
    if (auto read = ReadField(frame, line, has_event); !read) return std::unexpected(read.error());
  }
  return frame;
}

std::string WithData(const SseFrame& frame, std::string_view data) {
  std::string out;
  bool written = false;
  for (std::string_view rest = frame.bytes; !rest.empty();) {
    const std::string_view before = rest;
    const std::string_view line = TakeLine(rest);
    const std::string_view whole = before.substr(0, before.size() - rest.size());
    if (!line.starts_with("data:")) {
      out.append(whole);
      continue;
    }
    if (written) continue;
    written = true;
    out.append("data: ");
    // A line feed in JSON can only be space between tokens.
    std::ranges::replace_copy(data, std::back_inserter(out), '\n', ' ');
    out.append(whole.substr(line.size()));
  }
  return out;
}

std::string MakeFrame(std::string_view event, std::string_view data) {
  std::string out;
  if (!event.empty()) out.append("event: ").append(event).append("\n");
  out.append("data: ").append(data).append("\n\n");
  return out;
}

void SseReader::Append(std::string_view bytes) {
  if (begin_ != 0) {
    buffer_.erase(0, begin_);
    line_begin_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  buffer_.append(bytes);
}

std::string_view SseReader::Skip(std::size_t size) {
  const std::string_view frame = Unread().substr(0, size);
  begin_ += size;
  line_begin_ = begin_;
  scanned_ = begin_;
  return frame;
}

base::Result<std::string_view> SseReader::Next() {
  const auto too_large = [&] {
    return base::Fail(ErrorCode::kLimit,
                      "event stream: an event larger than " + std::to_string(frame_bytes_max_) + " bytes");
  };
  while (true) {
    const std::size_t end = buffer_.find('\n', scanned_);
    if (end == std::string::npos) {
      scanned_ = buffer_.size();
      if (buffer_.size() - begin_ > frame_bytes_max_) return too_large();
      return std::string_view();
    }
    const std::size_t length = end - line_begin_;
    const bool blank = length == 0 || (length == 1 && buffer_[line_begin_] == '\r');
    line_begin_ = end + 1;
    scanned_ = end + 1;
    if (!blank) continue;
    if (end + 1 - begin_ > frame_bytes_max_) return too_large();
    return Skip(end + 1 - begin_);
  }
}

}  // namespace proviso::protocol
