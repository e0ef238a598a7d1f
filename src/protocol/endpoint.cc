#include "protocol/endpoint.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/utf8.h"
#include "protocol/limits.h"

namespace proviso::protocol {
namespace {

using base::ErrorCode;

struct Fixed {
  std::string_view path;
  Dialect dialect;
  Operation operation;
};
constexpr Fixed kFixed[] = {
    {"/v1/chat/completions", Dialect::kOpenAiChat, Operation::kGenerate},
    {"/v1/responses", Dialect::kOpenAiResponses, Operation::kGenerate},
    {"/v1/messages", Dialect::kAnthropicMessages, Operation::kGenerate},
    {"/v1/embeddings", Dialect::kOpenAiChat, Operation::kEmbed},
    {"/v1/messages/count_tokens", Dialect::kAnthropicMessages, Operation::kCountTokens},
    {"/v1/responses/input_tokens", Dialect::kOpenAiResponses, Operation::kCountTokens},
};

struct Verb {
  std::string_view suffix;
  Dialect dialect;
  Operation operation;
  Delivery delivery;
};
constexpr Verb kVerbs[] = {
    {":generateContent", Dialect::kGemini, Operation::kGenerate, Delivery::kWhole},
    {":streamGenerateContent", Dialect::kGemini, Operation::kGenerate, Delivery::kArrayStream},
    {":countTokens", Dialect::kGemini, Operation::kCountTokens, Delivery::kWhole},
    {":embedContent", Dialect::kGemini, Operation::kEmbed, Delivery::kWhole},
    {":batchEmbedContents", Dialect::kGemini, Operation::kEmbed, Delivery::kWhole},
    {"/converse", Dialect::kBedrockConverse, Operation::kGenerate, Delivery::kWhole},
    {"/converse-stream", Dialect::kBedrockConverse, Operation::kGenerate, Delivery::kStream},
    {"/count-tokens", Dialect::kBedrockConverse, Operation::kCountTokens, Delivery::kWhole},
};
constexpr std::string_view kGeminiPrefixes[] = {"/v1beta/models/", "/v1/models/"};
constexpr std::string_view kBedrockPrefix = "/model/";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

base::Result<std::string> DecodeModel(std::string_view text) {
  std::string model;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      model.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return base::Fail(ErrorCode::kInvalid, "path: a '%' without two digits behind");
    model.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  const bool plain = std::ranges::all_of(model, [](char c) { return c > 0x20 && c < 0x7f; });
  if (model.empty() || !plain)
    return base::Fail(ErrorCode::kInvalid, "path: the model's name is not plain text");
  if (model.size() > kNameBytesMax) {
    return base::Fail(ErrorCode::kLimit,
                      "path: the model's name is larger than " + std::to_string(kNameBytesMax) + " bytes");
  }
  return model;
}

std::string EncodeModel(std::string_view model) {
  constexpr std::string_view kPlain = "-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : model) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.contains(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
  }
  return out;
}

/// Whether the query asks Gemini for server-sent events.
bool AsksForEvents(std::string_view query) {
  while (!query.empty()) {
    const auto end = query.find('&');
    if (query.substr(0, end) == "alt=sse") return true;
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return false;
}

std::optional<std::string_view> Below(std::string_view path) {
  for (const std::string_view prefix : kGeminiPrefixes) {
    if (path.starts_with(prefix)) return path.substr(prefix.size());
  }
  if (path.starts_with(kBedrockPrefix)) return path.substr(kBedrockPrefix.size());
  return std::nullopt;
}

}  // namespace

std::optional<base::Result<Inbound>> ReadPath(std::string_view path, std::string_view query) {
  for (const Fixed& fixed : kFixed) {
    if (fixed.path == path) return Inbound{.dialect = fixed.dialect, .operation = fixed.operation};
  }
  const auto below = Below(path);
  if (!below) return std::nullopt;
  for (const Verb& verb : kVerbs) {
    const bool of_bedrock = verb.dialect == Dialect::kBedrockConverse;
    if (of_bedrock != path.starts_with(kBedrockPrefix) || !below->ends_with(verb.suffix)) continue;
    const std::string_view name = below->substr(0, below->size() - verb.suffix.size());
    if (name.empty() || name.contains('/')) return std::nullopt;
    auto model = DecodeModel(name);
    if (!model) return std::unexpected(model.error());
    Inbound inbound{verb.dialect, verb.operation, std::move(*model), verb.delivery};
    if (inbound.delivery == Delivery::kArrayStream && AsksForEvents(query))
      inbound.delivery = Delivery::kStream;
    return inbound;
  }
  return std::nullopt;
}

std::string PathOf(Dialect dialect, Operation operation, std::string_view model, Delivery delivery) {
  for (const Fixed& fixed : kFixed) {
    if (fixed.dialect == dialect && fixed.operation == operation) return std::string(fixed.path);
  }
  const bool gemini = dialect == Dialect::kGemini;
  const bool streams = delivery != Delivery::kWhole;
  for (const Verb& verb : kVerbs) {
    if (verb.dialect != dialect || verb.operation != operation) continue;
    if ((verb.delivery != Delivery::kWhole) != streams) continue;
    std::string path(gemini ? kGeminiPrefixes[0] : kBedrockPrefix);
    path.append(EncodeModel(model)).append(verb.suffix);
    return gemini && delivery == Delivery::kStream ? path + "?alt=sse" : path;
  }
  return {};
}

std::string WithModelInPath(std::string_view path, std::string_view model) {
  const auto below = Below(path);
  if (!below) return std::string(path);
  const auto end = path.starts_with(kBedrockPrefix) ? below->rfind('/') : below->rfind(':');
  std::string out(path.substr(0, path.size() - below->size()));
  return out.append(EncodeModel(model)).append(below->substr(end));
}

std::string_view ContentTypeOf(Dialect dialect, Delivery delivery) {
  if (delivery != Delivery::kStream) return "application/json";
  return dialect == Dialect::kBedrockConverse ? "application/vnd.amazon.eventstream" : "text/event-stream";
}

}  // namespace proviso::protocol
