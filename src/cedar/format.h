// The formatter of policy text: one layout for every text that says the same, with the comments kept.
//
//   auto text = FormatPolicies("permit(principal,action,resource)when{a||b}; // why", "clauses.cedar", {});
//
// The layout is the reference formatter's: a blank line between policies; a condition on one line where it
// fits, else one operand of `&&` and `||` a line. A comment stays with its token: at the end of the line
// where it stood there, else on lines of its own before. What changes is white space, trailing commas, and
// zeros before a number; blank lines inside a policy go.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::cedar {

struct FormatOptions {
  std::size_t line_width = 80;   ///< in characters; 1 to kLineWidthMax. What cannot be broken passes it.
  std::size_t indent_width = 2;  ///< in spaces; at most kIndentWidthMax
};

/// The formatted text: formatting it again gives the same. It is read again and compared with `text`; should
/// a tree or a comment differ, the call fails with kInternal and nothing is lost. Fails with kInvalid where
/// `text` does not parse (as ParsePolicies does) or an option is out of bounds, and with kLimit where the
/// result would be longer than kTextBytesMax.
[[nodiscard]] base::Result<std::string> FormatPolicies(std::string_view text, std::string_view source_name,
                                                       FormatOptions options);

}  // namespace proviso::cedar
