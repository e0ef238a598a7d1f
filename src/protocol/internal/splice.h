// Changes a few places of a JSON text and leaves every other byte as it came.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace proviso::protocol::internal {

/// Replacements of ranges of one text. Ranges must not overlap; insertions are empty ranges and
/// keep their order of addition at equal positions.
class Splice {
 public:
  void Replace(std::size_t begin, std::size_t end, std::string text);
  void Replace(base::Json value, std::string text) { Replace(value.begin(), value.end(), std::move(text)); }
  void Insert(std::size_t at, std::string text) { Replace(at, at, std::move(text)); }

  /// Cuts items out of a comma-separated list, so that what remains is still one. `items` are all
  /// items in order.
  struct Item {
    std::size_t begin;
    std::size_t end;
    bool cut;
  };
  void CutFromList(std::span<const Item> items);

  [[nodiscard]] bool empty() const { return edits_.empty(); }
  [[nodiscard]] std::string Apply(std::string_view text) const;

 private:
  struct Edit {
    std::size_t begin;
    std::size_t end;
    std::string text;
  };
  std::vector<Edit> edits_;  // by begin
};

}  // namespace proviso::protocol::internal
