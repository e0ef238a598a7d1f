// Byte offsets of a text to lines and columns, in any order, at a small cost each.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "cedar/expression.h"

namespace proviso::cedar::internal {

/// Marks the position of every kStrideBytes-th byte once, and counts from the nearest mark.
class PositionIndex {
 public:
  /// Borrows `text`.
  explicit PositionIndex(std::string_view text);

  /// Where the byte at `offset` (at most the text's size) stands.
  [[nodiscard]] Position At(std::size_t offset) const;

 private:
  static constexpr std::size_t kStrideBytes = 256;
  std::string_view text_;
  std::vector<Position> marks_;
};

}  // namespace proviso::cedar::internal
