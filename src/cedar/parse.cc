#include "cedar/parse.h"

#include <algorithm>
#include <array>

#include "cedar/internal/expression_parser.h"
#include "cedar/internal/nearest.h"
#include "cedar/internal/token_reader.h"

namespace proviso::cedar {
namespace {

using internal::ExpressionParser;
using internal::Token;
using internal::TokenKind;
using internal::TokenReader;

std::string_view WordOf(SlotName slot) {
  return slot == SlotName::kPrincipal ? "principal" : "resource";
}

class PolicyParser {
 public:
  explicit PolicyParser(TokenReader& reader) : reader_(reader), expressions_(reader) {}

  /// One policy with its `;`; nothing after an error.
  std::optional<PolicyBody> Parse() {
    PolicyBody body;
    body.source_name = reader_.source_name();
    body.position = reader_.Peek().position;
    auto annotations = reader_.TakeAnnotations();
    if (!annotations || !ParseEffect(body)) return std::nullopt;
    body.annotations = std::move(*annotations);
    if (!ParseScope(body) || !ParseConditions(body)) return std::nullopt;
    return body;
  }

 private:
  bool ParseEffect(PolicyBody& body) {
    if (reader_.AcceptWord("permit")) {
      body.effect = Effect::kPermit;
    } else if (reader_.AcceptWord("forbid")) {
      body.effect = Effect::kForbid;
    } else {
      constexpr std::array<std::string_view, 2> kEffects = {"permit", "forbid"};
      reader_.FailExpected("`permit` or `forbid`", internal::DidYouMean(reader_.Peek().text, kEffects));
      return false;
    }
    return true;
  }

  bool ParseScope(PolicyBody& body) {
    if (!reader_.Expect(TokenKind::kLeftParenthesis)) return false;
    if (!ParseTarget(SlotName::kPrincipal, body.principal) || !reader_.Expect(TokenKind::kComma))
      return false;
    if (!ParseAction(body.action) || !reader_.Expect(TokenKind::kComma)) return false;
    if (!ParseTarget(SlotName::kResource, body.resource)) return false;
    reader_.Accept(TokenKind::kComma);
    return reader_.Expect(TokenKind::kRightParenthesis);
  }

  /// principal or resource, with what follows.
  bool ParseTarget(SlotName which, ScopeConstraint& constraint) {
    constraint.position = reader_.Peek().position;
    if (!reader_.ExpectWord(WordOf(which))) return false;
    if (reader_.Accept(TokenKind::kEqual)) {
      constraint.kind = ScopeConstraint::Kind::kEqual;
    } else if (reader_.AcceptWord("in")) {
      constraint.kind = ScopeConstraint::Kind::kIn;
    } else if (reader_.AcceptWord("is")) {
      auto type = reader_.ExpectPath("an entity type");
      if (!type) return false;
      constraint.type = std::move(*type);
      constraint.kind = ScopeConstraint::Kind::kIs;
      if (!reader_.AcceptWord("in")) return true;
      constraint.kind = ScopeConstraint::Kind::kIsIn;
    } else {
      return CheckScopeOperator();
    }
    constraint.target = ParseScopeTarget(which);
    return constraint.target.has_value();
  }

  /// After a bare variable in the scope: only `,` and `)` may follow.
  bool CheckScopeOperator() {
    if (reader_.NextIs(TokenKind::kComma) || reader_.NextIs(TokenKind::kRightParenthesis)) return true;
    const std::string_view hint = reader_.NextIs(TokenKind::kAssign)
                                      ? "; did you mean `==`?"
                                      : "; other conditions belong in `when { … }`";
    reader_.FailExpected("`==`, `in`, `is`, `,` or `)`", hint);
    return false;
  }

  std::optional<ScopeTarget> ParseScopeTarget(SlotName which) {
    if (!reader_.NextIs(TokenKind::kSlot)) {
      auto uid = expressions_.ParseEntity();
      return uid ? std::optional<ScopeTarget>(std::move(*uid)) : std::nullopt;
    }
    const std::string expected = "?" + std::string(WordOf(which));
    if (reader_.Peek().text != expected) {
      reader_.FailExpected("an entity or `" + expected + "`");
      return std::nullopt;
    }
    reader_.Take();
    return which;
  }

  bool ParseAction(ActionConstraint& constraint) {
    constraint.position = reader_.Peek().position;
    if (!reader_.ExpectWord("action")) return false;
    if (reader_.Accept(TokenKind::kEqual)) {
      constraint.kind = ActionConstraint::Kind::kEqual;
      return ParseActionEntity(constraint);
    }
    if (!reader_.AcceptWord("in")) return CheckScopeOperator();
    if (!reader_.Accept(TokenKind::kLeftBracket)) {
      constraint.kind = ActionConstraint::Kind::kIn;
      return ParseActionEntity(constraint);
    }
    constraint.kind = ActionConstraint::Kind::kInList;
    while (!reader_.Accept(TokenKind::kRightBracket)) {
      if (!ParseActionEntity(constraint)) return false;
      if (!reader_.Accept(TokenKind::kComma) && !reader_.NextIs(TokenKind::kRightBracket)) {
        reader_.FailExpected("`,` or `]`");
        return false;
      }
    }
    return true;
  }

  bool ParseActionEntity(ActionConstraint& constraint) {
    const Position at = reader_.Peek().position;
    auto uid = expressions_.ParseEntity();
    if (!uid) return false;
    if (!IsActionType(uid->type())) {
      reader_.Fail(at, "an action's type is `Action`, or `Namespace::Action`, not `" + uid->type() + "`");
      return false;
    }
    constraint.entities.push_back(std::move(*uid));
    return true;
  }

  bool ParseConditions(PolicyBody& body) {
    while (!reader_.Accept(TokenKind::kSemicolon)) {
      Condition condition;
      if (reader_.AcceptWord("when")) {
        condition.kind = Condition::Kind::kWhen;
      } else if (reader_.AcceptWord("unless")) {
        condition.kind = Condition::Kind::kUnless;
      } else {
        reader_.FailExpected("`when`, `unless` or `;`");
        return false;
      }
      if (!reader_.Expect(TokenKind::kLeftBrace)) return false;
      condition.body = expressions_.Parse();
      if (!condition.body || !reader_.Expect(TokenKind::kRightBrace)) return false;
      body.conditions.push_back(std::move(condition));
    }
    return true;
  }

  TokenReader& reader_;
  ExpressionParser expressions_;
};

}  // namespace

base::Result<PolicySet> ParsePolicies(std::string_view text, std::string_view source_name) {
  TokenReader reader(text, source_name);
  PolicyParser parser(reader);
  PolicySet policies;
  std::size_t count = 0;
  while (!reader.AtEnd()) {
    auto body = parser.Parse();
    if (!body) {
      reader.SkipPast(TokenKind::kSemicolon);
      continue;
    }
    std::string id = "policy" + std::to_string(count++);
    const base::Status added = body->IsTemplate() ? policies.AddTemplate(std::move(id), std::move(*body))
                                                  : policies.Add(std::move(id), std::move(*body));
    if (!added) return base::Within(source_name, added.error());
  }
  if (reader.failed()) return std::unexpected(reader.TakeError());
  return policies;
}

base::Result<ExpressionPtr> ParseExpression(std::string_view text, std::string_view source_name) {
  TokenReader reader(text, source_name);
  ExpressionPtr expression = ExpressionParser(reader).Parse();
  if (expression && !reader.AtEnd()) reader.FailExpected("an operator or the end of the text");
  if (reader.failed()) return std::unexpected(reader.TakeError());
  return expression;
}

base::Result<EntityUid> ParseEntityUid(std::string_view text) {
  TokenReader reader(text, "entity");
  auto uid = ExpressionParser(reader).ParseEntity();
  if (uid && !reader.AtEnd()) reader.FailExpected("the end of the text");
  if (reader.failed()) return std::unexpected(reader.TakeError());
  return std::move(*uid);
}

bool IsActionType(std::string_view type) {
  return type == "Action" || type.ends_with("::Action");
}

bool IsTypeName(std::string_view text) {
  while (true) {
    const std::size_t end = text.find("::");
    if (!internal::IsIdentifier(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 2);
  }
}

}  // namespace proviso::cedar
