#include "protocol/internal/chat/message_members.h"

#include <algorithm>

#include "protocol/internal/chat/request_parts.h"

namespace proviso::protocol::internal {

void WriteReasoningDetail(const ReasoningBlock& reasoning, std::int64_t index, base::JsonWriter& json) {
  json.BeginObject().Key("index").Integer(index).Key("type");
  switch (reasoning.form) {
    case ReasoningBlock::Form::kFull:
      json.String("reasoning.text").Key("text").String(reasoning.text);
      break;
    case ReasoningBlock::Form::kSummary:
      json.String("reasoning.summary").Key("summary").String(reasoning.text);
      break;
    case ReasoningBlock::Form::kRedacted:
      json.String("reasoning.encrypted").Key("data").String(reasoning.signature);
      break;
  }
  if (!reasoning.signature.empty() && reasoning.form != ReasoningBlock::Form::kRedacted)
    json.Key("signature").String(reasoning.signature);
  if (!reasoning.id.empty()) json.Key("id").String(reasoning.id);
  json.EndObject();
}

void WriteCallSignature(std::string_view signature, base::JsonWriter& json) {
  json.Key("extra_content").BeginObject().Key("google").BeginObject();
  json.Key("thought_signature").String(signature).EndObject().EndObject();
}

void WriteImage(std::string_view url, base::JsonWriter& json) {
  json.BeginObject().Key("type").String("image_url").Key("image_url").BeginObject();
  json.Key("url").String(url).EndObject().EndObject();
}

std::string AnnotationOf(const Citation& citation, std::string_view text, std::size_t characters_before,
                         Dialect from) {
  if (from == Dialect::kOpenAiChat) return citation.original;
  if (citation.kind != Citation::Kind::kUrl) return "";
  const auto offset = [&](std::size_t bytes) {
    return static_cast<std::int64_t>(characters_before +
                                     CharactersOf(text.substr(0, std::min(bytes, text.size()))));
  };
  base::JsonWriter json;
  json.BeginObject().Key("type").String("url_citation").Key("url_citation").BeginObject();
  json.Key("start_index").Integer(offset(citation.begin)).Key("end_index").Integer(offset(citation.end));
  json.Key("title").String(citation.title).Key("url").String(citation.url);
  return json.EndObject().EndObject().Take();
}

void OtherMembers::Write(std::string_view prefix, base::JsonWriter& json) const {
  for (const Member& member : members_) {
    if (!member.path.starts_with(prefix)) continue;
    const std::string_view key = std::string_view(member.path).substr(prefix.size());
    if (key.find_first_of(".[") == std::string_view::npos) json.Key(key).Raw(member.json);
  }
}

bool OtherMembers::Has(std::string_view path) const {
  return std::ranges::find(members_, path, &Member::path) != members_.end();
}

}  // namespace proviso::protocol::internal
