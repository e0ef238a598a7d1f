// Cuts items out of a comma-separated list in a JSON text and leaves every other byte as it came.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace proviso::mcp::internal {

/// An element of an array, or a member of an object from its key to its value's end.
struct ListItem {
  std::size_t begin;
  std::size_t end;
  bool cut;
};

/// `text` without the items that are to be cut, and what remains is still a list. `items` are all items
/// of one list of `text`, in order.
[[nodiscard]] std::string CutFromList(std::string_view text, std::span<const ListItem> items);

}  // namespace proviso::mcp::internal
