#include "protocol/internal/gemini/parts.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "protocol/internal/gemini/names.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal::gemini {
namespace {

using base::Json;
using base::JsonWriter;
using base::Result;
using base::Status;

/// A string of a request or answer, by either name.
Result<std::string> Text(Json object, std::string_view name, const std::string& where) {
  const Json value = Find(object, name);
  if (Absent(value)) return std::string();
  if (!value.is_string()) return Malformed(where + "." + std::string(name), "must be a string");
  return value.text();
}

/// Whether the part has no member with a value but these.
bool HasOnly(Json part, Names names) {
  for (const base::JsonMember member : part.members()) {
    if (member.value.is_null()) continue;
    const std::string camel = CamelOf(member.key.text());
    if (std::ranges::find(names, camel) == names.end()) return false;
  }
  return true;
}

Block Typed(Json part, Names said) {
  Block block;
  block.source = {.begin = part.begin(), .end = part.end()};
  if (!HasOnly(part, said)) block.original = std::string(part.raw());
  return block;
}

Block SignatureBlock(std::string signature, Json part) {
  Block block;
  block.source = {.begin = part.begin(), .end = part.end()};
  block.content = ReasoningBlock{
      .text = "", .form = ReasoningBlock::Form::kRedacted, .signature = std::move(signature), .id = ""};
  return block;
}

Result<std::vector<Block>> ReadText(Json part, const std::string& where) {
  auto text = Text(part, "text", where);
  if (!text) return std::unexpected(text.error());
  auto signature = Text(part, "thoughtSignature", where);
  if (!signature) return std::unexpected(signature.error());
  std::vector<Block> blocks;
  Block block = Typed(part, {"text", "thought", "thoughtSignature"});
  if (part.Find("thought").is_true()) {
    const auto form = text->empty() ? ReasoningBlock::Form::kRedacted : ReasoningBlock::Form::kSummary;
    if (text->empty() && signature->empty()) return blocks;
    block.content =
        ReasoningBlock{.text = std::move(*text), .form = form, .signature = std::move(*signature), .id = ""};
    blocks.push_back(std::move(block));
    return blocks;
  }
  if (!text->empty() || !block.original.empty()) {
    block.content = TextBlock{.text = std::move(*text), .citations = {}};
    blocks.push_back(std::move(block));
  }
  if (!signature->empty()) blocks.push_back(SignatureBlock(std::move(*signature), part));
  return blocks;
}

Result<Block> ReadCall(Json part, const std::string& where) {
  const Json json = Find(part, "functionCall");
  if (!json.is_object()) return Malformed(where + ".functionCall", "must be an object");
  Block block = Typed(part, {"functionCall", "thoughtSignature"});
  CallBlock call;
  auto name = Text(json, "name", where + ".functionCall");
  if (!name) return std::unexpected(name.error());
  if (name->empty()) return Malformed(where + ".functionCall.name", "must be a string that is not empty");
  auto id = Text(json, "id", where + ".functionCall");
  if (!id) return std::unexpected(id.error());
  auto signature = Text(part, "thoughtSignature", where);
  if (!signature) return std::unexpected(signature.error());
  const Json args = json.Find("args");
  if (!Absent(args) && !args.is_object()) return Malformed(where + ".functionCall.args", "must be an object");
  for (const std::string_view piecewise : {"partialArgs", "willContinue"}) {
    const Json value = Find(json, piecewise);
    if (!Absent(value) && !(value.is_bool() && !value.is_true())) {
      return Malformed(where + ".functionCall." + std::string(piecewise), "a call in a history is whole");
    }
  }
  call.name = std::move(*name);
  call.id = std::move(*id);
  call.signature = std::move(*signature);
  call.arguments = Absent(args) ? "{}" : std::string(args.raw());
  block.content = std::move(call);
  return block;
}

Result<Block> ReadMedia(Json part, const std::string& where) {
  const Json inline_data = Find(part, "inlineData");
  const bool is_inline = !Absent(inline_data);
  const Json json = is_inline ? inline_data : Find(part, "fileData");
  const std::string place = where + (is_inline ? ".inlineData" : ".fileData");
  if (!json.is_object()) return Malformed(place, "must be an object");
  Block block = Typed(part, {"inlineData", "fileData"});
  MediaBlock media;
  auto type = Text(json, "mimeType", place);
  if (!type) return std::unexpected(type.error());
  auto name = Text(json, "displayName", place);
  if (!name) return std::unexpected(name.error());
  auto content = Text(json, is_inline ? "data" : "fileUri", place);
  if (!content) return std::unexpected(content.error());
  if (content->empty()) return Malformed(place, "must hold data or fileUri");
  media.kind = KindOfMedia(*type);
  media.media_type = std::move(*type);
  media.name = std::move(*name);
  if (is_inline) {
    std::ranges::replace(*content, '-', '+');  // Google's SDKs write base64url
    std::ranges::replace(*content, '_', '/');
    media.base64 = std::move(*content);
  } else {
    const bool web = content->starts_with("https://") || content->starts_with("http://");
    const bool stored = !web || content->starts_with("https://generativelanguage.googleapis.com/");
    (stored ? media.file_id : media.url) = std::move(*content);
  }
  block.content = std::move(media);
  return block;
}

/// Takes the result as text where that is all it is: Google's own words are "output" and "error", and
/// its SDKs' automatic calls say "result".
void ReadResponse(Json response, ResultBlock& result) {
  if (Absent(response)) return;
  if (response.size() == 1) {
    for (const std::string_view key : {"output", "result", "error"}) {
      const Json only = response.Find(key);
      if (!only.is_string()) continue;
      Block text;
      text.content = TextBlock{.text = only.text(), .citations = {}};
      result.content.push_back(std::move(text));
      if (key == "error") result.status = ResultBlock::Status::kError;
      return;
    }
  }
  if (!response.Find("error").missing()) result.status = ResultBlock::Status::kError;
  result.json = std::string(response.raw());
}

Result<Block> ReadResult(Json part, const std::string& where) {
  const std::string place = where + ".functionResponse";
  const Json json = Find(part, "functionResponse");
  if (!json.is_object()) return Malformed(place, "must be an object");
  constexpr std::string_view kRead[] = {"id", "name", "response", "parts"};
  Block block = Typed(part, {"functionResponse"});
  for (const base::JsonMember member : json.members()) {
    if (std::ranges::find(kRead, member.key.text()) == std::end(kRead) && !member.value.is_null()) {
      block.original = std::string(part.raw());
    }
  }
  ResultBlock result;
  auto id = Text(json, "id", place);
  if (!id) return std::unexpected(id.error());
  auto name = Text(json, "name", place);
  if (!name) return std::unexpected(name.error());
  const Json response = json.Find("response");
  if (!Absent(response) && !response.is_object()) return Malformed(place + ".response", "must be an object");
  result.call_id = std::move(*id);
  result.name = std::move(*name);
  ReadResponse(response, result);
  const auto parts = Items(json.Find("parts"), place + ".parts");
  if (!parts) return std::unexpected(parts.error());
  std::size_t rank = 0;
  for (const Json media : *parts) {
    auto read = ReadMedia(media, At(place + ".parts", rank++));
    if (!read) return read;
    result.content.push_back(std::move(*read));
  }
  block.content = std::move(result);
  return block;
}

Block ReadOpaque(Json part) {
  Block block;
  block.source = {.begin = part.begin(), .end = part.end()};
  block.original = std::string(part.raw());
  std::string type = "part";
  for (const base::JsonMember member : part.members()) {
    const std::string name = CamelOf(member.key.text());
    if (name == "thought" || name == "thoughtSignature" || member.value.is_null()) continue;
    type = name;
    break;
  }
  block.content = OpaqueBlock{.type = std::move(type)};
  return block;
}

Result<std::vector<Block>> Alone(Result<Block> block) {
  if (!block) return std::unexpected(block.error());
  std::vector<Block> blocks;
  blocks.push_back(std::move(*block));
  return blocks;
}

}  // namespace

Result<std::vector<Block>> ReadPart(Json part, const std::string& where) {
  if (!part.is_object()) return Malformed(where, "must be an object");
  if (!Absent(Find(part, "functionCall"))) return Alone(ReadCall(part, where));
  if (!Absent(Find(part, "functionResponse"))) return Alone(ReadResult(part, where));
  if (!Absent(Find(part, "inlineData")) || !Absent(Find(part, "fileData"))) {
    auto blocks = Alone(ReadMedia(part, where));
    auto signature = Text(part, "thoughtSignature", where);
    if (!signature) return std::unexpected(signature.error());
    if (blocks && !signature->empty()) {
      if (HasOnly(part, {"inlineData", "fileData", "thoughtSignature"})) blocks->front().original.clear();
      blocks->push_back(SignatureBlock(std::move(*signature), part));
    }
    return blocks;
  }
  const bool words = !Absent(part.Find("text")) || !Absent(Find(part, "thoughtSignature"));
  for (const std::string_view other : {"executableCode", "codeExecutionResult", "toolCall", "toolResponse"}) {
    if (!Absent(Find(part, other))) return Alone(ReadOpaque(part));
  }
  if (words) return ReadText(part, where);
  if (part.size() == 0) return std::vector<Block>();
  return Alone(ReadOpaque(part));
}

MediaBlock::Kind KindOfMedia(std::string_view media_type) {
  if (media_type.starts_with("image/")) return MediaBlock::Kind::kImage;
  if (media_type.starts_with("audio/")) return MediaBlock::Kind::kAudio;
  if (media_type.starts_with("video/")) return MediaBlock::Kind::kVideo;
  return MediaBlock::Kind::kDocument;
}

std::string TextPart(std::string_view text) {
  return JsonWriter().BeginObject().Key("text").String(text).EndObject().Take();
}

std::string ThoughtPart(std::string_view text, std::string_view signature) {
  JsonWriter json;
  json.BeginObject().Key("text").String(text).Key("thought").Bool(true);
  if (!signature.empty()) json.Key("thoughtSignature").String(signature);
  return json.EndObject().Take();
}

std::string SignaturePart(std::string_view signature) {
  JsonWriter json;
  return json.BeginObject()
      .Key("text")
      .String("")
      .Key("thoughtSignature")
      .String(signature)
      .EndObject()
      .Take();
}

std::string CallPart(const CallBlock& call, std::string_view arguments, std::string_view signature) {
  JsonWriter json;
  json.BeginObject().Key("functionCall").BeginObject();
  if (!call.id.empty()) json.Key("id").String(call.id);
  json.Key("name").String(call.name).Key("args").Raw(arguments).EndObject();
  if (!signature.empty()) json.Key("thoughtSignature").String(signature);
  return json.EndObject().Take();
}

Result<std::string> ArgumentsObject(std::string_view arguments) {
  if (arguments.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::string("{}");
  const auto document =
      base::JsonDocument::Parse(arguments, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document || !document->root().is_object()) {
    return base::Fail(base::ErrorCode::kInvalid, "the arguments of a call must be a JSON object");
  }
  return std::string(arguments);
}

std::string MediaPart(const MediaBlock& media) {
  JsonWriter json;
  json.BeginObject();
  if (!media.base64.empty()) {
    json.Key("inlineData").BeginObject().Key("mimeType").String(media.media_type);
    json.Key("data").String(media.base64);
  } else {
    json.Key("fileData").BeginObject();
    if (!media.media_type.empty()) json.Key("mimeType").String(media.media_type);
    json.Key("fileUri").String(media.url.empty() ? media.file_id : media.url);
  }
  return json.EndObject().EndObject().Take();
}

}  // namespace proviso::protocol::internal::gemini
