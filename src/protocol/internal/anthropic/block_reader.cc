#include "protocol/internal/anthropic/block_reader.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "protocol/internal/members.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"
#include "protocol/origin.h"

namespace proviso::protocol::internal::anthropic {
namespace {

using base::Json;
using base::Result;

constexpr std::int64_t kFiveMinutesS = 300;
constexpr std::int64_t kHourS = 3600;

/// A member that must be a string.
Result<std::string> Text(Json object, std::string_view key, const std::string& where) {
  const Json value = object.Find(key);
  if (!value.is_string()) return Malformed(where + "." + std::string(key), "must be a string");
  return value.text();
}

Result<Block> ReadText(Json json, const std::string& where) {
  auto text = Text(json, "text", where);
  if (!text) return std::unexpected(text.error());
  TextBlock content{.text = std::move(*text), .citations = {}};
  const Json citations = json.Find("citations");
  if (!Absent(citations) && !citations.is_array()) return Malformed(where + ".citations", "must be an array");
  for (const Json citation : citations.elements()) content.citations.push_back(ReadCitation(citation));
  Block block;
  block.content = std::move(content);
  if (!HasValuesOnly(json, {"type", "text", "citations", "cache_control"})) block.original = json.raw();
  return block;
}

Result<Block> ReadThinking(Json json, const std::string& where) {
  auto text = Text(json, "thinking", where);
  if (!text) return std::unexpected(text.error());
  auto signature = StringMember(json, "signature", where);
  if (!signature) return std::unexpected(signature.error());
  Block block;
  block.content = ReasoningBlock{.text = std::move(*text), .signature = std::move(*signature), .id = ""};
  if (!HasValuesOnly(json, {"type", "thinking", "signature"})) block.original = json.raw();
  return block;
}

Result<Block> ReadRedacted(Json json, const std::string& where) {
  auto data = Text(json, "data", where);
  if (!data) return std::unexpected(data.error());
  Block block;
  block.content = ReasoningBlock{
      .text = "", .form = ReasoningBlock::Form::kRedacted, .signature = std::move(*data), .id = ""};
  if (!HasValuesOnly(json, {"type", "data"})) block.original = json.raw();
  return block;
}

/// The caller of a call that the model itself makes: what is meant when nothing is said.
bool IsDirect(Json caller) {
  return Absent(caller) || (caller.Find("type").equals("direct") && HasValuesOnly(caller, {"type"}));
}

Result<Block> ReadCall(Json json, const std::string& where) {
  auto id = Text(json, "id", where);
  if (!id) return std::unexpected(id.error());
  auto name = Text(json, "name", where);
  if (!name) return std::unexpected(name.error());
  const Json input = json.Find("input");
  if (!input.missing() && !input.is_object()) return Malformed(where + ".input", "must be an object");
  Block block;
  block.content = CallBlock{.id = std::move(*id),
                            .name = std::move(*name),
                            .arguments = input.missing() ? "{}" : std::string(input.raw()),
                            .signature = "",
                            .item_id = ""};
  if (!HasValuesOnly(json, {"type", "id", "name", "input", "cache_control", "caller"}) ||
      !IsDirect(json.Find("caller"))) {
    block.original = json.raw();
  }
  return block;
}

Result<Block> ReadResult(Json json, const std::string& where) {
  auto id = Text(json, "tool_use_id", where);
  if (!id) return std::unexpected(id.error());
  auto content = ReadContent(json.Find("content"), where + ".content");
  if (!content) return std::unexpected(content.error());
  const Json error = json.Find("is_error");
  if (!Absent(error) && !error.is_bool()) return Malformed(where + ".is_error", "must be true or false");
  ResultBlock result{.call_id = std::move(*id), .name = "", .content = std::move(*content), .json = ""};
  if (error.is_bool())
    result.status = error.is_true() ? ResultBlock::Status::kError : ResultBlock::Status::kOk;
  Block block;
  block.content = std::move(result);
  if (!HasValuesOnly(json, {"type", "tool_use_id", "content", "is_error", "cache_control"}))
    block.original = json.raw();
  return block;
}

Block Opaque(Json json, std::string type) {
  Block block;
  block.content = OpaqueBlock{.type = std::move(type)};
  block.original = json.raw();
  return block;
}

/// Images and documents. A document made of blocks, and sources of next year, stay as they are.
Result<Block> ReadMedia(Json json, const std::string& where, MediaBlock::Kind kind) {
  const Json source = json.Find("source");
  if (!source.is_object()) return Malformed(where + ".source", "must be an object");
  MediaBlock media{
      .kind = kind, .media_type = "", .base64 = "", .url = "", .file_id = "", .name = "", .detail = ""};
  const std::string type = source.Find("type").text();
  const std::string place = where + ".source";
  std::string* target = nullptr;
  std::string_view key;
  if (type == "base64" || type == "text") {
    target = &media.base64;
    key = "data";
    media.media_type = source.Find("media_type").text();
  } else if (type == "url") {
    target = &media.url;
    key = "url";
  } else if (type == "file") {
    target = &media.file_id;
    key = "file_id";
  } else {
    return Opaque(json, json.Find("type").text());
  }
  auto value = Text(source, key, place);
  if (!value) return std::unexpected(value.error());
  *target = type == "text" ? base::ToBase64(base::AsBytes(*value)) : std::move(*value);
  media.name = json.Find("title").text();
  Block block;
  block.content = std::move(media);
  if (!HasValuesOnly(json, {"type", "source", "title", "cache_control"}) ||
      !HasValuesOnly(source, {"type", "media_type", key})) {
    block.original = json.raw();
  }
  return block;
}

Result<Block> ReadByType(Json json, const std::string& where) {
  const Json type = json.Find("type");
  if (type.equals("text")) return ReadText(json, where);
  if (type.equals("thinking")) return ReadThinking(json, where);
  if (type.equals("redacted_thinking")) return ReadRedacted(json, where);
  if (type.equals("tool_use")) return ReadCall(json, where);
  if (type.equals("tool_result")) return ReadResult(json, where);
  if (type.equals("image")) return ReadMedia(json, where, MediaBlock::Kind::kImage);
  if (type.equals("document")) return ReadMedia(json, where, MediaBlock::Kind::kDocument);
  return Opaque(json, type.text());
}

}  // namespace

std::int64_t CacheSeconds(Json holder) {
  const Json control = holder.Find("cache_control");
  if (!control.is_object()) return 0;
  return control.Find("ttl").equals("1h") ? kHourS : kFiveMinutesS;
}

bool HasPlainCacheMark(Json holder) {
  const Json control = holder.Find("cache_control");
  const Json ttl = control.Find("ttl");
  return Absent(control) ||
         (control.Find("type").equals("ephemeral") && HasValuesOnly(control, {"type", "ttl"}) &&
          (Absent(ttl) || ttl.equals("5m") || ttl.equals("1h")));
}

Citation ReadCitation(Json json) {
  Citation citation;
  const Json source = json.Find("url").is_string() ? json.Find("url") : json.Find("source");
  citation.title = json.Find("title").text();
  if (citation.title.empty()) citation.title = json.Find("document_title").text();
  citation.quoted = json.Find("cited_text").text();
  citation.original = json.raw();
  if (json.Find("document_index").is_number()) {
    citation.kind = Citation::Kind::kDocument;
  } else if (source.text().starts_with("http")) {
    citation.kind = Citation::Kind::kUrl;
    citation.url = source.text();
  }
  return citation;
}

Result<Block> ReadContentBlock(Json json, const std::string& where) {
  if (!json.is_object()) return Malformed(where, "must be an object");
  if (!json.Find("type").is_string()) return Malformed(where + ".type", "must be a string");
  auto block = ReadByType(json, where);
  if (!block) return block;
  block->source = {.begin = json.begin(), .end = json.end()};
  block->cache_s = CacheSeconds(json);
  if (block->original.empty() && !HasPlainCacheMark(json)) block->original = json.raw();
  return block;
}

Result<std::vector<Block>> ReadContent(Json content, const std::string& where) {
  std::vector<Block> blocks;
  if (Absent(content)) return blocks;
  if (content.is_string()) {
    Block block;
    block.content = TextBlock{.text = content.text(), .citations = {}};
    block.source = {.begin = content.begin(), .end = content.end()};
    blocks.push_back(std::move(block));
    return blocks;
  }
  if (!content.is_array()) return Malformed(where, "must be a string or an array");
  for (const Json entry : content.elements()) {
    auto block = ReadContentBlock(entry, At(where, blocks.size()));
    if (!block) return std::unexpected(block.error());
    blocks.push_back(std::move(*block));
  }
  return blocks;
}

void JoinCallSignatures(std::vector<Block>& blocks) {
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    const auto* reasoning = std::get_if<ReasoningBlock>(&blocks[i].content);
    auto* call = std::get_if<CallBlock>(&blocks[i + 1].content);
    if (reasoning == nullptr || call == nullptr || reasoning->form != ReasoningBlock::Form::kRedacted)
      continue;
    const auto origin = OpenOrigin(reasoning->signature);
    if (!origin || !origin->signature.starts_with(kCallSignaturePrefix)) continue;
    call->signature = Enclose(OriginName(origin->dialect, origin->model),
                              origin->signature.substr(kCallSignaturePrefix.size()));
    blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace proviso::protocol::internal::anthropic
