// An Exchange as the body of POST /v1/messages.
//
// What is said another way, and what is filled in:
//   max_tokens         required here: kMaxTokensUnsaid when the caller names none, and as many above
//                      the budget when it names a budget for reasoning
//   turns              consecutive turns of one side are one message, and tool results come first in
//                      it, as Anthropic requires them right behind their calls
//   allowed tools      only those are offered
//   effort             "none" is no thinking, "minimal" is low
//   temperature        at most 1
//   top_p of 1         left out: it restricts nothing, and newer models refuse it beside temperature
#include <algorithm>
#include <optional>
#include <utility>

#include "protocol/internal/anthropic/block_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using anthropic::BlockWriter;
using base::JsonWriter;
using base::Result;
using base::Status;

/// What every current model may write.
constexpr std::int64_t kMaxTokensUnsaid = 32'000;
/// The smallest budget that Anthropic takes.
constexpr std::int64_t kBudgetTokensMin = 1'024;
constexpr double kTemperatureMax = 1.0;

/// A block and the path that findings name it by.
struct Placed {
  const Block* block;
  std::string path;
};

/// Blocks of consecutive turns of one side.
struct Message {
  std::string_view role;
  std::vector<Placed> results;  ///< Of calls; they come first.
  std::vector<Placed> others;
};

std::string_view SideOf(Role role) {
  switch (role) {
    case Role::kSystem:
    case Role::kDeveloper:
      return "system";
    case Role::kUser:
    case Role::kTool:
      return "user";
    case Role::kAssistant:
      return "assistant";
  }
  return "";
}

std::vector<Message> MessagesOf(const ExchangeRequest& request) {
  std::vector<Message> messages;
  for (std::size_t i = 0; i < request.turns.size(); ++i) {
    const Turn& turn = request.turns[i];
    const std::string_view side = SideOf(turn.role);
    for (std::size_t j = 0; j < turn.blocks.size(); ++j) {
      if (!BlockWriter::Says(turn.blocks[j])) continue;
      if (messages.empty() || messages.back().role != side)
        messages.push_back({.role = side, .results = {}, .others = {}});
      const bool result = std::holds_alternative<ResultBlock>(turn.blocks[j].content);
      (result ? messages.back().results : messages.back().others)
          .push_back({&turn.blocks[j], At(At("turns", i) + ".blocks", j)});
    }
  }
  return messages;
}

class Writer {
 public:
  Writer(const ExchangeRequest& request, WriteContext& context)
      : request_(request), context_(context), own_(request.dialect == Dialect::kAnthropicMessages) {}

  Result<std::string> Write();

 private:
  Status Messages();
  Status Content(const Message& message);
  Status Tools();
  Status Tool(const ToolDefinition& tool, const std::string& path);
  void Choice();
  Status Thinking();
  Status Output();
  Status Sample();
  void Metadata();
  /// Members of the caller's own dialect below `prefix`, with their names there.
  [[nodiscard]] std::vector<std::pair<std::string, const Member*>> OthersBelow(std::string_view prefix) const;
  void WriteOthersBelow(std::string_view prefix);
  [[nodiscard]] std::int64_t MaxTokens() const;
  [[nodiscard]] bool Offers(const ToolDefinition& tool) const;
  void Found(Feature feature, const std::string& path, const std::string& what) {
    context_.findings.push_back({feature, path, path + ": " + what, Disposal::kWarn});
  }

  const ExchangeRequest& request_;
  WriteContext& context_;
  bool own_;
  JsonWriter json_;
};

Result<std::string> Writer::Write() {
  json_.BeginObject().Key("model").String(context_.translation.model);
  json_.Key("max_tokens").Integer(MaxTokens());
  for (const auto step :
       {&Writer::Messages, &Writer::Tools, &Writer::Thinking, &Writer::Output, &Writer::Sample}) {
    if (auto written = (this->*step)(); !written) return std::unexpected(written.error());
  }
  Metadata();
  if (request_.delivery != Delivery::kWhole) json_.Key("stream").Bool(true);
  for (const auto& [name, member] : OthersBelow("")) json_.Key(name).Raw(member->json);
  return json_.EndObject().Take();
}

std::int64_t Writer::MaxTokens() const {
  const auto& most = request_.sampling.output_tokens_max;
  const std::int64_t budget = std::max<std::int64_t>(request_.reasoning.budget_tokens.value_or(0), 0);
  return most ? *most : kMaxTokensUnsaid + budget;
}

Status Writer::Messages() {
  std::vector<Message> messages = MessagesOf(request_);
  if (!messages.empty() && messages.front().role == "system") {
    json_.Key("system");
    if (auto written = Content(messages.front()); !written) return written;
    messages.erase(messages.begin());
  }
  if (messages.empty()) return Malformed("turns", "Anthropic needs at least one turn of the user");
  json_.Key("messages").BeginArray();
  for (const Message& message : messages) {
    json_.BeginObject().Key("role").String(message.role).Key("content");
    if (auto written = Content(message); !written) return written;
    json_.EndObject();
  }
  json_.EndArray();
  return {};
}

Status Writer::Content(const Message& message) {
  BlockWriter blocks(request_, context_);
  json_.BeginArray();
  for (const std::vector<Placed>* part : {&message.results, &message.others}) {
    for (const Placed& placed : *part) {
      if (auto written = blocks.Write(*placed.block, placed.path, json_); !written) return written;
    }
  }
  json_.EndArray();
  return {};
}

bool Writer::Offers(const ToolDefinition& tool) const {
  const ToolChoice& choice = request_.tool_choice;
  if (choice.kind == ToolChoice::Kind::kNamed || choice.names.empty()) return true;
  return std::ranges::find(choice.names, tool.name) != choice.names.end();
}

Status Writer::Tools() {
  if (std::ranges::none_of(request_.tools, [this](const auto& tool) { return Offers(tool); })) return {};
  json_.Key("tools").BeginArray();
  for (std::size_t i = 0; i < request_.tools.size(); ++i) {
    if (!Offers(request_.tools[i])) continue;
    if (auto written = Tool(request_.tools[i], At("tools", i)); !written) return written;
  }
  json_.EndArray();
  Choice();
  return {};
}

Status Writer::Tool(const ToolDefinition& tool, const std::string& path) {
  if (own_ && !tool.original.empty()) {
    json_.Raw(tool.original);
    return {};
  }
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  constexpr std::size_t kToolNameBytesMax = 128;
  if (tool.name.size() > kToolNameBytesMax || !std::ranges::all_of(tool.name, plain)) {
    return Malformed(path + ".name", "Anthropic takes at most 128 letters, digits, _ and -");
  }
  auto schema = SchemaFor(Dialect::kAnthropicMessages, tool);
  if (!schema) return base::Within(path + ".schema", schema.error());
  json_.BeginObject().Key("name").String(tool.name);
  if (!tool.description.empty()) json_.Key("description").String(tool.description);
  json_.Key("input_schema").Raw(*schema);
  if (tool.strict) json_.Key("strict").Bool(*tool.strict);
  anthropic::WriteCacheMark(tool.cache_s, json_);
  json_.EndObject();
  return {};
}

void Writer::Choice() {
  const ToolChoice& choice = request_.tool_choice;
  std::string_view type;
  switch (choice.kind) {
    case ToolChoice::Kind::kUnsaid:
      if (choice.parallel.value_or(true)) return;
      type = "auto";
      break;
    case ToolChoice::Kind::kAuto:
      type = "auto";
      break;
    case ToolChoice::Kind::kNone:
      type = "none";
      break;
    case ToolChoice::Kind::kAny:
      type = "any";
      break;
    case ToolChoice::Kind::kNamed:
      type = "tool";
      break;
  }
  json_.Key("tool_choice").BeginObject().Key("type").String(type);
  if (type == "tool") json_.Key("name").String(choice.names.front());
  if (choice.parallel && type != "none") json_.Key("disable_parallel_tool_use").Bool(!*choice.parallel);
  WriteOthersBelow("tool_choice.");
  json_.EndObject();
}

Status Writer::Thinking() {
  using Mode = ReasoningChoice::Mode;
  using Show = ReasoningChoice::Show;
  const ReasoningChoice& reasoning = request_.reasoning;
  const auto& budget = reasoning.budget_tokens;
  Mode mode = reasoning.mode;
  if (budget) mode = *budget == 0 ? Mode::kOff : *budget < 0 ? Mode::kAdaptive : Mode::kOn;
  if (reasoning.effort == "none") mode = Mode::kOff;
  if (mode == Mode::kOn && !budget) mode = Mode::kAdaptive;
  if (mode == Mode::kUnsaid && reasoning.show != Show::kUnsaid) mode = Mode::kAdaptive;
  if (mode == Mode::kUnsaid) return {};
  json_.Key("thinking").BeginObject().Key("type");
  if (mode == Mode::kOff) {
    json_.String("disabled");
  } else if (mode == Mode::kAdaptive) {
    json_.String("adaptive");
  } else {
    const std::int64_t tokens = std::max(*budget, kBudgetTokensMin);
    if (tokens != *budget) Found(Feature::kReasoningBudget, "reasoning.budget_tokens", "1024 is the least");
    if (tokens >= MaxTokens()) {
      return Malformed("reasoning.budget_tokens",
                       "must be less than output_tokens_max, " + std::to_string(MaxTokens()));
    }
    json_.String("enabled").Key("budget_tokens").Integer(tokens);
  }
  if (mode != Mode::kOff && reasoning.show != Show::kUnsaid)
    json_.Key("display").String(reasoning.show == Show::kSummary ? "summarized" : "omitted");
  WriteOthersBelow("thinking.");
  json_.EndObject();
  return {};
}

Status Writer::Output() {
  std::string effort = request_.reasoning.effort;
  if (effort == "none") effort.clear();
  if (effort == "minimal") {
    Found(Feature::kReasoningEffort, "reasoning.effort", "Anthropic's least is low");
    effort = "low";
  }
  const bool schema = request_.format.kind == AnswerFormat::Kind::kSchema;
  const auto others = OthersBelow("output_config.");
  if (effort.empty() && !schema && others.empty()) return {};
  json_.Key("output_config").BeginObject();
  if (!effort.empty()) json_.Key("effort").String(effort);
  if (schema) {
    auto written = AnswerSchemaFor(Dialect::kAnthropicMessages, request_.format);
    if (!written) return base::Within("format.schema", written.error());
    json_.Key("format").BeginObject().Key("type").String("json_schema").Key("schema").Raw(*written);
    json_.EndObject();
  }
  for (const auto& [name, member] : others) json_.Key(name).Raw(member->json);
  json_.EndObject();
  return {};
}

Status Writer::Sample() {
  const Sampling& sampling = request_.sampling;
  if (sampling.temperature) {
    if (*sampling.temperature > kTemperatureMax)
      Found(Feature::kTemperature, "sampling.temperature", "1 is the most, and was sent");
    json_.Key("temperature").Number(std::min(*sampling.temperature, kTemperatureMax));
  }
  const bool restricts = sampling.top_p && (own_ || *sampling.top_p < 1);
  if (restricts) json_.Key("top_p").Number(*sampling.top_p);
  if (sampling.top_k) json_.Key("top_k").Integer(*sampling.top_k);
  if (sampling.stop.empty()) return {};
  json_.Key("stop_sequences").BeginArray();
  for (std::size_t i = 0; i < sampling.stop.size(); ++i) {
    if (sampling.stop[i].find_first_not_of(" \t\r\n") == std::string::npos)
      return Malformed(At("sampling.stop", i), "Anthropic takes no stop sequence of only white space");
    json_.String(sampling.stop[i]);
  }
  json_.EndArray();
  return {};
}

void Writer::Metadata() {
  const auto others = OthersBelow("metadata.");
  if (request_.user.empty() && others.empty()) return;
  json_.Key("metadata").BeginObject();
  if (!request_.user.empty()) json_.Key("user_id").String(request_.user);
  for (const auto& [name, member] : others) json_.Key(name).Raw(member->json);
  json_.EndObject();
}

std::vector<std::pair<std::string, const Member*>> Writer::OthersBelow(std::string_view prefix) const {
  std::vector<std::pair<std::string, const Member*>> found;
  if (!own_) return found;
  for (const Member& member : request_.others) {
    if (!member.path.starts_with(prefix)) continue;
    std::string name = member.path.substr(prefix.size());
    if (name.find_first_of(".[") == std::string::npos) found.emplace_back(std::move(name), &member);
  }
  return found;
}

void Writer::WriteOthersBelow(std::string_view prefix) {
  for (const auto& [name, member] : OthersBelow(prefix)) json_.Key(name).Raw(member->json);
}

}  // namespace

Result<std::string> WriteAnthropicRequest(const ExchangeRequest& request, WriteContext& context) {
  return Writer(request, context).Write();
}

}  // namespace proviso::protocol::internal
