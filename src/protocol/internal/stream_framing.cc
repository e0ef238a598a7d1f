#include "protocol/internal/stream_framing.h"

#include <algorithm>

#include "protocol/aws_event_stream.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::Result;

class SseFraming final : public StreamFraming {
 public:
  explicit SseFraming(std::size_t event_bytes_max) : reader_(event_bytes_max) {}
  void Append(std::string_view bytes) override { reader_.Append(bytes); }
  std::string_view Unread() const override { return reader_.Unread(); }
  Result<std::string_view> Next() override { return reader_.Next(); }
  std::string_view Skip(std::size_t size) override { return reader_.Skip(size); }
  Result<SseFrame> Parse(std::string_view bytes) const override { return ParseFrame(bytes); }
  std::string WithData(const SseFrame& frame, std::string_view data) const override {
    return protocol::WithData(frame, data);
  }

 private:
  SseReader reader_;
};

/// An exception or error frame, with the provider's words.
std::unexpected<base::Error> AwsError(const AwsFrame& frame) {
  constexpr std::size_t kTypeBytesMax = 64;
  constexpr std::size_t kWordsBytesMax = 300;
  std::string type(frame.Text(":exception-type"));
  std::string words(frame.Text(":error-message"));
  if (type.empty()) type = frame.Text(":error-code");
  if (const auto document = base::JsonDocument::Parse(frame.payload); document && words.empty()) {
    words = document->root().Find("message").text();
  }
  type = Shorten(std::move(type), kTypeBytesMax);
  words = Shorten(std::move(words), kWordsBytesMax);
  return base::Fail(base::ErrorCode::kUnavailable, "the provider reported an error" +
                                                       (type.empty() ? "" : " (" + type + ")") +
                                                       (words.empty() ? "" : ": " + words));
}

class AwsFraming final : public StreamFraming {
 public:
  explicit AwsFraming(std::size_t event_bytes_max) : reader_(std::min(event_bytes_max, kAwsFrameBytesMax)) {}
  void Append(std::string_view bytes) override { reader_.Append(bytes); }
  std::string_view Unread() const override { return reader_.Unread(); }
  Result<std::string_view> Next() override { return reader_.Next(); }
  std::string_view Skip(std::size_t size) override { return reader_.Skip(size); }

  Result<SseFrame> Parse(std::string_view bytes) const override {
    const auto frame = ParseAwsFrame(bytes);
    if (!frame) return std::unexpected(frame.error());
    const std::string_view message_type = frame->Text(":message-type");
    if (message_type == "exception" || message_type == "error") return AwsError(*frame);
    if (message_type != "event") return Broken("event stream frame", "no known :message-type");
    SseFrame event;
    event.bytes = bytes;
    event.event = frame->Text(":event-type");
    event.has_data = true;
    event.data = frame->payload;
    if (event.event.empty()) return Broken("event stream frame", "an event without an :event-type");
    return event;
  }

  std::string WithData(const SseFrame& frame, std::string_view data) const override {
    return WithAwsData(frame, data).value_or(std::string());
  }

 private:
  AwsFrameReader reader_;
};

}  // namespace

std::unique_ptr<StreamFraming> MakeSseFraming(std::size_t event_bytes_max) {
  return std::make_unique<SseFraming>(event_bytes_max);
}

std::unique_ptr<StreamFraming> MakeAwsFraming(std::size_t event_bytes_max) {
  return std::make_unique<AwsFraming>(event_bytes_max);
}

Result<std::string> WithAwsData(const SseFrame& frame, std::string_view data) {
  const auto parsed = ParseAwsFrame(frame.bytes);
  if (!parsed) return std::unexpected(parsed.error());
  return WithPayload(*parsed, data);
}

}  // namespace proviso::protocol::internal
