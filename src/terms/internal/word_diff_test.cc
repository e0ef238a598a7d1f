#include "terms/internal/word_diff.h"

#include <gtest/gtest.h>

#include "terms/limits.h"

namespace proviso::terms::internal {
namespace {

std::string Joined(const std::vector<TextRun>& runs) {
  std::string text;
  for (const TextRun& run : runs) text += run.text;
  return text;
}

std::string Marked(const std::vector<TextRun>& runs) {
  std::string text;
  for (const TextRun& run : runs) text += run.is_common ? run.text : "<" + run.text + ">";
  return text;
}

TEST(WordDiff, MarksTheWordsThatOneTextHasAlone) {
  const auto [before, after] = WordDiff("unless people decide;", "unless law requires that people decided;");
  EXPECT_EQ(Marked(before), "unless people <decide>;");
  EXPECT_EQ(Marked(after), "unless <law requires that >people <decided>;");
}

TEST(WordDiff, MarksNothingInEqualTextsAndAllInStrange) {
  EXPECT_EQ(Marked(WordDiff("a b", "a b").first), "a b");
  EXPECT_EQ(Marked(WordDiff("", "new").second), "<new>");
  EXPECT_EQ(Marked(WordDiff("old", "").first), "<old>");
  EXPECT_TRUE(WordDiff("", "").first.empty());
}

TEST(WordDiff, KeepsEveryByteOnBothSidesOfItsLimit) {
  for (const std::size_t words : {kWordsComparedMax / 2 - 1, kWordsComparedMax / 2 + 1}) {
    std::string before = "x";
    std::string after = "y";
    for (std::size_t i = 0; i < words; ++i) {
      before += " a";
      after += i % 2 == 0 ? " a" : " b";
    }
    before += "+";
    after += "-";
    const auto runs = WordDiff(before, after);
    EXPECT_EQ(Joined(runs.first), before);
    EXPECT_EQ(Joined(runs.second), after);
    EXPECT_EQ(runs.first.size() > 1, words < kWordsComparedMax / 2);
  }
}

}  // namespace
}  // namespace proviso::terms::internal
