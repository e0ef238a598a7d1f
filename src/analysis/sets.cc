#include "analysis/internal/sets.h"

#include <algorithm>

namespace proviso::analysis::internal {
namespace {

bool AppendElements(Term set, std::vector<Term>& elements) {
  if (set->kind == TermNode::Kind::kEmptySet) return true;
  if (set->kind == TermNode::Kind::kSingleton) {
    elements.push_back(set->children[0]);
    return true;
  }
  return set->kind == TermNode::Kind::kUnion &&
         std::ranges::all_of(set->children, [&](Term part) { return AppendElements(part, elements); });
}

}  // namespace

std::optional<std::vector<Term>> ElementsOf(Term set) {
  std::vector<Term> elements;
  if (!AppendElements(set, elements)) return std::nullopt;
  return elements;
}

Term IsElement(Terms& terms, Term element, Term set) {
  const auto elements = ElementsOf(set);
  if (!elements) return terms.Member(element, set);
  std::vector<Term> any;
  for (const Term each : *elements) any.push_back(terms.Equal(element, each));
  return terms.Or(any);
}

Term Overlap(Terms& terms, Term a, Term b) {
  auto elements = ElementsOf(a);
  Term other = b;
  if (!elements) {
    elements = ElementsOf(b);
    other = a;
  }
  if (!elements) {
    const Term common = terms.Intersection(a, b);
    return terms.Not(terms.Equal(common, terms.EmptySet(common->sort)));
  }
  std::vector<Term> any;
  for (const Term element : *elements) any.push_back(IsElement(terms, element, other));
  return terms.Or(any);
}

}  // namespace proviso::analysis::internal
