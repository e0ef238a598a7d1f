#include "protocol/internal/responses/input_writer.h"

#include <map>

#include "protocol/internal/requests.h"
#include "protocol/internal/responses/writing.h"

namespace proviso::protocol::internal {
namespace {

using base::Result;
using base::Status;

std::string InputText(std::string_view text) {
  base::JsonWriter json;
  return json.BeginObject().Key("type").String("input_text").Key("text").String(text).EndObject().Take();
}

/// The API wants a name with data, and tells the type by its ending.
std::string NameFor(std::string_view media_type) {
  if (media_type == "text/plain") return "document.txt";
  if (media_type == "text/markdown") return "document.md";
  if (media_type == "text/csv") return "document.csv";
  if (media_type == "text/html") return "document.html";
  return "document.pdf";
}

Result<std::string> InputMedia(const MediaBlock& media, const std::string& path) {
  base::JsonWriter json;
  json.BeginObject();
  switch (media.kind) {
    case MediaBlock::Kind::kImage:
      json.Key("type")
          .String("input_image")
          .Key("detail")
          .String(media.detail.empty() ? "auto" : media.detail);
      if (!media.file_id.empty()) {
        json.Key("file_id").String(media.file_id);
      } else {
        json.Key("image_url").String(media.base64.empty() ? media.url : DataUrl(media));
      }
      break;
    case MediaBlock::Kind::kDocument:
      json.Key("type").String("input_file");
      if (!media.file_id.empty()) {
        json.Key("file_id").String(media.file_id);
      } else if (!media.base64.empty()) {
        json.Key("filename").String(media.name.empty() ? NameFor(media.media_type) : media.name);
        json.Key("file_data").String(DataUrl(media));
      } else {
        json.Key("file_url").String(media.url);
      }
      break;
    case MediaBlock::Kind::kAudio:
    case MediaBlock::Kind::kVideo:
      return Malformed(path, "the Responses API takes neither audio nor video");
  }
  return json.EndObject().Take();
}

std::string UserMessage(Role role, std::string_view content) {
  constexpr std::string_view kRoles[] = {"system", "developer", "user", "assistant", "user"};
  base::JsonWriter json;
  json.BeginObject().Key("type").String("message").Key("role").String(kRoles[static_cast<std::size_t>(role)]);
  return json.Key("content").Raw("[" + std::string(content) + "]").EndObject().Take();
}

/// Collects parts until an item of another kind comes between.
class InputWriter {
 public:
  InputWriter(const ExchangeRequest& request, WriteContext& context, base::JsonWriter& json)
      : request_(request), context_(context), json_(json) {}

  Status WriteTurn(const Turn& turn, const std::string& path) {
    role_ = turn.role;
    std::size_t rank = 0;
    for (const Block& block : turn.blocks) {
      if (auto written = WriteBlock(block, At(path + ".blocks", rank++)); !written) return written;
    }
    Flush();
    return {};
  }

 private:
  Status WriteBlock(const Block& block, const std::string& path) {
    if (const auto* text = std::get_if<TextBlock>(&block.content)) {
      const bool own = role_ == Role::kAssistant;
      AddPart(own ? OutputTextPart(text->text, WriteAnnotations(*text, request_.dialect))
                  : InputText(text->text));
    } else if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) {
      AddPart(role_ == Role::kAssistant ? RefusalPart(refusal->text) : InputText(refusal->text));
    } else if (const auto* media = std::get_if<MediaBlock>(&block.content)) {
      if (role_ == Role::kAssistant)
        return Malformed(path, "the Responses API takes no media from the assistant");
      auto part = InputMedia(*media, path);
      if (!part) return std::unexpected(part.error());
      AddPart(*part);
    } else if (const auto* call = std::get_if<CallBlock>(&block.content)) {
      const std::string id = CallIdFor(Dialect::kOpenAiResponses, context_.translation.profile, call->id);
      kinds_[id] = call->kind;
      AddItem(CallItem({.id = "", .status = ""}, *call, id, call->arguments));
    } else if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
      AddItem(ReasoningItem({.id = reasoning->id, .status = ""}, *reasoning, reasoning->signature));
    } else if (const auto* result = std::get_if<ResultBlock>(&block.content)) {
      return WriteResult(*result, path);
    } else if (request_.dialect == Dialect::kOpenAiResponses) {
      AddItem(block.original);
    }
    return {};
  }

  Status WriteResult(const ResultBlock& result, const std::string& path) {
    const std::string id = CallIdFor(Dialect::kOpenAiResponses, context_.translation.profile, result.call_id);
    const auto kind = kinds_.find(id);
    const bool custom = kind != kinds_.end() && kind->second == CallKind::kCustom;
    base::JsonWriter item;
    item.BeginObject().Key("type").String(custom ? "custom_tool_call_output" : "function_call_output");
    item.Key("call_id").String(id).Key("output");
    bool only_text = true;
    for (const Block& block : result.content)
      only_text = only_text && std::holds_alternative<TextBlock>(block.content);
    if (result.content.empty()) {
      item.String(result.json);
    } else if (only_text && result.content.size() == 1) {
      item.String(PlainText(result.content));
    } else {
      auto parts = ResultParts(result.content, path);
      if (!parts) return std::unexpected(parts.error());
      item.Raw("[" + *parts + "]");
    }
    AddItem(item.EndObject().Take());
    return {};
  }

  static Result<std::string> ResultParts(const std::vector<Block>& blocks, const std::string& path) {
    std::string out;
    std::size_t rank = 0;
    for (const Block& block : blocks) {
      const std::string where = At(path + ".content", rank++);
      Result<std::string> part = std::string();
      if (const auto* text = std::get_if<TextBlock>(&block.content)) part = InputText(text->text);
      if (const auto* media = std::get_if<MediaBlock>(&block.content)) part = InputMedia(*media, where);
      if (!part) return part;
      if (part->empty()) continue;
      out.append(out.empty() ? "" : ",").append(*part);
    }
    return out;
  }

  void AddPart(std::string_view part) { parts_.append(parts_.empty() ? "" : ",").append(part); }

  void AddItem(std::string_view item) {
    Flush();
    json_.Raw(item);
  }

  void Flush() {
    if (parts_.empty()) return;
    const std::string parts = std::exchange(parts_, "");
    json_.Raw(role_ == Role::kAssistant ? AssistantMessage({.id = "", .status = ""}, parts)
                                        : UserMessage(role_, parts));
  }

  const ExchangeRequest& request_;
  WriteContext& context_;
  base::JsonWriter& json_;
  Role role_ = Role::kUser;
  std::string parts_;
  std::map<std::string, CallKind> kinds_;  // of the calls so far, by id
};

/// The text of a first system turn that is nothing but one text.
const TextBlock* InstructionsOf(const ExchangeRequest& request) {
  if (request.turns.empty() || request.turns[0].role != Role::kSystem) return nullptr;
  if (request.turns[0].blocks.size() != 1) return nullptr;
  return std::get_if<TextBlock>(&request.turns[0].blocks[0].content);
}

}  // namespace

Status WriteResponsesInput(const ExchangeRequest& request, WriteContext& context, base::JsonWriter& json) {
  const TextBlock* instructions = InstructionsOf(request);
  if (instructions != nullptr) json.Key("instructions").String(instructions->text);
  json.Key("input").BeginArray();
  InputWriter writer(request, context, json);
  for (std::size_t i = instructions != nullptr ? 1 : 0; i < request.turns.size(); ++i) {
    if (auto written = writer.WriteTurn(request.turns[i], At("turns", i)); !written) return written;
  }
  json.EndArray();
  return {};
}

}  // namespace proviso::protocol::internal
