// An Exchange as the body of POST /model/MODEL/converse. The model stands in the path.
//
// What is said another way, and what is filled in:
//   turns          consecutive turns of one side are one message, and tool results come first in it,
//                  as models behind Converse require them right behind their calls
//   tools          Converse refuses calls and results in the history of a request that offers no tool:
//                  then those that were called are offered again, and that is found
//   temperature    at most 1
//   metadata       entries that Converse does not take are left out, and found
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "protocol/internal/converse/block_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Result;
using base::Status;
using converse::BlockWriter;

constexpr double kTemperatureMax = 1.0;
constexpr std::size_t kMetadataMax = 16;
constexpr std::size_t kMetadataBytesMax = 256;

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

bool IsMetadataText(std::string_view text) {
  return text.size() <= kMetadataBytesMax && std::ranges::all_of(text, [](char c) {
           const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           return letter || std::string_view(" :_@$#=/+,-.").contains(c);
         });
}

class Writer {
 public:
  Writer(const ExchangeRequest& request, WriteContext& context)
      : request_(request),
        context_(context),
        own_(request.dialect == Dialect::kBedrockConverse),
        blocks_(request, context) {}

  Result<std::string> Write();

 private:
  [[nodiscard]] std::vector<Message> Messages() const;
  Status Turns();
  Status Content(const Message& message);
  Status Tools();
  Status OfferedTools();
  Status Tool(const ToolDefinition& tool, const std::string& path);
  [[nodiscard]] std::vector<std::string> CalledTools() const;
  void Choice();
  Status Inference();
  Status Output();
  void Metadata();
  /// Members of the caller's own dialect below `prefix`, with their names there.
  [[nodiscard]] std::vector<std::pair<std::string, const Member*>> OthersBelow(std::string_view prefix) const;
  void WriteOthersBelow(std::string_view prefix);
  void Found(Feature feature, const std::string& path, const std::string& what) {
    context_.findings.push_back({feature, path, path + ": " + what, Disposal::kWarn});
  }

  const ExchangeRequest& request_;
  WriteContext& context_;
  bool own_;
  BlockWriter blocks_;
  JsonWriter json_;
};

Result<std::string> Writer::Write() {
  json_.BeginObject();
  for (const auto step : {&Writer::Turns, &Writer::Inference, &Writer::Tools, &Writer::Output}) {
    if (auto written = (this->*step)(); !written) return std::unexpected(written.error());
  }
  Metadata();
  if (const auto fields = OthersBelow("additionalModelRequestFields"); !fields.empty()) {
    json_.Key("additionalModelRequestFields").BeginObject();
    WriteOthersBelow("additionalModelRequestFields");
    json_.EndObject();
  }
  WriteOthersBelow("");
  return json_.EndObject().Take();
}

std::vector<std::pair<std::string, const Member*>> Writer::OthersBelow(std::string_view prefix) const {
  std::vector<std::pair<std::string, const Member*>> below;
  if (!own_) return below;
  for (const Member& member : request_.others) {
    std::string_view name = member.path;
    if (!prefix.empty()) {
      if (!name.starts_with(prefix) || name.substr(prefix.size(), 1) != ".") continue;
      name.remove_prefix(prefix.size() + 1);
    }
    if (!name.contains('.')) below.emplace_back(name, &member);
  }
  return below;
}

void Writer::WriteOthersBelow(std::string_view prefix) {
  for (const auto& [name, member] : OthersBelow(prefix)) json_.Key(name).Raw(member->json);
}

std::vector<Message> Writer::Messages() const {
  std::vector<Message> messages;
  for (std::size_t i = 0; i < request_.turns.size(); ++i) {
    const Turn& turn = request_.turns[i];
    const std::string_view side = SideOf(turn.role);
    for (std::size_t j = 0; j < turn.blocks.size(); ++j) {
      if (!blocks_.Says(turn.blocks[j])) continue;
      if (messages.empty() || messages.back().role != side) {
        messages.push_back({.role = side, .results = {}, .others = {}});
      }
      const bool result = std::holds_alternative<ResultBlock>(turn.blocks[j].content);
      (result ? messages.back().results : messages.back().others)
          .push_back({&turn.blocks[j], At(At("turns", i) + ".blocks", j)});
    }
  }
  return messages;
}

Status Writer::Turns() {
  std::vector<Message> messages = Messages();
  if (!messages.empty() && messages.front().role == "system") {
    json_.Key("system");
    if (auto written = Content(messages.front()); !written) return written;
    messages.erase(messages.begin());
  }
  if (messages.empty()) return Malformed("turns", "Bedrock Converse needs at least one turn of the user");
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
  json_.BeginArray();
  for (const auto* list : {&message.results, &message.others}) {
    for (const Placed& placed : *list) {
      if (auto written = blocks_.Write(*placed.block, placed.path, json_); !written) return written;
    }
  }
  json_.EndArray();
  return {};
}

Status Writer::Inference() {
  const Sampling& sampling = request_.sampling;
  const bool any = sampling.output_tokens_max || sampling.temperature || sampling.top_p ||
                   !sampling.stop.empty() || !OthersBelow("inferenceConfig").empty();
  if (!any) return {};
  json_.Key("inferenceConfig").BeginObject();
  if (sampling.output_tokens_max) json_.Key("maxTokens").Integer(*sampling.output_tokens_max);
  if (sampling.temperature) {
    if (*sampling.temperature > kTemperatureMax) {
      Found(Feature::kTemperature, "sampling.temperature",
            "Bedrock Converse takes at most 1; it was set to 1");
    }
    json_.Key("temperature").Number(std::min(*sampling.temperature, kTemperatureMax));
  }
  if (sampling.top_p) json_.Key("topP").Number(*sampling.top_p);
  if (!sampling.stop.empty()) {
    json_.Key("stopSequences").BeginArray();
    for (const std::string& sequence : sampling.stop) json_.String(sequence);
    json_.EndArray();
  }
  WriteOthersBelow("inferenceConfig");
  json_.EndObject();
  return {};
}

/// The names of the tools that the history calls.
std::vector<std::string> Writer::CalledTools() const {
  std::set<std::string> names;
  for (const Turn& turn : request_.turns) {
    for (const Block& block : turn.blocks) {
      if (const auto* call = std::get_if<CallBlock>(&block.content)) names.insert(call->name);
    }
  }
  return {names.begin(), names.end()};
}

Status Writer::Tools() {
  const std::vector<std::string> called = request_.tools.empty() ? CalledTools() : std::vector<std::string>();
  if (request_.tools.empty() && called.empty()) return {};
  json_.Key("toolConfig").BeginObject().Key("tools").BeginArray();
  if (auto written = OfferedTools(); !written) return written;
  for (const std::string& name : called) {
    Found(Feature::kToolFunction, "tools",
          "Bedrock Converse wants the tools of earlier calls offered again; \"" + name + "\" was added");
    json_.BeginObject().Key("toolSpec").BeginObject().Key("name").String(name);
    json_.Key("inputSchema").Raw(R"({"json":{"type":"object"}})").EndObject().EndObject();
  }
  json_.EndArray();
  Choice();
  WriteOthersBelow("toolConfig");
  json_.EndObject();
  return {};
}

Status Writer::OfferedTools() {
  for (std::size_t i = 0; i < request_.tools.size(); ++i) {
    const ToolDefinition& tool = request_.tools[i];
    if (auto written = Tool(tool, At("tools", i)); !written) return written;
    if (tool.cache_s > 0) converse::WriteCachePoint(tool.cache_s, json_);
  }
  return {};
}

Status Writer::Tool(const ToolDefinition& tool, const std::string& path) {
  if (own_ && !tool.original.empty()) {
    json_.Raw(tool.original);
    return {};
  }
  const auto schema = own_ ? Result<std::string>(tool.schema) : SchemaFor(Dialect::kBedrockConverse, tool);
  if (!schema) return base::Within(path, schema.error());
  json_.BeginObject().Key("toolSpec").BeginObject().Key("name").String(tool.name);
  if (!tool.description.empty()) json_.Key("description").String(tool.description);
  json_.Key("inputSchema").BeginObject().Key("json").Raw(*schema).EndObject();
  if (tool.strict) json_.Key("strict").Bool(*tool.strict);
  json_.EndObject().EndObject();
  return {};
}

void Writer::Choice() {
  using Kind = ToolChoice::Kind;
  const ToolChoice& choice = request_.tool_choice;
  switch (choice.kind) {
    case Kind::kUnsaid:
    case Kind::kNone:  // the table says that there is no such thing
      return;
    case Kind::kAuto:
      json_.Key("toolChoice").Raw(R"({"auto":{}})");
      return;
    case Kind::kAny:
      json_.Key("toolChoice").Raw(R"({"any":{}})");
      return;
    case Kind::kNamed:
      if (choice.names.empty()) return;
      json_.Key("toolChoice").BeginObject().Key("tool").BeginObject();
      json_.Key("name").String(choice.names.front()).EndObject().EndObject();
      return;
  }
}

Status Writer::Output() {
  const AnswerFormat& format = request_.format;
  const std::string& effort = request_.reasoning.effort;
  const bool schema = format.kind == AnswerFormat::Kind::kSchema;
  if (!schema && effort.empty() && OthersBelow("outputConfig").empty()) return {};
  json_.Key("outputConfig").BeginObject();
  if (!effort.empty()) json_.Key("effort").String(effort);
  if (schema) {
    const auto fitting =
        own_ ? Result<std::string>(format.schema) : AnswerSchemaFor(Dialect::kBedrockConverse, format);
    if (!fitting) return base::Within("format", fitting.error());
    json_.Key("textFormat").BeginObject().Key("type").String("json_schema");
    json_.Key("structure").BeginObject().Key("jsonSchema").BeginObject();
    json_.Key("schema").String(*fitting);
    if (!format.name.empty()) json_.Key("name").String(format.name);
    if (!format.description.empty()) json_.Key("description").String(format.description);
    WriteOthersBelow("outputConfig.textFormat.structure.jsonSchema");
    json_.EndObject().EndObject();
    WriteOthersBelow("outputConfig.textFormat");
    json_.EndObject();
  }
  WriteOthersBelow("outputConfig");
  json_.EndObject();
  return {};
}

void Writer::Metadata() {
  std::map<std::string, std::string> fitting;
  for (const auto& [key, value] : request_.metadata) {
    const bool fits =
        !key.empty() && IsMetadataText(key) && IsMetadataText(value) && fitting.size() < kMetadataMax;
    if (fits || own_) {
      fitting[key] = value;
    } else {
      Found(Feature::kMetadata, "metadata." + key, "Bedrock Converse takes no such entry; it was left out");
    }
  }
  if (fitting.empty()) return;
  json_.Key("requestMetadata").BeginObject();
  for (const auto& [key, value] : fitting) json_.Key(key).String(value);
  json_.EndObject();
}

}  // namespace

Result<std::string> WriteConverseRequest(const ExchangeRequest& request, WriteContext& context) {
  return Writer(request, context).Write();
}

}  // namespace proviso::protocol::internal
