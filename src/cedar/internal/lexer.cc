#include "cedar/internal/lexer.h"

#include <algorithm>
#include <array>

#include "cedar/internal/library.h"
#include "cedar/internal/utf8.h"
#include "cedar/limits.h"

namespace proviso::cedar::internal {
namespace {

struct Mark {
  std::string_view text;
  TokenKind kind;
};
/// Longer marks first, where one begins another.
constexpr std::array<Mark, 26> kMarks = {{
    {"::", TokenKind::kPathSeparator},
    {"==", TokenKind::kEqual},
    {"!=", TokenKind::kNotEqual},
    {"<=", TokenKind::kLessOrEqual},
    {">=", TokenKind::kGreaterOrEqual},
    {"&&", TokenKind::kAnd},
    {"||", TokenKind::kOr},
    {"(", TokenKind::kLeftParenthesis},
    {")", TokenKind::kRightParenthesis},
    {"[", TokenKind::kLeftBracket},
    {"]", TokenKind::kRightBracket},
    {"{", TokenKind::kLeftBrace},
    {"}", TokenKind::kRightBrace},
    {",", TokenKind::kComma},
    {";", TokenKind::kSemicolon},
    {":", TokenKind::kColon},
    {".", TokenKind::kDot},
    {"@", TokenKind::kAt},
    {"?", TokenKind::kQuestion},
    {"=", TokenKind::kAssign},
    {"<", TokenKind::kLess},
    {">", TokenKind::kGreater},
    {"+", TokenKind::kPlus},
    {"-", TokenKind::kMinus},
    {"*", TokenKind::kTimes},
    {"!", TokenKind::kNot},
}};

constexpr std::array<std::string_view, 10> kReserved = {"true", "false", "if",   "then", "else",
                                                        "in",   "is",    "like", "has",  "__cedar"};

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsWordCharacter(char c) {
  return IsLetter(c) || IsDigit(c);
}

/// The property White_Space of Unicode.
bool IsWhiteSpace(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 ||
         (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : rest_(text) {}

  LexedText Run() {
    SkipSpace();
    while (!rest_.empty()) {
      TakeToken();
      SkipSpace();
    }
    result_.tokens.push_back({TokenKind::kEnd, {}, position_});
    return std::move(result_);
  }

 private:
  /// Moves past `length` bytes and counts their lines and columns.
  std::string_view Take(std::size_t length) {
    const std::string_view taken = rest_.substr(0, length);
    for (const char c : taken) {
      if (c == '\n') {
        ++position_.line;
        position_.column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) {
        ++position_.column;
      }
    }
    rest_.remove_prefix(taken.size());
    return taken;
  }

  void SkipSpace() {
    while (!rest_.empty()) {
      if (rest_.starts_with("//")) {
        Take(std::min(rest_.find_first_of("\n\r"), rest_.size()));
        continue;
      }
      const auto character = FirstCharacter(rest_);
      if (!character || !IsWhiteSpace(character->code)) return;
      Take(character->length_bytes);
    }
  }

  void TakeToken() {
    const char first = rest_.front();
    if (IsLetter(first)) return Put(TokenKind::kIdentifier, WordEnd(0));
    if (IsDigit(first)) {
      return Put(TokenKind::kInteger, std::min(rest_.find_first_not_of("0123456789"), rest_.size()));
    }
    if (first == '"') return TakeString();
    if (first == '?' && rest_.size() > 1 && IsLetter(rest_[1])) return Put(TokenKind::kSlot, WordEnd(1));
    for (const Mark& mark : kMarks) {
      if (rest_.starts_with(mark.text)) return Put(mark.kind, mark.text.size());
    }
    SkipUnknown();
  }

  void Put(TokenKind kind, std::size_t length) {
    const Position start = position_;
    result_.tokens.push_back({kind, Take(length), start});
  }

  [[nodiscard]] std::size_t WordEnd(std::size_t begin) const {
    const auto end =
        std::find_if_not(rest_.begin() + static_cast<std::ptrdiff_t>(begin), rest_.end(), IsWordCharacter);
    return static_cast<std::size_t>(end - rest_.begin());
  }

  void TakeString() {
    std::size_t at = 1;
    while (at < rest_.size() && rest_[at] != '"') at += rest_[at] == '\\' ? 2 : 1;
    if (at < rest_.size()) return Put(TokenKind::kString, at + 1);
    Fail("this string has no end; close it with `\"`");
    Take(rest_.size());
  }

  void SkipUnknown() {
    const auto character = FirstCharacter(rest_);
    if (!character) {
      Fail("this byte is not UTF-8; save the text as UTF-8");
      Take(1);
      return;
    }
    Fail("unexpected character `" + std::string(rest_.substr(0, character->length_bytes)) + "`");
    Take(character->length_bytes);
  }

  void Fail(std::string message) {
    if (result_.errors.size() < kSyntaxErrorsMax) result_.errors.push_back({position_, std::move(message)});
  }

  std::string_view rest_;
  Position position_{1, 1};
  LexedText result_;
};

std::unexpected<base::Error> FailEscape(std::string message) {
  return base::Fail(base::ErrorCode::kInvalid, std::move(message));
}

std::optional<char32_t> HexValue(std::string_view digits) {
  char32_t code = 0;
  for (const char digit : digits) {
    code *= 16;
    if (IsDigit(digit)) {
      code += static_cast<char32_t>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      code += static_cast<char32_t>(digit - 'a' + 10);
    } else if (digit >= 'A' && digit <= 'F') {
      code += static_cast<char32_t>(digit - 'A' + 10);
    } else {
      return std::nullopt;
    }
  }
  return code;
}

/// Takes HH after \x.
base::Result<char32_t> TakeByteEscape(std::string_view& rest) {
  const std::string_view digits = rest.substr(0, 2);
  const auto code = HexValue(digits);
  if (digits.size() < 2 || !code || *code > 0x7F) {
    return FailEscape("`\\x` takes two hexadecimal digits up to 7f; write \\u{…} for others");
  }
  rest.remove_prefix(2);
  return *code;
}

/// Takes {H…} after \u.
base::Result<char32_t> TakeUnicodeEscape(std::string_view& rest) {
  constexpr std::size_t kDigitsMax = 6;
  const std::size_t end = rest.find('}');
  if (!rest.starts_with('{') || end == std::string_view::npos) {
    return FailEscape("`\\u` takes a character in braces, as in \\u{1f600}");
  }
  std::string digits(rest.substr(1, end - 1));
  const bool begins_with_digit = !digits.empty() && digits.front() != '_';
  std::erase(digits, '_');
  const auto code = HexValue(digits);
  if (!begins_with_digit || digits.size() > kDigitsMax || !code || !IsScalarValue(*code)) {
    return FailEscape("`\\u{" + std::string(rest.substr(1, end - 1)) +
                      "}` is not a Unicode character; write one to six hexadecimal digits up to 10ffff, "
                      "outside d800 to dfff");
  }
  rest.remove_prefix(end + 1);
  return *code;
}

/// Takes what follows a backslash.
base::Result<char32_t> TakeEscape(std::string_view& rest) {
  const char kind = rest.front();
  rest.remove_prefix(1);
  switch (kind) {
    case 'n':
      return U'\n';
    case 'r':
      return U'\r';
    case 't':
      return U'\t';
    case '0':
      return U'\0';
    case '\\':
      return U'\\';
    case '"':
      return U'"';
    case '\'':
      return U'\'';
    case 'x':
      return TakeByteEscape(rest);
    case 'u':
      return TakeUnicodeEscape(rest);
    default:  // any other character, not an enumeration of ours
      return FailEscape("unknown escape `\\" + std::string(1, kind) +
                        "`; write \\n \\r \\t \\0 \\\\ \\\" \\' \\x41 or \\u{41}");
  }
}

/// Walks a literal's content; `star` is told of an unescaped `*`, `character` of all else.
template <typename OnCharacter, typename OnStar, typename OnEscapedStar>
base::Status WalkLiteral(std::string_view literal, OnCharacter on_character, OnStar on_star,
                         OnEscapedStar on_escaped_star) {
  std::string_view rest = literal.substr(1, literal.size() - 2);
  while (!rest.empty()) {
    if (rest.starts_with("\\*") && on_escaped_star()) {
      rest.remove_prefix(2);
    } else if (rest.starts_with('\\')) {
      rest.remove_prefix(1);
      const auto code = TakeEscape(rest);
      if (!code) return std::unexpected(code.error());
      on_character(*code);
    } else {
      const auto character = FirstCharacter(rest);
      if (!character) return FailEscape("a byte in this string is not UTF-8; save the text as UTF-8");
      rest.remove_prefix(character->length_bytes);
      if (character->code == U'\r') return FailEscape("a bare carriage return in a string; write \\r");
      if (character->code != U'*' || !on_star()) on_character(character->code);
    }
  }
  return {};
}

}  // namespace

LexedText Lex(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return {{Token{TokenKind::kEnd, {}, {1, 1}}},
            {{{1, 1}, "the text is longer than " + std::to_string(kTextBytesMax) + " bytes; split it"}}};
  }
  return Lexer(text).Run();
}

std::string_view KindText(TokenKind kind) {
  static constexpr std::array<std::string_view, 31> kTexts = {"an identifier",
                                                              "an integer",
                                                              "a string",
                                                              "a slot",
                                                              "`(`",
                                                              "`)`",
                                                              "`[`",
                                                              "`]`",
                                                              "`{`",
                                                              "`}`",
                                                              "`,`",
                                                              "`;`",
                                                              "`:`",
                                                              "`::`",
                                                              "`.`",
                                                              "`@`",
                                                              "`?`",
                                                              "`=`",
                                                              "`==`",
                                                              "`!=`",
                                                              "`<`",
                                                              "`<=`",
                                                              "`>`",
                                                              "`>=`",
                                                              "`+`",
                                                              "`-`",
                                                              "`*`",
                                                              "`!`",
                                                              "`&&`",
                                                              "`||`",
                                                              "the end of the text"};
  return kTexts[static_cast<std::size_t>(kind)];
}

bool IsReserved(std::string_view word) {
  return Contains(kReserved, word);
}

bool IsWord(std::string_view text) {
  return !text.empty() && IsLetter(text.front()) && std::ranges::all_of(text, IsWordCharacter);
}

bool IsIdentifier(std::string_view text) {
  return IsWord(text) && !IsReserved(text);
}

base::Result<std::string> Unquote(std::string_view literal) {
  std::string out;
  const auto status = WalkLiteral(
      literal, [&](char32_t code) { AppendUtf8(out, code); }, [] { return false; }, [] { return false; });
  if (!status) return std::unexpected(status.error());
  return out;
}

base::Result<Pattern> UnquotePattern(std::string_view literal) {
  Pattern out;
  const auto status = WalkLiteral(
      literal, [&](char32_t code) { out.push_back({PatternElement::Kind::kCharacter, code}); },
      [&] {
        out.push_back({PatternElement::Kind::kWildcard, 0});
        return true;
      },
      [&] {
        out.push_back({PatternElement::Kind::kCharacter, U'*'});
        return true;
      });
  if (!status) return std::unexpected(status.error());
  return out;
}

}  // namespace proviso::cedar::internal
