#include "protocol/internal/converse/answer_facts.h"

#include <algorithm>

#include "protocol/internal/converse/block_reader.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal::converse {
namespace {

using base::Json;

bool IsOneOf(Json key, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(names, [&](std::string_view name) { return key.equals(name); });
}

}  // namespace

void AnswerFacts::Take(Json holder) {
  if (const Json stop = holder.Find("stopReason"); stop.is_string()) {
    stop_.stop_raw = stop.text();
    stop_.stop = StopOf(Dialect::kBedrockConverse, stop_.stop_raw);
  }
  const Json fields = holder.Find("additionalModelResponseFields");
  for (const Json place : {fields, fields.Find("delta")}) {
    if (const Json sequence = place.Find("stop_sequence"); sequence.is_string()) {
      stop_.stop_sequence = sequence.text();
    }
  }
  if (const Json model = holder.Find("trace").Find("promptRouter").Find("invokedModelId");
      model.is_string()) {
    model_ = model.text();
  }
  const Json usage = holder.Find("usage");
  if (usage.is_object()) usage_ = ReadUsage(Dialect::kBedrockConverse, usage);
  for (const base::JsonMember member : usage.members()) {
    if (IsOneOf(member.key,
                {"inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens",
                 "cacheWriteInputTokens", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"})) {
      continue;
    }
    others_.push_back({"usage." + member.key.text(), std::string(member.value.raw()), {}});
  }
  for (const base::JsonMember member : holder.members()) {
    if (IsOneOf(member.key, {"output", "stopReason", "usage"}) || member.value.is_null()) continue;
    others_.push_back({member.key.text(), std::string(member.value.raw()), {}});
  }
}

std::vector<Member> AnswerFacts::Others() const {
  std::vector<Member> others = others_;
  std::ranges::sort(others, {}, &Member::path);
  return others;
}

}  // namespace proviso::protocol::internal::converse
