#include "analysis/internal/pattern_signatures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "analysis/internal/term_value.h"
#include "analysis/internal/unicode.h"
#include "analysis/limits.h"

namespace proviso::analysis {
namespace {

PatternSignatures::Pattern PatternOf(std::u32string_view text) {
  PatternSignatures::Pattern pattern;
  for (const char32_t c : text) {
    const bool is_wildcard = c == U'*';
    pattern.push_back({.text = is_wildcard ? U"" : std::u32string(1, c), .is_wildcard = is_wildcard});
  }
  return pattern;
}

std::vector<PatternSignatures::Pattern> PatternsOf(const std::vector<std::u32string>& texts) {
  std::vector<PatternSignatures::Pattern> patterns;
  for (const auto& text : texts) patterns.push_back(PatternOf(text));
  return patterns;
}

std::uint32_t SignatureByMeaning(const std::vector<PatternSignatures::Pattern>& patterns,
                                 std::u32string_view text) {
  std::uint32_t signature = 0;
  Terms t;
  std::string utf8;
  for (const char32_t c : text) AppendUtf8(utf8, c);
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (t.Like(t.String(utf8), patterns[i]) == t.True()) signature |= 1U << i;
  }
  return signature;
}

/// Every text of these letters up to a length.
std::vector<std::u32string> AllTexts(std::u32string_view letters, std::size_t length_max) {
  std::vector<std::u32string> texts = {U""};
  for (std::size_t begin = 0; texts.back().size() < length_max;) {
    const std::size_t end = texts.size();
    for (; begin < end; ++begin) {
      for (const char32_t letter : letters) texts.push_back(texts[begin] + letter);
    }
  }
  return texts;
}

TEST(PatternSignatures, AreWhatTheirStringsMatch) {
  const std::vector<std::vector<std::u32string>> sets = {
      {U"a*"},
      {U"*a"},
      {U"*ab*", U"*ba*"},
      {U"a*", U"ab*"},
      {U"ab*", U"*ab", U"ab*ab"},
      {U"a*", U"*b", U"*aa*"},
      {U"*a*b*", U"*b*a*", U"a*a"},
      {U"a*b", U"ab*", U"*ab"},
      {U"aa*aa", U"aa*", U"*aa"},
      {U"*a*", U"a*", U"*a", U"a*a"},
  };
  for (const auto& set : sets) {
    const auto patterns = PatternsOf(set);
    const auto signatures = PatternSignatures::Of(patterns);
    ASSERT_TRUE(signatures);
    std::map<std::uint32_t, std::vector<std::u32string>> found;
    for (const std::u32string& text : AllTexts(U"abc", 7)) {
      const std::uint32_t expected = SignatureByMeaning(patterns, text);
      ASSERT_EQ(signatures->SignatureOf(text), expected);
      found[expected].push_back(text);
    }
    for (std::uint32_t signature = 0; signature < signatures->signatures(); ++signature) {
      if (!signatures->IsInfinite(signature)) {
        auto few = signatures->FewStrings(signature);
        std::ranges::sort(few);
        std::ranges::sort(found[signature]);
        EXPECT_EQ(few, found[signature]) << signature;
        continue;
      }
      EXPECT_GT(found[signature].size(), 3U);
      std::set<std::u32string> used;
      for (int i = 0; i < 5; ++i) {
        const std::u32string fresh = signatures->Fresh(signature, used);
        EXPECT_EQ(SignatureByMeaning(patterns, fresh), signature);
        EXPECT_TRUE(used.insert(fresh).second);
        EXPECT_FALSE(fresh.empty());
      }
    }
  }
}

TEST(PatternSignatures, KnowWhatFewStringsMatch) {
  const auto signatures = PatternSignatures::Of(PatternsOf({U"ab*", U"*ab", U"ab*ab"}));
  ASSERT_TRUE(signatures);
  EXPECT_FALSE(signatures->IsInfinite(0b011));
  EXPECT_EQ(signatures->FewStrings(0b011), std::vector<std::u32string>{U"ab"});
  EXPECT_FALSE(signatures->IsInfinite(0b100));
  EXPECT_TRUE(signatures->FewStrings(0b100).empty());
}

TEST(PatternSignatures, GiveUpBeyondTheirBounds) {
  std::vector<std::u32string> texts;
  for (std::size_t i = 0; i < kPatternsTogetherMax; ++i)
    texts.push_back(std::u32string(1, U'a' + static_cast<char32_t>(i)) + U"*");
  EXPECT_TRUE(PatternSignatures::Of(PatternsOf(texts)));
  texts.push_back(U"z*");
  EXPECT_FALSE(PatternSignatures::Of(PatternsOf(texts)));
  EXPECT_FALSE(PatternSignatures::Of(
      PatternsOf({U"*abcabcabcabcabcabcabc*abababababababababab*", U"*bcbcbcbcbcbcbc*abcacbacbabcabcabc*",
                  U"*acacacacacacacac*bacbabababacbabab*", U"*abbabbabbabbabb*baabaabaabaab*"})));
}

}  // namespace
}  // namespace proviso::analysis
