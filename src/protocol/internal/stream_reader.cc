// From bytes to events, whatever the framing, and from events to steps.
#include <optional>
#include <utility>

#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/stream_framing.h"
#include "protocol/internal/whole_gate.h"

namespace proviso::protocol::internal {
namespace {

using base::Result;
using base::Status;

struct Event {
  std::string name;
  std::string data;
};

/// Cuts events out of bytes; nothing when the next one is not all there.
class Cutter {
 public:
  virtual ~Cutter() = default;
  virtual void Append(std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<std::optional<Event>> Next() = 0;
  /// The bytes ended: the event that only the end completes, or kCorrupt when one was cut short.
  [[nodiscard]] virtual Result<std::optional<Event>> Last() = 0;
};

/// Whatever a gate cuts too (framing.h).
class FrameCutter : public Cutter {
 public:
  explicit FrameCutter(std::unique_ptr<StreamFraming> framing) : framing_(std::move(framing)) {}

  void Append(std::string_view bytes) override { framing_->Append(bytes); }

  Result<std::optional<Event>> Next() override {
    while (true) {
      const auto bytes = framing_->Next();
      if (!bytes) return std::unexpected(bytes.error());
      if (bytes->empty()) return std::nullopt;
      auto event = Take(*bytes);
      if (!event || *event) return event;
    }
  }

  /// A terminal event may lack its last blank line; whether it was one, its reader says.
  Result<std::optional<Event>> Last() override {
    const std::string_view rest = framing_->Unread();
    if (rest.find_first_not_of("\r\n") == std::string_view::npos) return std::nullopt;
    return Take(framing_->Skip(rest.size()));
  }

 private:
  Result<std::optional<Event>> Take(std::string_view bytes) const {
    auto frame = framing_->Parse(bytes);
    if (!frame) return std::unexpected(frame.error());
    if (!frame->has_data) return std::nullopt;
    return Event{std::string(frame->event), std::move(frame->data)};
  }

  std::unique_ptr<StreamFraming> framing_;
};

class LineCutter : public Cutter {
 public:
  explicit LineCutter(AnswerLimits limits) : limits_(limits) {}

  void Append(std::string_view bytes) override { buffer_ += bytes; }

  Result<std::optional<Event>> Next() override {
    while (true) {
      const auto end = buffer_.find('\n', begin_);
      if (end == std::string::npos) {
        buffer_.erase(0, std::exchange(begin_, 0));
        if (buffer_.size() > limits_.event_bytes_max)
          return base::Fail(base::ErrorCode::kLimit, "the provider's answer: a line is too long");
        return std::nullopt;
      }
      std::string line = buffer_.substr(begin_, end - begin_);
      begin_ = end + 1;
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) return Event{"", std::move(line)};
    }
  }

  Result<std::optional<Event>> Last() override {
    Append("\n");
    return Next();
  }

 private:
  AnswerLimits limits_;
  std::string buffer_;
  std::size_t begin_ = 0;
};

/// `[{…},{…}]`, strictly: a comma between elements and the bracket at the end.
class ArrayCutter : public Cutter {
 public:
  explicit ArrayCutter(AnswerLimits limits) : limits_(limits) {}

  void Append(std::string_view bytes) override { buffer_ += bytes; }

  Result<std::optional<Event>> Next() override {
    while (!element_) {
      while (begin_ < buffer_.size() && Blank(buffer_[begin_])) ++begin_;
      if (begin_ == buffer_.size()) {
        buffer_.erase(0, std::exchange(begin_, 0));
        return std::nullopt;
      }
      if (auto opened = Enter(buffer_[begin_]); !opened) return std::unexpected(opened.error());
    }
    const auto size = element_->Find(std::string_view(buffer_).substr(begin_ + seen_));
    if (!size) {
      seen_ = buffer_.size() - begin_;
      if (seen_ > limits_.event_bytes_max)
        return base::Fail(base::ErrorCode::kLimit, "the provider's answer: an element is too large");
      return std::nullopt;
    }
    Event event{"", buffer_.substr(begin_, seen_ + *size)};
    begin_ += event.data.size();
    seen_ = 0;
    element_.reset();
    place_ = Place::kBehindElement;
    return event;
  }

  Result<std::optional<Event>> Last() override {
    if (place_ != Place::kBehindArray) return Broken("stream", "the array is not closed");
    return std::nullopt;
  }

 private:
  enum class Place : std::uint8_t { kBefore, kFirstElement, kElement, kBehindElement, kBehindArray };

  static bool Blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  /// Takes one byte between elements.
  Status Enter(char c) {
    const bool element = place_ == Place::kFirstElement || place_ == Place::kElement;
    if (c == '{' && element) {
      element_.emplace();
      return {};
    }
    ++begin_;
    if (c == '[' && place_ == Place::kBefore) {
      place_ = Place::kFirstElement;
    } else if (c == ',' && place_ == Place::kBehindElement) {
      place_ = Place::kElement;
    } else if (c == ']' && (place_ == Place::kBehindElement || place_ == Place::kFirstElement)) {
      place_ = Place::kBehindArray;
    } else {
      return Broken("stream", "it is not an array of objects");
    }
    return {};
  }

  AnswerLimits limits_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t seen_ = 0;  // of the element, already searched for its end
  Place place_ = Place::kBefore;
  std::optional<ObjectEnd> element_;
};

class StreamReader : public AnswerReader {
 public:
  StreamReader(std::unique_ptr<EventReader> events, std::unique_ptr<Cutter> cutter)
      : events_(std::move(events)), cutter_(std::move(cutter)) {}

  Status Feed(std::string_view bytes, std::vector<AnswerDelta>& out) override {
    if (failure_) return std::unexpected(*failure_);
    cutter_->Append(bytes);
    while (true) {
      auto event = cutter_->Next();
      if (!event) return Remember(event.error());
      if (!*event) return {};
      if (auto read = events_->Read((*event)->name, (*event)->data, out); !read)
        return Remember(read.error());
    }
  }

  Status Finish(std::vector<AnswerDelta>& out) override {
    if (failure_) return std::unexpected(*failure_);
    auto last = cutter_->Last();
    if (!last) return Remember(last.error());
    if (*last) {
      if (auto read = events_->Read((*last)->name, (*last)->data, out); !read) return Remember(read.error());
    }
    if (!events_->Complete()) return Broken("stream", "it ends before the answer does");
    return events_->Finish(out);
  }

 private:
  Status Remember(base::Error error) {
    failure_ = std::move(error);
    return std::unexpected(*failure_);
  }

  std::unique_ptr<EventReader> events_;
  std::unique_ptr<Cutter> cutter_;
  std::optional<base::Error> failure_;
};

std::unique_ptr<Cutter> MakeCutter(EventForm form, AnswerLimits limits) {
  switch (form) {
    case EventForm::kEvents:
      return std::make_unique<FrameCutter>(MakeSseFraming(limits.event_bytes_max));
    case EventForm::kLines:
      return std::make_unique<LineCutter>(limits);
    case EventForm::kArray:
      return std::make_unique<ArrayCutter>(limits);
    case EventForm::kAws:
      return std::make_unique<FrameCutter>(MakeAwsFraming(limits.event_bytes_max));
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<AnswerReader> MakeStreamReader(std::unique_ptr<EventReader> events, EventForm form,
                                               AnswerLimits limits) {
  return std::make_unique<StreamReader>(std::move(events), MakeCutter(form, limits));
}

}  // namespace proviso::protocol::internal
