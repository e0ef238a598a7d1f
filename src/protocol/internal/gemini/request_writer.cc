// An Exchange as the body of :generateContent.
//
// Results stand together in one content behind their calls, as Gemini wants them; each names its
// tool. A call that Gemini did not sign gets the word that Google documents for that (signatures.h).
// From Gemini 3 on reasoning is a level; before, a number of tokens.
#include <algorithm>
#include <map>

#include "base/json_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/gemini/names.h"
#include "protocol/internal/gemini/parts.h"
#include "protocol/internal/gemini/signatures.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Result;
using base::Status;

std::string Upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

class Writer {
 public:
  Writer(const ExchangeRequest& request, WriteContext& context)
      : request_(request), context_(context), native_(request.dialect == Dialect::kGemini) {}

  Result<std::string> Write();

 private:
  struct Content {
    std::string_view role;
    bool results = false;
    std::vector<std::string> parts;
  };

  void Warn(Feature feature, const std::string& path, std::string message, Disposal disposal);
  Status AddTurn(const Turn& turn, const std::string& path);
  Result<std::string> PartOf(const Block& block, const Turn& turn, const std::string& path);
  Result<std::string> Call(const CallBlock& call, const std::string& path);
  Result<std::string> Answer(const ResultBlock& result, const std::string& path);
  Result<std::string> Media(const MediaBlock& media, const std::string& path);
  void WriteContents();
  Status WriteTools();
  void WriteToolConfig();
  Status WriteConfig();
  void WriteSampling();
  Status WriteFormat();
  void WriteThinking();
  /// The members that only Gemini has, whose path begins with `prefix`.
  void WriteOthers(std::string_view prefix);
  [[nodiscard]] bool HasOthers(std::string_view prefix) const;

  const ExchangeRequest& request_;
  WriteContext& context_;
  bool native_;
  JsonWriter json_;
  std::vector<std::string> system_;
  std::vector<Content> contents_;
  std::map<std::string, std::string> called_;  // the names of calls, by id
  bool signed_step_ = false;                   // a call of this turn has a signature, or a word for it
};

void Writer::Warn(Feature feature, const std::string& path, std::string message, Disposal disposal) {
  context_.findings.push_back({feature, path, path + ": " + std::move(message), disposal});
}

Result<std::string> Writer::Write() {
  std::size_t rank = 0;
  for (const Turn& turn : request_.turns) {
    if (auto added = AddTurn(turn, At("turns", rank++)); !added) return std::unexpected(added.error());
  }
  json_.BeginObject();
  WriteContents();
  if (auto tools = WriteTools(); !tools) return std::unexpected(tools.error());
  WriteToolConfig();
  if (auto config = WriteConfig(); !config) return std::unexpected(config.error());
  WriteOthers("");
  return json_.EndObject().Take();
}

Status Writer::AddTurn(const Turn& turn, const std::string& path) {
  const bool system = turn.role == Role::kSystem || turn.role == Role::kDeveloper;
  if (system && !contents_.empty()) return Malformed(path, "Gemini takes a system prompt only at the start");
  signed_step_ = false;
  bool begun = false;
  std::size_t rank = 0;
  for (const Block& block : turn.blocks) {
    auto part = PartOf(block, turn, At(path + ".blocks", rank++));
    if (!part) return std::unexpected(part.error());
    if (part->empty()) continue;
    if (system) {
      system_.push_back(std::move(*part));
      continue;
    }
    const std::string_view role = turn.role == Role::kAssistant ? "model" : "user";
    const bool result = std::holds_alternative<ResultBlock>(block.content);
    const bool joins = !contents_.empty() && contents_.back().role == role &&
                       contents_.back().results == result && (result || begun);
    if (!joins) contents_.push_back({.role = role, .results = result, .parts = {}});
    contents_.back().parts.push_back(std::move(*part));
    begun = true;
  }
  return {};
}

Result<std::string> Writer::PartOf(const Block& block, const Turn& turn, const std::string& path) {
  if (native_ && !block.original.empty()) return block.original;
  if (const auto* text = std::get_if<TextBlock>(&block.content)) return gemini::TextPart(text->text);
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) return gemini::TextPart(refusal->text);
  if (const auto* call = std::get_if<CallBlock>(&block.content)) return Call(*call, path);
  if (const auto* result = std::get_if<ResultBlock>(&block.content)) return Answer(*result, path);
  if (const auto* media = std::get_if<MediaBlock>(&block.content)) return Media(*media, path);
  const auto* reasoning = std::get_if<ReasoningBlock>(&block.content);
  if (reasoning == nullptr || turn.role != Role::kAssistant) return std::string();
  if (!reasoning->text.empty()) return gemini::ThoughtPart(reasoning->text, reasoning->signature);
  return reasoning->signature.empty() ? std::string() : gemini::SignaturePart(reasoning->signature);
}

Result<std::string> Writer::Call(const CallBlock& call, const std::string& path) {
  const auto arguments = gemini::ArgumentsObject(call.arguments);
  if (!arguments) return Malformed(path, arguments.error().message);
  CallBlock written = call;
  written.id = CallIdFor(Dialect::kGemini, context_.translation.profile, call.id);
  called_[call.id] = call.name;
  std::string signature = call.signature;
  if (signature.empty() && !signed_step_ && gemini::WantsSignedCalls(context_.translation.model)) {
    signature = gemini::kNoSignature;
  }
  signed_step_ = signed_step_ || !signature.empty();
  return gemini::CallPart(written, *arguments, signature);
}

Result<std::string> Writer::Answer(const ResultBlock& result, const std::string& path) {
  std::string name = result.name;
  if (const auto call = called_.find(result.call_id); name.empty() && call != called_.end())
    name = call->second;
  if (name.empty())
    return Malformed(path, "Gemini needs the tool's name, and no call with this id stands before");
  const bool failed = result.status == ResultBlock::Status::kError;
  JsonWriter json;
  json.BeginObject().Key("functionResponse").BeginObject();
  json.Key("id").String(CallIdFor(Dialect::kGemini, context_.translation.profile, result.call_id));
  json.Key("name").String(name).Key("response");
  if (!result.json.empty() && gemini::ArgumentsObject(result.json)) {
    json.Raw(result.json);
  } else {
    json.BeginObject().Key(failed ? "error" : "output");
    result.json.empty() ? json.String(PlainText(result.content)) : json.Raw(result.json);
    json.EndObject();
  }
  std::vector<std::string> media_parts;
  for (std::size_t i = 0; i < result.content.size(); ++i) {
    const auto* media = std::get_if<MediaBlock>(&result.content[i].content);
    if (media == nullptr) continue;
    auto part = Media(*media, At(path + ".content", i));
    if (!part) return part;
    media_parts.push_back(std::move(*part));
  }
  if (!media_parts.empty()) {
    json.Key("parts").BeginArray();
    for (const std::string& part : media_parts) json.Raw(part);
    json.EndArray();
  }
  return json.EndObject().EndObject().Take();
}

/// By the ending of a URL's path; "" when it tells nothing.
std::string_view TypeByEnding(std::string_view url) {
  constexpr std::pair<std::string_view, std::string_view> kEndings[] = {
      {".png", "image/png"},       {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}, {".webp", "image/webp"},
      {".pdf", "application/pdf"}, {".mp3", "audio/mp3"},  {".wav", "audio/wav"},   {".mp4", "video/mp4"}};
  url = url.substr(0, url.find_first_of("?#"));
  for (const auto& [ending, type] : kEndings) {
    if (url.ends_with(ending)) return type;
  }
  return "";
}

Result<std::string> Writer::Media(const MediaBlock& media, const std::string& path) {
  MediaBlock written = media;
  if (media.kind == MediaBlock::Kind::kImage && media.media_type == "image/gif") {
    return Malformed(path, "Gemini takes no image/gif; send PNG, JPEG or WebP");
  }
  if (!media.base64.empty() && media.media_type.empty()) {
    return Malformed(path, "Gemini needs the media type of inline data");
  }
  if (!media.url.empty() && media.media_type.empty()) written.media_type = TypeByEnding(media.url);
  if (!native_ && !media.name.empty()) {
    Warn(Feature::kBlockDetail, path, "Gemini has no place for the file's name; it was left out",
         Disposal::kDrop);
  }
  if (!media.detail.empty() && media.detail != "auto") {
    Warn(Feature::kBlockDetail, path, "the image's detail was left out", Disposal::kDrop);
  }
  return gemini::MediaPart(written);
}

void Writer::WriteContents() {
  if (!system_.empty()) {
    json_.Key("systemInstruction").BeginObject().Key("parts").BeginArray();
    for (const std::string& part : system_) json_.Raw(part);
    json_.EndArray().EndObject();
  }
  json_.Key("contents").BeginArray();
  for (const Content& content : contents_) {
    json_.BeginObject().Key("role").String(content.role).Key("parts").BeginArray();
    for (const std::string& part : content.parts) json_.Raw(part);
    json_.EndArray().EndObject();
  }
  json_.EndArray();
}

Status Writer::WriteTools() {
  if (request_.tools.empty()) return {};
  json_.Key("tools").BeginArray();
  JsonWriter functions;
  functions.BeginArray();
  bool any = false;
  for (std::size_t i = 0; i < request_.tools.size(); ++i) {
    const ToolDefinition& tool = request_.tools[i];
    if (!tool.provider_type.empty()) {
      json_.Raw(tool.original);
      continue;
    }
    any = true;
    if (native_ && !tool.original.empty()) {
      functions.Raw(tool.original);
      continue;
    }
    functions.BeginObject().Key("name").String(tool.name);
    if (!tool.description.empty()) functions.Key("description").String(tool.description);
    if (!tool.schema.empty()) {
      const auto schema = SchemaFor(Dialect::kGemini, tool);
      if (!schema) return base::Within("tools[" + std::to_string(i) + "].schema", schema.error());
      functions.Key("parametersJsonSchema").Raw(*schema);
    }
    functions.EndObject();
  }
  functions.EndArray();
  if (any) json_.BeginObject().Key("functionDeclarations").Raw(functions.Take()).EndObject();
  json_.EndArray();
  return {};
}

std::string_view ModeOf(const ToolChoice& choice) {
  switch (choice.kind) {
    case ToolChoice::Kind::kUnsaid:
      return "";
    case ToolChoice::Kind::kAuto:
      return choice.names.empty() ? "AUTO" : "VALIDATED";  // only that mode heeds the names
    case ToolChoice::Kind::kNone:
      return "NONE";
    case ToolChoice::Kind::kAny:
    case ToolChoice::Kind::kNamed:
      return "ANY";
  }
  return "";
}

void Writer::WriteToolConfig() {
  const std::string_view mode = ModeOf(request_.tool_choice);
  if (mode.empty() && !HasOthers("toolConfig.")) return;
  constexpr std::string_view kCalling = "toolConfig.functionCallingConfig.";
  json_.Key("toolConfig").BeginObject();
  if (!mode.empty() || HasOthers(kCalling)) {
    json_.Key("functionCallingConfig").BeginObject();
    if (!mode.empty() && !HasOthers(kCalling)) json_.Key("mode").String(mode);
    if (!request_.tool_choice.names.empty()) {
      json_.Key("allowedFunctionNames").BeginArray();
      for (const std::string& name : request_.tool_choice.names) json_.String(name);
      json_.EndArray();
    }
    WriteOthers(kCalling);
    json_.EndObject();
  }
  WriteOthers("toolConfig.");
  json_.EndObject();
}

Status Writer::WriteConfig() {
  json_.Key("generationConfig").BeginObject();
  WriteSampling();
  if (auto format = WriteFormat(); !format) return format;
  WriteThinking();
  WriteOthers("generationConfig.");
  json_.EndObject();
  return {};
}

void Writer::WriteSampling() {
  const Sampling& sampling = request_.sampling;
  const auto number = [&](std::string_view name, const std::optional<double>& value) {
    if (value) json_.Key(name).Number(*value);
  };
  const auto integer = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) json_.Key(name).Integer(*value);
  };
  integer("maxOutputTokens", sampling.output_tokens_max);
  number("temperature", sampling.temperature);
  number("topP", sampling.top_p);
  integer("topK", sampling.top_k);
  number("presencePenalty", sampling.presence_penalty);
  number("frequencyPenalty", sampling.frequency_penalty);
  integer("seed", sampling.seed);
  if (sampling.choices > 1) json_.Key("candidateCount").Integer(sampling.choices);
  if (!sampling.stop.empty()) {
    json_.Key("stopSequences").BeginArray();
    for (const std::string& stop : sampling.stop) json_.String(stop);
    json_.EndArray();
  }
  if (sampling.log_probabilities) {
    json_.Key("responseLogprobs").Bool(true).Key("logprobs").Integer(*sampling.log_probabilities);
  }
}

Status Writer::WriteFormat() {
  switch (request_.format.kind) {
    case AnswerFormat::Kind::kText:
      return {};
    case AnswerFormat::Kind::kJson:
      json_.Key("responseMimeType").String("application/json");
      return {};
    case AnswerFormat::Kind::kSchema:
      break;
  }
  const auto schema = AnswerSchemaFor(Dialect::kGemini, request_.format);
  if (!schema) return base::Within("format.schema", schema.error());
  json_.Key("responseMimeType").String("application/json").Key("responseJsonSchema").Raw(*schema);
  return {};
}

/// What Google's own OpenAI-compatible server makes of an effort; nothing for a word it does not know.
std::optional<std::int64_t> BudgetOf(std::string_view effort) {
  constexpr std::pair<std::string_view, std::int64_t> kBudgets[] = {
      {"none", 0},      {"minimal", 1024}, {"low", 1024},  {"medium", 8192},
      {"high", 24'576}, {"xhigh", 24'576}, {"max", 24'576}};
  for (const auto& [word, tokens] : kBudgets) {
    if (word == effort) return tokens;
  }
  return std::nullopt;
}

void Writer::WriteThinking() {
  using Mode = ReasoningChoice::Mode;
  using Show = ReasoningChoice::Show;
  const ReasoningChoice& reasoning = request_.reasoning;
  const std::string& model = context_.translation.model;
  const bool levels = gemini::GenerationOf(model) >= 3 || (native_ && !reasoning.effort.empty());
  std::string level;
  std::optional<std::int64_t> budget = reasoning.budget_tokens;
  if (budget) {
    // A budget is exact; where an effort stands beside it, the budget says the same more precisely.
  } else if (!reasoning.effort.empty() && BudgetOf(reasoning.effort)) {
    if (levels) {
      level = Upper(reasoning.effort == "max" ? "xhigh" : reasoning.effort);
    } else {
      budget = BudgetOf(reasoning.effort);
    }
  } else if (reasoning.mode == Mode::kOff) {
    if (levels) level = "NONE";
    if (!levels) budget = 0;
  } else if (reasoning.mode == Mode::kAdaptive && !levels) {
    budget = -1;
  }
  if (level == "NONE") {
    level = "MINIMAL";
    Warn(Feature::kReasoningEffort, "reasoning",
         "\"" + model + "\" cannot be kept from reasoning; the least was asked for", Disposal::kWarn);
  }
  const bool on = reasoning.mode == Mode::kOn || reasoning.mode == Mode::kAdaptive;
  const bool shown = reasoning.show == Show::kSummary || (on && !native_ && reasoning.show == Show::kUnsaid);
  if (level.empty() && !budget && !shown && reasoning.show == Show::kUnsaid &&
      !HasOthers("generationConfig.thinkingConfig.")) {
    return;
  }
  json_.Key("thinkingConfig").BeginObject();
  if (!level.empty()) json_.Key("thinkingLevel").String(level);
  if (budget) json_.Key("thinkingBudget").Integer(*budget);
  if (shown || reasoning.show == Show::kHidden) json_.Key("includeThoughts").Bool(shown);
  WriteOthers("generationConfig.thinkingConfig.");
  json_.EndObject();
}

/// The rest of the path when the member stands in the object `prefix` itself.
std::string_view Inside(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return "";
  const std::string_view name = path.substr(prefix.size());
  return name.contains('.') ? std::string_view() : name;
}

bool Writer::HasOthers(std::string_view prefix) const {
  return native_ && std::ranges::any_of(request_.others, [&](const Member& member) {
           return member.path.starts_with(prefix);
         });
}

void Writer::WriteOthers(std::string_view prefix) {
  if (!native_) return;
  for (const Member& member : request_.others) {
    const std::string_view name = Inside(member.path, prefix);
    if (!name.empty()) json_.Key(name).Raw(member.json);
  }
}

}  // namespace

Result<std::string> WriteGeminiRequest(const ExchangeRequest& request, WriteContext& context) {
  return Writer(request, context).Write();
}

}  // namespace proviso::protocol::internal
