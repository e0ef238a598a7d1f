#include "protocol/internal/converse/media.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/utf8.h"
#include "protocol/internal/converse/block_reader.h"
#include "protocol/internal/members.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal::converse {
namespace {

using base::Json;
using base::Result;
using Kind = MediaBlock::Kind;

struct Row {
  Kind kind;
  std::string_view format;
  std::string_view media_type;
};

// Of several types with one format the first is the one that we give; likewise of formats.
constexpr std::array kRows = {
    Row{Kind::kImage, "png", "image/png"},
    Row{Kind::kImage, "jpeg", "image/jpeg"},
    Row{Kind::kImage, "jpeg", "image/jpg"},
    Row{Kind::kImage, "gif", "image/gif"},
    Row{Kind::kImage, "webp", "image/webp"},
    Row{Kind::kDocument, "pdf", "application/pdf"},
    Row{Kind::kDocument, "csv", "text/csv"},
    Row{Kind::kDocument, "doc", "application/msword"},
    Row{Kind::kDocument, "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Row{Kind::kDocument, "xls", "application/vnd.ms-excel"},
    Row{Kind::kDocument, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Row{Kind::kDocument, "html", "text/html"},
    Row{Kind::kDocument, "txt", "text/plain"},
    Row{Kind::kDocument, "md", "text/markdown"},
    Row{Kind::kDocument, "md", "text/x-markdown"},
    Row{Kind::kAudio, "mp3", "audio/mpeg"},
    Row{Kind::kAudio, "mp3", "audio/mp3"},
    Row{Kind::kAudio, "mpeg", "audio/mpeg"},
    Row{Kind::kAudio, "mpga", "audio/mpeg"},
    Row{Kind::kAudio, "opus", "audio/opus"},
    Row{Kind::kAudio, "wav", "audio/wav"},
    Row{Kind::kAudio, "wav", "audio/x-wav"},
    Row{Kind::kAudio, "aac", "audio/aac"},
    Row{Kind::kAudio, "x-aac", "audio/x-aac"},
    Row{Kind::kAudio, "flac", "audio/flac"},
    Row{Kind::kAudio, "mp4", "audio/mp4"},
    Row{Kind::kAudio, "m4a", "audio/x-m4a"},
    Row{Kind::kAudio, "m4a", "audio/m4a"},
    Row{Kind::kAudio, "ogg", "audio/ogg"},
    Row{Kind::kAudio, "mkv", "audio/matroska"},
    Row{Kind::kAudio, "mka", "audio/x-matroska"},
    Row{Kind::kAudio, "pcm", "audio/pcm"},
    Row{Kind::kAudio, "webm", "audio/webm"},
    Row{Kind::kVideo, "mp4", "video/mp4"},
    Row{Kind::kVideo, "mov", "video/quicktime"},
    Row{Kind::kVideo, "mkv", "video/x-matroska"},
    Row{Kind::kVideo, "mkv", "video/matroska"},
    Row{Kind::kVideo, "webm", "video/webm"},
    Row{Kind::kVideo, "flv", "video/x-flv"},
    Row{Kind::kVideo, "mpeg", "video/mpeg"},
    Row{Kind::kVideo, "mpg", "video/mpg"},
    Row{Kind::kVideo, "wmv", "video/x-ms-wmv"},
    Row{Kind::kVideo, "three_gp", "video/3gpp"},
};

bool MayStandInName(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view(" -()[]").contains(c);
}

/// What Converse takes, as near to `wanted` as may be.
std::string Tamed(std::string_view wanted) {
  std::string name;
  for (const char raw : wanted) {
    const char c = MayStandInName(raw) ? raw : '-';
    if (c == ' ' && (name.empty() || name.ends_with(' '))) continue;
    // One hyphen for each run of what may not stand, such as the bytes of one character.
    if (c != raw && name.ends_with('-')) continue;
    name.push_back(c);
  }
  constexpr std::size_t kNameMax = 190;  // of 200: room for a number behind it
  name.resize(std::min(name.size(), kNameMax));
  while (name.ends_with(' ')) name.pop_back();
  return name.empty() ? "document" : name;
}

Block Opaque(Json media, Kind kind) {
  Block block;
  block.content = OpaqueBlock{.type = std::string(MemberOf(kind))};
  block.original = "{\"" + std::string(MemberOf(kind)) + "\":" + std::string(media.raw()) + "}";
  return block;
}

}  // namespace

std::string_view FormatOf(Kind kind, std::string_view media_type) {
  const std::string_view type = media_type.substr(0, media_type.find(';'));
  const auto row =
      std::ranges::find_if(kRows, [&](const Row& one) { return one.kind == kind && one.media_type == type; });
  if (row != kRows.end()) return row->format;
  return kind == Kind::kDocument && type.starts_with("text/") ? "txt" : std::string_view();
}

std::string_view MediaTypeOf(Kind kind, std::string_view format) {
  const auto row =
      std::ranges::find_if(kRows, [&](const Row& one) { return one.kind == kind && one.format == format; });
  return row == kRows.end() ? std::string_view() : row->media_type;
}

std::string_view MemberOf(Kind kind) {
  switch (kind) {
    case Kind::kImage:
      return "image";
    case Kind::kDocument:
      return "document";
    case Kind::kAudio:
      return "audio";
    case Kind::kVideo:
      return "video";
  }
  return "";
}

Result<Block> ReadMedia(Json json, Kind kind, const std::string& where) {
  if (!json.is_object()) return Malformed(where, "must be an object");
  const Json source = json.Find("source");
  const bool no_source = Absent(source) && !Absent(json.Find("error"));  // what a model could not make
  if (!source.is_object() && !no_source) return Malformed(where + ".source", "must be an object");
  auto format = StringMember(json, "format", where);
  if (!format) return std::unexpected(format.error());
  auto name = StringMember(json, "name", where);
  if (!name) return std::unexpected(name.error());
  MediaBlock media{.kind = kind,
                   .media_type = std::string(MediaTypeOf(kind, *format)),
                   .base64 = "",
                   .url = "",
                   .file_id = "",
                   .name = std::move(*name),
                   .detail = ""};
  const Json bytes = source.Find("bytes");
  const Json text = source.Find("text");
  const Json place = source.Find("s3Location").Find("uri");
  if (bytes.is_string()) {
    media.base64 = bytes.text();
  } else if (text.is_string() && kind == Kind::kDocument) {
    media.base64 = base::ToBase64(base::AsBytes(text.text()));
    if (media.media_type.empty()) media.media_type = "text/plain";
  } else if (place.is_string()) {
    media.file_id = place.text();
  } else {
    return Opaque(json, kind);
  }
  if (media.media_type.empty()) return Opaque(json, kind);
  const bool plain = HasValuesOnly(json, {"format", "name", "source"}) && source.size() == 1 &&
                     !text.is_string() && HasValuesOnly(source.Find("s3Location"), {"uri"}) &&
                     FormatOf(kind, media.media_type) == *format;
  Block block = plain ? Block{} : Opaque(json, kind);
  block.content = std::move(media);
  return block;
}

std::string DocumentNames::Take(std::string_view wanted) {
  const std::string name = Tamed(wanted);
  std::string free = name;
  for (std::size_t number = 2; !taken_.insert(free).second; ++number) {
    free = name + " (" + std::to_string(number) + ")";
  }
  return free;
}

base::Status WriteMedia(const MediaBlock& media, std::string_view document_name, const std::string& where,
                        base::JsonWriter& json) {
  const std::string_view format = FormatOf(media.kind, media.media_type);
  if (format.empty()) {
    return Malformed(where, "Bedrock Converse takes no " + std::string(MemberOf(media.kind)) + " of type \"" +
                                Shorten(media.media_type, 64) + "\"");
  }
  json.BeginObject().Key("format").String(format);
  if (media.kind == Kind::kDocument) json.Key("name").String(document_name);
  json.Key("source").BeginObject();
  if (!media.base64.empty()) {
    json.Key("bytes").String(media.base64);
  } else if (media.file_id.starts_with("s3://")) {
    json.Key("s3Location").BeginObject().Key("uri").String(media.file_id).EndObject();
  } else {
    return Malformed(where, "Bedrock Converse takes bytes, or a place in S3");
  }
  json.EndObject().EndObject();
  return {};
}

}  // namespace proviso::protocol::internal::converse
