#include <algorithm>
#include <map>

#include "protocol/internal/chat/request_pieces.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Status;
using Has = ProfileTraits::Has;

class SettingsWriter {
 public:
  SettingsWriter(const ChatWriting& writing, JsonWriter& json)
      : writing_(writing), request_(writing.request), traits_(writing.traits), json_(json) {
    if (!writing.own()) return;
    for (const Member& member : request_.others) {
      if (member.path.starts_with("messages[")) continue;
      const std::size_t dot = member.path.find('.');
      others_[member.path.substr(0, dot)].push_back(
          {dot == std::string::npos ? "" : member.path.substr(dot + 1), &member});
    }
  }

  Status Write();

 private:
  /// A member inside a top-level one that is also typed ("stream_options.include_obfuscation").
  struct Nested {
    std::string path;
    const Member* member;
  };

  Status WriteSampling();
  Status WritePenalties();
  Status WriteStop();
  Status WriteLogProbabilities();
  Status WriteFormat();
  Status WriteReasoning();
  void WriteThinking();
  Status WriteStream();
  Status WriteUser();
  Status WriteOthers();
  /// The members of `others_[key]` into the open object, and forgets them.
  void WriteNested(const std::string& key);

  const ChatWriting& writing_;
  const ExchangeRequest& request_;
  const ProfileTraits& traits_;
  JsonWriter& json_;
  std::map<std::string, std::vector<Nested>> others_;
};

Status SettingsWriter::Write() {
  using Step = Status (SettingsWriter::*)();
  for (const Step step :
       {&SettingsWriter::WriteFormat, &SettingsWriter::WriteReasoning, &SettingsWriter::WriteSampling,
        &SettingsWriter::WritePenalties, &SettingsWriter::WriteStop, &SettingsWriter::WriteLogProbabilities,
        &SettingsWriter::WriteUser, &SettingsWriter::WriteStream, &SettingsWriter::WriteOthers}) {
    if (auto written = (this->*step)(); !written) return written;
  }
  return {};
}

void SettingsWriter::WriteNested(const std::string& key) {
  const auto found = others_.find(key);
  if (found == others_.end()) return;
  for (const Nested& nested : found->second) json_.Key(nested.path).Raw(nested.member->json);
  others_.erase(found);
}

Status SettingsWriter::WriteFormat() {
  const AnswerFormat& format = request_.format;
  switch (format.kind) {
    case AnswerFormat::Kind::kText:
      return {};
    case AnswerFormat::Kind::kJson:
      json_.Key("response_format").BeginObject().Key("type").String("json_object").EndObject();
      return {};
    case AnswerFormat::Kind::kSchema:
      break;
  }
  if (traits_.answer_schema == Has::kNo)
    return LeaveOut(writing_, Feature::kAnswerSchema, "format", "has no answers by JSON Schema");
  json_.Key("response_format").BeginObject().Key("type").String("json_schema");
  json_.Key("json_schema").BeginObject();
  json_.Key("name").String(format.name.empty() ? "answer" : format.name);
  if (!format.description.empty()) json_.Key("description").String(format.description);
  if (!format.schema.empty()) {
    const auto schema = writing_.own() ? base::Result<std::string>(format.schema)
                                       : AnswerSchemaFor(Dialect::kOpenAiChat, format);
    if (!schema) return base::Within("format.schema", schema.error());
    json_.Key("schema").Raw(*schema);
  }
  if (format.strict) json_.Key("strict").Bool(*format.strict);
  if (const auto found = others_.find("response_format"); found != others_.end()) {
    constexpr std::string_view kWithin = "json_schema.";
    for (const Nested& nested : found->second) {
      if (nested.path.starts_with(kWithin))
        json_.Key(nested.path.substr(kWithin.size())).Raw(nested.member->json);
    }
    others_.erase(found);
  }
  json_.EndObject().EndObject();
  return {};
}

/// A budget in tokens has been taken out before: no server here takes one.
std::string_view EffortOf(const ReasoningChoice& reasoning) {
  if (!reasoning.effort.empty()) return reasoning.effort;
  if (reasoning.mode == ReasoningChoice::Mode::kOff) return "none";
  return "";
}

Status SettingsWriter::WriteReasoning() {
  const ReasoningChoice& reasoning = request_.reasoning;
  if (writing_.own() && traits_.foreign == ProfileTraits::Foreign::kForwarded) {
    if (!reasoning.effort.empty()) json_.Key("reasoning_effort").String(reasoning.effort);
    WriteThinking();
    return {};
  }
  const std::string_view effort = EffortOf(reasoning);
  if (effort.empty()) return {};
  switch (traits_.effort) {
    case ProfileTraits::Effort::kMember:
      json_.Key("reasoning_effort").String(effort);
      return {};
    case ProfileTraits::Effort::kThinking:
      json_.Key("thinking").BeginObject().Key("type");
      json_.String(effort == "none" ? "disabled" : "enabled").EndObject();
      return {};
    case ProfileTraits::Effort::kNone:
      if (effort == "none") return {};
      return LeaveOut(writing_, Feature::kReasoningEffort, "reasoning", "has no reasoning effort");
  }
  return {};
}

void SettingsWriter::WriteThinking() {
  const ReasoningChoice& reasoning = request_.reasoning;
  const bool said = reasoning.mode != ReasoningChoice::Mode::kUnsaid || reasoning.budget_tokens;
  if (!said && !others_.contains("thinking")) return;
  if (const auto whole = others_.find("thinking"); whole != others_.end() && whole->second[0].path.empty())
    return;  // not an object: it is written as it came
  json_.Key("thinking").BeginObject();
  if (reasoning.mode != ReasoningChoice::Mode::kUnsaid) {
    json_.Key("type").String(reasoning.mode == ReasoningChoice::Mode::kOff ? "disabled" : "enabled");
  }
  if (reasoning.budget_tokens) json_.Key("budget_tokens").Integer(*reasoning.budget_tokens);
  WriteNested("thinking");
  json_.EndObject();
}

Status SettingsWriter::WriteSampling() {
  const Sampling& sampling = request_.sampling;
  if (sampling.output_tokens_max) {
    const bool both = others_.contains("max_tokens");
    json_.Key(both ? "max_completion_tokens" : traits_.tokens_member).Integer(*sampling.output_tokens_max);
  }
  if (sampling.temperature) json_.Key("temperature").Number(*sampling.temperature);
  if (sampling.top_p) json_.Key("top_p").Number(*sampling.top_p);
  if (sampling.seed) json_.Key(traits_.seed_member).Integer(*sampling.seed);
  if (sampling.top_k) {
    if (traits_.top_k == Has::kYes || writing_.own()) {
      json_.Key("top_k").Integer(*sampling.top_k);
    } else if (auto left = LeaveOut(writing_, Feature::kTopK, "sampling.top_k", "has no top_k"); !left) {
      return left;
    }
  }
  if (sampling.choices == 1) return {};
  if (traits_.choices == Has::kNo)
    return LeaveOut(writing_, Feature::kChoices, "sampling.choices", "gives one answer at a time");
  json_.Key("n").Integer(sampling.choices);
  return {};
}

Status SettingsWriter::WritePenalties() {
  const Sampling& sampling = request_.sampling;
  for (const auto& [key, value, feature] :
       {std::tuple("presence_penalty", sampling.presence_penalty, Feature::kPresencePenalty),
        std::tuple("frequency_penalty", sampling.frequency_penalty, Feature::kFrequencyPenalty)}) {
    if (!value) continue;
    if (traits_.penalties == Has::kYes) {
      json_.Key(key).Number(*value);
    } else if (auto left = LeaveOut(writing_, feature, "sampling." + std::string(key), "has no penalties");
               !left) {
      return left;
    }
  }
  return {};
}

Status SettingsWriter::WriteStop() {
  const std::vector<std::string>& stop = request_.sampling.stop;
  if (stop.empty()) return {};
  if (traits_.stops_max != 0 && stop.size() > traits_.stops_max) {
    return LeaveOut(writing_, Feature::kStopSequences, "sampling.stop",
                    "takes at most " + std::to_string(traits_.stops_max) + " stop sequences");
  }
  json_.Key("stop").BeginArray();
  for (const std::string& word : stop) json_.String(word);
  json_.EndArray();
  return {};
}

Status SettingsWriter::WriteLogProbabilities() {
  if (!request_.sampling.log_probabilities) return {};
  if (traits_.log_probabilities == Has::kNo) {
    return LeaveOut(writing_, Feature::kLogProbabilities, "sampling.log_probabilities",
                    "gives no log probabilities");
  }
  json_.Key("logprobs").Bool(true);
  if (*request_.sampling.log_probabilities > 0)
    json_.Key("top_logprobs").Integer(*request_.sampling.log_probabilities);
  return {};
}

Status SettingsWriter::WriteUser() {
  const bool takes = traits_.foreign == ProfileTraits::Foreign::kForwarded;
  if (!request_.user.empty()) {
    if (takes) {
      json_.Key(others_.contains("user") ? "safety_identifier" : "user").String(request_.user);
    } else if (auto left = LeaveOut(writing_, Feature::kEndUser, "user", "takes no end user"); !left) {
      return left;
    }
  }
  if (request_.metadata.empty() && !others_.contains("metadata")) return {};
  json_.Key("metadata").BeginObject();
  for (const auto& [key, value] : request_.metadata) json_.Key(key).String(value);
  WriteNested("metadata");
  json_.EndObject();
  return {};
}

/// Usage is asked for on each translated stream: whoever counts tokens must see it. The caller gets it
/// only if the caller asked (AnswerEnvelope::stream_usage).
Status SettingsWriter::WriteStream() {
  const bool stream = request_.delivery != Delivery::kWhole;
  if (stream) json_.Key("stream").Bool(true);
  const std::optional<bool> usage =
      writing_.own() || !stream ? request_.stream_usage : std::optional<bool>(true);
  if (traits_.stream_options == Has::kNo || (!usage && !others_.contains("stream_options"))) {
    others_.erase("stream_options");
    return {};
  }
  json_.Key("stream_options").BeginObject();
  if (usage) json_.Key("include_usage").Bool(*usage);
  WriteNested("stream_options");
  json_.EndObject();
  return {};
}

Status SettingsWriter::WriteOthers() {
  for (const auto& [key, members] : others_) {
    const bool own = traits_.own_members.contains(" " + key + " ");
    if (own || traits_.foreign == ProfileTraits::Foreign::kForwarded) {
      for (const Nested& nested : members) {
        if (nested.path.empty()) json_.Key(key).Raw(nested.member->json);
      }
    } else if (auto left = LeaveOut(writing_, Feature::kOther, key, "does not know \"" + key + "\""); !left) {
      return left;
    }
  }
  return {};
}

}  // namespace

Status WriteSettings(const ChatWriting& writing, JsonWriter& json) {
  return SettingsWriter(writing, json).Write();
}

}  // namespace proviso::protocol::internal
