#include "analysis/internal/string_classes.h"

#include <algorithm>

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;

/// Whether the children, and the term itself, that hold strings hold the same ones.
bool JoinsItsChildren(Kind kind) {
  return kind == Kind::kIte || kind == Kind::kEqual || kind == Kind::kSingleton || kind == Kind::kUnion ||
         kind == Kind::kIntersection || kind == Kind::kMember || kind == Kind::kSubset;
}

}  // namespace

bool StringClasses::IsHeld(Sort sort) {
  while (sort->kind == SortNode::Kind::kSet) sort = sort->element;
  return sort->kind == SortNode::Kind::kString;
}

StringClasses::StringClasses(std::span<const Term> terms) {
  for (const Term term : terms) Read(term);
  // Every class is known only now.
  for (const Term term : terms) ReadContents(term);
}

StringClasses::Slot StringClasses::NewSlot() {
  parents_.push_back(static_cast<Slot>(parents_.size()));
  return parents_.back();
}

StringClasses::Slot StringClasses::Representative(Slot slot) {
  while (parents_[slot] != slot) slot = parents_[slot] = parents_[parents_[slot]];
  return slot;
}

void StringClasses::Unite(Slot a, Slot b) {
  if (a == kNone || b == kNone) return;
  a = Representative(a);
  b = Representative(b);
  parents_[std::max(a, b)] = std::min(a, b);
}

StringClasses::Slot StringClasses::OfTerm(Term term) {
  if (!IsHeld(term->sort) || term->is_constant()) return kNone;
  const auto [at, is_new] = terms_.try_emplace(term, kNone);
  if (is_new) at->second = NewSlot();
  return at->second;
}

StringClasses::Slot StringClasses::OfField(Sort datatype, std::uint32_t constructor, std::uint32_t selector) {
  if (!IsHeld(datatype->constructors[constructor].sorts[selector])) return kNone;
  const auto [at, is_new] = fields_.try_emplace({datatype, constructor, selector}, kNone);
  if (is_new) at->second = NewSlot();
  return at->second;
}

StringClasses::Slot StringClasses::OfArgument(const Function* function, std::size_t argument) {
  const bool is_result = argument == function->arguments.size();
  if (!IsHeld(is_result ? function->result : function->arguments[argument])) return kNone;
  const auto [at, is_new] = arguments_.try_emplace({function, argument}, kNone);
  if (is_new) at->second = NewSlot();
  return at->second;
}

StringClasses::Slot StringClasses::OfJoined(Term parent) {
  if (const Slot own = OfTerm(parent); own != kNone) return own;
  for (const Term child : parent->children) {
    if (const Slot slot = OfTerm(child); slot != kNone) return slot;
  }
  return kNone;
}

StringClasses::Slot StringClasses::OfChild(Term parent, std::size_t at) {
  const Term child = parent->children[at];
  if (!IsHeld(child->sort)) return kNone;
  if (parent->kind == Kind::kConstruct) {
    return OfField(parent->sort, parent->index, static_cast<std::uint32_t>(at));
  }
  if (parent->kind == Kind::kApply) return OfArgument(parent->function, at);
  return JoinsItsChildren(parent->kind) ? OfJoined(parent) : OfTerm(child);
}

void StringClasses::Read(Term term) {
  const Slot own = OfTerm(term);
  if (term->kind == Kind::kSelect) Unite(own, OfField(term->children[0]->sort, term->index, term->low));
  if (term->kind == Kind::kApply) Unite(own, OfArgument(term->function, term->function->arguments.size()));
  // A constant of strings is said anew in each place where it stands.
  if (term->is_constant() && IsHeld(term->sort)) return;
  for (std::size_t at = 0; at < term->children.size(); ++at) {
    Unite(OfTerm(term->children[at]), OfChild(term, at));
  }
}

void StringClasses::ReadContents(Term term) {
  if (term->is_constant() && IsHeld(term->sort)) return;
  for (std::size_t at = 0; at < term->children.size(); ++at) {
    const Term child = term->children[at];
    if (child->is_constant() && IsHeld(child->sort)) AddLiterals(child, OfChild(term, at));
  }
  if (term->kind != Kind::kLike) return;
  Class& its = classes_[Representative(OfTerm(term->children[0]))];
  if (std::ranges::find(its.patterns, term->pattern) == its.patterns.end())
    its.patterns.push_back(term->pattern);
  if (std::ranges::find(its.subjects, term->children[0]) == its.subjects.end()) {
    its.subjects.push_back(term->children[0]);
  }
}

void StringClasses::AddLiterals(Term constant, Slot slot) {
  if (slot == kNone) return;
  const Term roots[] = {constant};
  for (const Term part : Reachable(roots)) {
    if (part->kind == Kind::kString) classes_[Representative(slot)].literals.insert(part->text);
  }
}

}  // namespace proviso::analysis
