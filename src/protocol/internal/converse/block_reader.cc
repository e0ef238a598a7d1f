#include "protocol/internal/converse/block_reader.h"

#include <algorithm>
#include <utility>

#include "protocol/internal/converse/media.h"
#include "protocol/internal/members.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal::converse {
namespace {

using base::Json;
using base::Result;

constexpr std::int64_t kFiveMinutesS = 300;
constexpr std::int64_t kHourS = 3600;

/// A block, and whether the typed content says all that its JSON does.
struct Reading {
  Block block = {};
  bool whole = true;
};

Result<Block> ReadBlock(Json json, const std::string& where);

Result<std::string> Text(Json object, std::string_view key, const std::string& where) {
  const Json value = object.Find(key);
  if (!value.is_string()) return Malformed(where + "." + std::string(key), "must be a string");
  return value.text();
}

Reading Opaque(std::string type) {
  Reading reading{.whole = false};
  reading.block.content = OpaqueBlock{.type = std::move(type)};
  return reading;
}

Block TextOf(std::string text) {
  Block block;
  block.content = TextBlock{.text = std::move(text), .citations = {}};
  return block;
}

/// A call of the model; one that the provider runs itself stays as it is.
Result<Reading> ReadToolUse(Json use, const std::string& where) {
  auto id = Text(use, "toolUseId", where);
  if (!id) return std::unexpected(id.error());
  auto name = Text(use, "name", where);
  if (!name) return std::unexpected(name.error());
  const Json input = use.Find("input");
  if (!Absent(input) && !input.is_object()) return Malformed(where + ".input", "must be an object");
  if (use.Find("type").equals("server_tool_use")) return Opaque("toolUse");
  Reading reading{.whole = HasValuesOnly(use, {"toolUseId", "name", "input"})};
  reading.block.content = CallBlock{.id = std::move(*id),
                                    .name = std::move(*name),
                                    .arguments = Absent(input) ? "{}" : std::string(input.raw()),
                                    .signature = "",
                                    .item_id = ""};
  return reading;
}

/// One piece of a result.
Result<Block> ReadPiece(Json piece, const std::string& where) {
  const Json json = piece.Find("json");
  if (json.missing()) return ReadBlock(piece, where);
  Block block = TextOf(std::string(json.raw()));
  block.original = piece.raw();
  return block;
}

Result<Reading> ReadToolResult(Json json, const std::string& where) {
  auto id = Text(json, "toolUseId", where);
  if (!id) return std::unexpected(id.error());
  if (!Absent(json.Find("type"))) return Opaque("toolResult");  // of a tool that the provider ran
  ResultBlock result{.call_id = std::move(*id), .name = "", .content = {}, .json = ""};
  const Json status = json.Find("status");
  if (status.equals("success")) result.status = ResultBlock::Status::kOk;
  if (status.equals("error")) result.status = ResultBlock::Status::kError;
  const Json content = json.Find("content");
  if (!content.is_array()) return Malformed(where + ".content", "must be an array");
  const Json only = content.size() == 1 ? (*content.elements().begin()).Find("json") : Json();
  if (only.is_object()) {
    result.json = only.raw();
  } else {
    for (const Json piece : content.elements()) {
      const std::string place = At(where + ".content", result.content.size());
      if (!piece.is_object()) return Malformed(place, "must be an object");
      auto block = ReadPiece(piece, place);
      if (!block) return std::unexpected(block.error());
      result.content.push_back(std::move(*block));
    }
  }
  const bool known = Absent(status) || result.status != ResultBlock::Status::kUnsaid;
  Reading reading{.whole = known && HasValuesOnly(json, {"toolUseId", "content", "status"})};
  reading.block.content = std::move(result);
  return reading;
}

Result<Reading> ReadReasoning(Json json, const std::string& where) {
  ReasoningBlock reasoning{.text = "", .signature = "", .id = ""};
  const Json text = json.Find("reasoningText");
  const Json redacted = json.Find("redactedContent");
  if (redacted.is_string()) {
    reasoning.form = ReasoningBlock::Form::kRedacted;
    reasoning.signature = redacted.text();
  } else if (text.is_object()) {
    auto words = Text(text, "text", where + ".reasoningText");
    if (!words) return std::unexpected(words.error());
    auto signature = StringMember(text, "signature", where + ".reasoningText");
    if (!signature) return std::unexpected(signature.error());
    reasoning.text = std::move(*words);
    reasoning.signature = std::move(*signature);
  } else {
    return Opaque("reasoningContent");
  }
  Reading reading{.whole = json.size() == 1 && HasValuesOnly(text, {"text", "signature"})};
  reading.block.content = std::move(reasoning);
  return reading;
}

Reading ReadCited(Json json) {
  TextBlock text;
  for (const Json piece : json.Find("content").elements()) text.text += piece.Find("text").text();
  for (const Json citation : json.Find("citations").elements())
    text.citations.push_back(ReadCitation(citation));
  const bool one = json.Find("content").size() == 1 && !text.citations.empty();
  Reading reading{.whole = one && HasValuesOnly(json, {"content", "citations"})};
  reading.block.content = std::move(text);
  return reading;
}

/// By the member that says what the block is.
Result<Reading> ReadByMember(const base::JsonMember& member, const std::string& where) {
  using Kind = MediaBlock::Kind;
  const Json value = member.value;
  const std::string kind = member.key.text();
  const std::string here = where + "." + kind;
  if (kind == "text") {
    if (!value.is_string()) return Malformed(here, "must be a string");
    return Reading{.block = TextOf(value.text())};
  }
  if (!value.is_object()) return Malformed(here, "must be an object");
  if (kind == "toolUse") return ReadToolUse(value, here);
  if (kind == "toolResult") return ReadToolResult(value, here);
  if (kind == "reasoningContent") return ReadReasoning(value, here);
  if (kind == "citationsContent") return ReadCited(value);
  for (const Kind media : {Kind::kImage, Kind::kDocument, Kind::kAudio, Kind::kVideo}) {
    if (kind != MemberOf(media)) continue;
    auto block = ReadMedia(value, media, here);
    if (!block) return std::unexpected(block.error());
    const bool whole = block->original.empty();
    return Reading{.block = std::move(*block), .whole = whole};
  }
  return Opaque(kind);
}

/// The members that say what the block is: one, but for what we do not know.
std::vector<base::JsonMember> KindsOf(Json json) {
  std::vector<base::JsonMember> kinds;
  for (const base::JsonMember member : json.members()) {
    // Some clients put the kind's name beside it.
    const bool name = member.key.equals("type") && json.size() > 1;
    if (!member.value.is_null() && !name) kinds.push_back(member);
  }
  return kinds;
}

Result<Block> ReadBlock(Json json, const std::string& where) {
  if (!json.is_object()) return Malformed(where, "must be an object");
  const std::vector<base::JsonMember> kinds = KindsOf(json);
  if (kinds.empty()) return Malformed(where, "must hold text, image, toolUse or the like");
  auto reading = ReadByMember(kinds.front(), where);
  if (!reading) return std::unexpected(reading.error());
  Block block = std::move(reading->block);
  if (!reading->whole || kinds.size() > 1) block.original = json.raw();
  block.source = {.begin = json.begin(), .end = json.end()};
  return block;
}

}  // namespace

std::int64_t CacheSeconds(Json holder) {
  const Json cache = holder.Find("cachePoint");
  const Json ttl = cache.Find("ttl");
  const bool plain = holder.size() == 1 && cache.is_object() && cache.Find("type").equals("default") &&
                     HasValuesOnly(cache, {"type", "ttl"}) &&
                     (Absent(ttl) || ttl.equals("5m") || ttl.equals("1h"));
  if (!plain) return 0;
  return ttl.equals("1h") ? kHourS : kFiveMinutesS;
}

Citation ReadCitation(Json json) {
  Citation citation;
  citation.title = json.Find("title").text();
  for (const Json piece : json.Find("sourceContent").elements()) citation.quoted += piece.Find("text").text();
  const Json location = json.Find("location");
  citation.url = location.Find("web").Find("url").text();
  if (!citation.url.empty()) {
    citation.kind = Citation::Kind::kUrl;
  } else if (location.is_object()) {
    citation.kind = Citation::Kind::kDocument;
  }
  citation.original = json.raw();
  return citation;
}

Result<std::vector<Block>> ReadBlocks(Json content, const std::string& where) {
  std::vector<Block> blocks;
  std::size_t rank = 0;
  for (const Json entry : content.elements()) {
    const std::string place = At(where, rank++);
    const std::int64_t cache_s = CacheSeconds(entry);
    if (cache_s != 0 && !blocks.empty() && blocks.back().cache_s == 0) {
      blocks.back().cache_s = cache_s;
      continue;
    }
    auto block = ReadBlock(entry, place);
    if (!block) return std::unexpected(block.error());
    blocks.push_back(std::move(*block));
  }
  return blocks;
}

}  // namespace proviso::protocol::internal::converse
