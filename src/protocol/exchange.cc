#include "protocol/exchange.h"

#include <utility>

#include "protocol/internal/reading.h"
#include "protocol/limits.h"

namespace proviso::protocol {
namespace {

using base::Status;
using Kind = AnswerDelta::Kind;

/// Adds to the text that a block's pieces bring.
void AddText(Block& block, std::string_view text) {
  if (auto* words = std::get_if<TextBlock>(&block.content)) words->text += text;
  if (auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) reasoning->text += text;
  if (auto* refusal = std::get_if<RefusalBlock>(&block.content)) refusal->text += text;
  if (auto* call = std::get_if<CallBlock>(&block.content)) call->arguments += text;
}

void AddSignature(Block& block, std::string_view text) {
  if (auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) reasoning->signature += text;
  if (auto* call = std::get_if<CallBlock>(&block.content)) call->signature += text;
}

/// What a block's end says of it: all of it, or only its bytes.
void EndBlock(Block& block, const AnswerDelta& delta) {
  if (delta.whole == AnswerDelta::Whole::kYes) {
    std::string model = std::move(block.model);
    block = delta.block;
    if (block.model.empty()) block.model = std::move(model);
  } else if (!delta.block.original.empty()) {
    block.original = delta.block.original;
  }
}

/// The block without the pieces that steps of their own bring.
Block Begin(const Block& block) {
  Block begin = block;
  begin.original.clear();
  if (auto* words = std::get_if<TextBlock>(&begin.content)) *words = {};
  if (auto* refusal = std::get_if<RefusalBlock>(&begin.content)) *refusal = {};
  if (auto* reasoning = std::get_if<ReasoningBlock>(&begin.content)) {
    reasoning->text.clear();
    reasoning->signature.clear();
  }
  if (auto* call = std::get_if<CallBlock>(&begin.content)) {
    call->arguments.clear();
    call->signature.clear();
  }
  if (std::holds_alternative<OpaqueBlock>(begin.content) || std::holds_alternative<MediaBlock>(begin.content))
    begin.original = block.original;
  return begin;
}

struct Pieces {
  std::string text;
  std::string signature;
  std::vector<Citation> citations;
};

Pieces PiecesOf(const Block& block) {
  if (const auto* words = std::get_if<TextBlock>(&block.content)) return {words->text, "", words->citations};
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) return {refusal->text, "", {}};
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content))
    return {reasoning->text, reasoning->signature, {}};
  if (const auto* call = std::get_if<CallBlock>(&block.content))
    return {call->arguments, call->signature, {}};
  return {};
}

AnswerDelta Step(Kind kind, std::size_t choice) {
  AnswerDelta delta;
  delta.kind = kind;
  delta.choice = choice;
  return delta;
}

void AppendBlock(const Block& block, std::size_t choice, std::vector<AnswerDelta>& out) {
  AnswerDelta begin = Step(Kind::kBlockBegin, choice);
  begin.block = Begin(block);
  out.push_back(std::move(begin));
  Pieces pieces = PiecesOf(block);
  if (!pieces.text.empty()) {
    out.push_back(Step(Kind::kText, choice));
    out.back().text = std::move(pieces.text);
  }
  for (Citation& citation : pieces.citations) {
    out.push_back(Step(Kind::kCitation, choice));
    out.back().citation = std::move(citation);
  }
  if (!pieces.signature.empty()) {
    out.push_back(Step(Kind::kSignature, choice));
    out.back().text = std::move(pieces.signature);
  }
  out.push_back(Step(Kind::kBlockEnd, choice));
  out.back().block.original = block.original;
}

}  // namespace

base::Result<Block*> AnswerFold::Open(std::size_t choice) {
  if (choice >= open_.size() || !open_[choice]) return internal::Broken("stream", "a piece of no open block");
  return &answer_.choices[choice].blocks.back();
}

Status AnswerFold::Add(const AnswerDelta& delta) {
  if (ended_) return internal::Broken("stream", "a step behind the end");
  if (delta.choice >= kChoicesMax) return internal::Broken("stream", "a choice of too high a number");
  const bool of_choice = delta.kind == Kind::kBlockBegin || delta.kind == Kind::kStop;
  if (of_choice && delta.choice >= answer_.choices.size()) {
    answer_.choices.resize(delta.choice + 1);
    open_.resize(delta.choice + 1);
  }
  switch (delta.kind) {
    case Kind::kStart:
      if (!delta.id.empty()) answer_.id = delta.id;
      if (!delta.model.empty()) answer_.model = delta.model;
      if (delta.created_s != 0) answer_.created_s = delta.created_s;
      return {};
    case Kind::kBlockBegin:
      if (open_[delta.choice]) return internal::Broken("stream", "a block inside another");
      open_[delta.choice] = true;
      answer_.choices[delta.choice].blocks.push_back(delta.block);
      return {};
    case Kind::kText:
    case Kind::kSignature:
    case Kind::kCitation:
    case Kind::kBlockEnd: {
      auto block = Open(delta.choice);
      if (!block) return std::unexpected(block.error());
      if (delta.kind == Kind::kText) AddText(**block, delta.text);
      if (delta.kind == Kind::kSignature) AddSignature(**block, delta.text);
      auto* words = std::get_if<TextBlock>(&(*block)->content);
      if (delta.kind == Kind::kCitation && words != nullptr) words->citations.push_back(delta.citation);
      if (delta.kind == Kind::kBlockEnd) {
        EndBlock(**block, delta);
        open_[delta.choice] = false;
      }
      return {};
    }
    case Kind::kUsage:
      answer_.usage = delta.usage;
      return {};
    case Kind::kStop: {
      AnswerChoice& choice = answer_.choices[delta.choice];
      std::vector<Block> blocks = std::move(choice.blocks);
      choice = delta.stop;
      choice.blocks = std::move(blocks);
      return {};
    }
    case Kind::kOther:
      answer_.others.push_back(delta.member);
      return {};
    case Kind::kEnd:
      for (const bool open : open_) {
        if (open) return internal::Broken("stream", "it ends inside a block");
      }
      ended_ = true;
      return {};
  }
  return {};
}

std::vector<AnswerDelta> DeltasOf(const ExchangeAnswer& answer) {
  std::vector<AnswerDelta> out;
  out.push_back(Step(Kind::kStart, 0));
  out.back().id = answer.id;
  out.back().model = answer.model;
  out.back().created_s = answer.created_s;
  for (std::size_t i = 0; i < answer.choices.size(); ++i) {
    for (const Block& block : answer.choices[i].blocks) AppendBlock(block, i, out);
    out.push_back(Step(Kind::kStop, i));
    out.back().stop = answer.choices[i];
    out.back().stop.blocks.clear();
  }
  for (const Member& member : answer.others) {
    out.push_back(Step(Kind::kOther, 0));
    out.back().member = member;
  }
  if (answer.usage) {
    out.push_back(Step(Kind::kUsage, 0));
    out.back().usage = *answer.usage;
  }
  out.push_back(Step(Kind::kEnd, 0));
  return out;
}

}  // namespace proviso::protocol
