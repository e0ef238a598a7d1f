#include "protocol/internal/gemini/settings.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/json_writer.h"
#include "protocol/internal/gemini/openapi_schema.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal::gemini {
namespace {

using base::Json;
using base::Result;
using base::Status;

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Member MemberOf(std::string path, Json value) {
  return {.path = std::move(path),
          .json = std::string(value.raw()),
          .source = {.begin = value.begin(), .end = value.end()}};
}

Status ReadFunction(Json json, const std::string& where, ExchangeRequest& out) {
  ToolDefinition tool;
  auto name = StringMember(json, "name", where);
  if (!name) return std::unexpected(name.error());
  auto description = StringMember(json, "description", where);
  if (!description) return std::unexpected(description.error());
  tool.name = std::move(*name);
  tool.description = std::move(*description);
  if (const Json schema = Find(json, "parametersJsonSchema"); !Absent(schema)) {
    tool.schema = std::string(schema.raw());
  } else if (const Json subset = json.Find("parameters"); !Absent(subset)) {
    tool.schema = JsonSchemaOf(subset);
  }
  for (const base::JsonMember member : json.members()) {
    const std::string key = CamelOf(member.key.text());
    const bool said = key == "name" || key == "description" || key == "parameters" ||
                      key == "parametersJsonSchema" || member.value.is_null();
    if (!said) tool.original = std::string(json.raw());
  }
  out.tools.push_back(std::move(tool));
  return {};
}

/// A number of the configuration; proto JSON lets an integer be written "40.0".
Result<std::optional<double>> Number(Json config, std::string_view name) {
  const Json value = Find(config, name);
  if (Absent(value)) return std::nullopt;
  if (!value.is_number()) return Malformed("generationConfig." + std::string(name), "must be a number");
  return value.number();
}

Result<std::optional<std::int64_t>> Integer(Json config, std::string_view name) {
  const auto number = Number(config, name);
  if (!number) return std::unexpected(number.error());
  if (!*number) return std::nullopt;
  constexpr double kExactMax = 9007199254740992.0;  // 2^53
  if (std::trunc(**number) != **number || std::abs(**number) > kExactMax) {
    return Malformed("generationConfig." + std::string(name), "must be an integer");
  }
  return static_cast<std::int64_t>(**number);
}

template <typename Value, typename Read>
Status Into(std::optional<Value>& out, const Read& read, Json config, std::string_view name) {
  auto value = read(config, name);
  if (!value) return std::unexpected(value.error());
  out = *value;
  return {};
}

Status ReadSampling(Json config, Sampling& sampling) {
  using Numbers = std::pair<std::string_view, std::optional<double>*>;
  for (const auto& [name, place] :
       {Numbers{"temperature", &sampling.temperature}, Numbers{"topP", &sampling.top_p},
        Numbers{"presencePenalty", &sampling.presence_penalty},
        Numbers{"frequencyPenalty", &sampling.frequency_penalty}}) {
    if (auto read = Into(*place, Number, config, name); !read) return read;
  }
  std::optional<std::int64_t> candidates;
  using Integers = std::pair<std::string_view, std::optional<std::int64_t>*>;
  for (const auto& [name, place] :
       {Integers{"topK", &sampling.top_k}, Integers{"seed", &sampling.seed},
        Integers{"maxOutputTokens", &sampling.output_tokens_max}, Integers{"candidateCount", &candidates}}) {
    if (auto read = Into(*place, Integer, config, name); !read) return read;
  }
  sampling.choices = candidates.value_or(1);
  const Json stops = Find(config, "stopSequences");
  if (!Absent(stops) && !stops.is_array())
    return Malformed("generationConfig.stopSequences", "must be an array");
  for (const Json stop : stops.elements()) {
    if (!stop.is_string()) return Malformed("generationConfig.stopSequences", "must hold strings");
    sampling.stop.push_back(stop.text());
  }
  if (Find(config, "responseLogprobs").is_true()) {
    std::optional<std::int64_t> alternatives;
    if (auto read = Into(alternatives, Integer, config, "logprobs"); !read) return read;
    sampling.log_probabilities = alternatives.value_or(0);
  }
  return {};
}

Status ReadFormat(Json config, ExchangeRequest& out) {
  const Json type = Find(config, "responseMimeType");
  const Json subset = Find(config, "responseSchema");
  const Json schema = Find(config, "responseJsonSchema");
  if (!Absent(subset) && !Absent(schema)) {
    return Malformed("generationConfig", "both responseSchema and responseJsonSchema; write one of them");
  }
  if (!Absent(type) && !type.is_string()) {
    return Malformed("generationConfig.responseMimeType", "must be a string");
  }
  if (type.equals("application/json")) {
    out.format.kind = AnswerFormat::Kind::kJson;
    if (Absent(subset) && Absent(schema)) return {};
    out.format.kind = AnswerFormat::Kind::kSchema;
    out.format.schema = Absent(schema) ? JsonSchemaOf(subset) : std::string(schema.raw());
    return {};
  }
  // "text/x.enum" and whatever comes: only Gemini has a name for it.
  for (const auto& [name, value] : {std::pair("responseMimeType", type), std::pair("responseSchema", subset),
                                    std::pair("responseJsonSchema", schema)}) {
    const bool plain = Absent(value) || value.equals("text/plain");
    if (!plain) out.others.push_back(MemberOf("generationConfig." + std::string(name), value));
  }
  return {};
}

Status ReadThinking(Json config, ExchangeRequest& out) {
  const Json thinking = Find(config, "thinkingConfig");
  if (Absent(thinking)) return {};
  if (!thinking.is_object()) return Malformed("generationConfig.thinkingConfig", "must be an object");
  if (auto names = CheckRequest(thinking, {"includeThoughts", "thinkingBudget", "thinkingLevel"},
                                "generationConfig.thinkingConfig");
      !names) {
    return names;
  }
  ReasoningChoice& reasoning = out.reasoning;
  if (const Json show = Find(thinking, "includeThoughts"); show.is_bool()) {
    reasoning.show = show.is_true() ? ReasoningChoice::Show::kSummary : ReasoningChoice::Show::kHidden;
  }
  std::optional<std::int64_t> budget;
  if (auto read = Into(budget, Integer, thinking, "thinkingBudget"); !read) return read;
  if (budget == 0) {
    reasoning.mode = ReasoningChoice::Mode::kOff;
  } else if (budget && *budget < 0) {
    reasoning.mode = ReasoningChoice::Mode::kAdaptive;
  } else if (budget) {
    reasoning.mode = ReasoningChoice::Mode::kOn;
    reasoning.budget_tokens = budget;
  }
  const Json level = Find(thinking, "thinkingLevel");
  if (!Absent(level) && !level.is_string()) {
    return Malformed("generationConfig.thinkingConfig.thinkingLevel", "must be a string");
  }
  reasoning.effort = Lower(level.text());
  KeepOthers(thinking, "generationConfig.thinkingConfig",
             {"includeThoughts", "thinkingBudget", "thinkingLevel"}, out.others);
  return {};
}

}  // namespace

void KeepOthers(Json object, std::string_view path, Names known, std::vector<Member>& others) {
  for (const base::JsonMember member : object.members()) {
    const std::string name = CamelOf(member.key.text());
    if (member.value.is_null() || std::ranges::find(known, name) != known.end()) continue;
    others.push_back(MemberOf(path.empty() ? name : std::string(path) + "." + name, member.value));
  }
}

Status ReadTools(Json root, ExchangeRequest& out) {
  const auto tools = Items(root.Find("tools"), "tools");
  if (!tools) return std::unexpected(tools.error());
  std::size_t rank = 0;
  for (const Json tool : *tools) {
    const std::string where = At("tools", rank++);
    for (const base::JsonMember member : tool.members()) {
      if (member.value.is_null()) continue;
      const std::string kind = CamelOf(member.key.text());
      if (kind != "functionDeclarations") {
        ToolDefinition provided;
        provided.name = kind;
        provided.provider_type = kind;
        provided.original = "{" + base::JsonString(kind) + ":" + std::string(member.value.raw()) + "}";
        out.tools.push_back(std::move(provided));
        continue;
      }
      const auto functions = Items(member.value, where + "." + kind);
      if (!functions) return std::unexpected(functions.error());
      std::size_t function_rank = 0;
      for (const Json function : *functions) {
        if (auto read = ReadFunction(function, At(where + "." + kind, function_rank++), out); !read)
          return read;
      }
    }
  }
  return {};
}

Status ReadToolConfig(Json root, ExchangeRequest& out) {
  const Json config = Find(root, "toolConfig");
  if (Absent(config)) return {};
  if (!config.is_object()) return Malformed("toolConfig", "must be an object");
  if (auto names = CheckRequest(config, {"functionCallingConfig"}, "toolConfig"); !names) return names;
  KeepOthers(config, "toolConfig", {"functionCallingConfig"}, out.others);
  const std::string where = "toolConfig.functionCallingConfig";
  const Json calling = Find(config, "functionCallingConfig");
  if (Absent(calling)) return {};
  if (!calling.is_object()) return Malformed(where, "must be an object");
  if (auto names = CheckRequest(calling, {"mode", "allowedFunctionNames"}, where); !names) return names;
  KeepOthers(calling, where, {"mode", "allowedFunctionNames"}, out.others);
  ToolChoice& choice = out.tool_choice;
  const Json names = Find(calling, "allowedFunctionNames");
  if (!Absent(names) && !names.is_array())
    return Malformed(where + ".allowedFunctionNames", "must be an array");
  for (const Json name : names.elements()) choice.names.push_back(name.text());
  const std::string mode = Lower(calling.Find("mode").text());
  if (mode == "any") {
    choice.kind = choice.names.size() == 1 ? ToolChoice::Kind::kNamed : ToolChoice::Kind::kAny;
  } else if (mode == "none") {
    choice.kind = ToolChoice::Kind::kNone;
    choice.names.clear();
  } else if (mode == "auto" || mode == "validated") {
    choice.kind = ToolChoice::Kind::kAuto;
    // Among some: the same as other dialects' allowed tools. Among all: Gemini's own mode.
    if (mode == "validated" && choice.names.empty()) {
      out.others.push_back(MemberOf(where + ".mode", calling.Find("mode")));
    }
  } else if (!Absent(calling.Find("mode")) && mode != "mode_unspecified") {
    return Malformed(where + ".mode", "must be AUTO, ANY, NONE or VALIDATED");
  }
  return {};
}

Status ReadGenerationConfig(Json root, ExchangeRequest& out) {
  const Json config = Find(root, "generationConfig");
  if (Absent(config)) return {};
  if (auto read = ReadSampling(config, out.sampling); !read) return read;
  if (auto read = ReadFormat(config, out); !read) return read;
  if (auto read = ReadThinking(config, out); !read) return read;
  KeepOthers(config, "generationConfig",
             {"temperature", "topP", "topK", "candidateCount", "maxOutputTokens", "stopSequences",
              "presencePenalty", "frequencyPenalty", "seed", "responseMimeType", "responseSchema",
              "responseJsonSchema", "responseLogprobs", "logprobs", "thinkingConfig"},
             out.others);
  return {};
}

}  // namespace proviso::protocol::internal::gemini
