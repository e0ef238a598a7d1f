#include "protocol/embeddings.h"

#include <algorithm>
#include <bit>

#include "base/bytes.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/endpoint.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/gemini/names.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol {

using base::ErrorCode;
using base::Json;
using base::JsonWriter;
using base::Result;
using base::Status;
using internal::Absent;
using internal::At;
using internal::Broken;
using internal::Malformed;

namespace {

constexpr std::size_t kFloatBytes = 4;

std::unexpected<base::Error> NoEmbeddings(Dialect dialect) {
  return base::Fail(ErrorCode::kInvalid, std::string(NameOf(dialect)) + " has no embeddings");
}

/// Whether an array holds numbers only: one input, as tokens.
bool IsTokens(Json array) {
  for (const Json element : array.elements()) {
    if (!element.is_number()) return false;
  }
  return array.size() != 0;
}

Status ReadOpenAiInputs(Json input, EmbeddingRequest& out) {
  if (input.is_string()) {
    out.inputs.push_back(input.text());
    return {};
  }
  if (!input.is_array() || input.size() == 0)
    return Malformed("input", "must be a text or an array that is not empty");
  if (IsTokens(input)) {
    out.token_inputs = 1;
    return {};
  }
  for (const Json element : input.elements()) {
    if (element.is_string() && out.token_inputs == 0) {
      out.inputs.push_back(element.text());
    } else if (IsTokens(element) && out.inputs.empty()) {
      ++out.token_inputs;
    } else {
      return Malformed("input", "must hold texts, or arrays of tokens");
    }
  }
  return {};
}

Result<EmbeddingRequest> ReadOpenAi(Json root) {
  EmbeddingRequest out;
  if (auto names = internal::CheckRequestNames(
          root, {"model", "input", "user", "encoding_format", "dimensions"}, "body");
      !names) {
    return std::unexpected(names.error());
  }
  auto model = internal::StringMember(root, "model", "");
  if (!model) return std::unexpected(model.error());
  auto user = internal::StringMember(root, "user", "");
  if (!user) return std::unexpected(user.error());
  const auto dimensions = internal::PositiveMember(root, "dimensions");
  if (!dimensions) return std::unexpected(dimensions.error());
  const Json format = root.Find("encoding_format");
  if (format.equals("base64")) {
    out.numbers = EmbeddingRequest::Numbers::kBase64;
  } else if (!Absent(format) && !format.equals("float")) {
    return Malformed("encoding_format", "must be \"float\" or \"base64\"");
  }
  out.model = std::move(*model);
  out.user = std::move(*user);
  out.dimensions = *dimensions;
  if (auto inputs = ReadOpenAiInputs(root.Find("input"), out); !inputs)
    return std::unexpected(inputs.error());
  return out;
}

Result<std::string> TextOf(Json content, const std::string& where) {
  const auto parts = internal::gemini::Items(content.Find("parts"), where + ".parts");
  if (!parts) return std::unexpected(parts.error());
  std::string text;
  std::size_t rank = 0;
  for (const Json part : *parts) {
    if (part.size() != 1 || !part.Find("text").is_string()) {
      return Malformed(At(where + ".parts", rank), "only texts can be embedded across dialects");
    }
    text += part.Find("text").text();
    ++rank;
  }
  return text;
}

Status ReadGeminiOne(Json one, const std::string& where, EmbeddingRequest& out) {
  auto text = TextOf(one.Find("content"), where + "content");
  if (!text) return std::unexpected(text.error());
  out.inputs.push_back(std::move(*text));
  for (const base::JsonMember member : one.members()) {
    const std::string name = internal::gemini::CamelOf(member.key.text());
    if (name == "model" || name == "content" || name == "requests" || member.value.is_null()) continue;
    if (name != "outputDimensionality") {
      if (std::ranges::find(out.others, name) == out.others.end()) out.others.push_back(name);
      continue;
    }
    const auto dimensions = member.value.integer();
    if (!dimensions || *dimensions < 1) return Malformed(where + name, "must be a positive integer");
    if (out.dimensions && *out.dimensions != *dimensions) {
      return Malformed(where + name, "must be the same for all texts");
    }
    out.dimensions = *dimensions;
  }
  return {};
}

Result<EmbeddingRequest> ReadGemini(std::string_view body, Json root) {
  const auto facts =
      ReadRequest({.dialect = Dialect::kGemini, .operation = Operation::kEmbed, .model = ""}, body);
  if (!facts) return std::unexpected(facts.error());
  EmbeddingRequest out;
  out.dialect = Dialect::kGemini;
  out.model = facts->model;
  const auto requests = internal::gemini::Items(root.Find("requests"), "requests");
  if (!requests) return std::unexpected(requests.error());
  if (requests->empty()) {
    out.form = EmbeddingRequest::Form::kOne;
    if (auto read = ReadGeminiOne(root, "", out); !read) return std::unexpected(read.error());
    return out;
  }
  std::size_t rank = 0;
  for (const Json one : *requests) {
    if (auto read = ReadGeminiOne(one, At("requests", rank++) + ".", out); !read) {
      return std::unexpected(read.error());
    }
  }
  return out;
}

std::string WriteOpenAi(const EmbeddingRequest& request, std::string_view model) {
  JsonWriter json;
  json.BeginObject().Key("model").String(model).Key("input").BeginArray();
  for (const std::string& input : request.inputs) json.String(input);
  json.EndArray().Key("encoding_format").String("float");
  if (request.dimensions) json.Key("dimensions").Integer(*request.dimensions);
  return json.EndObject().Take();
}

bool IsBatch(const EmbeddingRequest& request) {
  return request.dialect == Dialect::kGemini ? request.form == EmbeddingRequest::Form::kList
                                             : request.inputs.size() != 1;
}

void WriteGeminiOne(JsonWriter& json, const EmbeddingRequest& request, const std::string& input,
                    std::string_view model) {
  json.BeginObject().Key("model").String("models/" + std::string(model));
  json.Key("content").BeginObject().Key("parts").BeginArray();
  json.BeginObject().Key("text").String(input).EndObject().EndArray().EndObject();
  if (request.dimensions) json.Key("outputDimensionality").Integer(*request.dimensions);
  json.EndObject();
}

std::string WriteGemini(const EmbeddingRequest& request, std::string_view model) {
  JsonWriter json;
  if (!IsBatch(request)) {
    WriteGeminiOne(json, request, request.inputs.front(), model);
    return json.Take();
  }
  json.BeginObject().Key("requests").BeginArray();
  for (const std::string& input : request.inputs) WriteGeminiOne(json, request, input, model);
  return json.EndArray().EndObject().Take();
}

/// A vector as JSON numbers, or as base64 of little-endian float32.
Result<std::vector<double>> VectorOf(Json value, const std::string& where) {
  std::vector<double> vector;
  if (value.is_string()) {
    const auto bytes = base::FromBase64(value.text());
    if (!bytes || bytes->size() % kFloatBytes != 0) return Broken(where, "not base64 of float32 numbers");
    for (std::size_t at = 0; at < bytes->size(); at += kFloatBytes) {
      std::uint32_t bits = 0;
      for (std::size_t i = 0; i < kFloatBytes; ++i) {
        bits |= static_cast<std::uint32_t>((*bytes)[at + i]) << (8U * i);
      }
      vector.push_back(std::bit_cast<float>(bits));
    }
    return vector;
  }
  if (!value.is_array()) return Broken(where, "neither numbers nor base64");
  vector.reserve(value.size());
  for (const Json number : value.elements()) {
    const auto read = number.number();
    if (!read) return Broken(where, "not a number");
    vector.push_back(*read);
  }
  return vector;
}

std::string Base64Of(const std::vector<double>& vector) {
  base::Bytes bytes;
  bytes.reserve(vector.size() * kFloatBytes);
  for (const double number : vector) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(number));
    for (std::size_t i = 0; i < kFloatBytes; ++i) {
      bytes.push_back(static_cast<std::uint8_t>((bits >> (8U * i)) & 0xFFU));
    }
  }
  return base::ToBase64(bytes);
}

void WriteNumbers(JsonWriter& json, const std::vector<double>& vector) {
  json.BeginArray();
  for (const double number : vector) json.Number(number);
  json.EndArray();
}

Result<Embeddings> ReadOpenAiAnswer(Json root) {
  Embeddings out;
  out.model = root.Find("model").text();
  out.input_tokens = internal::CountOf(root.Find("usage"), "prompt_tokens");
  const Json data = root.Find("data");
  if (!data.is_array()) return Broken("data", "not an array");
  out.vectors.resize(data.size());
  std::vector<bool> met(data.size());
  std::size_t rank = 0;
  for (const Json entry : data.elements()) {
    const std::string where = At("data", rank);
    const auto index = entry.Find("index").integer().value_or(static_cast<std::int64_t>(rank));
    ++rank;
    if (index < 0 || static_cast<std::size_t>(index) >= met.size() || met[static_cast<std::size_t>(index)]) {
      return Broken(where + ".index", "not the index of one text");
    }
    met[static_cast<std::size_t>(index)] = true;
    auto vector = VectorOf(entry.Find("embedding"), where + ".embedding");
    if (!vector) return std::unexpected(vector.error());
    out.vectors[static_cast<std::size_t>(index)] = std::move(*vector);
  }
  return out;
}

Result<Embeddings> ReadGeminiAnswer(Json root) {
  Embeddings out;
  out.input_tokens = internal::CountOf(root.Find("usageMetadata"), "promptTokenCount");
  if (const Json one = root.Find("embedding"); one.is_object()) {
    auto vector = VectorOf(one.Find("values"), "embedding.values");
    if (!vector) return std::unexpected(vector.error());
    out.vectors.push_back(std::move(*vector));
    return out;
  }
  const Json list = root.Find("embeddings");
  if (!list.is_array()) return Broken("embeddings", "not an array");
  for (const Json entry : list.elements()) {
    auto vector = VectorOf(entry.Find("values"), At("embeddings", out.vectors.size()) + ".values");
    if (!vector) return std::unexpected(vector.error());
    out.vectors.push_back(std::move(*vector));
  }
  return out;
}

}  // namespace

Status internal::ReadOpenAiEmbedding(Json root, Request& request) {
  if (auto model = ReadModel(root, request); !model) return model;
  auto embedding = ReadOpenAi(root);
  if (!embedding) return std::unexpected(embedding.error());
  request.messages = std::max(embedding->inputs.size(), embedding->token_inputs);
  if (request.messages > kMessagesMax) {
    return base::Fail(ErrorCode::kLimit, "input: more than " + std::to_string(kMessagesMax));
  }
  request.declared_user = std::move(embedding->user);
  return {};
}

Result<EmbeddingRequest> ReadEmbedding(Dialect dialect, std::string_view body) {
  if (body.size() > kRequestBytesMax) {
    return base::Fail(ErrorCode::kLimit, "body: larger than " + std::to_string(kRequestBytesMax) + " bytes");
  }
  const auto document =
      base::JsonDocument::Parse(body, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) return std::unexpected(document.error());
  if (!document->root().is_object()) return Malformed("body", "must be a JSON object");
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return ReadOpenAi(document->root());
    case Dialect::kGemini:
      return ReadGemini(body, document->root());
    case Dialect::kOpenAiResponses:
    case Dialect::kAnthropicMessages:
    case Dialect::kBedrockConverse:
      return NoEmbeddings(dialect);
  }
  return NoEmbeddings(dialect);
}

Result<TranslatedRequest> TranslateEmbedding(const EmbeddingRequest& request,
                                             const Translation& translation) {
  const bool to_gemini = translation.to == Dialect::kGemini;
  if (!to_gemini && translation.to != Dialect::kOpenAiChat) return NoEmbeddings(translation.to);
  if (request.inputs.empty()) {
    return Malformed("input", "tokens mean something to OpenAI only; send texts, or stay with its models");
  }
  TranslatedRequest out;
  if (!to_gemini && !request.others.empty()) {
    return Malformed(request.others.front(), "OpenAI's embeddings have no place for it");
  }
  if (to_gemini && !request.user.empty()) {
    out.findings.push_back({.feature = Feature::kEndUser,
                            .path = "user",
                            .message = "user: Gemini's embeddings have no place for it; it was left out",
                            .disposal = Disposal::kDrop});
  }
  out.body = to_gemini ? WriteGemini(request, translation.model) : WriteOpenAi(request, translation.model);
  return out;
}

std::string PathOfEmbedding(Dialect to, std::string_view model, const EmbeddingRequest& request) {
  std::string path = PathOf(to, Operation::kEmbed, model, Delivery::kWhole);
  constexpr std::string_view kOne = ":embedContent";
  if (to != Dialect::kGemini || !IsBatch(request) || !path.ends_with(kOne)) return path;
  return path.replace(path.size() - kOne.size(), kOne.size(), ":batchEmbedContents");
}

Result<Embeddings> ReadEmbeddings(Dialect dialect, std::string_view body) {
  const auto document = internal::ParseAnswerJson(body, "body");
  if (!document) return std::unexpected(document.error());
  if (const Json error = document->root().Find("error"); !Absent(error))
    return internal::ProviderError(error);
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return ReadOpenAiAnswer(document->root());
    case Dialect::kGemini:
      return ReadGeminiAnswer(document->root());
    case Dialect::kOpenAiResponses:
    case Dialect::kAnthropicMessages:
    case Dialect::kBedrockConverse:
      return NoEmbeddings(dialect);
  }
  return NoEmbeddings(dialect);
}

Result<std::string> WriteEmbeddings(Dialect to, const Embeddings& embeddings, const EmbeddingRequest& asked) {
  if (embeddings.vectors.size() != std::max(asked.inputs.size(), asked.token_inputs)) {
    return Broken("embeddings", "not one vector for each text");
  }
  JsonWriter json;
  json.BeginObject();
  if (to == Dialect::kGemini && asked.form == EmbeddingRequest::Form::kOne) {
    json.Key("embedding").BeginObject().Key("values");
    WriteNumbers(json, embeddings.vectors.front());
    return json.EndObject().EndObject().Take();
  }
  if (to == Dialect::kGemini) {
    json.Key("embeddings").BeginArray();
    for (const auto& vector : embeddings.vectors) {
      json.BeginObject().Key("values");
      WriteNumbers(json, vector);
      json.EndObject();
    }
    return json.EndArray().EndObject().Take();
  }
  json.Key("object").String("list").Key("data").BeginArray();
  for (std::size_t i = 0; i < embeddings.vectors.size(); ++i) {
    json.BeginObject().Key("object").String("embedding").Key("index").Integer(static_cast<std::int64_t>(i));
    json.Key("embedding");
    if (asked.numbers == EmbeddingRequest::Numbers::kBase64) {
      json.String(Base64Of(embeddings.vectors[i]));
    } else {
      WriteNumbers(json, embeddings.vectors[i]);
    }
    json.EndObject();
  }
  json.EndArray().Key("model").String(embeddings.model.empty() ? asked.model : embeddings.model);
  json.Key("usage").BeginObject().Key("prompt_tokens").Integer(embeddings.input_tokens);
  return json.Key("total_tokens").Integer(embeddings.input_tokens).EndObject().EndObject().Take();
}

}  // namespace proviso::protocol
