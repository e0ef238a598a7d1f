#include <algorithm>
#include <cstdint>
#include <set>

#include "protocol/internal/chat/message_members.h"
#include "protocol/internal/chat/request_pieces.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Status;

/// A block and its path.
struct Placed {
  const Block* block;
  std::string path;
};

bool IsPlainText(const ChatWriting& writing, const Placed& placed) {
  return std::holds_alternative<TextBlock>(placed.block->content) &&
         !(writing.own() && (!placed.block->original.empty() || placed.block->cache_s != 0));
}

/// The messages of one turn after another.
class MessagesWriter {
 public:
  MessagesWriter(const ChatWriting& writing, JsonWriter& json) : writing_(writing), json_(json) {}

  Status Write();

 private:
  Status WriteTurn(std::size_t rank);
  Status WriteResult(const ResultBlock& result, const std::string& path, const Turn& turn,
                     std::vector<Placed>& moved);
  Status Move(const Placed& media);
  Status WritePlain(std::size_t rank, const std::vector<Placed>& blocks);
  Status WriteAssistant(std::size_t rank, const Turn& turn, const std::vector<Placed>& blocks);
  Status WriteContent(const std::vector<Placed>& blocks);
  Status WriteReasoning(std::size_t rank, const std::vector<Placed>& reasoning);
  void WriteDetails(const std::vector<Placed>& reasoning);
  void WriteAnnotations(const std::vector<Placed>& content);
  void WriteCalls(const std::vector<Placed>& calls);
  void WriteOthers(const Turn& turn);
  [[nodiscard]] std::string_view RoleOf(Role role) const;

  const ChatWriting& writing_;
  JsonWriter& json_;
  std::size_t first_user_ = SIZE_MAX;
  std::size_t last_user_ = 0;
  std::set<std::string> legacy_ids_;
};

Status MessagesWriter::Write() {
  const std::vector<Turn>& turns = writing_.request.turns;
  if (turns.empty()) return Malformed("turns", "Chat Completions needs at least one message");
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const bool result = std::ranges::any_of(turns[i].blocks, [](const Block& block) {
      return std::holds_alternative<ResultBlock>(block.content);
    });
    if (turns[i].role != Role::kUser || result) continue;
    last_user_ = i;
    first_user_ = std::min(first_user_, i);
  }
  json_.Key("messages").BeginArray();
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (auto written = WriteTurn(i); !written) return written;
  }
  json_.EndArray();
  return {};
}

std::string_view MessagesWriter::RoleOf(Role role) const {
  switch (role) {
    case Role::kSystem:
      return "system";
    case Role::kDeveloper:
      return writing_.traits.developer == ProfileTraits::Developer::kKept ? "developer" : "system";
    case Role::kUser:
    case Role::kTool:
      return "user";
    case Role::kAssistant:
      return "assistant";
  }
  return "user";
}

/// Results come first: Chat Completions wants them directly behind their calls.
Status MessagesWriter::WriteTurn(std::size_t rank) {
  const Turn& turn = writing_.request.turns[rank];
  const bool system = turn.role == Role::kSystem || turn.role == Role::kDeveloper;
  if (system && rank > first_user_ && writing_.traits.late_system == ProfileTraits::Has::kNo)
    return LeaveOut(writing_, Feature::kLateSystemPrompt, At("turns", rank),
                    "takes no system turn behind a user's");
  std::vector<Placed> rest;
  std::vector<Placed> moved;
  bool any_result = false;
  for (std::size_t i = 0; i < turn.blocks.size(); ++i) {
    const std::string path = At(At("turns", rank) + ".blocks", i);
    const auto* result = std::get_if<ResultBlock>(&turn.blocks[i].content);
    if (result == nullptr) {
      rest.push_back({&turn.blocks[i], path});
      continue;
    }
    any_result = true;
    if (auto written = WriteResult(*result, path, turn, moved); !written) return written;
  }
  rest.insert(rest.begin(), moved.begin(), moved.end());
  if (rest.empty() && any_result) return {};
  if (turn.role == Role::kAssistant) return WriteAssistant(rank, turn, rest);
  return WritePlain(rank, rest);
}

Status MessagesWriter::WriteResult(const ResultBlock& result, const std::string& path, const Turn& turn,
                                   std::vector<Placed>& moved) {
  const bool legacy = legacy_ids_.contains(result.call_id);
  json_.BeginObject().Key("role").String(legacy ? "function" : "tool");
  if (!legacy)
    json_.Key("tool_call_id")
        .String(CallIdFor(Dialect::kOpenAiChat, writing_.traits.profile, result.call_id));
  if (!result.name.empty() && (legacy || writing_.own())) json_.Key("name").String(result.name);
  std::vector<Placed> texts;
  for (std::size_t i = 0; i < result.content.size(); ++i) {
    const Placed placed{&result.content[i], At(path + ".content", i)};
    const bool media = std::holds_alternative<MediaBlock>(result.content[i].content);
    if (media && !writing_.own()) {
      if (auto fits = Move(placed); !fits) return fits;
      moved.push_back(placed);
    } else {
      texts.push_back(placed);
    }
  }
  json_.Key("content");
  if (!result.json.empty()) {
    json_.String(result.json);
  } else if (auto written = WriteContent(texts); !written) {
    return written;
  }
  WriteOthers(turn);
  json_.EndObject();
  return {};
}

/// A result holds only text in Chat Completions; its images and documents stand in a user message behind
/// the results, which models read alike. A route that rejects them says so in its configuration.
Status MessagesWriter::Move(const Placed& media) {
  const bool image = std::get<MediaBlock>(media.block->content).kind == MediaBlock::Kind::kImage;
  const Feature feature = image ? Feature::kResultImage : Feature::kResultDocument;
  const Disposals& disposals = writing_.context.translation.disposals;
  const std::string what = "a tool's result holds only text in Chat Completions";
  if (const auto set = disposals.find(feature); set != disposals.end() && set->second == Disposal::kReject)
    return Malformed(media.path, what);
  writing_.context.findings.push_back(
      {feature, media.path, media.path + ": " + what + "; it stands in a user message behind the results",
       Disposal::kWarn});
  return {};
}

Status MessagesWriter::WritePlain(std::size_t rank, const std::vector<Placed>& blocks) {
  const Turn& turn = writing_.request.turns[rank];
  json_.BeginObject().Key("role").String(RoleOf(turn.role));
  if (!turn.name.empty()) {
    if (writing_.traits.participant_name == ProfileTraits::Has::kYes) {
      json_.Key("name").String(turn.name);
    } else if (auto left = LeaveOut(writing_, Feature::kParticipantName, At("turns", rank) + ".name",
                                    "takes no names of participants");
               !left) {
      return left;
    }
  }
  json_.Key("content");
  if (auto written = WriteContent(blocks); !written) return written;
  WriteOthers(turn);
  json_.EndObject();
  return {};
}

/// One text as a string, all else as parts.
Status MessagesWriter::WriteContent(const std::vector<Placed>& blocks) {
  if (blocks.empty()) {
    json_.String("");
    return {};
  }
  if (blocks.size() == 1 && IsPlainText(writing_, blocks[0])) {
    json_.String(std::get<TextBlock>(blocks[0].block->content).text);
    return {};
  }
  json_.BeginArray();
  for (const Placed& placed : blocks) {
    if (auto written = WritePart(writing_, *placed.block, placed.path, json_); !written) return written;
  }
  json_.EndArray();
  return {};
}

Status MessagesWriter::WriteAssistant(std::size_t rank, const Turn& turn, const std::vector<Placed>& blocks) {
  std::vector<Placed> reasoning;
  std::vector<Placed> content;
  std::vector<Placed> calls;
  const RefusalBlock* refusal = nullptr;
  for (const Placed& placed : blocks) {
    const bool thinks = std::holds_alternative<ReasoningBlock>(placed.block->content);
    const auto* declines = std::get_if<RefusalBlock>(&placed.block->content);
    if (thinks && !(writing_.own() && !placed.block->original.empty())) {
      reasoning.push_back(placed);
    } else if (std::holds_alternative<CallBlock>(placed.block->content)) {
      calls.push_back(placed);
    } else if (declines != nullptr && refusal == nullptr && placed.block->original.empty()) {
      refusal = declines;
    } else {
      content.push_back(placed);
    }
  }
  json_.BeginObject().Key("role").String("assistant");
  if (!turn.name.empty() && writing_.traits.participant_name == ProfileTraits::Has::kYes)
    json_.Key("name").String(turn.name);
  const bool parts = writing_.traits.echo == ProfileTraits::Echo::kParts && !reasoning.empty();
  if (parts) content.insert(content.begin(), reasoning.begin(), reasoning.end());
  json_.Key("content");
  if (content.empty()) {
    calls.empty() && refusal == nullptr ? json_.String("") : json_.Null();
  } else if (auto written = WriteContent(content); !written) {
    return written;
  }
  if (!parts) {
    if (auto written = WriteReasoning(rank, reasoning); !written) return written;
  }
  if (refusal != nullptr) json_.Key("refusal").String(refusal->text);
  WriteAnnotations(content);
  WriteCalls(calls);
  WriteOthers(turn);
  json_.EndObject();
  return {};
}

Status MessagesWriter::WriteReasoning(std::size_t rank, const std::vector<Placed>& reasoning) {
  if (reasoning.empty()) return {};
  using enum ProfileTraits::Echo;
  const ProfileTraits::Echo echo = writing_.traits.echo;
  if (echo == kNever || (echo == kContentInTools && rank < last_user_)) {
    for (const Placed& placed : reasoning) {
      writing_.context.findings.push_back({Feature::kReasoningReplay, placed.path,
                                           placed.path + ": " + std::string(writing_.traits.name) +
                                               " takes no reasoning of earlier turns; it was left out",
                                           Disposal::kDrop});
    }
    return {};
  }
  std::string text;
  bool detailed = false;
  for (const Placed& placed : reasoning) {
    const auto& block = std::get<ReasoningBlock>(placed.block->content);
    text += block.text;
    detailed = detailed || !block.signature.empty() || block.form != ReasoningBlock::Form::kFull;
  }
  if (!text.empty()) json_.Key(echo == kPlain ? "reasoning" : "reasoning_content").String(text);
  if (echo == kContent && (detailed || reasoning.size() > 1)) WriteDetails(reasoning);
  return {};
}

void MessagesWriter::WriteDetails(const std::vector<Placed>& reasoning) {
  json_.Key("reasoning_details").BeginArray();
  std::int64_t index = 0;
  for (const Placed& placed : reasoning)
    WriteReasoningDetail(std::get<ReasoningBlock>(placed.block->content), index++, json_);
  json_.EndArray();
}

void MessagesWriter::WriteAnnotations(const std::vector<Placed>& content) {
  if (!writing_.own() || writing_.traits.foreign == ProfileTraits::Foreign::kLeftOut) return;
  bool any = false;
  for (const Placed& placed : content) {
    const auto* text = std::get_if<TextBlock>(&placed.block->content);
    if (text == nullptr) continue;
    for (const Citation& citation : text->citations) {
      if (!any) json_.Key("annotations").BeginArray();
      any = true;
      json_.Raw(citation.original);
    }
  }
  if (any) json_.EndArray();
}

void MessagesWriter::WriteCalls(const std::vector<Placed>& calls) {
  if (calls.empty()) return;
  const auto& first = std::get<CallBlock>(calls[0].block->content);
  if (first.kind == CallKind::kLegacyFunction && writing_.own()) {
    legacy_ids_.insert(first.id);
    json_.Key("function_call").BeginObject().Key("name").String(first.name);
    json_.Key("arguments").String(first.arguments).EndObject();
    return;
  }
  json_.Key("tool_calls").BeginArray();
  for (const Placed& placed : calls) {
    const auto& call = std::get<CallBlock>(placed.block->content);
    const std::string id = CallIdFor(Dialect::kOpenAiChat, writing_.traits.profile, call.id);
    if (writing_.own() && !placed.block->original.empty() && id == call.id) {
      json_.Raw(placed.block->original);
      continue;
    }
    const bool custom = call.kind == CallKind::kCustom;
    json_.BeginObject().Key("id").String(id).Key("type").String(custom ? "custom" : "function");
    json_.Key(custom ? "custom" : "function").BeginObject().Key("name").String(call.name);
    json_.Key(custom ? "input" : "arguments").String(call.arguments).EndObject();
    if (!call.signature.empty()) WriteCallSignature(call.signature, json_);
    json_.EndObject();
  }
  json_.EndArray();
}

void MessagesWriter::WriteOthers(const Turn& turn) {
  if (!writing_.own() || turn.source.end == 0) return;
  for (const Member& member : writing_.request.others) {
    const bool inside = member.source.begin >= turn.source.begin && member.source.end <= turn.source.end;
    const std::size_t dot = member.path.find("].");
    if (inside && dot != std::string::npos) json_.Key(member.path.substr(dot + 2)).Raw(member.json);
  }
}

}  // namespace

Status WriteMessages(const ChatWriting& writing, JsonWriter& json) {
  return MessagesWriter(writing, json).Write();
}

}  // namespace proviso::protocol::internal
