#include <algorithm>
#include <array>

#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

/// The first byte of a character of UTF-8.
bool Begins(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

Result<CallBlock> ReadFunction(Json function, std::string_view arguments_key, const std::string& where) {
  if (!function.is_object()) return Malformed(where, "must be an object");
  auto name = StringMember(function, "name", where);
  auto arguments = StringMember(function, arguments_key, where);
  if (!name || !arguments) return std::unexpected(name ? arguments.error() : name.error());
  if (name->empty()) return Malformed(where + ".name", "must not be empty");
  if (name->size() > kNameBytesMax) return Malformed(where + ".name", "is larger than the limit");
  return CallBlock{.id = {},
                   .name = std::move(*name),
                   .arguments = std::move(*arguments),
                   .kind = CallKind::kFunction,
                   .signature = {},
                   .item_id = {}};
}

Result<Block> ReadCall(Json call, const std::string& where) {
  if (!call.is_object()) return Malformed(where, "must be an object");
  auto type = StringMember(call, "type", where);
  auto id = StringMember(call, "id", where);
  if (!type || !id) return std::unexpected(type ? id.error() : type.error());
  const bool custom = *type == "custom" || (type->empty() && call.Find("custom").is_object());
  if (!type->empty() && *type != "function" && !custom)
    return Malformed(where + ".type", "must be function or custom");
  if (id->empty()) return Malformed(where + ".id", "must be a string that is not empty");
  if (id->size() > kNameBytesMax) return Malformed(where + ".id", "is larger than the limit");
  const std::string_view inner = custom ? "custom" : "function";
  const std::string_view arguments_key = custom ? "input" : "arguments";
  auto read = ReadFunction(call.Find(inner), arguments_key, where + "." + std::string(inner));
  if (!read) return std::unexpected(read.error());
  read->id = std::move(*id);
  read->kind = custom ? CallKind::kCustom : CallKind::kFunction;
  read->signature = CallSignature(call);
  Block block = MakeBlock(std::move(*read));
  if (!HasOnly(call, {"id", "type", "index", "extra_content", inner}) ||
      !HasOnly(call.Find(inner), {"name", arguments_key}))
    block.original = call.raw();
  return block;
}

}  // namespace

std::size_t BytesOf(std::string_view text, std::size_t characters) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (Begins(text[i]) && characters-- == 0) return i;
  }
  return text.size();
}

std::size_t CharactersOf(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, Begins));
}

std::string CallSignature(Json call) {
  return call.Find("extra_content").Find("google").Find("thought_signature").text();
}

bool IsAssistantMember(std::string_view key) {
  constexpr std::array<std::string_view, 7> kRead = {"refusal",           "annotations", "reasoning_details",
                                                     "reasoning_content", "reasoning",   "function_call",
                                                     "tool_calls"};
  return std::ranges::find(kRead, key) != kRead.end();
}

Result<ReasoningBlock> ReadReasoningDetail(Json entry, const std::string& where) {
  using Form = ReasoningBlock::Form;
  if (!entry.is_object()) return Malformed(where, "must be an object");
  ReasoningBlock reasoning;
  const std::string type = entry.Find("type").text();
  if (type == "reasoning.encrypted") {
    reasoning.form = Form::kRedacted;
    reasoning.signature = entry.Find("data").text();
  } else if (type == "reasoning.summary") {
    reasoning.form = Form::kSummary;
    reasoning.text = entry.Find("summary").text();
    reasoning.signature = entry.Find("signature").text();
  } else {
    reasoning.text = entry.Find("text").text();
    reasoning.signature = entry.Find("signature").text();
  }
  reasoning.id = entry.Find("id").text();
  return reasoning;
}

Status ReadReasoning(Json message, const std::string& where, std::vector<Block>& out) {
  const Json details = message.Find("reasoning_details");
  if (!Absent(details) && !details.is_array())
    return Malformed(where + ".reasoning_details", "must be an array");
  if (details.size() != 0) {
    std::size_t rank = 0;
    for (const Json entry : details.elements()) {
      auto read = ReadReasoningDetail(entry, At(where + ".reasoning_details", rank++));
      if (!read) return std::unexpected(read.error());
      out.push_back(MakeBlock(std::move(*read)));
      out.back().source = PlaceOf(entry);
    }
    return {};
  }
  for (const std::string_view key : {"reasoning_content", "reasoning"}) {
    auto text = StringMember(message, key, where);
    if (!text) return std::unexpected(text.error());
    if (text->empty()) continue;
    ReasoningBlock reasoning;
    reasoning.text = std::move(*text);
    out.push_back(MakeBlock(std::move(reasoning)));
    out.back().source = PlaceOf(message.Find(key));
    return {};
  }
  return {};
}

Citation ReadAnnotation(Json annotation, std::string_view text) {
  Citation citation;
  citation.original = annotation.raw();
  const Json url = annotation.Find("url_citation");
  if (!annotation.Find("type").equals("url_citation") || !url.is_object()) return citation;
  citation.kind = Citation::Kind::kUrl;
  citation.title = url.Find("title").text();
  citation.url = url.Find("url").text();
  const auto offset = [&](std::string_view key) {
    const auto characters = url.Find(key).integer().value_or(0);
    return characters <= 0 ? std::size_t{0} : BytesOf(text, static_cast<std::size_t>(characters));
  };
  citation.begin = offset("start_index");
  citation.end = std::max(citation.begin, offset("end_index"));
  return citation;
}

Status ReadAnnotations(Json annotations, const std::string& where, std::vector<Block>& blocks) {
  if (Absent(annotations)) return {};
  if (!annotations.is_array()) return Malformed(where, "must be an array");
  if (annotations.size() == 0) return {};
  TextBlock* words = nullptr;
  for (Block& block : blocks) {
    if (auto* text = std::get_if<TextBlock>(&block.content); text != nullptr) words = text;
  }
  if (words == nullptr) return Malformed(where, "there is no text that they could be of");
  std::size_t rank = 0;
  for (const Json annotation : annotations.elements()) {
    if (!annotation.is_object()) return Malformed(At(where, rank), "must be an object");
    words->citations.push_back(ReadAnnotation(annotation, words->text));
    ++rank;
  }
  return {};
}

Status ReadCalls(Json message, const std::string& where, std::size_t turn, std::vector<Block>& out,
                 std::string& legacy_id) {
  const Json calls = message.Find("tool_calls");
  if (!Absent(calls) && !calls.is_array()) return Malformed(where + ".tool_calls", "must be an array");
  std::size_t rank = 0;
  for (const Json call : calls.elements()) {
    auto block = ReadCall(call, At(where + ".tool_calls", rank++));
    if (!block) return std::unexpected(block.error());
    block->source = PlaceOf(call);
    out.push_back(std::move(*block));
  }
  const Json legacy = message.Find("function_call");
  if (Absent(legacy)) return {};
  if (rank != 0) return Malformed(where, "must not hold both tool_calls and function_call");
  auto call = ReadFunction(legacy, "arguments", where + ".function_call");
  if (!call) return std::unexpected(call.error());
  call->kind = CallKind::kLegacyFunction;
  call->id = InventCallId("function_call", turn, call->name, call->arguments);
  legacy_id = call->id;
  out.push_back(MakeBlock(std::move(*call)));
  out.back().source = PlaceOf(legacy);
  return {};
}

}  // namespace proviso::protocol::internal
