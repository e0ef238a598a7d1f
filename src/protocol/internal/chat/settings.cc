#include <algorithm>
#include <array>

#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

/// Read by the facts reader, by ReadChatTools, or by the messages' reader.
constexpr std::array<std::string_view, 9> kReadElsewhere = {
    "model",       "messages",      "stream",
    "tools",       "functions",     "web_search_options",
    "tool_choice", "function_call", "parallel_tool_calls"};

class SettingsReader {
 public:
  SettingsReader(Json root, ExchangeRequest& out) : root_(root), out_(out) {}

  Status Read();

 private:
  Status ReadMember(const std::string& key, Json value);
  Status ReadNumber(const std::string& key, Json value, std::optional<double>& into);
  Status ReadInteger(const std::string& key, Json value, std::optional<std::int64_t>& into);
  Status ReadStop(Json value);
  Status ReadFormat(Json value);
  Status ReadSchema(Json schema);
  Status ReadMetadata(Json value);
  void ReadStreamOptions(Json value);
  void ReadThinking(Json value);
  void ReadUser(const std::string& key, Json value);
  void ReadLogProbabilities();
  void Keep(const std::string& path, Json value) {
    out_.others.push_back({path, std::string(value.raw()), PlaceOf(value)});
  }

  Json root_;
  ExchangeRequest& out_;
};

Status SettingsReader::Read() {
  for (const base::JsonMember member : root_.members()) {
    const std::string key = member.key.text();
    if (member.value.is_null() || std::ranges::find(kReadElsewhere, key) != kReadElsewhere.end()) continue;
    if (auto read = ReadMember(key, member.value); !read) return read;
  }
  ReadLogProbabilities();
  return {};
}

Status SettingsReader::ReadMember(const std::string& key, Json value) {
  Sampling& sampling = out_.sampling;
  if (key == "temperature") return ReadNumber(key, value, sampling.temperature);
  if (key == "top_p") return ReadNumber(key, value, sampling.top_p);
  if (key == "presence_penalty") return ReadNumber(key, value, sampling.presence_penalty);
  if (key == "frequency_penalty") return ReadNumber(key, value, sampling.frequency_penalty);
  if (key == "top_k") return ReadInteger(key, value, sampling.top_k);
  if (key == "seed" || key == "random_seed") return ReadInteger(key, value, sampling.seed);
  if (key == "max_completion_tokens") return ReadInteger(key, value, sampling.output_tokens_max);
  if (key == "max_tokens") {
    if (Absent(root_.Find("max_completion_tokens")))
      return ReadInteger(key, value, sampling.output_tokens_max);
    Keep(key, value);
    return {};
  }
  if (key == "n") {
    sampling.choices = value.integer().value_or(1);
    return {};
  }
  if (key == "stop") return ReadStop(value);
  if (key == "response_format") return ReadFormat(value);
  if (key == "metadata") return ReadMetadata(value);
  if (key == "reasoning_effort") {
    if (!value.is_string()) return Malformed(key, "must be a string");
    out_.reasoning.effort = value.text();
    return {};
  }
  if (key == "logprobs" || key == "top_logprobs") return {};
  if (key == "user" || key == "safety_identifier") {
    ReadUser(key, value);
  } else if (key == "stream_options" && value.is_object()) {
    ReadStreamOptions(value);
  } else if (key == "thinking" && value.is_object()) {
    ReadThinking(value);
  } else {
    Keep(key, value);
  }
  return {};
}

Status SettingsReader::ReadNumber(const std::string& key, Json value, std::optional<double>& into) {
  into = value.number();
  return into ? Status{} : Malformed(key, "must be a number");
}

Status SettingsReader::ReadInteger(const std::string& key, Json value, std::optional<std::int64_t>& into) {
  into = value.integer();
  return into ? Status{} : Malformed(key, "must be an integer");
}

Status SettingsReader::ReadStop(Json value) {
  if (value.is_string()) {
    out_.sampling.stop.push_back(value.text());
    return {};
  }
  if (!value.is_array()) return Malformed("stop", "must be a string or an array of strings");
  for (const Json word : value.elements()) {
    if (!word.is_string()) return Malformed(At("stop", out_.sampling.stop.size()), "must be a string");
    out_.sampling.stop.push_back(word.text());
  }
  return {};
}

Status SettingsReader::ReadFormat(Json value) {
  if (!value.is_object()) return Malformed("response_format", "must be an object");
  const std::string type = value.Find("type").text();
  if (type == "json_schema") return ReadSchema(value.Find("json_schema"));
  if (type == "json_object") {
    out_.format.kind = AnswerFormat::Kind::kJson;
  } else if (type != "text") {
    Keep("response_format", value);
  }
  return {};
}

Status SettingsReader::ReadSchema(Json schema) {
  const std::string where = "response_format.json_schema";
  if (!schema.is_object()) return Malformed(where, "must be an object");
  AnswerFormat& format = out_.format;
  format.kind = AnswerFormat::Kind::kSchema;
  auto name = StringMember(schema, "name", where);
  auto description = StringMember(schema, "description", where);
  if (!name || !description) return std::unexpected(name ? description.error() : name.error());
  format.name = std::move(*name);
  format.description = std::move(*description);
  for (const base::JsonMember member : schema.members()) {
    const std::string key = member.key.text();
    if (key == "name" || key == "description" || member.value.is_null()) continue;
    if (key == "schema" || key == "schema_definition") {
      if (!member.value.is_object()) return Malformed(where + ".schema", "must be an object");
      format.schema = member.value.raw();
    } else if (key == "strict" && member.value.is_bool()) {
      format.strict = member.value.is_true();
    } else {
      Keep(where + "." + key, member.value);
    }
  }
  return {};
}

Status SettingsReader::ReadMetadata(Json value) {
  if (!value.is_object()) return Malformed("metadata", "must be an object");
  for (const base::JsonMember member : value.members()) {
    if (member.value.is_string()) {
      out_.metadata[member.key.text()] = member.value.text();
    } else {
      Keep("metadata." + member.key.text(), member.value);
    }
  }
  return {};
}

void SettingsReader::ReadStreamOptions(Json value) {
  for (const base::JsonMember member : value.members()) {
    if (member.key.equals("include_usage") && member.value.is_bool()) {
      out_.stream_usage = member.value.is_true();
    } else if (!member.value.is_null()) {
      Keep("stream_options." + member.key.text(), member.value);
    }
  }
}

/// DeepSeek's and others' {"type":"enabled","budget_tokens":1024}.
void SettingsReader::ReadThinking(Json value) {
  for (const base::JsonMember member : value.members()) {
    const bool off = member.value.equals("disabled");
    if (member.key.equals("type") && (off || member.value.equals("enabled"))) {
      out_.reasoning.mode = off ? ReasoningChoice::Mode::kOff : ReasoningChoice::Mode::kOn;
    } else if (member.key.equals("budget_tokens") && member.value.integer()) {
      out_.reasoning.budget_tokens = member.value.integer();
    } else {
      Keep("thinking." + member.key.text(), member.value);
    }
  }
}

void SettingsReader::ReadUser(const std::string& key, Json value) {
  if (key == "user" && !Absent(root_.Find("safety_identifier"))) {
    Keep(key, value);
  } else {
    out_.user = value.text();
  }
}

void SettingsReader::ReadLogProbabilities() {
  const Json top = root_.Find("top_logprobs");
  if (root_.Find("logprobs").is_true()) {
    out_.sampling.log_probabilities = top.integer().value_or(0);
  } else if (!Absent(top)) {
    Keep("top_logprobs", top);
  }
  if (const Json wanted = root_.Find("logprobs"); !Absent(wanted) && !wanted.is_bool())
    Keep("logprobs", wanted);
}

}  // namespace

Status ReadChatSettings(Json root, ExchangeRequest& out) {
  return SettingsReader(root, out).Read();
}

}  // namespace proviso::protocol::internal
