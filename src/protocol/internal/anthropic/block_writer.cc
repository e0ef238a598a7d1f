#include "protocol/internal/anthropic/block_writer.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/json.h"
#include "base/utf8.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal::anthropic {
namespace {

using base::JsonWriter;
using base::Status;

constexpr std::int64_t kHourS = 3600;
constexpr std::array<std::string_view, 4> kImages = {"image/jpeg", "image/png", "image/gif", "image/webp"};

}  // namespace

void WriteCacheMark(std::int64_t cache_s, JsonWriter& json) {
  if (cache_s <= 0) return;
  json.Key("cache_control").BeginObject().Key("type").String("ephemeral");
  if (cache_s >= kHourS) json.Key("ttl").String("1h");
  json.EndObject();
}

bool BlockWriter::Says(const Block& block) {
  if (const auto* text = std::get_if<TextBlock>(&block.content)) return !text->text.empty();
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) return !refusal->text.empty();
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content))
    return !reasoning->signature.empty();
  return true;
}

Status BlockWriter::Write(const Block& block, const std::string& path, JsonWriter& json) {
  if (own_ && !block.original.empty()) {
    json.Raw(block.original);
    return {};
  }
  if (const auto* text = std::get_if<TextBlock>(&block.content)) {
    WriteText(block, text->text, json);
  } else if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) {
    WriteText(block, refusal->text, json);
  } else if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
    WriteReasoning(*reasoning, path, json);
  } else if (const auto* call = std::get_if<CallBlock>(&block.content)) {
    return WriteCall(block, *call, path, json);
  } else if (const auto* result = std::get_if<ResultBlock>(&block.content)) {
    return WriteResult(block, *result, path, json);
  } else if (const auto* media = std::get_if<MediaBlock>(&block.content)) {
    return WriteMedia(block, *media, path, json);
  } else {
    return Malformed(path, "only its own dialect has such a block");
  }
  return {};
}

void BlockWriter::WriteText(const Block& block, std::string_view text, JsonWriter& json) {
  if (text.empty()) return;
  json.BeginObject().Key("type").String("text").Key("text").String(text);
  const auto* content = std::get_if<TextBlock>(&block.content);
  if (own_ && content != nullptr && !content->citations.empty()) {
    json.Key("citations").BeginArray();
    for (const Citation& citation : content->citations) json.Raw(citation.original);
    json.EndArray();
  }
  WriteCacheMark(block.cache_s, json);
  json.EndObject();
}

void BlockWriter::WriteReasoning(const ReasoningBlock& reasoning, const std::string& path, JsonWriter& json) {
  if (reasoning.signature.empty()) {
    context_.findings.push_back(
        {Feature::kReasoningReplay, path,
         path + ": Anthropic takes no reasoning without its signature; it was left out", Disposal::kWarn});
    return;
  }
  json.BeginObject().Key("type");
  if (reasoning.form == ReasoningBlock::Form::kRedacted) {
    json.String("redacted_thinking").Key("data").String(reasoning.signature);
  } else {
    json.String("thinking").Key("thinking").String(reasoning.text);
    json.Key("signature").String(reasoning.signature);
  }
  json.EndObject();
}

Status BlockWriter::WriteCall(const Block& block, const CallBlock& call, const std::string& path,
                              JsonWriter& json) {
  if (call.kind == CallKind::kCustom) return Malformed(path, "Anthropic has no calls with free text");
  const std::string arguments = call.arguments.empty() ? "{}" : call.arguments;
  const auto document = base::JsonDocument::Parse(arguments);
  if (!document || !document->root().is_object()) {
    return Malformed(path + ".arguments", "Anthropic takes only a JSON object");
  }
  json.BeginObject().Key("type").String("tool_use");
  json.Key("id").String(CallIdFor(Dialect::kAnthropicMessages, Profile::kNone, call.id));
  json.Key("name").String(call.name).Key("input").Raw(arguments);
  WriteCacheMark(block.cache_s, json);
  json.EndObject();
  return {};
}

Status BlockWriter::WriteResult(const Block& block, const ResultBlock& result, const std::string& path,
                                JsonWriter& json) {
  json.BeginObject().Key("type").String("tool_result");
  json.Key("tool_use_id").String(CallIdFor(Dialect::kAnthropicMessages, Profile::kNone, result.call_id));
  const bool content = std::ranges::any_of(result.content, Says);
  if (content || !result.json.empty()) {
    json.Key("content").BeginArray();
    for (std::size_t i = 0; i < result.content.size(); ++i) {
      if (auto written = Write(result.content[i], At(path + ".content", i), json); !written) return written;
    }
    if (!result.json.empty())
      json.BeginObject().Key("type").String("text").Key("text").String(result.json).EndObject();
    json.EndArray();
  }
  if (result.status != ResultBlock::Status::kUnsaid)
    json.Key("is_error").Bool(result.status == ResultBlock::Status::kError);
  WriteCacheMark(block.cache_s, json);
  json.EndObject();
  return {};
}

Status BlockWriter::WriteMedia(const Block& block, const MediaBlock& media, const std::string& path,
                               JsonWriter& json) {
  const bool image = media.kind == MediaBlock::Kind::kImage;
  if (!image && media.kind != MediaBlock::Kind::kDocument)
    return Malformed(path, "Anthropic takes only images and documents");
  if (!media.file_id.empty() && !own_)
    return Malformed(path + ".file_id", "a file in another provider's store cannot be read");
  if (!media.detail.empty()) {
    context_.findings.push_back(
        {Feature::kBlockDetail, path + ".detail",
         path + ".detail: Anthropic chooses an image's detail itself; it was left out", Disposal::kDrop});
  }
  json.BeginObject().Key("type").String(image ? "image" : "document").Key("source");
  if (!media.url.empty()) {
    json.BeginObject().Key("type").String("url").Key("url").String(media.url).EndObject();
  } else if (!media.file_id.empty()) {
    json.BeginObject().Key("type").String("file").Key("file_id").String(media.file_id).EndObject();
  } else if (auto written = WriteInline(media, path, json); !written) {
    return written;
  }
  if (!image && !media.name.empty()) json.Key("title").String(media.name);
  WriteCacheMark(block.cache_s, json);
  json.EndObject();
  return {};
}

Status BlockWriter::WriteInline(const MediaBlock& media, const std::string& path, JsonWriter& json) {
  const bool image = media.kind == MediaBlock::Kind::kImage;
  const bool taken = image ? std::ranges::find(kImages, media.media_type) != kImages.end()
                           : media.media_type == "application/pdf";
  if (taken) {
    json.BeginObject().Key("type").String("base64").Key("media_type").String(media.media_type);
    json.Key("data").String(media.base64).EndObject();
    return {};
  }
  const std::string place = path + ".media_type";
  if (image) {
    return Malformed(place, "Anthropic takes image/jpeg, image/png, image/gif and image/webp, not \"" +
                                media.media_type + "\"");
  }
  if (!media.media_type.starts_with("text/")) {
    return Malformed(place,
                     "Anthropic takes application/pdf and text documents, not \"" + media.media_type + "\"");
  }
  const auto bytes = base::FromBase64(media.base64);
  if (!bytes || !base::IsUtf8(base::AsText(*bytes))) return Malformed(path, "must be UTF-8 text in base64");
  json.BeginObject().Key("type").String("text").Key("media_type").String("text/plain");
  json.Key("data").String(base::AsText(*bytes)).EndObject();
  return {};
}

}  // namespace proviso::protocol::internal::anthropic
