// The events of a Converse stream as steps (converse/stream_gate.cc says what a stream looks like).
//
// A text or a reasoning block begins with its first piece, for most have no start of their own, and
// ends with its stop or with the next block. What only the end knows is given in Finish: `metadata`
// may come behind messageStop, before it, or not at all.
#include <optional>
#include <utility>

#include "base/json_writer.h"
#include "protocol/internal/converse/answer_facts.h"
#include "protocol/internal/converse/block_reader.h"
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

/// A block between its begin and its end.
struct OpenBlock {
  std::int64_t index = 0;
  bool begun = false;  ///< kBlockBegin was given.
  Block block = {};
  std::string start = {};                ///< Of an opaque block: the members of its start, without braces.
  std::string text = {};                 ///< Of a call that the provider runs: its input.
  std::vector<std::string> pieces = {};  ///< Of a result that the provider gives: its content.
};

class ConverseEvents : public EventReader {
 public:
  Status Read(std::string_view event, std::string_view data, std::vector<AnswerDelta>& out) override;
  [[nodiscard]] bool Complete() const override { return facts_.stopped(); }
  Status Finish(std::vector<AnswerDelta>& out) override;

 private:
  Status Dispatch(std::string_view event, Json root, std::vector<AnswerDelta>& out);
  Status Start(Json root, std::vector<AnswerDelta>& out);
  Status StartOpaque(const JsonMember& kind);
  Status Delta(Json root, std::vector<AnswerDelta>& out);
  Status ReasoningDelta(Json reasoning, std::vector<AnswerDelta>& out);
  Status OpaqueDelta(const JsonMember& member);
  Status Stop(Json root, std::vector<AnswerDelta>& out);
  Status Open(Json root, std::string_view event, std::vector<AnswerDelta>& out);
  Status Close(std::vector<AnswerDelta>& out);
  /// Gives the block's begin, if it was not given; kCorrupt when it is a block of another kind.
  template <typename Content>
  Status Begin(Content content, std::vector<AnswerDelta>& out);
  template <typename Content>
  [[nodiscard]] bool Is() const {
    return open_ && open_->begun && std::holds_alternative<Content>(open_->block.content);
  }

  bool started_ = false;
  std::int64_t index_ = -1;
  std::optional<OpenBlock> open_;
  converse::AnswerFacts facts_;
};

Status ConverseEvents::Read(std::string_view event, std::string_view data, std::vector<AnswerDelta>& out) {
  const auto document = ParseAnswerJson(data, "event");
  if (!document) return std::unexpected(document.error());
  if (!event.empty()) return Dispatch(event, document->root(), out);
  // A recording names the event inside: {"messageStop":{…}}.
  if (document->root().size() != 1) return Broken("event", "not one member that names it");
  const JsonMember named = *document->root().members().begin();
  return Dispatch(named.key.text(), named.value, out);
}

Status ConverseEvents::Dispatch(std::string_view event, Json root, std::vector<AnswerDelta>& out) {
  if (!started_) out.push_back(Step(Kind::kStart));
  started_ = true;
  if (event.ends_with("xception")) return ProviderError(root);
  const bool of_block = event.starts_with("contentBlock");
  if (facts_.stopped() && (of_block || event == "messageStop")) return Broken(event, "after messageStop");
  if (event == "contentBlockStart") return Start(root, out);
  if (event == "contentBlockDelta") return Delta(root, out);
  if (event == "contentBlockStop") return Stop(root, out);
  if (event == "messageStop" || event == "metadata") {
    if (event == "messageStop") {
      if (Is<CallBlock>()) return Broken(event, "inside a call that has not stopped");
      if (!root.Find("stopReason").is_string()) return Broken(event, "no stopReason");
      if (auto closed = Close(out); !closed) return closed;
    }
    facts_.Take(root);
  }
  return {};  // messageStart only names the role; the gate refused what could carry content
}

Status ConverseEvents::Open(Json root, std::string_view event, std::vector<AnswerDelta>& out) {
  const auto index = root.Find("contentBlockIndex").integer();
  if (!index || *index <= index_) return Broken(event, "an index that has been before, or none");
  if (Is<CallBlock>()) return Broken(event, "inside a call that has not stopped");
  if (auto closed = Close(out); !closed) return closed;
  index_ = *index;
  open_.emplace();
  open_->index = *index;
  return {};
}

template <typename Content>
Status ConverseEvents::Begin(Content content, std::vector<AnswerDelta>& out) {
  if (open_->begun) {
    return Is<Content>() ? Status() : Status(Broken("contentBlockDelta", "it does not belong to its block"));
  }
  open_->begun = true;
  open_->block.content = std::move(content);
  out.push_back(Step(Kind::kBlockBegin));
  out.back().block = open_->block;
  return {};
}

Status ConverseEvents::Start(Json root, std::vector<AnswerDelta>& out) {
  if (auto opened = Open(root, "contentBlockStart", out); !opened) return opened;
  const Json start = root.Find("start");
  if (start.size() == 0) return {};  // a text, says its first piece
  const JsonMember kind = *start.members().begin();
  const Json type = kind.value.Find("type");
  if (kind.key.equals("toolUse") && !type.equals("server_tool_use")) {
    return Begin(CallBlock{.id = kind.value.Find("toolUseId").text(),
                           .name = kind.value.Find("name").text(),
                           .arguments = "",
                           .signature = "",
                           .item_id = ""},
                 out);
  }
  if (auto opened = StartOpaque(kind); !opened) return opened;
  return Begin(OpaqueBlock{.type = kind.key.text()}, out);
}

Status ConverseEvents::StartOpaque(const JsonMember& kind) {
  for (const JsonMember member : kind.value.members()) {
    open_->start.append(open_->start.empty() ? "" : ",");
    open_->start.append(member.key.raw()).append(":").append(member.value.raw());
  }
  return {};
}

Status ConverseEvents::Delta(Json root, std::vector<AnswerDelta>& out) {
  constexpr std::string_view kWhere = "contentBlockDelta";
  if (!open_ || root.Find("contentBlockIndex").integer() != open_->index) {
    if (auto opened = Open(root, kWhere, out); !opened) return opened;
  }
  for (const JsonMember member : root.Find("delta").members()) {
    if (Is<OpaqueBlock>()) {
      if (auto taken = OpaqueDelta(member); !taken) return taken;
    } else if (member.key.equals("text")) {
      if (auto begun = Begin(TextBlock{}, out); !begun) return begun;
      out.push_back(Step(Kind::kText, member.value.text()));
    } else if (member.key.equals("toolUse") && Is<CallBlock>()) {
      open_->text += member.value.Find("input").text();
      out.push_back(Step(Kind::kText, member.value.Find("input").text()));
    } else if (member.key.equals("reasoningContent")) {
      if (auto taken = ReasoningDelta(member.value, out); !taken) return taken;
    } else if (member.key.equals("citation")) {
      if (auto begun = Begin(TextBlock{}, out); !begun) return begun;
      out.push_back(Step(Kind::kCitation));
      out.back().citation = converse::ReadCitation(member.value);
    } else if (!open_->begun) {
      if (auto begun = Begin(OpaqueBlock{.type = member.key.text()}, out); !begun) return begun;
      if (auto taken = OpaqueDelta(member); !taken) return taken;
    } else if (!member.key.equals("type")) {
      return Broken(kWhere, "it does not belong to its block");
    }
  }
  return {};
}

Status ConverseEvents::ReasoningDelta(Json reasoning, std::vector<AnswerDelta>& out) {
  const Json redacted = reasoning.Find("redactedContent");
  ReasoningBlock block{.text = "", .signature = "", .id = ""};
  if (redacted.is_string()) block.form = ReasoningBlock::Form::kRedacted;
  if (auto begun = Begin(std::move(block), out); !begun) return begun;
  if (const Json text = reasoning.Find("text"); text.is_string()) {
    out.push_back(Step(Kind::kText, text.text()));
  }
  const Json signature = redacted.is_string() ? redacted : reasoning.Find("signature");
  if (signature.is_string()) out.push_back(Step(Kind::kSignature, signature.text()));
  return {};
}

/// The input of a provider's own call comes in pieces, its result as a list of parts; of what we do not
/// know, each member is kept as it came last.
Status ConverseEvents::OpaqueDelta(const JsonMember& member) {
  if (member.key.equals("toolUse")) {
    open_->text += member.value.Find("input").text();
  } else if (member.key.equals("toolResult")) {
    for (const Json piece : member.value.elements()) open_->pieces.emplace_back(piece.raw());
  } else {
    for (const JsonMember inner : member.value.members()) {
      open_->start.append(open_->start.empty() ? "" : ",");
      open_->start.append(inner.key.raw()).append(":").append(inner.value.raw());
    }
  }
  return {};
}

/// An opaque block as it would stand in a whole answer.
Result<std::string> Assemble(const OpenBlock& open) {
  std::string inner = open.start;
  const auto add = [&](std::string_view key, const std::string& json) {
    inner.append(inner.empty() ? "\"" : ",\"").append(key).append("\":").append(json);
  };
  if (!open.text.empty()) add("input", open.text);
  if (!open.pieces.empty()) {
    std::string content = "[";
    for (const std::string& piece : open.pieces) content.append(content.size() == 1 ? "" : ",").append(piece);
    add("content", content + "]");
  }
  std::string json =
      "{" + base::JsonString(std::get<OpaqueBlock>(open.block.content).type) + ":{" + inner + "}}";
  if (!base::JsonDocument::Parse(json)) return Broken("contentBlockStop", "its pieces make no block");
  return json;
}

/// Ends the open block, if there is one that began.
Status ConverseEvents::Close(std::vector<AnswerDelta>& out) {
  if (open_ && open_->begun) {
    out.push_back(Step(Kind::kBlockEnd));
    if (Is<OpaqueBlock>()) {
      auto original = Assemble(*open_);
      if (!original) return std::unexpected(original.error());
      out.back().block.original = std::move(*original);
    }
  }
  open_.reset();
  return {};
}

Status ConverseEvents::Stop(Json root, std::vector<AnswerDelta>& out) {
  if (!open_ || root.Find("contentBlockIndex").integer() != open_->index) {
    return Broken("contentBlockStop", "of a block that is not open");
  }
  // A call without arguments comes with one empty piece, or none.
  if (Is<CallBlock>() && open_->text.empty()) out.push_back(Step(Kind::kText, "{}"));
  return Close(out);
}

Status ConverseEvents::Finish(std::vector<AnswerDelta>& out) {
  if (!facts_.stopped()) return Broken("stream", "it ends before messageStop");
  if (!facts_.model().empty()) {
    out.push_back(Step(Kind::kStart));
    out.back().model = facts_.model();
  }
  out.push_back(Step(Kind::kStop));
  out.back().stop = facts_.stop();
  for (Member& member : facts_.Others()) {
    out.push_back(Step(Kind::kOther));
    out.back().member = std::move(member);
  }
  if (facts_.usage()) {
    out.push_back(Step(Kind::kUsage));
    out.back().usage = *facts_.usage();
  }
  out.push_back(Step(Kind::kEnd));
  return {};
}

}  // namespace

std::unique_ptr<EventReader> MakeConverseEventReader() {
  return std::make_unique<ConverseEvents>();
}

}  // namespace proviso::protocol::internal
