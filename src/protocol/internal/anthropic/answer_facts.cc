#include "protocol/internal/anthropic/answer_facts.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "protocol/internal/anthropic/block_reader.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/members.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal::anthropic {
namespace {

using base::Json;
using base::JsonMember;
using base::Status;

/// Members of usage that TokenUsage holds.
bool IsTyped(const JsonMember& member) {
  constexpr std::array<std::string_view, 4> kCounts = {
      "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"};
  const std::string key = member.key.text();
  if (std::ranges::find(kCounts, key) != kCounts.end()) return true;
  return key == "output_tokens_details" && HasValuesOnly(member.value, {"thinking_tokens"});
}

}  // namespace

Status AnswerFacts::TakeMessage(Json message) {
  TakeUsage(message.Find("usage"));
  TakeOthers(message, {"id", "type", "role", "model", "content", "stop_reason", "stop_sequence",
                       "stop_details", "usage"});
  return TakeStop(message);
}

Status AnswerFacts::TakeDelta(Json event) {
  TakeUsage(event.Find("usage"));
  TakeOthers(event, {"type", "delta", "usage"});
  const Json delta = event.Find("delta");
  TakeOthers(delta, {"stop_reason", "stop_sequence", "stop_details"});
  return TakeStop(delta);
}

Status AnswerFacts::TakeStop(Json holder) {
  const std::string reason = holder.Find("stop_reason").text();
  if (!reason.empty()) {
    if (stopped() && reason != stop_.stop_raw) return Broken("stop_reason", "a second, other one");
    stop_.stop_raw = reason;
    stop_.stop = StopOf(Dialect::kAnthropicMessages, reason);
  }
  const Json sequence = holder.Find("stop_sequence");
  if (sequence.is_string()) stop_.stop_sequence = sequence.text();
  const Json details = holder.Find("stop_details");
  if (details.is_object()) stop_.stop_details = details.raw();
  return {};
}

void AnswerFacts::TakeUsage(Json usage) {
  for (const JsonMember member : usage.members()) {
    if (member.value.is_null()) continue;
    const std::string key = member.key.text();
    if (IsTyped(member)) {
      usage_[key] = member.value.raw();
    } else {
      others_["usage." + key] = member.value.raw();
    }
  }
}

void AnswerFacts::TakeOthers(Json holder, std::initializer_list<std::string_view> known) {
  for (const JsonMember member : holder.members()) {
    const std::string key = member.key.text();
    if (member.value.is_null() || std::ranges::find(known, key) != known.end()) continue;
    others_[key] = member.value.raw();
  }
}

std::optional<TokenUsage> AnswerFacts::Usage() const {
  if (usage_.empty()) return std::nullopt;
  base::JsonWriter json;
  json.BeginObject();
  for (const auto& [key, value] : usage_) json.Key(key).Raw(value);
  const std::string text = json.EndObject().Take();
  const auto document = base::JsonDocument::Parse(text);
  if (!document) return std::nullopt;  // each value was parsed before
  return ReadUsage(Dialect::kAnthropicMessages, document->root());
}

std::vector<Member> AnswerFacts::Others() const {
  std::vector<Member> members;
  for (const auto& [path, value] : others_) members.push_back({.path = path, .json = value, .source = {}});
  return members;
}

}  // namespace proviso::protocol::internal::anthropic
