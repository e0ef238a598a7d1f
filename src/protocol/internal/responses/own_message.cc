// The message that stands in a withheld call's place, whole and as events.
#include "base/json_writer.h"
#include "protocol/internal/responses/items.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

std::string TextPart(std::string_view text) {
  return R"({"type":"output_text","annotations":[],"logprobs":[],"text":)" + base::JsonString(text) + "}";
}

std::string MessageItem(std::string_view id, std::string_view status, std::string_view content) {
  base::JsonWriter json;
  json.BeginObject().Key("id").String(id).Key("type").String("message").Key("status").String(status);
  json.Key("content").Raw("[" + std::string(content) + "]").Key("role").String("assistant");
  return json.EndObject().Take();
}

/// Writes the events of one message one after another.
class Events {
 public:
  Events(std::string_view id, std::size_t output_index, std::int64_t sequence)
      : id_(id), output_index_(output_index), sequence_(sequence) {}

  void Item(std::string_view type, std::string_view item) {
    base::JsonWriter json = Begin(type);
    Finish(type, json.Key("item").Raw(item));
  }
  /// `key` is what the event calls its content: part, delta, text.
  void Part(std::string_view type, std::string_view key, std::string_view value) {
    base::JsonWriter json = Begin(type);
    json.Key("item_id").String(id_).Key("content_index").Integer(0).Key(key).Raw(value);
    if (key != "part") json.Key("logprobs").BeginArray().EndArray();
    Finish(type, json);
  }
  [[nodiscard]] std::string Take() { return std::move(out_); }

 private:
  base::JsonWriter Begin(std::string_view type) {
    base::JsonWriter json;
    json.BeginObject().Key("type").String(type).Key("sequence_number").Integer(sequence_++);
    json.Key("output_index").Integer(static_cast<std::int64_t>(output_index_));
    return json;
  }
  void Finish(std::string_view type, base::JsonWriter& json) {
    out_ += MakeFrame(type, json.EndObject().Take());
  }

  std::string_view id_;
  std::size_t output_index_;
  std::int64_t sequence_;
  std::string out_;
};

}  // namespace

std::string OwnItemId(std::string_view prefix, std::string_view response_id, std::size_t output_index) {
  constexpr std::string_view kPrefix = "resp_";
  constexpr std::size_t kStemBytesMax = 52;
  if (response_id.starts_with(kPrefix)) response_id.remove_prefix(kPrefix.size());
  if (response_id.size() > kStemBytesMax) response_id.remove_prefix(response_id.size() - kStemBytesMax);
  return std::string(prefix).append(response_id).append("_").append(std::to_string(output_index));
}

std::string OwnMessageId(std::string_view response_id, std::size_t output_index) {
  return OwnItemId("msg_", response_id, output_index);
}

std::string OwnMessage(std::string_view id, std::string_view text) {
  return MessageItem(id, "completed", TextPart(text));
}

std::string MessageEvents(std::string_view id, std::size_t output_index, std::string_view text,
                          std::int64_t first_sequence_number) {
  const std::string quoted = base::JsonString(text);
  Events events(id, output_index, first_sequence_number);
  events.Item("response.output_item.added", MessageItem(id, "in_progress", ""));
  events.Part("response.content_part.added", "part", TextPart(""));
  events.Part("response.output_text.delta", "delta", quoted);
  events.Part("response.output_text.done", "text", quoted);
  events.Part("response.content_part.done", "part", TextPart(text));
  events.Item("response.output_item.done", OwnMessage(id, text));
  return events.Take();
}

}  // namespace proviso::protocol::internal
