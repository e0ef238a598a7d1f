#include "protocol/internal/gemini/citations.h"

#include <algorithm>

#include "base/json_writer.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal::gemini {
namespace {

using base::Json;

Citation OfChunk(Json chunk) {
  Citation citation;
  Json source = chunk.Find("web");
  citation.kind = Citation::Kind::kUrl;
  if (Absent(source)) {
    source = chunk.Find("retrievedContext");
    citation.kind = Citation::Kind::kDocument;
  }
  if (Absent(source)) citation.kind = Citation::Kind::kOther;
  citation.title = source.Find("title").text();
  citation.url = source.Find("uri").text();
  citation.quoted = source.Find("text").text();
  citation.original = std::string(chunk.raw());
  return citation;
}

std::size_t Offset(Json segment, std::string_view name) {
  return static_cast<std::size_t>(CountOf(segment, name));
}

}  // namespace

std::vector<Citation> CitationsOfGrounding(Json metadata) {
  std::vector<Citation> chunks;
  for (const Json chunk : metadata.Find("groundingChunks").elements()) chunks.push_back(OfChunk(chunk));
  std::vector<Citation> citations;
  std::vector<bool> placed(chunks.size());
  for (const Json support : metadata.Find("groundingSupports").elements()) {
    const Json segment = support.Find("segment");
    for (const Json index : support.Find("groundingChunkIndices").elements()) {
      const auto at = index.integer().value_or(-1);
      if (at < 0 || static_cast<std::size_t>(at) >= chunks.size()) continue;
      Citation citation = chunks[static_cast<std::size_t>(at)];
      placed[static_cast<std::size_t>(at)] = true;
      citation.begin = Offset(segment, "startIndex");
      citation.end = Offset(segment, "endIndex");
      citations.push_back(std::move(citation));
    }
  }
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (!placed[i]) citations.push_back(std::move(chunks[i]));
  }
  return citations;
}

std::vector<Citation> CitationsOfSources(Json metadata) {
  std::vector<Citation> citations;
  for (const std::string_view list : {"citationSources", "citations"}) {  // the Gemini API, Vertex AI
    for (const Json source : metadata.Find(list).elements()) {
      Citation citation;
      citation.kind = Absent(source.Find("uri")) ? Citation::Kind::kOther : Citation::Kind::kUrl;
      citation.title = source.Find("title").text();
      citation.url = source.Find("uri").text();
      citation.begin = Offset(source, "startIndex");
      citation.end = Offset(source, "endIndex");
      citation.original = std::string(source.raw());
      citations.push_back(std::move(citation));
    }
  }
  return citations;
}

Citation Within(Citation citation, std::size_t begin, std::size_t end) {
  if (citation.begin < begin || citation.end > end || citation.begin > citation.end) {
    citation.begin = 0;
    citation.end = 0;
  } else {
    citation.begin -= begin;
    citation.end -= begin;
  }
  return citation;
}

std::string GroundingOf(const std::vector<PlacedCitation>& citations) {
  base::JsonWriter chunks;
  base::JsonWriter supports;
  chunks.BeginArray();
  supports.BeginArray();
  std::int64_t rank = 0;
  for (const auto& [citation, supported] : citations) {
    const bool web = citation.kind == Citation::Kind::kUrl;
    chunks.BeginObject().Key(web ? "web" : "retrievedContext").BeginObject();
    if (!citation.url.empty()) chunks.Key("uri").String(citation.url);
    if (!citation.title.empty()) chunks.Key("title").String(citation.title);
    if (!web && !citation.quoted.empty()) chunks.Key("text").String(citation.quoted);
    chunks.EndObject().EndObject();
    if (citation.end > citation.begin) {
      supports.BeginObject().Key("segment").BeginObject();
      supports.Key("startIndex").Integer(static_cast<std::int64_t>(citation.begin));
      supports.Key("endIndex").Integer(static_cast<std::int64_t>(citation.end));
      supports.Key("text").String(supported).EndObject();
      supports.Key("groundingChunkIndices").BeginArray().Integer(rank).EndArray().EndObject();
    }
    ++rank;
  }
  base::JsonWriter json;
  json.BeginObject().Key("groundingChunks").Raw(chunks.EndArray().Take());
  return json.Key("groundingSupports").Raw(supports.EndArray().Take()).EndObject().Take();
}

}  // namespace proviso::protocol::internal::gemini
