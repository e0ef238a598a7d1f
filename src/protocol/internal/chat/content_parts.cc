#include <algorithm>
#include <array>
#include <initializer_list>

#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

/// A mark's lifetime and how it is said. OpenAI's stands in `prompt_cache_breakpoint` (without a ttl it
/// has the request's, which is 30 minutes); Anthropic's in `cache_control`, which gateways take as well.
struct CacheMark {
  std::string_view member;
  std::string_view ttl;
  std::int64_t lifetime_s;
};
constexpr std::array kCacheMarks = {
    CacheMark{"prompt_cache_breakpoint", "30m", 1'800}, CacheMark{"prompt_cache_breakpoint", "12h", 43'200},
    CacheMark{"cache_control", "5m", 300}, CacheMark{"cache_control", "1h", 3'600}};

/// The part's mark in seconds; 0 when it has none, or one that we do not know.
std::int64_t CacheOf(Json part) {
  for (const CacheMark& mark : kCacheMarks) {
    const Json given = part.Find(mark.member);
    if (!given.is_object()) continue;
    const Json ttl = given.Find("ttl");
    const bool breakpoint = mark.member == "prompt_cache_breakpoint";
    const bool known = breakpoint ? given.Find("mode").equals("explicit") && HasOnly(given, {"mode", "ttl"})
                                  : given.Find("type").equals("ephemeral") && HasOnly(given, {"type", "ttl"});
    if (known && (Absent(ttl) || ttl.equals(mark.ttl))) return mark.lifetime_s;
  }
  return 0;
}

/// Whether a part's block says all of it: it has these members, and a mark at most.
bool SaysOnly(Json part, std::initializer_list<std::string_view> names) {
  const bool marked = CacheOf(part) != 0;
  for (const base::JsonMember member : part.members()) {
    const auto same = [&](std::string_view name) { return member.key.equals(name); };
    if (std::ranges::any_of(names, same)) continue;
    if (!marked || (!same("prompt_cache_breakpoint") && !same("cache_control"))) return false;
  }
  return true;
}

/// A part's own object ("image_url": {…}); Mistral and others give the bare string.
struct Inner {
  Json object;
  std::string text;
};

Result<Inner> ReadInner(Json part, std::string_view key, const std::string& where) {
  const Json value = part.Find(key);
  if (value.is_object()) return Inner{value, ""};
  if (value.is_string()) return Inner{Json(), value.text()};
  return Malformed(where + "." + std::string(key), "must be an object");
}

std::string AudioType(std::string_view format) {
  return format == "mp3" ? "audio/mpeg" : "audio/" + std::string(format);
}

Result<Block> ReadImage(Json part, const std::string& where) {
  const auto inner = ReadInner(part, "image_url", where);
  if (!inner) return std::unexpected(inner.error());
  auto url = inner->text;
  std::string detail;
  if (inner->object.is_object()) {
    auto given = StringMember(inner->object, "url", where + ".image_url");
    auto level = StringMember(inner->object, "detail", where + ".image_url");
    if (!given || !level) return std::unexpected(given ? level.error() : given.error());
    url = std::move(*given);
    detail = std::move(*level);
  }
  if (url.empty()) return Malformed(where + ".image_url.url", "must be a URL or a data URL");
  auto media = MediaFromUrl(url, MediaBlock::Kind::kImage);
  if (!media) return base::Within(where + ".image_url.url", media.error());
  media->detail = std::move(detail);
  Block block = MakeBlock(std::move(*media));
  if (!SaysOnly(part, {"type", "image_url"}) || !HasOnly(inner->object, {"url", "detail"}))
    block.original = part.raw();
  return block;
}

Result<Block> ReadAudio(Json part, const std::string& where) {
  const auto inner = ReadInner(part, "input_audio", where);
  if (!inner) return std::unexpected(inner.error());
  MediaBlock media;
  media.kind = MediaBlock::Kind::kAudio;
  Block block;
  if (inner->object.is_object()) {
    auto bytes = StringMember(inner->object, "data", where + ".input_audio");
    auto format = StringMember(inner->object, "format", where + ".input_audio");
    if (!bytes || !format) return std::unexpected(bytes ? format.error() : bytes.error());
    media.base64 = std::move(*bytes);
    media.media_type = AudioType(*format);
  } else {
    media.base64 = inner->text;
    block.original = part.raw();
  }
  if (media.base64.empty()) return Malformed(where + ".input_audio.data", "must be base64 and not empty");
  if (!SaysOnly(part, {"type", "input_audio"}) || !HasOnly(inner->object, {"data", "format"}))
    block.original = part.raw();
  block.content = std::move(media);
  return block;
}

Result<Block> ReadFile(Json part, const std::string& where) {
  const Json file = part.Find("file");
  if (!file.is_object()) return Malformed(where + ".file", "must be an object");
  auto bytes = StringMember(file, "file_data", where + ".file");
  auto id = StringMember(file, "file_id", where + ".file");
  auto name = StringMember(file, "filename", where + ".file");
  for (const auto* read : {&bytes, &id, &name}) {
    if (!*read) return std::unexpected(read->error());
  }
  if (bytes->empty() == id->empty()) return Malformed(where + ".file", "must hold file_data or file_id");
  MediaBlock media;
  media.kind = MediaBlock::Kind::kDocument;
  if (!bytes->empty()) {
    auto inlined = MediaFromUrl(*bytes, MediaBlock::Kind::kDocument);
    if (!inlined) return base::Within(where + ".file.file_data", inlined.error());
    media = std::move(*inlined);
  }
  media.file_id = std::move(*id);
  media.name = std::move(*name);
  Block block = MakeBlock(std::move(media));
  if (!SaysOnly(part, {"type", "file"}) || !HasOnly(file, {"file_data", "file_id", "filename"}))
    block.original = part.raw();
  return block;
}

/// A part that is a URL with another name: Mistral's `document_url`, `video_url` of vLLM.
Result<Block> ReadUrlPart(Json part, std::string_view key, MediaBlock::Kind kind, const std::string& where) {
  const auto inner = ReadInner(part, key, where);
  if (!inner) return std::unexpected(inner.error());
  auto url = inner->object.is_object() ? StringMember(inner->object, "url", where + "." + std::string(key))
                                       : Result<std::string>(inner->text);
  if (!url) return std::unexpected(url.error());
  auto name = StringMember(part, "document_name", where);
  if (!name) return std::unexpected(name.error());
  auto media = MediaFromUrl(*url, kind);
  if (!media) return base::Within(where + "." + std::string(key), media.error());
  media->name = std::move(*name);
  Block block = MakeBlock(std::move(*media));
  if (!SaysOnly(part, {"type", key, "document_name"}) || !HasOnly(inner->object, {"url"}))
    block.original = part.raw();
  return block;
}

Result<Block> ReadTextPart(Json part, std::string_view key, const std::string& where) {
  auto text = StringMember(part, key, where);
  if (!text) return std::unexpected(text.error());
  if (!part.Find(key).is_string()) return Malformed(where + "." + std::string(key), "must be a string");
  Block block;
  if (key == "refusal") {
    block.content = RefusalBlock{std::move(*text)};
  } else {
    block.content = TextBlock{.text = std::move(*text), .citations = {}};
  }
  if (!SaysOnly(part, {"type", key})) block.original = part.raw();
  return block;
}

/// Mistral's {"type":"thinking","thinking":[{"type":"text","text":"…"}]}.
Result<Block> ReadThinking(Json part, const std::string& where) {
  const Json thoughts = part.Find("thinking");
  ReasoningBlock reasoning;
  if (thoughts.is_string()) reasoning.text = thoughts.text();
  for (const Json thought : thoughts.elements()) {
    auto text = StringMember(thought, "text", where + ".thinking");
    if (!text) return std::unexpected(text.error());
    reasoning.text += *text;
  }
  Block block = MakeBlock(std::move(reasoning));
  if (!SaysOnly(part, {"type", "thinking"})) block.original = part.raw();
  return block;
}

Result<Block> ReadPart(Json part, const std::string& where) {
  const std::string type = part.Find("type").text();
  if (type == "text") return ReadTextPart(part, "text", where);
  if (type == "refusal") return ReadTextPart(part, "refusal", where);
  if (type == "image_url") return ReadImage(part, where);
  if (type == "input_audio") return ReadAudio(part, where);
  if (type == "file" && part.Find("file").is_object()) return ReadFile(part, where);
  if (type == "document_url") return ReadUrlPart(part, type, MediaBlock::Kind::kDocument, where);
  if (type == "video_url") return ReadUrlPart(part, type, MediaBlock::Kind::kVideo, where);
  if (type == "thinking") return ReadThinking(part, where);
  Block block = MakeBlock(OpaqueBlock{type});
  block.original = part.raw();
  return block;
}

}  // namespace

void WriteCacheMark(std::int64_t lifetime_s, base::JsonWriter& json) {
  for (const CacheMark& mark : kCacheMarks) {
    if (mark.lifetime_s != lifetime_s) continue;
    const bool breakpoint = mark.member == "prompt_cache_breakpoint";
    json.Key(mark.member).BeginObject().Key(breakpoint ? "mode" : "type");
    json.String(breakpoint ? "explicit" : "ephemeral").Key("ttl").String(mark.ttl).EndObject();
  }
}

bool HasOnly(Json object, std::initializer_list<std::string_view> names) {
  for (const base::JsonMember member : object.members()) {
    const auto same = [&](std::string_view name) { return member.key.equals(name); };
    if (std::ranges::none_of(names, same)) return false;
  }
  return true;
}

Status ReadContent(Json content, const std::string& where, EmptyText empty, std::vector<Block>& out) {
  if (Absent(content)) return {};
  if (content.is_string()) {
    std::string text = content.text();
    if (text.empty() && empty == EmptyText::kSkipped) return {};
    out.push_back(MakeBlock(TextBlock{.text = std::move(text), .citations = {}}));
    out.back().source = PlaceOf(content);
    return {};
  }
  if (!content.is_array()) return Malformed(where, "must be a string or an array of parts");
  std::size_t rank = 0;
  for (const Json part : content.elements()) {
    const std::string at = At(where, rank++);
    if (!part.is_object()) return Malformed(at, "must be an object");
    if (!part.Find("type").is_string()) return Malformed(at + ".type", "must be a string");
    auto block = ReadPart(part, at);
    if (!block) return std::unexpected(block.error());
    block->source = PlaceOf(part);
    block->cache_s = CacheOf(part);
    out.push_back(std::move(*block));
  }
  return {};
}

}  // namespace proviso::protocol::internal
