// A whole Responses answer in canonical form.
#include <algorithm>
#include <array>

#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/responses/answer_parts.h"
#include "protocol/internal/responses/parts.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

/// Takes over a block that was read as the readers of requests read it.
Status Take(Result<Block> block, std::vector<Block>& out) {
  if (!block) return Broken("output", block.error().message);
  block->source = {};
  out.push_back(std::move(*block));
  return {};
}

Status ReadMessage(Json item, const std::string& where, OutputBlocks& out) {
  std::size_t rank = 0;
  for (const Json part : item.Find("content").elements()) {
    if (auto taken = Take(ReadContentPart(part, At(where + ".content", rank++)), out.blocks); !taken)
      return taken;
  }
  constexpr std::array<std::string_view, 5> kKnown = {"type", "id", "status", "role", "content"};
  for (const base::JsonMember member : item.members()) {
    const std::string key = member.key.text();
    if (member.value.is_null() || std::ranges::find(kKnown, key) != kKnown.end()) continue;
    out.others.push_back({where + "." + key, std::string(member.value.raw()), {}});
  }
  return {};
}

bool SaysNothing(const Block& block) {
  const auto* reasoning = std::get_if<ReasoningBlock>(&block.content);
  return reasoning != nullptr && reasoning->text.empty() && reasoning->signature.empty() &&
         block.original.empty();
}

}  // namespace

Result<OutputBlocks> ReadOutputBlocks(Json item, std::size_t index) {
  const std::string where = At("output", index);
  auto read = ReadOutputItem(item, ItemStage::kDone, where);
  if (!read) return std::unexpected(read.error());
  OutputBlocks out{.item = std::move(*read), .blocks = {}, .others = {}};
  Status taken;
  if (out.item.kind == ItemKind::kMessage) {
    taken = ReadMessage(item, where, out);
  } else if (out.item.kind == ItemKind::kReasoning) {
    taken = Take(ReadReasoningItem(item, where), out.blocks);
    if (taken && SaysNothing(out.blocks.back())) out.blocks.clear();
  } else if (out.item.type == "function_call" || out.item.type == "custom_tool_call") {
    taken = Take(ReadCallItem(item, where), out.blocks);
  } else {
    taken = Take(OpaqueItem(item), out.blocks);
  }
  if (!taken) return std::unexpected(taken.error());
  return out;
}

std::vector<Member> ReadResponseOthers(Json response) {
  // What is typed, and what only repeats the request.
  constexpr std::array<std::string_view, 37> kKnown = {"id",
                                                       "object",
                                                       "created_at",
                                                       "completed_at",
                                                       "model",
                                                       "status",
                                                       "output",
                                                       "usage",
                                                       "error",
                                                       "incomplete_details",
                                                       "background",
                                                       "conversation",
                                                       "instructions",
                                                       "max_output_tokens",
                                                       "max_tool_calls",
                                                       "metadata",
                                                       "temperature",
                                                       "previous_response_id",
                                                       "prompt",
                                                       "prompt_cache_key",
                                                       "prompt_cache_retention",
                                                       "reasoning",
                                                       "safety_identifier",
                                                       "store",
                                                       "text",
                                                       "tool_choice",
                                                       "tools",
                                                       "top_logprobs",
                                                       "top_p",
                                                       "truncation",
                                                       "user",
                                                       "parallel_tool_calls",
                                                       "presence_penalty",
                                                       "frequency_penalty",
                                                       "output_text",
                                                       "stream",
                                                       "include"};
  std::vector<Member> others;
  for (const base::JsonMember member : response.members()) {
    const std::string key = member.key.text();
    if (member.value.is_null() || std::ranges::find(kKnown, key) != kKnown.end()) continue;
    others.push_back({key, std::string(member.value.raw()), {}});
  }
  return others;
}

Result<AnswerChoice> ReadStopOf(Json response, OutputFacts facts) {
  AnswerSummary summary;
  if (auto finish = ReadFinish(response, facts, "status", summary); !finish)
    return std::unexpected(finish.error());
  AnswerChoice choice;
  choice.stop = summary.stop;
  choice.stop_raw = summary.stop_raw;
  if (const Json details = response.Find("incomplete_details"); details.is_object())
    choice.stop_details = details.raw();
  return choice;
}

Result<ExchangeAnswer> ReadResponsesAnswer(Json root) {
  if (const Json error = root.Find("error"); !Absent(error)) return ProviderError(error);
  AnswerSummary summary;
  if (auto head = ReadResponseHead(root, "body", summary); !head) return std::unexpected(head.error());
  if (!root.Find("output").is_array()) return Broken("output", "missing or not an array");
  ExchangeAnswer answer;
  answer.dialect = Dialect::kOpenAiResponses;
  answer.id = summary.id;
  answer.model = summary.model;
  answer.created_s = root.Find("created_at").integer().value_or(0);
  OutputFacts facts;
  std::vector<Block> blocks;
  std::size_t index = 0;
  for (const Json item : root.Find("output").elements()) {
    auto read = ReadOutputBlocks(item, index++);
    if (!read) return std::unexpected(read.error());
    facts.called = facts.called || read->item.kind == ItemKind::kCall;
    facts.refused = facts.refused || read->item.refused;
    std::ranges::move(read->blocks, std::back_inserter(blocks));
    std::ranges::move(read->others, std::back_inserter(answer.others));
  }
  auto choice = ReadStopOf(root, facts);
  if (!choice) return std::unexpected(choice.error());
  choice->blocks = std::move(blocks);
  answer.choices.push_back(std::move(*choice));
  std::ranges::move(ReadResponseOthers(root), std::back_inserter(answer.others));
  if (root.Find("usage").is_object()) answer.usage = ReadUsage(Dialect::kOpenAiResponses, root.Find("usage"));
  return answer;
}

}  // namespace proviso::protocol::internal
