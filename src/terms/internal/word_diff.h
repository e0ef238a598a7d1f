// Two texts word by word: what stands in one of them alone.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proviso::terms::internal {

/// A run of text that both have, or that one has alone.
struct TextRun {
  std::string text;
  bool is_common = false;
  bool operator==(const TextRun&) const = default;
};

/// Both texts as runs: joined, they are the texts again. A longest common sequence of words, spaces and
/// signs; past kWordsComparedMax (limits.h) words only the common beginning and end are looked for.
[[nodiscard]] std::pair<std::vector<TextRun>, std::vector<TextRun>> WordDiff(std::string_view before,
                                                                             std::string_view after);

}  // namespace proviso::terms::internal
