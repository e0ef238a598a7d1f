#include "cedar/internal/expression_parser.h"

#include <algorithm>
#include <array>

#include "cedar/internal/digits.h"
#include "cedar/internal/library.h"
#include "cedar/internal/nearest.h"
#include "cedar/limits.h"

namespace proviso::cedar::internal {
namespace {

struct RelationMark {
  TokenKind kind;
  BinaryOperator op;
};
constexpr std::array<RelationMark, 6> kRelations = {
    {{TokenKind::kEqual, BinaryOperator::kEqual},
     {TokenKind::kNotEqual, BinaryOperator::kNotEqual},
     {TokenKind::kLess, BinaryOperator::kLess},
     {TokenKind::kLessOrEqual, BinaryOperator::kLessOrEqual},
     {TokenKind::kGreater, BinaryOperator::kGreater},
     {TokenKind::kGreaterOrEqual, BinaryOperator::kGreaterOrEqual}}};

constexpr std::array<BinaryOperator, 5> kBinaryMethods = {
    BinaryOperator::kContains, BinaryOperator::kContainsAll, BinaryOperator::kContainsAny,
    BinaryOperator::kGetTag, BinaryOperator::kHasTag};
constexpr std::string_view kIsEmpty = "isEmpty";

std::vector<std::string_view> NamesOf(CallStyle style) {
  std::vector<std::string_view> names;
  for (const FunctionSignature& each : FunctionSignatures()) {
    if (each.style == style) names.push_back(each.name);
  }
  if (style == CallStyle::kMethod) {
    for (const BinaryOperator op : kBinaryMethods) names.push_back(MethodName(op));
    names.push_back(kIsEmpty);
  }
  return names;
}

bool IsMethodName(std::string_view name) {
  return Contains(NamesOf(CallStyle::kMethod), name);
}

/// Counts one level of nesting while it lives.
class Level {
 public:
  explicit Level(std::size_t& nesting) : nesting_(nesting) { ++nesting_; }
  ~Level() { --nesting_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  std::size_t& nesting_;
};

}  // namespace

ExpressionPtr ExpressionParser::Make(Expression::Node node, Position at) {
  ExpressionPtr made = MakeExpression(std::move(node), at);
  if (made->depth <= kExpressionDepthMax) return made;
  reader_.Fail(at, "this expression is deeper than " + std::to_string(kExpressionDepthMax) +
                       " operators; split the condition, or use a set");
  return nullptr;
}

ExpressionPtr ExpressionParser::Parse() {
  const Level level(nesting_);
  if (nesting_ > kNestingMax) {
    reader_.Fail(reader_.Peek().position,
                 "expressions nest deeper than " + std::to_string(kNestingMax) + " levels");
    return nullptr;
  }
  return reader_.NextIsWord("if") ? ParseIf() : ParseOr();
}

ExpressionPtr ExpressionParser::ParseIf() {
  const Position at = reader_.Take().position;
  If branch;
  branch.condition = Parse();
  if (!branch.condition || !reader_.ExpectWord("then")) return nullptr;
  branch.then_branch = Parse();
  if (!branch.then_branch || !reader_.ExpectWord("else")) return nullptr;
  branch.else_branch = Parse();
  if (!branch.else_branch) return nullptr;
  return Make(std::move(branch), at);
}

ExpressionPtr ExpressionParser::ParseOr() {
  ExpressionPtr left = ParseAnd();
  while (left && reader_.NextIs(TokenKind::kOr)) {
    const Position at = reader_.Take().position;
    ExpressionPtr right = ParseAnd();
    if (!right) return nullptr;
    left = Make(Binary{BinaryOperator::kOr, std::move(left), std::move(right)}, at);
  }
  return left;
}

ExpressionPtr ExpressionParser::ParseAnd() {
  ExpressionPtr left = ParseRelation();
  while (left && reader_.NextIs(TokenKind::kAnd)) {
    const Position at = reader_.Take().position;
    ExpressionPtr right = ParseRelation();
    if (!right) return nullptr;
    left = Make(Binary{BinaryOperator::kAnd, std::move(left), std::move(right)}, at);
  }
  return left;
}

ExpressionPtr ExpressionParser::ParseRelation() {
  ExpressionPtr left = ParseSum();
  if (!left) return nullptr;
  const Position at = reader_.Peek().position;
  if (reader_.AcceptWord("has")) return ParseHas(std::move(left), at);
  if (reader_.AcceptWord("like")) return ParseLike(std::move(left), at);
  if (reader_.AcceptWord("is")) return ParseIs(std::move(left), at);
  if (reader_.NextIs(TokenKind::kAssign)) {
    reader_.FailExpected("an operator", "; did you mean `==`?");
    return nullptr;
  }
  const auto mark = std::ranges::find(kRelations, reader_.Peek().kind, &RelationMark::kind);
  const bool is_in = reader_.NextIsWord("in");
  if (mark == kRelations.end() && !is_in) return left;
  reader_.Take();
  ExpressionPtr right = ParseSum();
  if (!right) return nullptr;
  if (Contains(kRelations, reader_.Peek().kind, &RelationMark::kind) || reader_.NextIsWord("in")) {
    reader_.Fail(reader_.Peek().position, "relations do not chain; put one of them in parentheses");
    return nullptr;
  }
  const BinaryOperator op = is_in ? BinaryOperator::kIn : mark->op;
  return Make(Binary{op, std::move(left), std::move(right)}, at);
}

ExpressionPtr ExpressionParser::ParseHas(ExpressionPtr of, Position at) {
  HasAttribute has{.of = std::move(of), .path = {}};
  if (reader_.NextIs(TokenKind::kString)) {
    auto name = reader_.ExpectString("an attribute");
    if (!name) return nullptr;
    has.path.push_back(std::move(*name));
    return Make(std::move(has), at);
  }
  do {
    auto name = reader_.ExpectIdentifier("an attribute's name");
    if (!name) return nullptr;
    has.path.push_back(std::move(*name));
  } while (reader_.Accept(TokenKind::kDot));
  return Make(std::move(has), at);
}

ExpressionPtr ExpressionParser::ParseLike(ExpressionPtr of, Position at) {
  if (!reader_.NextIs(TokenKind::kString)) {
    reader_.FailExpected("a pattern as a string");
    return nullptr;
  }
  const Token token = reader_.Take();
  auto pattern = UnquotePattern(token.text);
  if (!pattern) {
    reader_.Fail(token.position, pattern.error().message);
    return nullptr;
  }
  return Make(Like{std::move(of), std::move(*pattern)}, at);
}

ExpressionPtr ExpressionParser::ParseIs(ExpressionPtr of, Position at) {
  auto type = reader_.ExpectPath("an entity type");
  if (!type) return nullptr;
  ExpressionPtr container;
  if (reader_.AcceptWord("in")) {
    container = ParseSum();
    if (!container) return nullptr;
  }
  return Make(Is{std::move(of), std::move(*type), std::move(container)}, at);
}

ExpressionPtr ExpressionParser::ParseSum() {
  ExpressionPtr left = ParseProduct();
  while (left && (reader_.NextIs(TokenKind::kPlus) || reader_.NextIs(TokenKind::kMinus))) {
    const Token mark = reader_.Take();
    ExpressionPtr right = ParseProduct();
    if (!right) return nullptr;
    const auto op = mark.kind == TokenKind::kPlus ? BinaryOperator::kAdd : BinaryOperator::kSubtract;
    left = Make(Binary{op, std::move(left), std::move(right)}, mark.position);
  }
  return left;
}

ExpressionPtr ExpressionParser::ParseProduct() {
  ExpressionPtr left = ParseUnary();
  while (left && reader_.NextIs(TokenKind::kTimes)) {
    const Position at = reader_.Take().position;
    ExpressionPtr right = ParseUnary();
    if (!right) return nullptr;
    left = Make(Binary{BinaryOperator::kMultiply, std::move(left), std::move(right)}, at);
  }
  return left;
}

ExpressionPtr ExpressionParser::ParseUnary() {
  std::vector<Position> signs;
  const TokenKind kind = reader_.Peek().kind;
  while ((kind == TokenKind::kNot || kind == TokenKind::kMinus) && reader_.NextIs(kind)) {
    signs.push_back(reader_.Take().position);
  }
  if (signs.size() > kUnaryOperatorsMax) {
    reader_.Fail(signs[0], "more than " + std::to_string(kUnaryOperatorsMax) + " " +
                               std::string(KindText(kind)) + " in a row; use parentheses, or fewer");
    return nullptr;
  }
  ExpressionPtr operand;
  const TokenKind after = reader_.Peek(1).kind;
  const bool negative_literal = kind == TokenKind::kMinus && reader_.NextIs(TokenKind::kInteger) &&
                                after != TokenKind::kDot && after != TokenKind::kLeftBracket;
  if (negative_literal) {
    operand = ParseInteger(Sign::kNegative);
    signs.pop_back();
  } else {
    operand = ParseMember();
  }
  for (auto sign = signs.rbegin(); operand && sign != signs.rend(); ++sign) {
    const auto op = kind == TokenKind::kNot ? UnaryOperator::kNot : UnaryOperator::kNegate;
    operand = Make(Unary{op, std::move(operand)}, *sign);
  }
  return operand;
}

ExpressionPtr ExpressionParser::ParseMember() {
  ExpressionPtr member = ParsePrimary();
  while (member) {
    if (reader_.NextIs(TokenKind::kDot)) {
      member = ParseDot(std::move(member));
    } else if (reader_.NextIs(TokenKind::kLeftBracket)) {
      member = ParseIndex(std::move(member));
    } else {
      return member;
    }
  }
  return nullptr;
}

ExpressionPtr ExpressionParser::ParseDot(ExpressionPtr of) {
  reader_.Take();
  const Token name = reader_.Peek();
  auto word = reader_.ExpectIdentifier("an attribute's or a method's name");
  if (!word) return nullptr;
  if (!reader_.Accept(TokenKind::kLeftParenthesis)) {
    return Make(GetAttribute{std::move(of), std::move(*word)}, name.position);
  }
  auto arguments = ParseList(TokenKind::kRightParenthesis);
  if (!arguments) return nullptr;
  return MakeMethod(name, std::move(of), std::move(*arguments));
}

ExpressionPtr ExpressionParser::MakeMethod(const Token& name, ExpressionPtr of,
                                           std::vector<ExpressionPtr> arguments) {
  const auto binary = std::ranges::find(kBinaryMethods, name.text, MethodName);
  const bool is_empty = name.text == kIsEmpty;
  if (is_empty || binary != kBinaryMethods.end()) {
    const std::size_t expected = is_empty ? 0 : 1;
    if (arguments.size() != expected) {
      reader_.Fail(name.position, "`" + std::string(name.text) + "` takes " + (is_empty ? "no" : "one") +
                                      " argument, not " + std::to_string(arguments.size()));
      return nullptr;
    }
    if (is_empty) return Make(Unary{UnaryOperator::kIsEmpty, std::move(of)}, name.position);
    return Make(Binary{*binary, std::move(of), std::move(arguments[0])}, name.position);
  }
  const FunctionSignature* signature = FindFunction(name.text);
  if (signature == nullptr || signature->style != CallStyle::kMethod) {
    const std::string hint = signature != nullptr
                                 ? "; it is a function: write `" + std::string(name.text) + "(…)`"
                                 : DidYouMean(name.text, NamesOf(CallStyle::kMethod));
    reader_.Fail(name.position, "`" + std::string(name.text) + "` is not a method" + hint);
    return nullptr;
  }
  arguments.insert(arguments.begin(), std::move(of));
  return Make(Call{signature->function, std::move(arguments)}, name.position);
}

ExpressionPtr ExpressionParser::ParseIndex(ExpressionPtr of) {
  const Position at = reader_.Take().position;
  auto name = reader_.ExpectString("an attribute's name as a string");
  if (!name || !reader_.Expect(TokenKind::kRightBracket)) return nullptr;
  return Make(GetAttribute{std::move(of), std::move(*name)}, at);
}

ExpressionPtr ExpressionParser::ParsePrimary() {
  switch (reader_.Peek().kind) {
    case TokenKind::kIdentifier:
      return ParseWord();
    case TokenKind::kInteger:
      return ParseInteger(Sign::kPositive);
    case TokenKind::kString:
      return ParseStringLiteral();
    case TokenKind::kLeftBracket:
      return ParseSet();
    case TokenKind::kLeftBrace:
      return ParseRecord();
    case TokenKind::kLeftParenthesis: {
      reader_.Take();
      ExpressionPtr inner = Parse();
      return inner && reader_.Expect(TokenKind::kRightParenthesis) ? inner : nullptr;
    }
    case TokenKind::kSlot:
      reader_.FailExpected("an expression", "; slots stand only in the scope of a template");
      return nullptr;
    case TokenKind::kRightParenthesis:
    case TokenKind::kRightBracket:
    case TokenKind::kRightBrace:
    case TokenKind::kComma:
    case TokenKind::kSemicolon:
    case TokenKind::kColon:
    case TokenKind::kPathSeparator:
    case TokenKind::kDot:
    case TokenKind::kAt:
    case TokenKind::kQuestion:
    case TokenKind::kAssign:
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kLess:
    case TokenKind::kLessOrEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterOrEqual:
    case TokenKind::kPlus:
    case TokenKind::kMinus:
    case TokenKind::kTimes:
    case TokenKind::kNot:
    case TokenKind::kAnd:
    case TokenKind::kOr:
    case TokenKind::kEnd:
      break;
  }
  reader_.FailExpected("an expression");
  return nullptr;
}

ExpressionPtr ExpressionParser::ParseWord() {
  const Token word = reader_.Peek();
  const TokenKind after = reader_.Peek(1).kind;
  if (word.text == "true" || word.text == "false") {
    reader_.Take();
    return Make(Literal{Value::Bool(word.text == "true")}, word.position);
  }
  if (after == TokenKind::kPathSeparator) {
    auto uid = ParseEntity();
    return uid ? Make(Literal{Value::Entity(std::move(*uid))}, word.position) : nullptr;
  }
  if (after == TokenKind::kLeftParenthesis) return ParseFunction();
  if (const auto variable = FindVariable(word.text)) {
    reader_.Take();
    return Make(Variable{*variable}, word.position);
  }
  constexpr std::array<std::string_view, 6> kWords = {"principal", "action", "resource",
                                                      "context",   "true",   "false"};
  reader_.FailExpected("an expression", DidYouMean(word.text, kWords));
  return nullptr;
}

std::optional<EntityUid> ExpressionParser::ParseEntity() {
  auto type = reader_.ExpectPath("an entity, as in User::\"alice\"");
  if (!type) return std::nullopt;
  if (reader_.NextIs(TokenKind::kPathSeparator) && reader_.Peek(1).kind == TokenKind::kLeftBrace) {
    reader_.Fail(reader_.Peek(1).position, "an entity's id is a string, as in User::\"alice\"");
    return std::nullopt;
  }
  if (reader_.NextIs(TokenKind::kLeftParenthesis)) {
    reader_.Fail(reader_.Peek().position, "`" + *type + "` is not a function; functions have no namespace");
    return std::nullopt;
  }
  if (!reader_.Expect(TokenKind::kPathSeparator)) return std::nullopt;
  auto id = reader_.ExpectString("the entity's id as a string");
  if (!id) return std::nullopt;
  return EntityUid(std::move(*type), std::move(*id));
}

ExpressionPtr ExpressionParser::ParseInteger(Sign sign) {
  const Token token = reader_.Take();
  std::string_view digits = token.text;
  const auto magnitude = ReadDigits(digits);
  const auto value = magnitude ? Signed(sign, *magnitude) : std::nullopt;
  if (!value) {
    reader_.Fail(token.position, "this number does not fit 64 bits; the greatest is 9223372036854775807");
    return nullptr;
  }
  return Make(Literal{Value::Long(*value)}, token.position);
}

ExpressionPtr ExpressionParser::ParseStringLiteral() {
  const Position at = reader_.Peek().position;
  auto content = reader_.ExpectString("a string");
  return content ? Make(Literal{Value::String(std::move(*content))}, at) : nullptr;
}

ExpressionPtr ExpressionParser::ParseSet() {
  const Position at = reader_.Take().position;
  auto elements = ParseList(TokenKind::kRightBracket);
  return elements ? Make(SetLiteral{std::move(*elements)}, at) : nullptr;
}

std::optional<std::vector<ExpressionPtr>> ExpressionParser::ParseList(TokenKind end) {
  std::vector<ExpressionPtr> list;
  while (!reader_.Accept(end)) {
    ExpressionPtr element = Parse();
    if (!element) return std::nullopt;
    list.push_back(std::move(element));
    if (!reader_.Accept(TokenKind::kComma) && !reader_.NextIs(end)) {
      reader_.FailExpected("`,` or " + std::string(KindText(end)));
      return std::nullopt;
    }
  }
  return list;
}

std::optional<RecordField> ExpressionParser::ParseField() {
  auto name = reader_.NextIs(TokenKind::kString) ? reader_.ExpectString("an attribute's name")
                                                 : reader_.ExpectIdentifier("an attribute's name or `}`");
  if (!name || !reader_.Expect(TokenKind::kColon)) return std::nullopt;
  ExpressionPtr value = Parse();
  if (!value) return std::nullopt;
  return RecordField{std::move(*name), std::move(value)};
}

ExpressionPtr ExpressionParser::ParseRecord() {
  const Position at = reader_.Take().position;
  RecordLiteral record;
  std::vector<std::string_view> names;
  while (!reader_.Accept(TokenKind::kRightBrace)) {
    auto field = ParseField();
    if (!field) return nullptr;
    record.fields.push_back(std::move(*field));
    if (!reader_.Accept(TokenKind::kComma) && !reader_.NextIs(TokenKind::kRightBrace)) {
      reader_.FailExpected("`,` or `}`");
      return nullptr;
    }
  }
  for (const RecordField& field : record.fields) names.push_back(field.name);
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    reader_.Fail(at, "attribute `" + std::string(*twice) + "` is given twice in this record; keep one");
    return nullptr;
  }
  return Make(std::move(record), at);
}

ExpressionPtr ExpressionParser::ParseFunction() {
  const Token name = reader_.Take();
  reader_.Take();
  auto arguments = ParseList(TokenKind::kRightParenthesis);
  if (!arguments) return nullptr;
  const FunctionSignature* signature = FindFunction(name.text);
  if (signature != nullptr && signature->style == CallStyle::kFunction) {
    return Make(Call{signature->function, std::move(*arguments)}, name.position);
  }
  const std::string hint = IsMethodName(name.text)
                               ? "; it is a method: write `x." + std::string(name.text) + "(…)`"
                               : DidYouMean(name.text, NamesOf(CallStyle::kFunction));
  reader_.Fail(name.position, "`" + std::string(name.text) + "` is not a function" + hint);
  return nullptr;
}

}  // namespace proviso::cedar::internal
