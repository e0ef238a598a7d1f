#include "protocol/internal/responses/parts.h"

#include <algorithm>

#include "protocol/internal/dialects.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;

Result<std::string> Text(Json object, std::string_view key, const std::string& where) {
  return StringMember(object, key, where);
}

/// The text of an input part or an output part.
Result<Block> ReadText(Json part, const std::string& where) {
  auto words = Text(part, "text", where);
  if (!words) return std::unexpected(words.error());
  TextBlock text{.text = std::move(*words), .citations = {}};
  for (const Json annotation : part.Find("annotations").elements()) {
    text.citations.push_back(ReadCitation(annotation, text.text));
  }
  Block block;
  block.content = std::move(text);
  if (SaysMore(part, {"type", "text", "annotations"})) block.original = part.raw();
  return block;
}

Result<Block> ReadRefusal(Json part, const std::string& where) {
  auto words = Text(part, "refusal", where);
  if (!words) return std::unexpected(words.error());
  Block block;
  block.content = RefusalBlock{.text = std::move(*words)};
  if (SaysMore(part, {"type", "refusal"})) block.original = part.raw();
  return block;
}

Result<Block> ReadImage(Json part, const std::string& where) {
  auto url = Text(part, "image_url", where);
  auto file = Text(part, "file_id", where);
  auto detail = Text(part, "detail", where);
  if (!url || !file || !detail)
    return std::unexpected(!url ? url.error() : !file ? file.error() : detail.error());
  if (url->empty() == file->empty()) return Malformed(where, "must hold either image_url or file_id");
  MediaBlock media;
  if (!url->empty()) {
    auto read = MediaFromUrl(*url, MediaBlock::Kind::kImage);
    if (!read) return base::Within(where + ".image_url", read.error());
    media = std::move(*read);
  }
  media.kind = MediaBlock::Kind::kImage;
  media.file_id = std::move(*file);
  if (*detail != "auto") media.detail = std::move(*detail);
  Block block;
  block.content = std::move(media);
  if (SaysMore(part, {"type", "image_url", "file_id", "detail"})) block.original = part.raw();
  return block;
}

/// What a bare base64 text is, by its name: the API takes PDF where nothing is said.
std::string_view TypeByName(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{".txt", "text/plain"},
                                                                      {".md", "text/markdown"},
                                                                      {".csv", "text/csv"},
                                                                      {".html", "text/html"},
                                                                      {".json", "application/json"}};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/pdf";
}

Result<Block> ReadFile(Json part, const std::string& where) {
  auto data = Text(part, "file_data", where);
  auto url = Text(part, "file_url", where);
  auto file = Text(part, "file_id", where);
  auto name = Text(part, "filename", where);
  for (const auto* text : {&data, &url, &file, &name}) {
    if (!*text) return std::unexpected(text->error());
  }
  if (data->empty() + url->empty() + file->empty() != 2) {
    return Malformed(where, "must hold one of file_data, file_url and file_id");
  }
  MediaBlock media;
  if (!data->empty() || !url->empty()) {
    const bool bare = url->empty() && !data->starts_with("data:");
    const std::string source = bare           ? "data:" + std::string(TypeByName(*name)) + ";base64," + *data
                               : url->empty() ? *data
                                              : *url;
    auto read = MediaFromUrl(source, MediaBlock::Kind::kDocument);
    if (!read) return base::Within(where, read.error());
    media = std::move(*read);
  }
  media.kind = MediaBlock::Kind::kDocument;
  media.file_id = std::move(*file);
  media.name = std::move(*name);
  Block block;
  block.content = std::move(media);
  if (SaysMore(part, {"type", "file_data", "file_url", "file_id", "filename"})) block.original = part.raw();
  return block;
}

Result<Block> ReadAudio(Json part, const std::string& where) {
  const Json audio = part.Find("input_audio");
  if (!audio.is_object()) return Malformed(where + ".input_audio", "must be an object");
  MediaBlock media;
  media.kind = MediaBlock::Kind::kAudio;
  media.base64 = audio.Find("data").text();
  const std::string format = audio.Find("format").text();
  if (media.base64.empty() || format.empty())
    return Malformed(where + ".input_audio", "must hold data and format");
  media.media_type = format == "mp3" ? "audio/mpeg" : "audio/" + format;
  Block block;
  block.content = std::move(media);
  if (SaysMore(part, {"type", "input_audio"})) block.original = part.raw();
  return block;
}

std::string Joined(Json parts) {
  std::string out;
  for (const Json part : parts.elements()) {
    const std::string text = part.Find("text").text();
    if (!out.empty() && !text.empty()) out.append(kReasoningBreak);
    out.append(text);
  }
  return out;
}

}  // namespace

bool SaysMore(Json object, std::initializer_list<std::string_view> known) {
  for (const base::JsonMember member : object.members()) {
    const bool empty = member.value.is_null() || (member.value.is_array() && member.value.size() == 0);
    if (!empty &&
        std::ranges::none_of(known, [&](std::string_view name) { return member.key.equals(name); })) {
      return true;
    }
  }
  return false;
}

Result<Block> ReadContentPart(Json part, const std::string& where) {
  if (!part.is_object()) return Malformed(where, "must be an object");
  const std::string type = part.Find("type").text();
  Result<Block> block = Block{};
  if (type == "input_text" || type == "output_text" || type == "text") {
    block = ReadText(part, where);
  } else if (type == "refusal") {
    block = ReadRefusal(part, where);
  } else if (type == "input_image") {
    block = ReadImage(part, where);
  } else if (type == "input_file") {
    block = ReadFile(part, where);
  } else if (type == "input_audio") {
    block = ReadAudio(part, where);
  } else {
    if (type.empty()) return Malformed(where + ".type", "must be a string that is not empty");
    return OpaqueItem(part);
  }
  if (block) block->source = RangeOf(part);
  return block;
}

Result<Block> ReadReasoningItem(Json item, const std::string& where) {
  for (const char* key : {"summary", "content"}) {
    const Json parts = item.Find(key);
    if (!Absent(parts) && !parts.is_array()) return Malformed(where + "." + key, "must be an array");
  }
  auto signature = Text(item, "encrypted_content", where);
  auto id = Text(item, "id", where);
  if (!signature || !id) return std::unexpected(signature ? id.error() : signature.error());
  ReasoningBlock reasoning;
  reasoning.text = Joined(item.Find("content"));
  reasoning.form = reasoning.text.empty() ? ReasoningBlock::Form::kSummary : ReasoningBlock::Form::kFull;
  if (reasoning.text.empty()) reasoning.text = Joined(item.Find("summary"));
  if (reasoning.text.empty()) reasoning.form = ReasoningBlock::Form::kRedacted;
  reasoning.signature = std::move(*signature);
  reasoning.id = std::move(*id);
  Block block;
  block.content = std::move(reasoning);
  block.source = RangeOf(item);
  const bool both = item.Find("content").size() != 0 && item.Find("summary").size() != 0;
  if (both || SaysMore(item, {"type", "id", "summary", "content", "encrypted_content", "status"})) {
    block.original = item.raw();
  }
  return block;
}

Result<Block> ReadCallItem(Json item, const std::string& where) {
  const bool custom = item.Find("type").equals("custom_tool_call");
  CallBlock call;
  call.kind = custom ? CallKind::kCustom : CallKind::kFunction;
  call.id = item.Find("call_id").text();
  call.name = item.Find("name").text();
  call.item_id = item.Find("id").text();
  const char* key = custom ? "input" : "arguments";
  if (call.id.empty()) return Malformed(where + ".call_id", "must be a string that is not empty");
  if (call.name.empty()) return Malformed(where + ".name", "must be a string that is not empty");
  if (!item.Find(key).is_string()) return Malformed(where + "." + key, "must be a string");
  call.arguments = item.Find(key).text();
  call.signature = item.Find("extra_content").Find("google").Find("thought_signature").text();
  Block block;
  block.source = RangeOf(item);
  const bool more = call.signature.empty()
                        ? SaysMore(item, {"type", "id", "call_id", "name", key, "status"})
                        : SaysMore(item, {"type", "id", "call_id", "name", key, "status", "extra_content"});
  if (more) block.original = item.raw();
  block.content = std::move(call);
  return block;
}

Block OpaqueItem(Json item) {
  Block block;
  block.content = OpaqueBlock{.type = item.Find("type").text()};
  block.original = item.raw();
  block.source = RangeOf(item);
  return block;
}

Citation ReadCitation(Json annotation, std::string_view text) {
  Citation citation;
  const Json type = annotation.Find("type");
  citation.original = annotation.raw();
  citation.url = annotation.Find("url").text();
  citation.title = annotation.Find("title").text();
  if (type.equals("url_citation")) citation.kind = Citation::Kind::kUrl;
  if (type.equals("file_citation")) {
    citation.kind = Citation::Kind::kDocument;
    citation.title = annotation.Find("filename").text();
  }
  const auto begin = annotation.Find("start_index").integer();
  const auto end = annotation.Find("end_index").integer();
  if (begin && end && *begin >= 0 && *end >= *begin) {
    citation.begin = ByteAt(text, static_cast<std::size_t>(*begin));
    citation.end = ByteAt(text, static_cast<std::size_t>(*end));
  }
  return citation;
}

std::size_t ByteAt(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  while (at < text.size()) {
    const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (starts && characters-- == 0) return at;
    ++at;
  }
  return text.size();
}

std::size_t CharacterAt(std::string_view text, std::size_t bytes) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text.substr(0, std::min(bytes, text.size())),
                            [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace proviso::protocol::internal
