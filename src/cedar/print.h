// Trees back to text that parses to the same tree: with the fewest parentheses, one policy a
// paragraph. (A formatter that keeps comments is another thing.)
#pragma once

#include <string>

#include "cedar/policy.h"

namespace proviso::cedar {

[[nodiscard]] std::string Print(const Expression& expression);
[[nodiscard]] std::string Print(const PolicyBody& body);
/// A link prints as the static policy that it amounts to.
[[nodiscard]] std::string Print(const Policy& policy);
/// Static policies, then templates, each ending with a newline; links are not text and are left out.
[[nodiscard]] std::string Print(const PolicySet& policies);

/// `text` as a Cedar string literal with quotes: controls and what does not print as \u{…}. Bytes that
/// are not UTF-8 become U+FFFD.
[[nodiscard]] std::string QuoteString(std::string_view text);
/// An attribute's name as it stands in text: as it is if it is an identifier, else quoted.
[[nodiscard]] std::string NameOrQuoted(std::string_view name);
/// A pattern as the literal that follows `like`.
[[nodiscard]] std::string QuotePattern(const Pattern& pattern);

}  // namespace proviso::cedar
