// The body of POST /v1/messages as an Exchange.
//
// A user turn that holds tool results is split: each result becomes a turn of Role::kTool, as in the
// dialects whose results are messages of their own; what stands between them stays the user's.
#include <algorithm>
#include <utility>

#include "protocol/internal/anthropic/block_reader.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/members.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::JsonMember;
using base::Result;
using base::Status;

Result<std::optional<double>> NumberMember(Json object, std::string_view key) {
  const Json value = object.Find(key);
  if (Absent(value)) return std::nullopt;
  if (!value.is_number()) return Malformed(key, "must be a number");
  return value.number();
}

Turn TurnOf(Role role, Json message) {
  return {.role = role, .blocks = {}, .name = "", .source = RangeOf(message)};
}

class Reader {
 public:
  Reader(Json root, ExchangeRequest& out) : root_(root), out_(out) {}

  Status Read() {
    for (const auto step : {&Reader::System, &Reader::Messages, &Reader::Tools, &Reader::Choice,
                            &Reader::Thinking, &Reader::Output, &Reader::Sample, &Reader::Rest}) {
      if (auto read = (this->*step)(); !read) return read;
    }
    return {};
  }

 private:
  Status System();
  Status Messages();
  Status Message(Json message, const std::string& where);
  void AddUserTurns(Json message, std::vector<Block> blocks);
  Status Tools();
  Status Choice();
  Status Thinking();
  Status Output();
  Status Format(Json format, const std::string& where);
  Status Sample();
  Status Rest();

  Json root_;
  ExchangeRequest& out_;
};

Status Reader::System() {
  const Json system = root_.Find("system");
  auto blocks = anthropic::ReadContent(system, "system");
  if (!blocks) return std::unexpected(blocks.error());
  if (blocks->empty()) return {};
  Turn turn = TurnOf(Role::kSystem, system);
  turn.blocks = std::move(*blocks);
  out_.turns.push_back(std::move(turn));
  return {};
}

Status Reader::Messages() {
  std::size_t rank = 0;
  for (const Json message : root_.Find("messages").elements()) {
    if (auto read = Message(message, At("messages", rank++)); !read) return read;
  }
  return {};
}

Status Reader::Message(Json message, const std::string& where) {
  const Json role = message.Find("role");
  if (Absent(message.Find("content"))) return Malformed(where + ".content", "must be a string or an array");
  auto blocks = anthropic::ReadContent(message.Find("content"), where + ".content");
  if (!blocks) return std::unexpected(blocks.error());
  anthropic::JoinCallSignatures(*blocks);
  KeepOthers(message, where, {"role", "content"}, out_.others);
  if (role.equals("user")) {
    AddUserTurns(message, std::move(*blocks));
    return {};
  }
  if (!role.equals("assistant") && !role.equals("system")) {
    return Malformed(where + ".role", "must be \"user\", \"assistant\" or \"system\"");
  }
  Turn turn = TurnOf(role.equals("system") ? Role::kSystem : Role::kAssistant, message);
  turn.blocks = std::move(*blocks);
  out_.turns.push_back(std::move(turn));
  return {};
}

void Reader::AddUserTurns(Json message, std::vector<Block> blocks) {
  Turn said = TurnOf(Role::kUser, message);
  const auto flush = [&] {
    if (!said.blocks.empty()) out_.turns.push_back(std::exchange(said, TurnOf(Role::kUser, message)));
  };
  for (Block& block : blocks) {
    if (!std::holds_alternative<ResultBlock>(block.content)) {
      said.blocks.push_back(std::move(block));
      continue;
    }
    flush();
    Turn result = TurnOf(Role::kTool, message);
    result.blocks.push_back(std::move(block));
    out_.turns.push_back(std::move(result));
  }
  flush();
}

Status Reader::Tools() {
  std::size_t rank = 0;
  for (const Json json : root_.Find("tools").elements()) {
    const std::string where = At("tools", rank++);
    ToolDefinition tool;
    const std::string type = json.Find("type").text();
    tool.name = json.Find("name").text();
    tool.cache_s = anthropic::CacheSeconds(json);
    if (!type.empty() && type != "custom") {
      tool.provider_type = type;
      tool.original = json.raw();
      out_.tools.push_back(std::move(tool));
      continue;
    }
    auto description = StringMember(json, "description", where);
    if (!description) return std::unexpected(description.error());
    tool.description = std::move(*description);
    tool.schema = json.Find("input_schema").raw();
    const Json strict = json.Find("strict");
    if (!Absent(strict) && !strict.is_bool()) return Malformed(where + ".strict", "must be true or false");
    if (strict.is_bool()) tool.strict = strict.is_true();
    if (!anthropic::HasPlainCacheMark(json) ||
        !HasValuesOnly(json, {"type", "name", "description", "input_schema", "strict", "cache_control"})) {
      tool.original = json.raw();
    }
    out_.tools.push_back(std::move(tool));
  }
  return {};
}

Status Reader::Choice() {
  const Json json = root_.Find("tool_choice");
  if (Absent(json)) return {};
  if (!json.is_object()) return Malformed("tool_choice", "must be an object");
  ToolChoice& choice = out_.tool_choice;
  const std::string type = json.Find("type").text();
  if (type == "auto") {
    choice.kind = ToolChoice::Kind::kAuto;
  } else if (type == "any") {
    choice.kind = ToolChoice::Kind::kAny;
  } else if (type == "none") {
    choice.kind = ToolChoice::Kind::kNone;
  } else if (type == "tool" && json.Find("name").is_string()) {
    choice.kind = ToolChoice::Kind::kNamed;
    choice.names = {json.Find("name").text()};
  } else {
    return Malformed("tool_choice", "must be {\"type\": auto, any, none, or tool with a name}");
  }
  const Json single = json.Find("disable_parallel_tool_use");
  if (single.is_bool()) choice.parallel = !single.is_true();
  KeepOthers(json, "tool_choice", {"type", "name", "disable_parallel_tool_use"}, out_.others);
  return {};
}

Status Reader::Thinking() {
  const Json json = root_.Find("thinking");
  if (Absent(json)) return {};
  if (!json.is_object()) return Malformed("thinking", "must be an object");
  ReasoningChoice& reasoning = out_.reasoning;
  const Json type = json.Find("type");
  if (type.equals("enabled")) {
    const auto budget = json.Find("budget_tokens").integer();
    if (!budget) return Malformed("thinking.budget_tokens", "must be an integer");
    reasoning.mode = ReasoningChoice::Mode::kOn;
    reasoning.budget_tokens = *budget;
  } else if (type.equals("adaptive")) {
    reasoning.mode = ReasoningChoice::Mode::kAdaptive;
  } else if (type.equals("disabled")) {
    reasoning.mode = ReasoningChoice::Mode::kOff;
  } else {
    out_.others.push_back({.path = "thinking", .json = std::string(json.raw()), .source = RangeOf(json)});
    return {};
  }
  const Json display = json.Find("display");
  if (display.equals("summarized")) reasoning.show = ReasoningChoice::Show::kSummary;
  if (display.equals("omitted")) reasoning.show = ReasoningChoice::Show::kHidden;
  KeepOthers(json, "thinking", {"type", "budget_tokens", "display"}, out_.others);
  return {};
}

Status Reader::Output() {
  const Json config = root_.Find("output_config");
  if (!Absent(config) && !config.is_object()) return Malformed("output_config", "must be an object");
  auto effort = StringMember(config, "effort", "output_config");
  if (!effort) return std::unexpected(effort.error());
  out_.reasoning.effort = std::move(*effort);
  KeepOthers(config, "output_config", {"effort", "format"}, out_.others);
  if (auto read = Format(config.Find("format"), "output_config.format"); !read) return read;
  return Format(root_.Find("output_format"), "output_format");  // its name while it was a beta
}

Status Reader::Format(Json format, const std::string& where) {
  if (Absent(format)) return {};
  if (!format.Find("type").equals("json_schema") || !format.Find("schema").is_object()) {
    return Malformed(where, "must be {\"type\":\"json_schema\",\"schema\":{…}}");
  }
  out_.format.kind = AnswerFormat::Kind::kSchema;
  out_.format.schema = format.Find("schema").raw();
  KeepOthers(format, where, {"type", "schema"}, out_.others);
  return {};
}

Status Reader::Sample() {
  Sampling& sampling = out_.sampling;
  const auto tokens = PositiveMember(root_, "max_tokens");
  if (!tokens) return std::unexpected(tokens.error());
  sampling.output_tokens_max = *tokens;
  const auto top_k = PositiveMember(root_, "top_k");
  if (!top_k) return std::unexpected(top_k.error());
  sampling.top_k = *top_k;
  const auto temperature = NumberMember(root_, "temperature");
  if (!temperature) return std::unexpected(temperature.error());
  sampling.temperature = *temperature;
  const auto top_p = NumberMember(root_, "top_p");
  if (!top_p) return std::unexpected(top_p.error());
  sampling.top_p = *top_p;
  const auto stops = ArrayMember(root_, "stop_sequences");
  if (!stops) return std::unexpected(stops.error());
  for (const Json stop : stops->elements()) {
    if (!stop.is_string()) return Malformed(At("stop_sequences", sampling.stop.size()), "must be a string");
    sampling.stop.push_back(stop.text());
  }
  return {};
}

Status Reader::Rest() {
  const Json metadata = root_.Find("metadata");
  out_.user = metadata.Find("user_id").text();
  KeepOthers(metadata, "metadata", {"user_id"}, out_.others);
  KeepOthers(root_, "",
             {"model", "messages", "system", "stream", "tools", "tool_choice", "thinking", "output_config",
              "output_format", "max_tokens", "top_k", "temperature", "top_p", "stop_sequences", "metadata"},
             out_.others);
  return {};
}

}  // namespace

Status ReadAnthropicExchange(Json root, ExchangeRequest& out) {
  return Reader(root, out).Read();
}

}  // namespace proviso::protocol::internal
