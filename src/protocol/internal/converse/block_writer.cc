#include "protocol/internal/converse/block_writer.h"

#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal::converse {
namespace {

using base::JsonWriter;
using base::Status;

constexpr std::int64_t kFiveMinutesS = 300;

void WritePlainText(std::string_view text, JsonWriter& json) {
  json.BeginObject().Key("text").String(text).EndObject();
}

}  // namespace

void WriteCachePoint(std::int64_t cache_s, JsonWriter& json) {
  json.BeginObject().Key("cachePoint").BeginObject().Key("type").String("default");
  if (cache_s > kFiveMinutesS) json.Key("ttl").String("1h");
  json.EndObject().EndObject();
}

std::string CitationJson(const Citation& citation, Citations citations) {
  if (citations == Citations::kOwn && !citation.original.empty()) return citation.original;
  JsonWriter json;
  json.BeginObject();
  if (!citation.title.empty()) json.Key("title").String(citation.title);
  if (!citation.url.empty()) json.Key("source").String(citation.url);
  if (!citation.quoted.empty()) {
    json.Key("sourceContent").BeginArray();
    WritePlainText(citation.quoted, json);
    json.EndArray();
  }
  if (!citation.url.empty()) {
    json.Key("location").BeginObject().Key("web").BeginObject();
    json.Key("url").String(citation.url).EndObject().EndObject();
  }
  return json.EndObject().Take();
}

void WriteText(const TextBlock& text, Citations citations, JsonWriter& json) {
  if (text.citations.empty()) return WritePlainText(text.text, json);
  json.BeginObject().Key("citationsContent").BeginObject().Key("content").BeginArray();
  WritePlainText(text.text, json);
  json.EndArray().Key("citations").BeginArray();
  for (const Citation& citation : text.citations) json.Raw(CitationJson(citation, citations));
  json.EndArray().EndObject().EndObject();
}

bool BlockWriter::Says(const Block& block) const {
  if (own_ && !block.original.empty()) return true;
  if (const auto* text = std::get_if<TextBlock>(&block.content)) return !text->text.empty();
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) return !refusal->text.empty();
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
    return !reasoning->text.empty() || !reasoning->signature.empty();
  }
  return !std::holds_alternative<OpaqueBlock>(block.content);
}

Status BlockWriter::Write(const Block& block, const std::string& path, JsonWriter& json) {
  if (!Says(block)) return {};
  Status written;
  if (own_ && !block.original.empty()) {
    json.Raw(block.original);
  } else if (const auto* text = std::get_if<TextBlock>(&block.content)) {
    WriteText(*text, own_ ? Citations::kOwn : Citations::kForeign, json);
  } else if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) {
    WritePlainText(refusal->text, json);
  } else if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
    WriteReasoning(*reasoning, json);
  } else if (const auto* call = std::get_if<CallBlock>(&block.content)) {
    written = WriteCall(*call, path, json);
  } else if (const auto* result = std::get_if<ResultBlock>(&block.content)) {
    written = WriteResult(*result, path, json);
  } else if (const auto* media = std::get_if<MediaBlock>(&block.content)) {
    written = WriteMediaBlock(*media, path, json);
  }
  if (written && block.cache_s > 0) WriteCachePoint(block.cache_s, json);
  return written;
}

void BlockWriter::WriteReasoning(const ReasoningBlock& reasoning, JsonWriter& json) {
  json.BeginObject().Key("reasoningContent").BeginObject();
  if (reasoning.form == ReasoningBlock::Form::kRedacted) {
    json.Key("redactedContent").String(reasoning.signature);
  } else {
    json.Key("reasoningText").BeginObject().Key("text").String(reasoning.text);
    if (!reasoning.signature.empty()) json.Key("signature").String(reasoning.signature);
    json.EndObject();
  }
  json.EndObject().EndObject();
}

Status BlockWriter::WriteCall(const CallBlock& call, const std::string& path, JsonWriter& json) {
  const std::string arguments = call.arguments.empty() ? "{}" : call.arguments;
  const auto document = base::JsonDocument::Parse(arguments);
  if (call.kind == CallKind::kCustom || !document || !document->root().is_object()) {
    return Malformed(path, "the call's arguments must be a JSON object for Bedrock Converse");
  }
  json.BeginObject().Key("toolUse").BeginObject();
  json.Key("toolUseId").String(CallIdFor(Dialect::kBedrockConverse, Profile::kNone, call.id));
  json.Key("name").String(call.name).Key("input").Raw(arguments);
  json.EndObject().EndObject();
  return {};
}

Status BlockWriter::WriteResult(const ResultBlock& result, const std::string& path, JsonWriter& json) {
  json.BeginObject().Key("toolResult").BeginObject();
  json.Key("toolUseId").String(CallIdFor(Dialect::kBedrockConverse, Profile::kNone, result.call_id));
  json.Key("content").BeginArray();
  if (!result.json.empty()) json.BeginObject().Key("json").Raw(result.json).EndObject();
  for (std::size_t i = 0; i < result.content.size(); ++i) {
    if (auto written = Write(result.content[i], At(path + ".content", i), json); !written) return written;
  }
  json.EndArray();
  switch (result.status) {
    case ResultBlock::Status::kUnsaid:
      break;
    case ResultBlock::Status::kOk:
      json.Key("status").String("success");
      break;
    case ResultBlock::Status::kError:
      json.Key("status").String("error");
      break;
  }
  json.EndObject().EndObject();
  return {};
}

Status BlockWriter::WriteMediaBlock(const MediaBlock& media, const std::string& path, JsonWriter& json) {
  std::string name;
  if (media.kind == MediaBlock::Kind::kDocument) {
    name = names_.Take(media.name);
    if (!media.name.empty() && name != media.name) {
      context_.findings.push_back({Feature::kBlockDetail, path,
                                   path + ": the document is named \"" + name +
                                       "\", since Bedrock Converse does not take its name as it was",
                                   Disposal::kWarn});
    }
  }
  json.BeginObject().Key(MemberOf(media.kind));
  if (auto written = WriteMedia(media, name, path, json); !written) return written;
  json.EndObject();
  return {};
}

}  // namespace proviso::protocol::internal::converse
