// `like`: wildcards matched by going back to the last one only, which is enough as each takes any run.
#include "cedar/internal/evaluator.h"
#include "cedar/internal/utf8.h"

namespace proviso::cedar::internal {

bool Matches(const Pattern& pattern, std::string_view text) {
  std::size_t at = 0;
  std::optional<std::size_t> after_wildcard;  // in the pattern
  std::string_view retry;                     // where the last wildcard's run ends, so far
  while (!text.empty()) {
    const Character character = FirstCharacter(text).value_or(Character{0xFFFD, 1});
    if (at < pattern.size() && pattern[at].kind == PatternElement::Kind::kWildcard) {
      after_wildcard = ++at;
      retry = text;
    } else if (at < pattern.size() && pattern[at].character == character.code) {
      ++at;
      text.remove_prefix(character.length_bytes);
    } else if (after_wildcard) {
      retry.remove_prefix(FirstCharacter(retry).value_or(Character{0xFFFD, 1}).length_bytes);
      text = retry;
      at = *after_wildcard;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at].kind == PatternElement::Kind::kWildcard) ++at;
  return at == pattern.size();
}

}  // namespace proviso::cedar::internal
