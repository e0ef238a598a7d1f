// What is known to be there where an expression is evaluated: attributes and tags that a `has` before
// it has found. Each is the number that CoreNode::capability gives it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace proviso::cedar::internal {

class Capabilities {
 public:
  Capabilities() = default;
  explicit Capabilities(std::uint32_t one) : known_{one} {}

  [[nodiscard]] bool Contains(std::uint32_t capability) const {
    return std::ranges::binary_search(known_, capability);
  }
  [[nodiscard]] Capabilities Union(const Capabilities& other) const {
    Capabilities both;
    both.known_.reserve(known_.size() + other.known_.size());
    std::ranges::set_union(known_, other.known_, std::back_inserter(both.known_));
    return both;
  }
  [[nodiscard]] Capabilities Intersection(const Capabilities& other) const {
    Capabilities both;
    std::ranges::set_intersection(known_, other.known_, std::back_inserter(both.known_));
    return both;
  }
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  std::vector<std::uint32_t> known_;  // sorted
};

}  // namespace proviso::cedar::internal
