// The body of POST /model/MODEL/converse (and of count-tokens, inside its `input`) as an Exchange.
//
// A user turn that holds tool results is split: each result becomes a turn of Role::kTool, as in the
// dialects whose results are messages of their own; what stands between them stays the user's.
// Members in a model's own format (additionalModelRequestFields) stay as they are: what they mean
// depends on the model.
#include <algorithm>
#include <utility>

#include "protocol/internal/anthropic/block_reader.h"
#include "protocol/internal/converse/block_reader.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/members.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"
#include "protocol/origin.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::JsonMember;
using base::Result;
using base::Status;

/// The member as an object; missing when absent or null; fails on another kind.
Result<Json> ObjectMember(Json object, std::string_view key, std::string_view where = "") {
  const Json value = object.Find(key);
  if (Absent(value)) return Json();
  if (value.is_object()) return value;
  return Malformed(where.empty() ? std::string(key) : std::string(where) + "." + std::string(key),
                   "must be an object");
}

Result<std::optional<double>> NumberMember(Json object, std::string_view key, std::string_view where) {
  const Json value = object.Find(key);
  if (Absent(value)) return std::nullopt;
  if (!value.is_number()) return Malformed(std::string(where) + "." + std::string(key), "must be a number");
  return value.number();
}

/// Another dialect's reasoning that had no words comes back so (converse/answer_blocks.h).
void MarkWordless(std::vector<Block>& blocks) {
  for (Block& block : blocks) {
    auto* reasoning = std::get_if<ReasoningBlock>(&block.content);
    if (reasoning == nullptr || !reasoning->text.empty() || !OpenOrigin(reasoning->signature)) continue;
    reasoning->form = ReasoningBlock::Form::kRedacted;
  }
}

class Reader {
 public:
  Reader(Json root, ExchangeRequest& out) : root_(root), out_(out) {}

  Status Read() {
    for (const auto step : {&Reader::System, &Reader::Messages, &Reader::Tools, &Reader::Inference,
                            &Reader::Output, &Reader::Metadata}) {
      if (auto read = (this->*step)(); !read) return read;
    }
    KeepOthers(root_.Find("additionalModelRequestFields"), "additionalModelRequestFields", {}, out_.others);
    KeepOthers(root_, "",
               {"messages", "system", "toolConfig", "inferenceConfig", "outputConfig", "requestMetadata",
                "additionalModelRequestFields"},
               out_.others);
    return {};
  }

 private:
  Status System();
  Status Messages();
  void AddTurns(Role role, Json message, std::vector<Block> blocks);
  Status Tools();
  Status Tool(Json entry, const std::string& where);
  Status ToolSpec(Json spec, Json entry, const std::string& where);
  Status Choice(Json config);
  Status Inference();
  Status Output();
  Status Format(Json format);
  Status Metadata();

  Json root_;
  ExchangeRequest& out_;
};

Status Reader::System() {
  const Json system = root_.Find("system");
  auto blocks = converse::ReadBlocks(system, "system");
  if (!blocks) return std::unexpected(blocks.error());
  if (!blocks->empty()) AddTurns(Role::kSystem, system, std::move(*blocks));
  return {};
}

Status Reader::Messages() {
  std::size_t rank = 0;
  for (const Json message : root_.Find("messages").elements()) {
    const std::string where = At("messages", rank++);
    const Json role = message.Find("role");
    auto blocks = converse::ReadBlocks(message.Find("content"), where + ".content");
    if (!blocks) return std::unexpected(blocks.error());
    KeepOthers(message, where, {"role", "content"}, out_.others);
    if (role.equals("user")) {
      AddTurns(Role::kUser, message, std::move(*blocks));
    } else if (role.equals("assistant")) {
      MarkWordless(*blocks);
      anthropic::JoinCallSignatures(*blocks);
      AddTurns(Role::kAssistant, message, std::move(*blocks));
    } else if (role.equals("system")) {
      AddTurns(Role::kSystem, message, std::move(*blocks));
    } else {
      return Malformed(where + ".role", "must be user, assistant or system");
    }
  }
  return {};
}

void Reader::AddTurns(Role role, Json message, std::vector<Block> blocks) {
  bool continues = false;  // the last turn takes more blocks of this message
  for (Block& block : blocks) {
    const bool result = role == Role::kUser && std::holds_alternative<ResultBlock>(block.content);
    if (result || !continues) {
      out_.turns.push_back(
          {.role = result ? Role::kTool : role, .blocks = {}, .name = "", .source = RangeOf(message)});
    }
    continues = !result;
    out_.turns.back().blocks.push_back(std::move(block));
  }
}

Status Reader::ToolSpec(Json spec, Json entry, const std::string& where) {
  auto description = StringMember(spec, "description", where);
  if (!description) return std::unexpected(description.error());
  ToolDefinition tool;
  tool.name = spec.Find("name").text();
  tool.description = std::move(*description);
  tool.schema = spec.Find("inputSchema").Find("json").raw();
  const Json strict = spec.Find("strict");
  if (!Absent(strict) && !strict.is_bool()) return Malformed(where + ".strict", "must be true or false");
  if (strict.is_bool()) tool.strict = strict.is_true();
  const bool plain = entry.size() == 1 &&
                     HasValuesOnly(spec, {"name", "description", "inputSchema", "strict"}) &&
                     HasValuesOnly(spec.Find("inputSchema"), {"json"});
  if (!plain) tool.original = entry.raw();
  out_.tools.push_back(std::move(tool));
  return {};
}

Status Reader::Tool(Json entry, const std::string& where) {
  if (const Json spec = entry.Find("toolSpec"); spec.is_object()) {
    return ToolSpec(spec, entry, where + ".toolSpec");
  }
  const std::int64_t cache_s = converse::CacheSeconds(entry);
  if (cache_s != 0 && !out_.tools.empty() && out_.tools.back().cache_s == 0) {
    out_.tools.back().cache_s = cache_s;
    return {};
  }
  for (const JsonMember member : entry.members()) {
    ToolDefinition tool;
    tool.provider_type = member.key.text();
    tool.name = member.value.Find("name").text();
    if (tool.name.empty()) tool.name = tool.provider_type;
    tool.original = entry.raw();
    out_.tools.push_back(std::move(tool));
    break;  // the original holds the rest
  }
  return {};
}

Status Reader::Tools() {
  const Json config = root_.Find("toolConfig");
  std::size_t rank = 0;
  for (const Json entry : config.Find("tools").elements()) {
    if (auto read = Tool(entry, At("toolConfig.tools", rank++)); !read) return read;
  }
  KeepOthers(config, "toolConfig", {"tools", "toolChoice"}, out_.others);
  return Choice(config);
}

Status Reader::Choice(Json config) {
  const auto choice = ObjectMember(config, "toolChoice", "toolConfig");
  if (!choice) return std::unexpected(choice.error());
  if (choice->missing()) return {};
  using Kind = ToolChoice::Kind;
  if (const Json tool = choice->Find("tool"); tool.is_object()) {
    auto name = StringMember(tool, "name", "toolConfig.toolChoice.tool");
    if (!name) return std::unexpected(name.error());
    if (name->empty()) return Malformed("toolConfig.toolChoice.tool.name", "must be a string");
    out_.tool_choice.kind = Kind::kNamed;
    out_.tool_choice.names.push_back(std::move(*name));
  } else if (choice->Find("any").is_object()) {
    out_.tool_choice.kind = Kind::kAny;
  } else if (choice->Find("auto").is_object()) {
    out_.tool_choice.kind = Kind::kAuto;
  }
  if (out_.tool_choice.kind == Kind::kUnsaid || choice->size() != 1) {
    return Malformed("toolConfig.toolChoice", "must be one of auto, any and tool");
  }
  return {};
}

Status Reader::Inference() {
  const Json config = root_.Find("inferenceConfig");
  Sampling& sampling = out_.sampling;
  sampling.output_tokens_max = config.Find("maxTokens").integer();
  const auto temperature = NumberMember(config, "temperature", "inferenceConfig");
  if (!temperature) return std::unexpected(temperature.error());
  const auto top_p = NumberMember(config, "topP", "inferenceConfig");
  if (!top_p) return std::unexpected(top_p.error());
  sampling.temperature = *temperature;
  sampling.top_p = *top_p;
  const Json stop = config.Find("stopSequences");
  if (!Absent(stop) && !stop.is_array())
    return Malformed("inferenceConfig.stopSequences", "must be an array");
  for (const Json sequence : stop.elements()) {
    if (!sequence.is_string()) {
      return Malformed(At("inferenceConfig.stopSequences", sampling.stop.size()), "must be a string");
    }
    sampling.stop.push_back(sequence.text());
  }
  KeepOthers(config, "inferenceConfig", {"maxTokens", "temperature", "topP", "stopSequences"}, out_.others);
  return {};
}

Status Reader::Output() {
  const auto config = ObjectMember(root_, "outputConfig");
  if (!config) return std::unexpected(config.error());
  auto effort = StringMember(*config, "effort", "outputConfig");
  if (!effort) return std::unexpected(effort.error());
  out_.reasoning.effort = std::move(*effort);
  const auto format = ObjectMember(*config, "textFormat", "outputConfig");
  if (!format) return std::unexpected(format.error());
  KeepOthers(*config, "outputConfig", {"effort", "textFormat"}, out_.others);
  return format->missing() ? Status() : Format(*format);
}

Status Reader::Format(Json format) {
  const std::string where = "outputConfig.textFormat";
  const Json definition = format.Find("structure").Find("jsonSchema");
  if (!format.Find("type").equals("json_schema") || !definition.is_object()) {
    return Malformed(where, "must be of type json_schema, with structure.jsonSchema");
  }
  const Json schema = definition.Find("schema");
  const std::string text = schema.text();
  const auto document = base::JsonDocument::Parse(text);
  if (!document || !document->root().is_object()) {
    return Malformed(where + ".structure.jsonSchema.schema", "must be the text of a JSON object");
  }
  auto name = StringMember(definition, "name", where);
  if (!name) return std::unexpected(name.error());
  auto description = StringMember(definition, "description", where);
  if (!description) return std::unexpected(description.error());
  out_.format = {.kind = AnswerFormat::Kind::kSchema,
                 .name = std::move(*name),
                 .description = std::move(*description),
                 .schema = text,
                 .strict = {}};
  KeepOthers(format, where, {"type", "structure"}, out_.others);
  KeepOthers(definition, where + ".structure.jsonSchema", {"schema", "name", "description"}, out_.others);
  return {};
}

Status Reader::Metadata() {
  const auto metadata = ObjectMember(root_, "requestMetadata");
  if (!metadata) return std::unexpected(metadata.error());
  for (const JsonMember member : metadata->members()) {
    if (!member.value.is_string()) {
      return Malformed("requestMetadata." + member.key.text(), "must be a string");
    }
    out_.metadata[member.key.text()] = member.value.text();
  }
  return {};
}

}  // namespace

Status ReadConverseExchange(Json root, ExchangeRequest& out) {
  const Json counted = root.Find("input").Find("converse");
  return Reader(counted.is_object() ? counted : root, out).Read();
}

}  // namespace proviso::protocol::internal
