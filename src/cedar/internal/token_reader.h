// Tokens one by one, and the errors met on the way: what the policy and schema parsers share.
//
// A parse function returns nothing after it has called Fail, and its callers return nothing in turn,
// until a parser that can go on calls SkipPast.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cedar/internal/lexer.h"
#include "cedar/policy.h"

namespace proviso::cedar::internal {

class TokenReader {
 public:
  TokenReader(std::string_view text, std::string_view source_name);

  [[nodiscard]] const Token& Peek(std::size_t ahead = 0) const;
  [[nodiscard]] bool NextIs(TokenKind kind) const { return Peek().kind == kind; }
  /// Whether the next token is this word.
  [[nodiscard]] bool NextIsWord(std::string_view word) const;
  [[nodiscard]] bool AtEnd() const { return NextIs(TokenKind::kEnd); }

  /// The next token; stays at the end once there.
  Token Take();
  bool Accept(TokenKind kind);
  bool AcceptWord(std::string_view word);
  /// Takes a token of this kind, or fails with "expected `)`, found `x`".
  bool Expect(TokenKind kind);
  bool ExpectWord(std::string_view word);
  /// Takes an identifier that is not reserved.
  std::optional<std::string> ExpectIdentifier(std::string_view what);
  /// Takes a string, and gives its content.
  std::optional<std::string> ExpectString(std::string_view what);
  /// Takes `A::B::C`.
  std::optional<std::string> ExpectPath(std::string_view what);
  /// Takes `@key("value")`… while there are any.
  std::optional<std::vector<Annotation>> TakeAnnotations();

  void Fail(Position at, std::string message);
  /// "expected {what}, found {the next token}{hint}".
  void FailExpected(std::string_view what, std::string_view hint = {});
  /// Goes on behind the next token of this kind, or at the end.
  void SkipPast(TokenKind kind);

  /// A place to come back to, and the way back.
  [[nodiscard]] std::size_t Mark() const { return next_; }
  void Return(std::size_t mark) { next_ = mark; }

  [[nodiscard]] bool failed() const { return !errors_.empty(); }
  [[nodiscard]] const std::string& source_name() const { return source_name_; }
  /// All errors as "source:line:column: message", one a line, in the order of the text.
  [[nodiscard]] base::Error TakeError();

 private:
  std::optional<Annotation> TakeAnnotation();

  std::string source_name_;
  std::vector<Token> tokens_;
  std::vector<SyntaxError> errors_;
  std::size_t next_ = 0;
};

}  // namespace proviso::cedar::internal
