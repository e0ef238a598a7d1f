#include "analysis/internal/sets.h"

namespace proviso::analysis::internal {
/// By halves: a union sorts what it holds, so that adding one element after the other takes time quadratic.
Term SetOfElements(Terms& terms, Sort set, std::span<const Term> elements) {
  if (elements.empty()) return terms.EmptySet(set);
  if (elements.size() == 1) return terms.Singleton(elements[0]);
  const std::size_t half = elements.size() / 2;
  return terms.Union(SetOfElements(terms, set, elements.first(half)),
                     SetOfElements(terms, set, elements.subspan(half)));
}

std::optional<std::vector<Term>> ElementsOf(Term set) {
  std::vector<Term> elements;
  std::vector<Term> open = {set};
  while (!open.empty()) {
    const Term next = open.back();
    open.pop_back();
    if (next->kind == TermNode::Kind::kUnion) {
      open.insert(open.end(), next->children.rbegin(), next->children.rend());
    } else if (next->kind == TermNode::Kind::kSingleton) {
      elements.push_back(next->children[0]);
    } else if (next->kind != TermNode::Kind::kEmptySet) {
      return std::nullopt;
    }
  }
  return elements;
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
  for (const Term element : *elements) any.push_back(terms.Member(element, other));
  return terms.Or(any);
}

}  // namespace proviso::analysis::internal
