// Text to tokens, for policies and for schemas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cedar/expression.h"

namespace proviso::cedar::internal {

enum class TokenKind : std::uint8_t {
  kIdentifier,  ///< reserved words too
  kInteger,
  kString,  ///< with its quotes and escapes
  kSlot,    ///< ?principal, with the question mark
  kLeftParenthesis,
  kRightParenthesis,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kComma,
  kSemicolon,
  kColon,
  kPathSeparator,
  kDot,
  kAt,
  kQuestion,
  kAssign,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kPlus,
  kMinus,
  kTimes,
  kNot,
  kAnd,
  kOr,
  kEnd
};

/// A token borrows the text that was lexed.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
  Position position;
};

/// What went wrong, and where.
struct SyntaxError {
  Position position;
  std::string message;
};

/// Tokens of a text, the last of them kEnd; and the errors of what was skipped (unknown characters,
/// strings without an end, bytes that are not UTF-8).
struct LexedText {
  std::vector<Token> tokens;
  std::vector<SyntaxError> errors;
};

[[nodiscard]] LexedText Lex(std::string_view text);

/// "`)`", "a string", …: how messages name a kind.
[[nodiscard]] std::string_view KindText(TokenKind kind);

/// Letters, digits and underscores, no digit first.
[[nodiscard]] bool IsWord(std::string_view text);
/// A word that is not one of Cedar's reserved words.
[[nodiscard]] bool IsIdentifier(std::string_view text);
[[nodiscard]] bool IsReserved(std::string_view word);

/// The content of a kString token. Escapes: \n \r \t \0 \\ \" \' \xHH (to 7f) \u{H…} (1 to 6 digits).
[[nodiscard]] base::Result<std::string> Unquote(std::string_view literal);
/// The same for the literal after `like`, where `*` is a wildcard and \* a star.
[[nodiscard]] base::Result<Pattern> UnquotePattern(std::string_view literal);

}  // namespace proviso::cedar::internal
