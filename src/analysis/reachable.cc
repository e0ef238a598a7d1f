#include <vector>

#include "analysis/term.h"

namespace proviso::analysis {

std::vector<Term> Reachable(std::span<const Term> roots) {
  std::vector<Term> order;
  std::vector<bool> done;
  struct Frame {
    Term term;
    std::size_t next_child;
  };
  std::vector<Frame> stack;
  const auto push = [&](Term term) {
    if (term->number >= done.size()) done.resize(term->number + 1, false);
    if (!done[term->number]) stack.push_back({term, 0});
  };
  for (const Term root : roots) {
    push(root);
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.next_child < top.term->children.size()) {
        push(top.term->children[top.next_child++]);
        continue;
      }
      const Term finished = top.term;
      stack.pop_back();
      if (done[finished->number]) continue;
      done[finished->number] = true;
      order.push_back(finished);
    }
  }
  return order;
}

}  // namespace proviso::analysis
