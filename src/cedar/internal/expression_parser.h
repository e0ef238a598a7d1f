// Expr and all below it in the grammar, by recursive descent.
#pragma once

#include <optional>
#include <string>

#include "cedar/expression.h"
#include "cedar/internal/digits.h"
#include "cedar/internal/token_reader.h"

namespace proviso::cedar::internal {

class ExpressionParser {
 public:
  /// Reads from `reader` (borrowed) and reports errors to it.
  explicit ExpressionParser(TokenReader& reader) : reader_(reader) {}

  /// One Expr; nullptr after an error.
  [[nodiscard]] ExpressionPtr Parse();
  /// `Type::"id"`.
  [[nodiscard]] std::optional<EntityUid> ParseEntity();

 private:
  ExpressionPtr ParseIf();
  ExpressionPtr ParseOr();
  ExpressionPtr ParseAnd();
  ExpressionPtr ParseRelation();
  ExpressionPtr ParseHas(ExpressionPtr of, Position at);
  ExpressionPtr ParseLike(ExpressionPtr of, Position at);
  ExpressionPtr ParseIs(ExpressionPtr of, Position at);
  ExpressionPtr ParseSum();
  ExpressionPtr ParseProduct();
  ExpressionPtr ParseUnary();
  ExpressionPtr ParseMember();
  ExpressionPtr ParseDot(ExpressionPtr of);
  ExpressionPtr ParseIndex(ExpressionPtr of);
  ExpressionPtr ParsePrimary();
  ExpressionPtr ParseWord();
  ExpressionPtr ParseInteger(Sign sign);
  ExpressionPtr ParseStringLiteral();
  ExpressionPtr ParseSet();
  ExpressionPtr ParseRecord();
  ExpressionPtr ParseFunction();
  ExpressionPtr MakeMethod(const Token& name, ExpressionPtr of, std::vector<ExpressionPtr> arguments);
  std::optional<std::vector<ExpressionPtr>> ParseList(TokenKind end);
  std::optional<RecordField> ParseField();
  ExpressionPtr Make(Expression::Node node, Position at);

  TokenReader& reader_;
  std::size_t nesting_ = 0;
};

}  // namespace proviso::cedar::internal
