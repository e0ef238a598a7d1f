#include "protocol/internal/splice.h"

#include <algorithm>
#include <cassert>

namespace proviso::protocol::internal {

void Splice::Replace(std::size_t begin, std::size_t end, std::string text) {
  edits_.insert(std::ranges::upper_bound(edits_, begin, {}, &Edit::begin), {begin, end, std::move(text)});
}

void Splice::CutFromList(std::span<const Item> items) {
  bool kept_before = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].cut) {
      kept_before = true;
      continue;
    }
    const bool last = i + 1 == items.size();
    const std::size_t begin = kept_before ? items[i - 1].end : items[i].begin;
    const std::size_t end = kept_before || last ? items[i].end : items[i + 1].begin;
    Replace(begin, end, "");
  }
}

std::string Splice::Apply(std::string_view text) const {
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits_) {
    assert(edit.begin >= at && edit.end >= edit.begin && edit.end <= text.size());
    out.append(text.substr(at, edit.begin - at));
    out.append(edit.text);
    at = edit.end;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace proviso::protocol::internal
