#include "mcp/internal/splice.h"

namespace proviso::mcp::internal {

std::string CutFromList(std::string_view text, std::span<const ListItem> items) {
  std::string out;
  std::size_t copied = 0;  // of `text`
  bool kept_before = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].cut) {
      kept_before = true;
      continue;
    }
    const bool last = i + 1 == items.size();
    // With the comma before it, or, at the head of the list, with the one behind.
    const std::size_t begin = kept_before ? items[i - 1].end : items[i].begin;
    const std::size_t end = kept_before || last ? items[i].end : items[i + 1].begin;
    out.append(text.substr(copied, begin - copied));
    copied = end;
  }
  return out.append(text.substr(copied));
}

}  // namespace proviso::mcp::internal
