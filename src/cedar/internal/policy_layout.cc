#include "cedar/internal/policy_layout.h"

#include <algorithm>

namespace proviso::cedar::internal {
namespace {

/// Walks the tokens by the grammar. That they follow it is known, so nothing is checked here but which
/// production comes; a walk ends at the last token whatever comes.
class PolicyWalk {
 public:
  PolicyWalk(const std::vector<CommentedToken>& tokens, std::size_t indent_width)
      : tokens_(tokens), indent_width_(indent_width) {}

  Layout Run() {
    for (bool first = true; !NextIs(TokenKind::kEnd); first = false) {
      if (!first) layout_.BlankLine();
      PutPolicy();
      layout_.HardLine();
    }
    PutCommentsBefore(Peek());
    return std::move(layout_);
  }

 private:
  [[nodiscard]] const CommentedToken& Peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] bool NextIs(TokenKind kind) const { return Peek().kind == kind; }
  [[nodiscard]] bool NextIsWord(std::string_view word) const {
    return NextIs(TokenKind::kIdentifier) && Peek().text == word;
  }

  /// The next token, with its comments.
  void PutToken() {
    const CommentedToken& token = Peek();
    PutCommentsBefore(token);
    if (token.kind == TokenKind::kEnd) return;
    std::string_view text = token.text;
    if (token.kind == TokenKind::kInteger) {
      text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
    }
    layout_.Text(text);
    if (!token.at_end.empty()) layout_.CommentAtEnd(token.at_end);
    ++next_;
  }

  void PutCommentsBefore(const CommentedToken& token) {
    for (const std::string_view comment : dropped_) layout_.CommentBefore(comment);
    dropped_.clear();
    for (const std::string_view comment : token.before) layout_.CommentBefore(comment);
  }

  /// Leaves out the next token; its comments go before the one behind it.
  void DropToken() {
    const CommentedToken& token = Peek();
    dropped_.insert(dropped_.end(), token.before.begin(), token.before.end());
    if (!token.at_end.empty()) dropped_.push_back(token.at_end);
    ++next_;
  }

  void PutPolicy() {
    while (NextIs(TokenKind::kAt)) {
      PutToken();
      PutToken();
      if (NextIs(TokenKind::kLeftParenthesis)) {
        for (int part = 0; part < 3; ++part) PutToken();
      }
      layout_.HardLine();
    }
    layout_.BeginGroup();
    PutToken();
    layout_.Line();
    PutToken();
    layout_.EndGroup();
    PutScope();
    while (NextIsWord("when") || NextIsWord("unless")) {
      layout_.HardLine();
      PutCondition();
    }
    PutToken();
  }

  /// On one line if it says nothing; else one variable a line. With its `)`.
  void PutScope() {
    const bool bare = Peek(1).kind == TokenKind::kComma && Peek(3).kind == TokenKind::kComma &&
                      (Peek(5).kind == TokenKind::kRightParenthesis || Peek(5).kind == TokenKind::kComma);
    const auto put_break = [&](bool at_edge) {
      if (!bare) return layout_.HardLine();
      if (!at_edge) layout_.Space();
    };
    layout_.BeginNest(indent_width_);
    put_break(true);
    while (!NextIs(TokenKind::kRightParenthesis) && !NextIs(TokenKind::kEnd)) {
      PutScopeVariable();
      if (!NextIs(TokenKind::kComma)) continue;
      if (Peek(1).kind == TokenKind::kRightParenthesis) {
        DropToken();
      } else {
        PutToken();
        put_break(false);
      }
    }
    layout_.EndNest();
    put_break(true);
    PutToken();
  }

  void PutScopeVariable() {
    layout_.BeginGroup();
    layout_.BeginGroup();
    PutToken();
    if (NextIsWord("is")) {
      layout_.BeginGroup();
      layout_.BeginNest(indent_width_);
      layout_.BeginGroup();
      layout_.Line();
      PutToken();
      layout_.EndGroup();
      layout_.Line();
      PutPath();
      layout_.EndNest();
      layout_.EndGroup();
    }
    const bool compared = NextIs(TokenKind::kEqual) || NextIsWord("in");
    if (compared) {
      layout_.Line();
      PutToken();
    }
    layout_.EndGroup();
    if (compared) {
      layout_.BeginNest(indent_width_);
      layout_.Line();
      PutMember();
      layout_.EndNest();
    }
    layout_.EndGroup();
  }

  void PutCondition() {
    layout_.BeginGroup();
    PutToken();
    layout_.Line();
    PutToken();
    layout_.BeginGroup();
    layout_.BeginNest(indent_width_);
    layout_.Line();
    layout_.BeginGroup();
    PutExpression();
    layout_.EndGroup();
    layout_.EndNest();
    layout_.Line();
    PutToken();
    layout_.EndGroup();
    layout_.EndGroup();
  }

  void PutExpression() {
    if (!NextIsWord("if")) return PutOr();
    layout_.BeginGroup();
    for (int part = 0; part < 3; ++part) {  // if, then, else
      if (part > 0) layout_.Line();
      PutToken();
      layout_.BeginNest(indent_width_);
      layout_.Line();
      PutExpression();
      layout_.EndNest();
    }
    layout_.EndGroup();
  }

  void PutOr() {
    PutAnd();
    while (NextIs(TokenKind::kOr)) {
      PutOperator();
      PutAnd();
    }
  }

  void PutAnd() {
    PutRelation();
    while (NextIs(TokenKind::kAnd)) {
      PutOperator();
      PutRelation();
    }
  }

  /// An operator at the end of its line.
  void PutOperator() {
    layout_.Space();
    PutToken();
    layout_.Line();
  }

  [[nodiscard]] bool NextIsRelation() const {
    return NextIs(TokenKind::kEqual) || NextIs(TokenKind::kNotEqual) || NextIs(TokenKind::kLess) ||
           NextIs(TokenKind::kLessOrEqual) || NextIs(TokenKind::kGreater) ||
           NextIs(TokenKind::kGreaterOrEqual) || NextIsWord("in");
  }

  void PutRelation() {
    const std::size_t begin = layout_.Reserve();
    PutSum();
    if (NextIsRelation()) {
      layout_.Space();
      PutToken();
      layout_.Space();
      PutSum();
    } else if (NextIsWord("has") || NextIsWord("like")) {
      layout_.Line();
      PutToken();
      layout_.Line();
      layout_.BeginNest(indent_width_);
      PutMember();
      layout_.EndNest();
      layout_.EndReserved(begin);
    } else if (NextIsWord("is")) {
      PutIs();
      layout_.EndReserved(begin);
    }
  }

  void PutIs() {
    layout_.Space();
    PutToken();
    layout_.Space();
    PutPath();
    if (!NextIsWord("in")) return;
    layout_.Line();
    PutToken();
    layout_.Space();
    layout_.BeginNest(indent_width_);
    PutSum();
    layout_.EndNest();
  }

  void PutSum() {
    const std::size_t begin = layout_.Reserve();
    PutProduct();
    if (!NextIs(TokenKind::kPlus) && !NextIs(TokenKind::kMinus)) return;
    while (NextIs(TokenKind::kPlus) || NextIs(TokenKind::kMinus)) {
      PutOperator();
      PutProduct();
    }
    layout_.EndReserved(begin);
  }

  void PutProduct() {
    const std::size_t begin = layout_.Reserve();
    PutUnary();
    if (!NextIs(TokenKind::kTimes)) return;
    while (NextIs(TokenKind::kTimes)) {
      PutOperator();
      PutUnary();
    }
    layout_.EndReserved(begin);
  }

  void PutUnary() {
    while (NextIs(TokenKind::kNot) || NextIs(TokenKind::kMinus)) PutToken();
    PutMember();
  }

  /// A primary and what is got from it, in one line or with each `.name` on its own.
  void PutMember() {
    layout_.BeginGroup();
    PutPrimary();
    layout_.BeginNest(indent_width_);
    for (bool first = true;; first = false) {
      const TokenKind kind = Peek().kind;
      if (kind != TokenKind::kDot && kind != TokenKind::kLeftParenthesis && kind != TokenKind::kLeftBracket)
        break;
      if (!first) layout_.SoftLine();
      PutAccess(kind);
    }
    layout_.EndNest();
    layout_.EndGroup();
  }

  /// `.name`, `(arguments)` or `["name"]`.
  void PutAccess(TokenKind kind) {
    if (kind == TokenKind::kDot) {
      PutToken();
      PutToken();
      return;
    }
    const bool call = kind == TokenKind::kLeftParenthesis;
    const TokenKind end = call ? TokenKind::kRightParenthesis : TokenKind::kRightBracket;
    PutToken();
    if (call && !NextIs(end)) {
      layout_.BeginNest(indent_width_);
      layout_.SoftLine();
      PutList(end, &PolicyWalk::PutExpression);
      layout_.EndNest();
      layout_.SoftLine();
    } else {
      PutList(end, &PolicyWalk::PutExpression);
    }
    PutToken();
  }

  /// Items and commas up to `end`, without a comma behind the last.
  void PutList(TokenKind end, void (PolicyWalk::*put_item)()) {
    while (!NextIs(end) && !NextIs(TokenKind::kEnd)) {
      (this->*put_item)();
      if (!NextIs(TokenKind::kComma)) return;
      if (Peek(1).kind == end) return DropToken();
      PutToken();
      layout_.Line();
    }
  }

  void PutField() {
    PutToken();
    PutToken();
    layout_.Space();
    PutExpression();
  }

  /// `{ a: 1, b: 2 }`, or a line for each; `{}` stays closed.
  void PutRecord() {
    layout_.BeginGroup();
    PutToken();
    const bool empty = NextIs(TokenKind::kRightBrace);
    layout_.BeginNest(indent_width_);
    if (!empty) layout_.Line();
    PutList(TokenKind::kRightBrace, &PolicyWalk::PutField);
    layout_.EndNest();
    if (!empty) layout_.Line();
    PutToken();
    layout_.EndGroup();
  }

  void PutBrackets(TokenKind end, void (PolicyWalk::*put_item)()) {
    PutToken();
    layout_.BeginNest(1);
    PutList(end, put_item);
    layout_.EndNest();
    PutToken();
  }

  void PutPrimary() {
    if (NextIs(TokenKind::kLeftParenthesis)) {
      layout_.BeginGroup();
      PutBrackets(TokenKind::kRightParenthesis, &PolicyWalk::PutExpression);
      layout_.EndGroup();
    } else if (NextIs(TokenKind::kLeftBracket)) {
      PutBrackets(TokenKind::kRightBracket, &PolicyWalk::PutExpression);
    } else if (NextIs(TokenKind::kLeftBrace)) {
      PutRecord();
    } else if (NextIs(TokenKind::kIdentifier)) {
      PutPath();
      if (NextIs(TokenKind::kString)) PutToken();  // of an entity
    } else {
      PutToken();
    }
  }

  /// A::B::C, with the `::` that may follow.
  void PutPath() {
    PutToken();
    while (NextIs(TokenKind::kPathSeparator)) {
      PutToken();
      if (NextIs(TokenKind::kIdentifier)) PutToken();
    }
  }

  const std::vector<CommentedToken>& tokens_;
  std::size_t indent_width_;
  std::size_t next_ = 0;
  std::vector<std::string_view> dropped_;
  Layout layout_;
};

}  // namespace

Layout LayOutPolicies(const std::vector<CommentedToken>& tokens, std::size_t indent_width) {
  return PolicyWalk(tokens, indent_width).Run();
}

}  // namespace proviso::cedar::internal
