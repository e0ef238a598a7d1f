#include "protocol/internal/responses/block_steps.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace proviso::protocol::internal {
namespace {

using Kind = AnswerDelta::Kind;

AnswerDelta Step(Kind kind) {
  AnswerDelta delta;
  delta.kind = kind;
  return delta;
}

std::string* TextOf(Block& block) {
  if (auto* text = std::get_if<TextBlock>(&block.content)) return &text->text;
  if (auto* refusal = std::get_if<RefusalBlock>(&block.content)) return &refusal->text;
  if (auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) return &reasoning->text;
  if (auto* call = std::get_if<CallBlock>(&block.content)) return &call->arguments;
  return nullptr;
}

std::string* SignatureOf(Block& block) {
  if (auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) return &reasoning->signature;
  if (auto* call = std::get_if<CallBlock>(&block.content)) return &call->signature;
  return nullptr;
}

/// The same content, whatever the bytes.
bool Same(const Block& left, const Block& right) {
  if (left.content.index() != right.content.index()) return false;
  if (const auto* a = std::get_if<TextBlock>(&left.content)) {
    const auto& b = std::get<TextBlock>(right.content);
    return a->text == b.text && a->citations == b.citations;
  }
  if (const auto* a = std::get_if<RefusalBlock>(&left.content)) {
    return a->text == std::get<RefusalBlock>(right.content).text;
  }
  if (const auto* a = std::get_if<ReasoningBlock>(&left.content)) {
    const auto& b = std::get<ReasoningBlock>(right.content);
    return std::tie(a->text, a->form, a->signature, a->id) == std::tie(b.text, b.form, b.signature, b.id);
  }
  if (const auto* a = std::get_if<CallBlock>(&left.content)) {
    const auto& b = std::get<CallBlock>(right.content);
    return std::tie(a->id, a->name, a->arguments, a->kind, a->signature, a->item_id) ==
           std::tie(b.id, b.name, b.arguments, b.kind, b.signature, b.item_id);
  }
  return left.original == right.original;
}

}  // namespace

void BlockSteps::Begin(Block begin, std::vector<AnswerDelta>& out) {
  told_ = std::move(begin);
  open_ = true;
  out.push_back(Step(Kind::kBlockBegin));
  out.back().block = told_;
}

void BlockSteps::Text(std::string_view text, std::vector<AnswerDelta>& out) {
  if (text.empty()) return;
  if (std::string* told = TextOf(told_)) told->append(text);
  out.push_back(Step(Kind::kText));
  out.back().text = text;
}

void BlockSteps::Cite(Citation citation, std::vector<AnswerDelta>& out) {
  auto* text = std::get_if<TextBlock>(&told_.content);
  if (text == nullptr) return;
  text->citations.push_back(citation);
  out.push_back(Step(Kind::kCitation));
  out.back().citation = std::move(citation);
}

void BlockSteps::Sign(std::string_view signature, std::vector<AnswerDelta>& out) {
  if (std::string* told = SignatureOf(told_)) told->append(signature);
  out.push_back(Step(Kind::kSignature));
  out.back().text = signature;
}

void BlockSteps::TellMissing(const Block& whole, std::vector<AnswerDelta>& out) {
  Block copy = whole;
  const std::string* last = TextOf(copy);
  const std::string* told = TextOf(told_);
  if (last != nullptr && told != nullptr && last->starts_with(*told)) Text(last->substr(told->size()), out);
  if (const auto* text = std::get_if<TextBlock>(&whole.content)) {
    const auto* told_text = std::get_if<TextBlock>(&told_.content);
    const std::size_t count = told_text == nullptr ? text->citations.size() : told_text->citations.size();
    for (std::size_t i = count; i < text->citations.size(); ++i) Cite(text->citations[i], out);
  }
  const std::string* signature = SignatureOf(copy);
  const std::string* told_signature = SignatureOf(told_);
  if (signature != nullptr && told_signature != nullptr && told_signature->empty() && !signature->empty()) {
    Sign(*signature, out);
  }
}

void BlockSteps::End(const Block& whole, std::vector<AnswerDelta>& out) {
  if (told_.content.index() == whole.content.index()) TellMissing(whole, out);
  out.push_back(Step(Kind::kBlockEnd));
  if (Same(told_, whole)) {
    out.back().block.original = whole.original;
  } else {
    out.back().whole = AnswerDelta::Whole::kYes;
    out.back().block = whole;
  }
  open_ = false;
}

void BlockSteps::Cut(std::vector<AnswerDelta>& out) {
  out.push_back(Step(Kind::kBlockEnd));
  open_ = false;
}

}  // namespace proviso::protocol::internal
