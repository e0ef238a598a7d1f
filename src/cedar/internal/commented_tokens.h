// Tokens with the comments around them, for the formatter. The lexer drops comments, and ordinary parsing
// pays nothing for them: they are found again in the gaps between the tokens.
#pragma once

#include <string_view>
#include <vector>

#include "cedar/internal/lexer.h"

namespace proviso::cedar::internal {

/// Comments are with their `//` and without the white space at their end.
struct CommentedToken {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
  std::vector<std::string_view> before;  ///< on lines of their own
  std::string_view at_end;               ///< behind the token on its line; empty for none
};

/// The tokens of a text that lexes without errors, the last of them kEnd. All borrow `text`.
[[nodiscard]] std::vector<CommentedToken> LexWithComments(std::string_view text);

/// All comments, in the order of the text.
[[nodiscard]] std::vector<std::string_view> CommentsOf(const std::vector<CommentedToken>& tokens);

}  // namespace proviso::cedar::internal
