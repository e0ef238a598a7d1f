#include "terms/internal/word_diff.h"

#include <algorithm>
#include <cstdint>

#include "terms/limits.h"

namespace proviso::terms::internal {
namespace {

using Words = std::vector<std::string_view>;

bool IsOfWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

Words WordsOf(std::string_view text) {
  Words words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (IsOfWord(text[at]) && end < text.size() && IsOfWord(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// Puts `word` behind `runs`, in the last run where that is of the same kind.
void Append(std::vector<TextRun>& runs, std::string_view word, bool is_common) {
  if (runs.empty() || runs.back().is_common != is_common) runs.push_back({"", is_common});
  runs.back().text += word;
}

/// lengths[i * (after + 1) + j]: of the longest common sequence of before[i..] and after[j..].
std::vector<std::uint16_t> CommonLengths(const Words& before, const Words& after) {
  const std::size_t width = after.size() + 1;
  std::vector<std::uint16_t> lengths((before.size() + 1) * width, 0);
  for (std::size_t i = before.size(); i-- > 0;) {
    for (std::size_t j = after.size(); j-- > 0;) {
      lengths[i * width + j] = before[i] == after[j]
                                   ? static_cast<std::uint16_t>(lengths[(i + 1) * width + j + 1] + 1)
                                   : std::max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  return lengths;
}

using Runs = std::pair<std::vector<TextRun>, std::vector<TextRun>>;

void AppendBoth(Runs& runs, std::string_view word) {
  Append(runs.first, word, true);
  Append(runs.second, word, true);
}

/// Appends two lists that have no beginning and no end in common.
void AppendAligned(Runs& runs, const Words& before, const Words& after) {
  std::size_t i = 0;
  std::size_t j = 0;
  if (before.size() <= kWordsComparedMax && after.size() <= kWordsComparedMax) {
    const std::vector<std::uint16_t> lengths = CommonLengths(before, after);
    const std::size_t width = after.size() + 1;
    while (i < before.size() && j < after.size()) {
      if (before[i] == after[j]) {
        AppendBoth(runs, before[i++]);
        ++j;
      } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) {
        Append(runs.first, before[i++], false);
      } else {
        Append(runs.second, after[j++], false);
      }
    }
  }
  for (; i < before.size(); ++i) Append(runs.first, before[i], false);
  for (; j < after.size(); ++j) Append(runs.second, after[j], false);
}

}  // namespace

Runs WordDiff(std::string_view before, std::string_view after) {
  const Words left = WordsOf(before);
  const Words right = WordsOf(after);
  const auto [left_from, right_from] = std::ranges::mismatch(left, right);
  const std::size_t most = std::min<std::size_t>(static_cast<std::size_t>(left.end() - left_from),
                                                 static_cast<std::size_t>(right.end() - right_from));
  std::size_t tail = 0;
  while (tail < most && left[left.size() - 1 - tail] == right[right.size() - 1 - tail]) ++tail;
  const auto left_to = left.end() - static_cast<std::ptrdiff_t>(tail);
  Runs runs;
  for (auto word = left.begin(); word != left_from; ++word) AppendBoth(runs, *word);
  AppendAligned(runs, Words(left_from, left_to),
                Words(right_from, right.end() - static_cast<std::ptrdiff_t>(tail)));
  for (auto word = left_to; word != left.end(); ++word) AppendBoth(runs, *word);
  return runs;
}

}  // namespace proviso::terms::internal
