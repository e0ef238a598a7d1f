#include "cedar/internal/position_index.h"

namespace proviso::cedar::internal {
namespace {

Position Advance(Position at, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) {
      ++at.column;
    }
  }
  return at;
}

}  // namespace

PositionIndex::PositionIndex(std::string_view text) : text_(text) {
  Position at{1, 1};
  for (std::size_t offset = 0; offset <= text.size(); offset += kStrideBytes) {
    marks_.push_back(at);
    at = Advance(at, text.substr(offset, kStrideBytes));
  }
}

Position PositionIndex::At(std::size_t offset) const {
  const std::size_t mark = offset / kStrideBytes;
  return Advance(marks_[mark], text_.substr(mark * kStrideBytes, offset % kStrideBytes));
}

}  // namespace proviso::cedar::internal
