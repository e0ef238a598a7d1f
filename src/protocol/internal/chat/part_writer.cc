#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/chat/request_pieces.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Status;
using Media = ProfileTraits::Media;

/// OpenAI's name of an audio format; "" when it takes none such.
std::string_view AudioFormat(std::string_view media_type) {
  for (const auto& [type, format] :
       {std::pair("audio/wav", "wav"), std::pair("audio/x-wav", "wav"), std::pair("audio/wave", "wav"),
        std::pair("audio/mpeg", "mp3"), std::pair("audio/mp3", "mp3")}) {
    if (media_type == type) return format;
  }
  return "";
}

/// Leaves the part open, as the other kinds do, for its mark.
Status WriteImagePart(const MediaBlock& media, const std::string& path, JsonWriter& json) {
  if (!media.file_id.empty())
    return Malformed(path, "Chat Completions takes no image by its file id; send its bytes or a URL");
  json.BeginObject().Key("type").String("image_url").Key("image_url").BeginObject();
  json.Key("url").String(media.url.empty() ? DataUrl(media) : media.url);
  if (!media.detail.empty()) json.Key("detail").String(media.detail);
  json.EndObject();
  return {};
}

Status WriteDocument(const ChatWriting& writing, const MediaBlock& media, const std::string& path,
                     JsonWriter& json) {
  switch (writing.traits.media) {
    case Media::kImagesOnly:
      return Malformed(path, std::string(writing.traits.name) + " takes no documents");
    case Media::kMistral:
      if (!media.file_id.empty()) return Malformed(path, "mistral cannot read another provider's file");
      json.BeginObject().Key("type").String("document_url").Key("document_url");
      json.String(media.url.empty() ? DataUrl(media) : media.url);
      if (!media.name.empty()) json.Key("document_name").String(media.name);
      return {};
    case Media::kOpenAi:
      break;
  }
  if (!media.url.empty()) {
    if (!writing.own()) return Malformed(path, "Chat Completions takes no document by URL; send its bytes");
    json.BeginObject().Key("type").String("document_url").Key("document_url").String(media.url);
    if (!media.name.empty()) json.Key("document_name").String(media.name);
    return {};
  }
  json.BeginObject().Key("type").String("file").Key("file").BeginObject();
  if (!media.file_id.empty()) {
    json.Key("file_id").String(media.file_id);
  } else {
    json.Key("file_data").String(DataUrl(media));
  }
  if (!media.name.empty() || (media.file_id.empty() && !writing.own()))
    json.Key("filename").String(media.name.empty() ? "document" : media.name);
  json.EndObject();
  return {};
}

Status WriteAudio(const ChatWriting& writing, const MediaBlock& media, const std::string& path,
                  JsonWriter& json) {
  if (writing.traits.media == Media::kImagesOnly)
    return Malformed(path, std::string(writing.traits.name) + " takes no audio");
  if (media.base64.empty()) return Malformed(path, "Chat Completions takes audio only as bytes");
  json.BeginObject().Key("type").String("input_audio").Key("input_audio");
  if (writing.traits.media == Media::kMistral) {
    json.String(media.base64);
    return {};
  }
  const std::string_view format = AudioFormat(media.media_type);
  if (format.empty()) return Malformed(path, "audio must be wav or mp3, not \"" + media.media_type + "\"");
  json.BeginObject().Key("data").String(media.base64).Key("format").String(format).EndObject();
  return {};
}

Status WriteMedia(const ChatWriting& writing, const MediaBlock& media, const std::string& path,
                  JsonWriter& json) {
  switch (media.kind) {
    case MediaBlock::Kind::kImage:
      return WriteImagePart(media, path, json);
    case MediaBlock::Kind::kDocument:
      return WriteDocument(writing, media, path, json);
    case MediaBlock::Kind::kAudio:
      return WriteAudio(writing, media, path, json);
    case MediaBlock::Kind::kVideo:
      if (writing.traits.profile != Profile::kVllm && writing.traits.profile != Profile::kNone)
        return Malformed(path, std::string(writing.traits.name) + " takes no video");
      json.BeginObject().Key("type").String("video_url").Key("video_url").BeginObject();
      json.Key("url").String(media.url.empty() ? DataUrl(media) : media.url).EndObject();
      return {};
  }
  return {};
}

}  // namespace

Status WritePart(const ChatWriting& writing, const Block& block, const std::string& path, JsonWriter& json) {
  if (writing.own() && !block.original.empty()) {
    json.Raw(block.original);
    return {};
  }
  if (const auto* text = std::get_if<TextBlock>(&block.content)) {
    json.BeginObject().Key("type").String("text").Key("text").String(text->text);
    if (writing.own()) WriteCacheMark(block.cache_s, json);
    json.EndObject();
    return {};
  }
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) {
    json.BeginObject().Key("type").String("refusal").Key("refusal").String(refusal->text).EndObject();
    return {};
  }
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
    json.BeginObject().Key("type").String("thinking").Key("thinking").BeginArray();
    json.BeginObject().Key("type").String("text").Key("text").String(reasoning->text).EndObject();
    json.EndArray().EndObject();
    return {};
  }
  if (const auto* media = std::get_if<MediaBlock>(&block.content)) {
    if (auto written = WriteMedia(writing, *media, path, json); !written) return written;
    if (writing.own()) WriteCacheMark(block.cache_s, json);
    json.EndObject();
    return {};
  }
  return Malformed(path, "cannot stand in the content of a Chat Completions message");
}

}  // namespace proviso::protocol::internal
