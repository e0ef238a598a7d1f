// The facts of Gemini requests: :generateContent and :streamGenerateContent, :countTokens,
// :embedContent and :batchEmbedContents. Members are read by both of their names (names.h).
#include "base/canonical_json.h"
#include "protocol/internal/gemini/names.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::ErrorCode;
using base::Json;
using base::Result;
using base::Status;
using gemini::CheckRequest;
using gemini::Find;
using gemini::Items;

constexpr gemini::Names kRequestNames = {
    "model",          "contents",      "systemInstruction", "tools",  "toolConfig",  "generationConfig",
    "safetySettings", "cachedContent", "continuationToken", "labels", "serviceTier", "store"};

std::string Below(std::string_view where, std::string_view name) {
  return where.empty() ? std::string(name) : std::string(where) + "." + std::string(name);
}

Status ReadContent(Json content, const std::string& where) {
  if (!content.is_object()) return Malformed(where, "must be an object");
  if (auto names = CheckRequest(content, gemini::kContentNames, where); !names) return names;
  if (const Json role = content.Find("role"); !Absent(role) && !role.is_string()) {
    return Malformed(where + ".role", "must be a string");
  }
  const auto parts = Items(content.Find("parts"), where + ".parts");
  if (!parts) return std::unexpected(parts.error());
  std::size_t rank = 0;
  for (const Json part : *parts) {
    const std::string part_where = At(where + ".parts", rank++);
    if (auto names = CheckRequest(part, gemini::kPartNames, part_where); !names) return names;
    if (auto names = CheckRequest(Find(part, "functionCall"), gemini::kCallNames, part_where); !names) {
      return names;
    }
  }
  return {};
}

Status ReadContents(Json root, Request& request, std::string_view where) {
  const std::string path = Below(where, "contents");
  const auto contents = Items(root.Find("contents"), path);
  if (!contents) return std::unexpected(contents.error());
  if (contents->empty()) return Malformed(path, "must not be empty");
  if (contents->size() > kMessagesMax) {
    return base::Fail(ErrorCode::kLimit, path + ": more than " + std::to_string(kMessagesMax));
  }
  for (const Json content : *contents) {
    if (auto read = ReadContent(content, At(path, request.messages++)); !read) return read;
  }
  const Json system = Find(root, "systemInstruction");
  return Absent(system) ? Status{} : ReadContent(system, Below(where, "systemInstruction"));
}

Status AddFunction(Request& request, Json declaration, const std::string& where) {
  if (auto names =
          CheckRequest(declaration, {"name", "description", "parameters", "parametersJsonSchema"}, where);
      !names) {
    return names;
  }
  auto name = StringMember(declaration, "name", where);
  if (!name) return std::unexpected(name.error());
  Json schema = declaration.Find("parameters");
  const Json json_schema = Find(declaration, "parametersJsonSchema");
  if (!Absent(schema) && !Absent(json_schema)) {
    return Malformed(where, "both parameters and parametersJsonSchema; write one of them");
  }
  if (Absent(schema)) schema = json_schema;
  return AddTool(request,
                 {.name = std::move(*name),
                  .kind = "function",
                  .schema = Absent(schema) ? "" : base::CanonicalJson(schema)},
                 where);
}

/// A member of a Tool other than its functions: something that Google runs. Named in camelCase
/// whichever way the caller wrote it, so that terms need one name.
Status AddProviderTool(Request& request, const std::string& kind, Json value, const std::string& where) {
  if (Absent(value)) return {};
  if (kind != "mcpServers") return AddTool(request, {.name = kind, .kind = kind, .schema = ""}, where);
  const auto servers = Items(value, where);
  if (!servers) return std::unexpected(servers.error());
  for (const Json server : *servers) {
    auto name = StringMember(server, "name", where);
    if (!name) return std::unexpected(name.error());
    if (auto added = AddTool(request, {.name = std::move(*name), .kind = kind, .schema = ""}, where);
        !added) {
      return added;
    }
  }
  return {};
}

Status ReadTool(Request& request, Json tool, const std::string& where) {
  if (auto names = CheckRequest(tool,
                                {"functionDeclarations", "googleSearch", "codeExecution", "urlContext",
                                 "mcpServers", "computerUse", "fileSearch"},
                                where);
      !names) {
    return names;
  }
  for (const base::JsonMember member : tool.members()) {
    const std::string kind = gemini::CamelOf(member.key.text());
    const std::string path = where + "." + kind;
    if (kind != "functionDeclarations") {
      if (auto added = AddProviderTool(request, kind, member.value, path); !added) return added;
      continue;
    }
    const auto functions = Items(member.value, path);
    if (!functions) return std::unexpected(functions.error());
    std::size_t rank = 0;
    for (const Json function : *functions) {
      if (auto added = AddFunction(request, function, At(path, rank++)); !added) return added;
    }
  }
  return {};
}

Status ReadTools(Json root, Request& request, std::string_view where) {
  const auto tools = Items(root.Find("tools"), Below(where, "tools"));
  if (!tools) return std::unexpected(tools.error());
  std::size_t rank = 0;
  for (const Json tool : *tools) {
    if (auto read = ReadTool(request, tool, At(Below(where, "tools"), rank++)); !read) return read;
  }
  return {};
}

Result<std::optional<std::int64_t>> Count(Json config, std::string_view name) {
  const Json value = Find(config, name);
  if (Absent(value)) return std::nullopt;
  const auto number = value.integer();
  if (!number || *number < 1) {
    return Malformed("generationConfig." + std::string(name), "must be a positive integer");
  }
  return number;
}

Status ReadConfig(Json root, Request& request) {
  const Json config = Find(root, "generationConfig");
  if (Absent(config)) return {};
  if (!config.is_object()) return Malformed("generationConfig", "must be an object");
  if (auto names = CheckRequest(config,
                                {"maxOutputTokens", "candidateCount", "stopSequences", "responseMimeType",
                                 "responseSchema", "responseJsonSchema", "thinkingConfig"},
                                "generationConfig");
      !names) {
    return names;
  }
  const auto tokens = Count(config, "maxOutputTokens");
  if (!tokens) return std::unexpected(tokens.error());
  request.output_tokens_max = *tokens;
  const auto candidates = Count(config, "candidateCount");
  if (!candidates) return std::unexpected(candidates.error());
  request.choices = candidates->value_or(1);
  if (request.choices > static_cast<std::int64_t>(kChoicesMax)) {
    return base::Fail(ErrorCode::kLimit,
                      "generationConfig.candidateCount: more than " + std::to_string(kChoicesMax));
  }
  return {};
}

/// Where a body repeats the model of its path: it must be that one, and is replaced with it.
Status ReadRepeatedModel(Json object, Request& request, const std::string& where) {
  constexpr std::string_view kResource = "models/";
  const Json model = object.Find("model");
  if (Absent(model)) return {};
  std::string bare = model.text();
  if (bare.starts_with(kResource)) bare.erase(0, kResource.size());
  if (request.model.empty()) request.model = bare;  // asked without a path
  if (!model.is_string() || bare != request.model) {
    return Malformed(Below(where, "model"),
                     "must be the model of the path, \"models/" + request.model + "\"");
  }
  request.model_places.push_back({model.begin(), model.end()});
  return {};
}

Status ReadGenerate(Json root, Request& request, const std::string& where) {
  if (auto names = CheckRequest(root, kRequestNames, where.empty() ? "body" : where); !names) return names;
  for (const std::string_view unseen : {"cachedContent", "continuationToken"}) {
    if (Absent(Find(root, unseen))) continue;
    return Malformed(Below(where, unseen),
                     "content that stands at the provider cannot be decided here; send it in contents");
  }
  if (auto model = ReadRepeatedModel(root, request, where); !model) return model;
  if (auto contents = ReadContents(root, request, where); !contents) return contents;
  if (auto tools = ReadTools(root, request, where); !tools) return tools;
  return ReadConfig(root, request);
}

Status ReadCount(Json root, Request& request) {
  if (auto names = CheckRequest(root, {"contents", "generateContentRequest"}, "body"); !names) return names;
  const Json whole = Find(root, "generateContentRequest");
  if (Absent(whole)) return ReadGenerate(root, request, "");
  if (!whole.is_object()) return Malformed("generateContentRequest", "must be an object");
  if (!Absent(root.Find("contents"))) {
    return Malformed("body", "both contents and generateContentRequest; write one of them");
  }
  return ReadGenerate(whole, request, "generateContentRequest");
}

Status ReadOneEmbedding(Json root, Request& request, const std::string& where) {
  if (auto names = CheckRequest(root, {"model", "content", "taskType", "title", "outputDimensionality"},
                                where.empty() ? "body" : where);
      !names) {
    return names;
  }
  if (auto model = ReadRepeatedModel(root, request, where); !model) return model;
  if (Absent(root.Find("content"))) return Malformed(Below(where, "content"), "must be an object");
  ++request.messages;
  return ReadContent(root.Find("content"), Below(where, "content"));
}

Status ReadEmbeddings(Json root, Request& request) {
  const auto requests = Items(root.Find("requests"), "requests");
  if (!requests) return std::unexpected(requests.error());
  if (requests->empty()) return ReadOneEmbedding(root, request, "");
  if (!Absent(root.Find("content"))) return Malformed("body", "both content and requests");
  if (requests->size() > kMessagesMax) {
    return base::Fail(ErrorCode::kLimit, "requests: more than " + std::to_string(kMessagesMax));
  }
  for (const Json one : *requests) {
    if (auto read = ReadOneEmbedding(one, request, At("requests", request.messages)); !read) return read;
  }
  return {};
}

}  // namespace

Status ReadGeminiRequest(Json root, Request& request) {
  switch (request.operation) {
    case Operation::kGenerate:
      return ReadGenerate(root, request, "");
    case Operation::kCountTokens:
      return ReadCount(root, request);
    case Operation::kEmbed:
      return ReadEmbeddings(root, request);
  }
  return {};
}

}  // namespace proviso::protocol::internal
