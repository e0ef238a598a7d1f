// `like`: wildcards matched by going back to the last one only, which is enough as each takes any run.
//
// Going back costs the product of both lengths at worst (`*aaa…ab` on `aaa…a`), and either may be
// megabytes that a stranger chose. So going back has a budget; who spends it is matched again by Knuth,
// Morris and Pratt's method (1977), which takes some memory and never more than a few steps a character.
#include <algorithm>
#include <span>
#include <vector>

#include "cedar/internal/evaluator.h"
#include "cedar/internal/utf8.h"

namespace proviso::cedar::internal {
namespace {

using Elements = std::span<const PatternElement>;

constexpr std::size_t kStepsPerCharacterMax = 16;

bool IsWildcard(const PatternElement& element) {
  return element.kind == PatternElement::Kind::kWildcard;
}

Character First(std::string_view text) {
  return FirstCharacter(text).value_or(Character{0xFFFD, 1});
}

/// Nothing when the budget is spent.
std::optional<bool> MatchesByGoingBack(Elements pattern, std::string_view text) {
  std::size_t steps_left = kStepsPerCharacterMax * (text.size() + pattern.size());
  std::size_t at = 0;
  std::optional<std::size_t> after_wildcard;  // in the pattern
  std::string_view retry;                     // where the last wildcard's run ends, so far
  while (!text.empty()) {
    if (steps_left-- == 0) return std::nullopt;
    const Character character = First(text);
    if (at < pattern.size() && IsWildcard(pattern[at])) {
      after_wildcard = ++at;
      retry = text;
    } else if (at < pattern.size() && pattern[at].character == character.code) {
      ++at;
      text.remove_prefix(character.length_bytes);
    } else if (after_wildcard) {
      retry.remove_prefix(First(retry).length_bytes);
      text = retry;
      at = *after_wildcard;
    } else {
      return false;
    }
  }
  return std::ranges::all_of(pattern.subspan(at), IsWildcard);
}

/// Characters without wildcards, looked for in a text that is given one character at a time.
class Search {
 public:
  /// Borrows `sought`, which is not empty.
  explicit Search(Elements sought) : sought_(sought), border_(sought.size(), 0) {
    for (std::size_t i = 1; i < sought.size(); ++i) border_[i] = Extend(border_[i - 1], sought[i].character);
  }

  /// Whether the characters given so far end with all that is sought.
  bool Take(char32_t character) {
    if (matched_ == sought_.size()) matched_ = border_[matched_ - 1];
    matched_ = Extend(matched_, character);
    return matched_ == sought_.size();
  }

 private:
  /// How much is matched when `character` follows a match of `length` characters.
  [[nodiscard]] std::size_t Extend(std::size_t length, char32_t character) const {
    while (length > 0 && sought_[length].character != character) length = border_[length - 1];
    return sought_[length].character == character ? length + 1 : 0;
  }

  Elements sought_;
  std::vector<std::size_t> border_;  ///< of each beginning: the longest shorter one that also ends it
  std::size_t matched_ = 0;
};

/// Takes `characters` from the front of `text`.
bool TakePrefix(Elements characters, std::string_view& text) {
  for (const PatternElement& element : characters) {
    if (text.empty() || First(text).code != element.character) return false;
    text.remove_prefix(First(text).length_bytes);
  }
  return true;
}

/// Takes all up to the first place where `characters` end.
bool TakeThrough(Elements characters, std::string_view& text) {
  Search search(characters);
  while (!text.empty()) {
    const Character character = First(text);
    text.remove_prefix(character.length_bytes);
    if (search.Take(character.code)) return true;
  }
  return false;
}

bool EndsWith(Elements characters, std::string_view text) {
  Search search(characters);
  bool ends = false;
  while (!text.empty()) {
    const Character character = First(text);
    text.remove_prefix(character.length_bytes);
    ends = search.Take(character.code);
  }
  return ends;
}

/// The pattern has a wildcard: without one nothing is gone back to.
bool MatchesBySearching(Elements pattern, std::string_view text) {
  const auto to_wildcard = [](Elements from) {
    return static_cast<std::size_t>(std::ranges::find_if(from, IsWildcard) - from.begin());
  };
  const std::size_t prefix = to_wildcard(pattern);
  if (!TakePrefix(pattern.first(prefix), text)) return false;
  pattern = pattern.subspan(prefix);
  while (true) {
    pattern = pattern.subspan(1);  // the wildcard
    const std::size_t run = to_wildcard(pattern);
    if (run == pattern.size()) return run == 0 || EndsWith(pattern, text);
    if (run > 0 && !TakeThrough(pattern.first(run), text)) return false;
    pattern = pattern.subspan(run);
  }
}

}  // namespace

bool Matches(const Pattern& pattern, std::string_view text) {
  const auto matches = MatchesByGoingBack(pattern, text);
  return matches ? *matches : MatchesBySearching(pattern, text);
}

}  // namespace proviso::cedar::internal
