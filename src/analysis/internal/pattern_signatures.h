// Which of a few patterns a string can match at once.
//
// The signature of a string is a number with bit i set where it matches pattern i. Some signatures no string
// has (what matches "ab*" matches "a*"), some a few ("ab*" and "*ab" but not "ab*ab": "ab" alone), the others
// infinitely many. The patterns are run together, as one deterministic automaton over the characters that
// stand in them and one for all others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/term.h"

namespace proviso::analysis {

class PatternSignatures {
 public:
  using Pattern = std::vector<PatternPiece>;

  /// Nothing where there are too many patterns, or they are too large together (limits.h).
  [[nodiscard]] static std::optional<PatternSignatures> Of(const std::vector<Pattern>& patterns);

  [[nodiscard]] std::uint32_t signatures() const { return 1U << patterns_; }
  [[nodiscard]] std::uint32_t SignatureOf(std::u32string_view text) const;

  [[nodiscard]] bool IsInfinite(std::uint32_t signature) const { return is_infinite_[signature]; }
  /// Every string of a signature that is not infinite: none, or a few.
  [[nodiscard]] const std::vector<std::u32string>& FewStrings(std::uint32_t signature) const {
    return few_[signature];
  }

  /// The shortest string of an infinite signature that is not in `used` and not empty.
  [[nodiscard]] std::u32string Fresh(std::uint32_t signature, const std::set<std::u32string>& used) const;

 private:
  struct Element {
    bool is_wildcard;
    char32_t character;
  };
  /// Places in the patterns' elements, one after another; each pattern ends in one more place.
  using Places = std::vector<bool>;

  struct State {
    std::vector<std::uint32_t> next;  ///< by the letter's index
    std::uint32_t signature = 0;
  };

  PatternSignatures() = default;
  void ReadElements(const std::vector<Pattern>& patterns);
  [[nodiscard]] bool Explore();
  [[nodiscard]] bool FindFewStrings();
  [[nodiscard]] Places Closed(Places places) const;
  [[nodiscard]] Places After(const Places& places, std::size_t letter) const;
  [[nodiscard]] std::uint32_t SignatureAt(const Places& places) const;
  [[nodiscard]] std::vector<bool> BehindCycles() const;
  [[nodiscard]] std::vector<std::uint32_t> StepsTo(std::uint32_t signature) const;

  std::uint32_t patterns_ = 0;
  std::vector<std::optional<Element>> elements_;  ///< nothing at the end of a pattern
  std::u32string letters_;                        ///< the first stands for all that no pattern names
  std::vector<State> states_;
  std::vector<bool> is_infinite_;
  std::vector<std::vector<std::u32string>> few_;
};

}  // namespace proviso::analysis
