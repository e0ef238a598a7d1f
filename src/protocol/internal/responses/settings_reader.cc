#include <algorithm>
#include <array>

#include "protocol/internal/dialects.h"
#include "protocol/internal/requests.h"
#include "protocol/internal/responses/parts.h"
#include "protocol/internal/responses/request_parts.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

/// Read by the facts reader, or by the readers of input and tools.
constexpr std::array<std::string_view, 8> kReadElsewhere = {
    "model", "input", "instructions", "stream", "tools", "tool_choice", "parallel_tool_calls", "background"};

class SettingsReader {
 public:
  SettingsReader(Json root, ExchangeRequest& out) : root_(root), out_(out) {}

  Status Read() {
    for (const base::JsonMember member : root_.members()) {
      const std::string key = member.key.text();
      if (member.value.is_null() || std::ranges::find(kReadElsewhere, key) != kReadElsewhere.end()) continue;
      if (auto read = ReadMember(key, member.value); !read) return read;
    }
    return {};
  }

 private:
  Status ReadMember(const std::string& key, Json value) {
    Sampling& sampling = out_.sampling;
    if (key == "temperature") return ReadNumber(key, value, sampling.temperature);
    if (key == "top_p") return ReadNumber(key, value, sampling.top_p);
    if (key == "max_output_tokens") return ReadInteger(key, value, sampling.output_tokens_max);
    if (key == "top_logprobs") return ReadInteger(key, value, sampling.log_probabilities);
    if (key == "text") return ReadTextSettings(value);
    if (key == "reasoning") return ReadReasoning(value);
    if (key == "include") return ReadInclude(value);
    if (key == "metadata") return ReadMetadata(value);
    if (key == "truncation" && value.equals("disabled")) return {};
    if (key == "safety_identifier" || key == "user") {
      ReadUser(key, value);
    } else if (key == "stream_options") {
      KeepMembers(key, value, {});
    } else {
      Keep(key, value);
    }
    return {};
  }

  Status ReadNumber(const std::string& key, Json value, std::optional<double>& into) {
    into = value.number();
    return into ? Status{} : Malformed(key, "must be a number");
  }

  Status ReadInteger(const std::string& key, Json value, std::optional<std::int64_t>& into) {
    into = value.integer();
    return into ? Status{} : Malformed(key, "must be an integer");
  }

  /// `text.format` and `text.verbosity`; "medium" is what is meant when nothing is said.
  Status ReadTextSettings(Json text) {
    if (!text.is_object()) return Malformed("text", "must be an object");
    KeepMembers("text", text, {"format", text.Find("verbosity").equals("medium") ? "verbosity" : "format"});
    const Json format = text.Find("format");
    if (Absent(format)) return {};
    if (!format.is_object()) return Malformed("text.format", "must be an object");
    const std::string type = format.Find("type").text();
    if (type == "text") return {};
    AnswerFormat& read = out_.format;
    if (type == "json_object") {
      read.kind = AnswerFormat::Kind::kJson;
      return {};
    }
    if (type != "json_schema") {
      Keep("text.format", format);
      return {};
    }
    if (!format.Find("schema").is_object()) return Malformed("text.format.schema", "must be an object");
    read.kind = AnswerFormat::Kind::kSchema;
    read.name = format.Find("name").text();
    read.description = format.Find("description").text();
    read.schema = format.Find("schema").raw();
    if (const Json strict = format.Find("strict"); strict.is_bool()) read.strict = strict.is_true();
    KeepMembers("text.format", format, {"type", "name", "description", "schema", "strict"});
    return {};
  }

  Status ReadReasoning(Json reasoning) {
    if (!reasoning.is_object()) return Malformed("reasoning", "must be an object");
    auto effort = StringMember(reasoning, "effort", "reasoning");
    if (!effort) return std::unexpected(effort.error());
    out_.reasoning.effort = std::move(*effort);
    const Json summary = reasoning.Find("summary");
    if (!Absent(summary)) out_.reasoning.show = ReasoningChoice::Show::kSummary;
    KeepMembers("reasoning", reasoning, {"effort", summary.equals("auto") ? "summary" : "effort"});
    return {};
  }

  /// Reasoning that can be given back is what a translation always asks for and gives.
  Status ReadInclude(Json include) {
    if (!include.is_array()) return Malformed("include", "must be an array");
    std::size_t rank = 0;
    for (const Json entry : include.elements()) {
      const std::string where = At("include", rank++);
      if (entry.equals("reasoning.encrypted_content")) continue;
      if (entry.equals("message.output_text.logprobs")) {
        if (!out_.sampling.log_probabilities) out_.sampling.log_probabilities = 0;
        continue;
      }
      Keep(where, entry);
    }
    return {};
  }

  Status ReadMetadata(Json metadata) {
    if (!metadata.is_object()) return Malformed("metadata", "must be an object");
    for (const base::JsonMember member : metadata.members()) {
      const std::string key = member.key.text();
      if (!member.value.is_string()) return Malformed("metadata." + key, "must be a string");
      out_.metadata.emplace(key, member.value.text());
    }
    return {};
  }

  /// The newer name of the end user wins, as with the facts; the older one is kept beside it.
  void ReadUser(const std::string& key, Json value) {
    if (key == "safety_identifier" || Absent(root_.Find("safety_identifier"))) {
      out_.user = value.text();
    } else {
      Keep(key, value);
    }
  }

  void Keep(const std::string& path, Json value) {
    out_.others.push_back({path, std::string(value.raw()), RangeOf(value)});
  }

  void KeepMembers(const std::string& path, Json object, std::initializer_list<std::string_view> known) {
    for (const base::JsonMember member : object.members()) {
      const std::string key = member.key.text();
      if (member.value.is_null() || std::ranges::find(known, key) != known.end()) continue;
      Keep(path + "." + key, member.value);
    }
  }

  Json root_;
  ExchangeRequest& out_;
};

}  // namespace

Status ReadResponsesSettings(Json root, ExchangeRequest& out) {
  return SettingsReader(root, out).Read();
}

Status ReadResponsesExchange(Json root, ExchangeRequest& out) {
  if (auto input = ReadResponsesInput(root, out); !input) return input;
  if (auto tools = ReadResponsesTools(root, out); !tools) return tools;
  return ReadResponsesSettings(root, out);
}

}  // namespace proviso::protocol::internal
