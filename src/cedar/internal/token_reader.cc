#include "cedar/internal/token_reader.h"

#include <algorithm>

#include "cedar/internal/library.h"
#include "cedar/limits.h"

namespace proviso::cedar::internal {
namespace {

constexpr std::size_t kShownBytesMax = 40;

std::string FoundText(const Token& token) {
  if (token.kind == TokenKind::kEnd) return "the end of the text";
  if (token.text.size() <= kShownBytesMax) return "`" + std::string(token.text) + "`";
  return std::string(KindText(token.kind));
}

}  // namespace

TokenReader::TokenReader(std::string_view text, std::string_view source_name) : source_name_(source_name) {
  LexedText lexed = Lex(text);
  tokens_ = std::move(lexed.tokens);
  errors_ = std::move(lexed.errors);
}

const Token& TokenReader::Peek(std::size_t ahead) const {
  return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

bool TokenReader::NextIsWord(std::string_view word) const {
  return NextIs(TokenKind::kIdentifier) && Peek().text == word;
}

Token TokenReader::Take() {
  const Token token = Peek();
  if (next_ + 1 < tokens_.size()) ++next_;
  return token;
}

bool TokenReader::Accept(TokenKind kind) {
  if (!NextIs(kind)) return false;
  Take();
  return true;
}

bool TokenReader::AcceptWord(std::string_view word) {
  if (!NextIsWord(word)) return false;
  Take();
  return true;
}

bool TokenReader::Expect(TokenKind kind) {
  if (Accept(kind)) return true;
  FailExpected(KindText(kind));
  return false;
}

bool TokenReader::ExpectWord(std::string_view word) {
  if (AcceptWord(word)) return true;
  FailExpected("`" + std::string(word) + "`");
  return false;
}

std::optional<std::string> TokenReader::ExpectIdentifier(std::string_view what) {
  if (NextIs(TokenKind::kIdentifier) && !IsReserved(Peek().text)) return std::string(Take().text);
  FailExpected(what, NextIs(TokenKind::kIdentifier) ? ", which is a reserved word" : "");
  return std::nullopt;
}

std::optional<std::string> TokenReader::ExpectString(std::string_view what) {
  if (!NextIs(TokenKind::kString)) {
    FailExpected(what);
    return std::nullopt;
  }
  const Token token = Take();
  auto content = Unquote(token.text);
  if (!content) {
    Fail(token.position, content.error().message);
    return std::nullopt;
  }
  return std::move(*content);
}

std::optional<std::string> TokenReader::ExpectPath(std::string_view what) {
  auto path = ExpectIdentifier(what);
  while (path && NextIs(TokenKind::kPathSeparator) && Peek(1).kind == TokenKind::kIdentifier) {
    Take();
    const auto step = ExpectIdentifier("an identifier");
    if (!step) return std::nullopt;
    *path += "::" + *step;
  }
  return path;
}

std::optional<std::vector<Annotation>> TokenReader::TakeAnnotations() {
  std::vector<Annotation> annotations;
  while (NextIs(TokenKind::kAt)) {
    const Position at = Peek().position;
    auto annotation = TakeAnnotation();
    if (!annotation) return std::nullopt;
    if (Contains(annotations, annotation->key, &Annotation::key)) {
      Fail(at, "annotation `@" + annotation->key + "` is given twice; keep one");
      return std::nullopt;
    }
    annotations.push_back(std::move(*annotation));
  }
  return annotations;
}

std::optional<Annotation> TokenReader::TakeAnnotation() {
  Take();
  if (!NextIs(TokenKind::kIdentifier)) {
    FailExpected("an annotation's name");
    return std::nullopt;
  }
  Annotation annotation{.key = std::string(Take().text), .value = {}, .has_value = false};
  if (!Accept(TokenKind::kLeftParenthesis)) return annotation;
  auto value = ExpectString("the annotation's value as a string");
  if (!value || !Expect(TokenKind::kRightParenthesis)) return std::nullopt;
  annotation.value = std::move(*value);
  annotation.has_value = true;
  return annotation;
}

void TokenReader::Fail(Position at, std::string message) {
  if (errors_.size() < kSyntaxErrorsMax) errors_.push_back({at, std::move(message)});
}

void TokenReader::FailExpected(std::string_view what, std::string_view hint) {
  Fail(Peek().position, "expected " + std::string(what) + ", found " + FoundText(Peek()) + std::string(hint));
}

void TokenReader::SkipPast(TokenKind kind) {
  while (!AtEnd() && !NextIs(kind)) Take();
  Accept(kind);
}

base::Error TokenReader::TakeError() {
  std::ranges::sort(errors_, [](const SyntaxError& a, const SyntaxError& b) {
    return std::pair(a.position.line, a.position.column) < std::pair(b.position.line, b.position.column);
  });
  base::Error error{base::ErrorCode::kInvalid, {}};
  for (const SyntaxError& each : errors_) {
    if (!error.message.empty()) error.message += '\n';
    error.message += source_name_ + ":" + std::to_string(each.position.line) + ":" +
                     std::to_string(each.position.column) + ": " + each.message;
  }
  return error;
}

}  // namespace proviso::cedar::internal
