// The events of an Anthropic stream as steps.
//
//   message_start, (content_block_start, content_block_delta*, content_block_stop)*,
//   message_delta, message_stop; ping anywhere.
//
// Blocks come one after another with indexes 0, 1, 2, …; message_start may bring whole blocks itself
// and a stop reason (programmatic tool calling does). What only the end knows, the stop, the usage and
// the members that no other dialect has, is given at message_stop.
#include <map>
#include <optional>
#include <utility>

#include "base/json_writer.h"
#include "protocol/internal/anthropic/answer_facts.h"
#include "protocol/internal/anthropic/block_reader.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::JsonMember;
using base::Result;
using base::Status;
using Kind = AnswerDelta::Kind;

AnswerDelta Step(Kind kind, std::string text = "") {
  AnswerDelta delta;
  delta.kind = kind;
  delta.text = std::move(text);
  return delta;
}

/// A block between its start and its stop.
struct OpenBlock {
  Block block;        // as its start gave it
  std::string start;  // its JSON there
  std::string text;   // pieces of the text or of the call's input
  std::string signature;
  /// Of an opaque block: members that deltas brought.
  std::map<std::string, std::string> members;
};

/// The block's JSON with the members that its deltas brought.
Result<std::string> Assemble(const OpenBlock& open) {
  std::map<std::string, std::string> members = open.members;
  const auto put = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) members[std::string(key)] = base::JsonString(text);
  };
  if (std::holds_alternative<TextBlock>(open.block.content)) put("text", open.text);
  if (std::holds_alternative<ReasoningBlock>(open.block.content)) {
    put("thinking", open.text);
    put("signature", open.signature);
  }
  const auto document = base::JsonDocument::Parse(open.start);
  if (!document) return std::unexpected(document.error());
  if (!document->root().Find("input").missing() && !open.text.empty()) {
    if (!base::JsonDocument::Parse(open.text)) return Broken("content_block_stop", "its input is not JSON");
    members["input"] = open.text;
  }
  base::JsonWriter json;
  json.BeginObject();
  for (const JsonMember member : document->root().members()) {
    const auto brought = members.find(member.key.text());
    json.Key(member.key.text()).Raw(brought == members.end() ? member.value.raw() : brought->second);
    if (brought != members.end()) members.erase(brought);
  }
  for (const auto& [key, value] : members) json.Key(key).Raw(value);
  return json.EndObject().Take();
}

class AnthropicEvents : public EventReader {
 public:
  Status Read(std::string_view event, std::string_view data, std::vector<AnswerDelta>& out) override;
  [[nodiscard]] bool Complete() const override { return ended_; }
  Status Finish(std::vector<AnswerDelta>&) override { return {}; }

 private:
  Status Dispatch(Json root, const std::string& type, std::vector<AnswerDelta>& out);
  Status Start(Json root, std::vector<AnswerDelta>& out);
  Status BlockStart(Json root, std::vector<AnswerDelta>& out);
  Status BlockDelta(Json delta, std::vector<AnswerDelta>& out);
  Status TextDelta(Json delta, std::string_view key, bool fits, std::vector<AnswerDelta>& out);
  Status OpaqueDelta(Json delta);
  Status BlockStop(std::vector<AnswerDelta>& out);
  Status Stop(std::vector<AnswerDelta>& out);
  Status InOrder(const std::string& type, Json root) const;
  [[nodiscard]] Result<Block> ReadBlock(Json json) const;

  std::string start_;  // the first message_start's data
  std::string model_;
  std::size_t blocks_ = 0;
  std::optional<OpenBlock> open_;
  anthropic::AnswerFacts facts_;
  bool ended_ = false;
};

Status AnthropicEvents::Read(std::string_view event, std::string_view data, std::vector<AnswerDelta>& out) {
  const auto document = ParseAnswerJson(data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  const std::string type = root.Find("type").text();
  if (type == "error" || event == "error") {
    const Json error = root.Find("error");
    return ProviderError(error.missing() ? root : error);
  }
  if (!event.empty() && event != type) return Broken("event", "its name and the type in its data differ");
  return Dispatch(root, type, out);
}

Status AnthropicEvents::Dispatch(Json root, const std::string& type, std::vector<AnswerDelta>& out) {
  if (type == "ping") return {};
  if (ended_) return Broken(type, "after message_stop");
  if (type == "message_start") return Start(root, out);
  if (auto order = InOrder(type, root); !order) return order;
  if (type == "content_block_start") return BlockStart(root, out);
  if (type == "content_block_delta") return BlockDelta(root.Find("delta"), out);
  if (type == "content_block_stop") return BlockStop(out);
  if (type == "message_delta") return facts_.TakeDelta(root);
  if (type == "message_stop") return Stop(out);
  return {};  // the gate refused what could carry content
}

Status AnthropicEvents::InOrder(const std::string& type, Json root) const {
  if (start_.empty()) return Broken(type, "before message_start");
  if (!type.starts_with("content_block_")) {
    return open_ ? Status(Broken(type, "inside a content block")) : Status();
  }
  if (facts_.stopped()) return Broken(type, "after the stop reason");
  if (open_.has_value() == (type == "content_block_start"))
    return Broken(type, open_ ? "inside another block" : "without a block");
  if (root.Find("index").integer() != static_cast<std::int64_t>(blocks_))
    return Broken(type, "an index that is not the next one, " + std::to_string(blocks_));
  return {};
}

Result<Block> AnthropicEvents::ReadBlock(Json json) const {
  auto block = anthropic::ReadContentBlock(json, "content_block");
  if (!block) return Broken("content", block.error().message);
  block->model = model_;
  block->source = {};
  return block;
}

Status AnthropicEvents::Start(Json root, std::vector<AnswerDelta>& out) {
  if (!start_.empty()) {
    const bool repeated = root.raw() == start_ && !open_ && blocks_ == 0 && !facts_.stopped();
    return repeated ? Status() : Status(Broken("message_start", "a second message in one answer"));
  }
  start_ = root.raw();
  const Json message = root.Find("message");
  model_ = message.Find("model").text();
  ExchangeAnswer answer;
  answer.id = message.Find("id").text();
  answer.model = model_;
  answer.choices.resize(1);
  for (const Json content : message.Find("content").elements()) {
    auto block = ReadBlock(content);
    if (!block) return std::unexpected(block.error());
    answer.choices.front().blocks.push_back(std::move(*block));
    ++blocks_;
  }
  for (AnswerDelta& step : DeltasOf(answer)) {
    if (step.kind != Kind::kStop && step.kind != Kind::kEnd) out.push_back(std::move(step));
  }
  return facts_.TakeMessage(message);
}

Status AnthropicEvents::BlockStart(Json root, std::vector<AnswerDelta>& out) {
  const Json json = root.Find("content_block");
  auto block = ReadBlock(json);
  if (!block) return std::unexpected(block.error());
  open_.emplace();
  open_->block = *block;
  open_->start = json.raw();
  // What the start already says comes as steps, but for a call's input, which the deltas replace.
  if (auto* call = std::get_if<CallBlock>(&block->content)) call->arguments.clear();
  ExchangeAnswer answer;
  answer.choices.resize(1);
  answer.choices.front().blocks.push_back(std::move(*block));
  for (AnswerDelta& step : DeltasOf(answer)) {
    const bool of_block = step.kind == Kind::kBlockBegin || step.kind == Kind::kText ||
                          step.kind == Kind::kSignature || step.kind == Kind::kCitation;
    if (step.kind == Kind::kText) open_->text += step.text;
    if (step.kind == Kind::kSignature) open_->signature += step.text;
    if (of_block) out.push_back(std::move(step));
  }
  return {};
}

Status AnthropicEvents::BlockDelta(Json delta, std::vector<AnswerDelta>& out) {
  const auto& content = open_->block.content;
  const std::string type = delta.Find("type").text();
  if (std::holds_alternative<OpaqueBlock>(content)) return OpaqueDelta(delta);
  if (type == "text_delta") return TextDelta(delta, "text", std::holds_alternative<TextBlock>(content), out);
  if (type == "thinking_delta")
    return TextDelta(delta, "thinking", std::holds_alternative<ReasoningBlock>(content), out);
  if (type == "input_json_delta")
    return TextDelta(delta, "partial_json", std::holds_alternative<CallBlock>(content), out);
  if (type == "signature_delta" && std::holds_alternative<ReasoningBlock>(content)) {
    out.push_back(Step(Kind::kSignature, delta.Find("signature").text()));
    open_->signature += out.back().text;
    return {};
  }
  if (type == "citations_delta" && std::holds_alternative<TextBlock>(content)) {
    out.push_back(Step(Kind::kCitation));
    out.back().citation = anthropic::ReadCitation(delta.Find("citation"));
    return {};
  }
  return Broken("content_block_delta", "\"" + Shorten(type, 64) + "\" does not belong to its block");
}

Status AnthropicEvents::TextDelta(Json delta, std::string_view key, bool fits,
                                  std::vector<AnswerDelta>& out) {
  const Json text = delta.Find(key);
  if (!fits || !text.is_string()) return Broken("content_block_delta", "it does not belong to its block");
  out.push_back(Step(Kind::kText, text.text()));
  open_->text += out.back().text;
  return {};
}

/// The input of a provider's own call comes in pieces; other members come whole, or as more text.
Status AnthropicEvents::OpaqueDelta(Json delta) {
  for (const JsonMember member : delta.members()) {
    const std::string key = member.key.text();
    if (key == "type") continue;
    if (key == "partial_json") {
      open_->text += member.value.text();
      continue;
    }
    std::string& value = open_->members[key];
    const auto before = base::JsonDocument::Parse(value.empty() ? "null" : value);
    const bool more = member.value.is_string() && before && before->root().is_string();
    value = more ? base::JsonString(before->root().text() + member.value.text()) : member.value.raw();
  }
  return {};
}

Status AnthropicEvents::BlockStop(std::vector<AnswerDelta>& out) {
  const auto* call = std::get_if<CallBlock>(&open_->block.content);
  if (call != nullptr && open_->text.empty()) {
    out.push_back(Step(Kind::kText, call->arguments));
  } else if (call != nullptr && call->arguments != "{}") {
    return Broken("content_block_stop", "a call with input both at its start and in fragments");
  }
  out.push_back(Step(Kind::kBlockEnd));
  if (!open_->block.original.empty()) {
    auto original = Assemble(*open_);
    if (!original) return std::unexpected(original.error());
    out.back().block.original = std::move(*original);
  }
  open_.reset();
  ++blocks_;
  return {};
}

Status AnthropicEvents::Stop(std::vector<AnswerDelta>& out) {
  if (!facts_.stopped()) return Broken("message_stop", "before a stop reason");
  out.push_back(Step(Kind::kStop));
  out.back().stop = facts_.stop();
  for (Member& member : facts_.Others()) {
    out.push_back(Step(Kind::kOther));
    out.back().member = std::move(member);
  }
  if (const auto usage = facts_.Usage()) {
    out.push_back(Step(Kind::kUsage));
    out.back().usage = *usage;
  }
  out.push_back(Step(Kind::kEnd));
  ended_ = true;
  return {};
}

}  // namespace

std::unique_ptr<EventReader> MakeAnthropicEventReader() {
  return std::make_unique<AnthropicEvents>();
}

Result<ExchangeAnswer> ReadAnthropicAnswer(Json root) {
  if (root.Find("type").equals("error")) return ProviderError(root.Find("error"));
  if (!root.Find("type").equals("message")) return Broken("type", "not \"message\"");
  ExchangeAnswer answer;
  answer.dialect = Dialect::kAnthropicMessages;
  answer.id = root.Find("id").text();
  answer.model = root.Find("model").text();
  const Json content = root.Find("content");
  if (!content.is_array()) return Broken("content", "missing or not an array");
  auto blocks = anthropic::ReadContent(content, "content");
  if (!blocks) return Broken("body", blocks.error().message);
  for (Block& block : *blocks) block.model = answer.model;
  anthropic::AnswerFacts facts;
  if (auto taken = facts.TakeMessage(root); !taken) return std::unexpected(taken.error());
  if (!facts.stopped()) return Broken("stop_reason", "missing");
  answer.choices.push_back(facts.stop());
  answer.choices.front().blocks = std::move(*blocks);
  answer.usage = facts.Usage();
  answer.others = facts.Others();
  return answer;
}

}  // namespace proviso::protocol::internal
