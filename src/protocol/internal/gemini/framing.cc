#include "protocol/internal/gemini/framing.h"

#include "protocol/internal/reading.h"
#include "protocol/internal/whole_gate.h"

namespace proviso::protocol::internal::gemini {
namespace {

using base::Result;

constexpr std::string_view kSpace = " \t\r\n";
/// A bare error object among events; it is looked through anew with each piece of it.
constexpr std::size_t kBareBytesMax = 64U << 10U;

base::Result<std::string_view> TooLarge(std::size_t bytes_max) {
  return base::Fail(base::ErrorCode::kLimit,
                    "event stream: an event larger than " + std::to_string(bytes_max) + " bytes");
}

class ArrayFraming final : public StreamFraming {
 public:
  explicit ArrayFraming(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

  void Append(std::string_view bytes) override {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    buffer_.append(bytes);
  }
  [[nodiscard]] std::string_view Unread() const override { return std::string_view(buffer_).substr(begin_); }
  Result<std::string_view> Next() override;
  std::string_view Skip(std::size_t size) override {
    const std::string_view frame = Unread().substr(0, size);
    begin_ += size;
    scanned_ = begin_;
    return frame;
  }
  [[nodiscard]] Result<SseFrame> Parse(std::string_view bytes) const override;
  [[nodiscard]] std::string WithData(const SseFrame& frame, std::string_view data) const override {
    return std::string(frame.bytes.substr(0, frame.data_begin)) + std::string(data);
  }

 private:
  enum class Place : std::uint8_t { kStart, kFirst, kObject, kBehind, kComma, kClosed };

  /// Takes one character outside of objects; whether it may stand there.
  [[nodiscard]] bool Take(char c);

  std::size_t frame_bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;    // the frame's first byte
  std::size_t scanned_ = 0;  // all before this is understood
  Place place_ = Place::kStart;
  ObjectEnd end_;
};

bool ArrayFraming::Take(char c) {
  const auto go = [&](Place place) {
    place_ = place;
    return true;
  };
  switch (place_) {
    case Place::kStart:
      return c == '[' ? go(Place::kFirst) : c == '{' && go(Place::kObject);
    case Place::kFirst:
      return c == ']' ? go(Place::kClosed) : c == '{' && go(Place::kObject);
    case Place::kBehind:
      return c == ']' ? go(Place::kClosed) : c == ',' && go(Place::kComma);
    case Place::kComma:
      return c == '{' && go(Place::kObject);
    case Place::kObject:
    case Place::kClosed:
      return false;
  }
  return false;
}

Result<std::string_view> ArrayFraming::Next() {
  while (scanned_ < buffer_.size()) {
    if (place_ == Place::kObject) {
      const auto size = end_.Find(std::string_view(buffer_).substr(scanned_));
      scanned_ = size ? scanned_ + *size : buffer_.size();
      if (scanned_ - begin_ > frame_bytes_max_) return TooLarge(frame_bytes_max_);
      if (!size) return std::string_view();
      end_ = {};
      place_ = Place::kBehind;
      return Skip(scanned_ - begin_);
    }
    if (kSpace.contains(buffer_[scanned_])) {
      ++scanned_;
      continue;
    }
    if (!Take(buffer_[scanned_])) return Broken("array", "neither an object nor the array's next sign");
    if (place_ == Place::kObject) continue;  // its brace is the object's first byte
    ++scanned_;
    if (place_ == Place::kClosed) return Skip(scanned_ - begin_);
  }
  if (scanned_ - begin_ > frame_bytes_max_) return TooLarge(frame_bytes_max_);
  if (place_ == Place::kClosed) return Skip(scanned_ - begin_);  // space behind the array
  return std::string_view();
}

Result<SseFrame> ArrayFraming::Parse(std::string_view bytes) const {
  SseFrame frame;
  frame.bytes = bytes;
  const std::size_t begin = bytes.find('{');
  if (begin == std::string_view::npos) {
    if (bytes.ends_with(']')) frame.event = "]";
    return frame;
  }
  if (bytes.find_first_not_of(kSpace) == begin) frame.event = "error";
  frame.has_data = true;
  frame.data = std::string(bytes.substr(begin));
  frame.data_begin = begin;
  return frame;
}

class EventFraming final : public StreamFraming {
 public:
  explicit EventFraming(std::size_t frame_bytes_max) : events_(MakeSseFraming(frame_bytes_max)) {}

  void Append(std::string_view bytes) override { events_->Append(bytes); }
  [[nodiscard]] std::string_view Unread() const override { return events_->Unread(); }
  Result<std::string_view> Next() override {
    if (!Unread().starts_with('{')) return events_->Next();
    const auto size = ObjectEnd().Find(Unread());
    if (size.value_or(Unread().size()) > kBareBytesMax) return TooLarge(kBareBytesMax);
    return size ? Skip(*size) : std::string_view();
  }
  std::string_view Skip(std::size_t size) override { return events_->Skip(size); }
  [[nodiscard]] Result<SseFrame> Parse(std::string_view bytes) const override {
    if (!bytes.starts_with('{')) return events_->Parse(bytes);
    SseFrame frame;
    frame.bytes = bytes;
    frame.event = "error";
    frame.has_data = true;
    frame.data = std::string(bytes);
    return frame;
  }
  [[nodiscard]] std::string WithData(const SseFrame& frame, std::string_view data) const override {
    return events_->WithData(frame, data);
  }

 private:
  std::unique_ptr<StreamFraming> events_;
};

}  // namespace

std::unique_ptr<StreamFraming> MakeArrayFraming(std::size_t frame_bytes_max) {
  return std::make_unique<ArrayFraming>(frame_bytes_max);
}

std::unique_ptr<StreamFraming> MakeEventFraming(std::size_t frame_bytes_max) {
  return std::make_unique<EventFraming>(frame_bytes_max);
}

}  // namespace proviso::protocol::internal::gemini
