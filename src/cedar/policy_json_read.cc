// The reading half of policy_json.h.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/json.h"
#include "cedar/entities.h"
#include "cedar/internal/json_escapes.h"
#include "cedar/internal/lexer.h"
#include "cedar/internal/library.h"
#include "cedar/internal/nearest.h"
#include "cedar/internal/policy_json_words.h"
#include "cedar/internal/position_index.h"
#include "cedar/internal/utf8.h"
#include "cedar/limits.h"
#include "cedar/parse.h"
#include "cedar/policy_json.h"
#include "cedar/print.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Json;
using base::JsonMember;
using base::Result;
using base::Status;

/// Where a message says something is: errors begin with the source.
class Source {
 public:
  Source(std::string_view text, std::string_view name) : name_(name), positions_(text) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Position At(Json json) const { return positions_.At(json.begin()); }
  [[nodiscard]] std::unexpected<base::Error> Fail(Json json, const std::string& message,
                                                  ErrorCode code = ErrorCode::kInvalid) const {
    return base::Fail(code, name_ + ": " + json.Where() + ": " + message);
  }

  /// `json` is an object with all of `required` and, beyond them, only some of `optional`.
  [[nodiscard]] Status CheckKeys(Json json, std::string_view what,
                                 std::initializer_list<std::string_view> required,
                                 std::initializer_list<std::string_view> optional = {}) const {
    if (!json.is_object()) return Fail(json, std::string(what) + " is an object");
    std::vector<std::string_view> known(required);
    known.insert(known.end(), optional);
    for (const JsonMember member : json.members()) {
      const std::string key = member.key.text();
      if (internal::Contains(known, key)) continue;
      return Fail(member.key, std::string(what) + " has no key " + QuoteString(key) + "; leave it out" +
                                  internal::DidYouMean(key, known));
    }
    for (const std::string_view key : required) {
      if (json.Find(key).missing())
        return Fail(json, std::string(what) + " needs the key " + QuoteString(key));
    }
    return {};
  }

 private:
  std::string name_;
  internal::PositionIndex positions_;
};

class ExpressionReader {
 public:
  /// Borrows `source`.
  explicit ExpressionReader(const Source& source) : source_(source) {}

  /// {operator: operands}: one key.
  Result<ExpressionPtr> Read(Json json) {
    if (!json.is_object() || json.size() != 1) {
      return source_.Fail(
          json, R"(an expression is an object with one key, its operator, as in {"Var": "context"})");
    }
    if (depth_ >= kExpressionDepthMax) return FailDepth(json);
    ++depth_;
    const JsonMember member = *json.members().begin();
    auto read = ReadOperator(member.key, member.value);
    --depth_;
    return read;
  }

 private:
  Result<ExpressionPtr> ReadOperator(Json key, Json value) {
    const std::string word = key.text();
    if (const auto at = std::ranges::find(internal::kBinaryWords, word, &internal::BinaryWord::key);
        at != internal::kBinaryWords.end()) {
      return ReadBinary(at->op, key, value);
    }
    if (const auto at = std::ranges::find(internal::kUnaryWords, word, &internal::UnaryWord::key);
        at != internal::kUnaryWords.end()) {
      return ReadUnary(at->op, key, value);
    }
    if (const FunctionSignature* signature = FindFunction(word)) return ReadCall(*signature, key, value);
    for (const auto& [name, reader] : kReaders) {
      if (name == word) return (this->*reader)(key, value);
    }
    return FailOperator(key);
  }

  Result<ExpressionPtr> Make(Expression::Node node, Json key) {
    ExpressionPtr made = MakeExpression(std::move(node), source_.At(key));
    if (made->depth > kExpressionDepthMax) return FailDepth(key);
    return made;
  }

  [[nodiscard]] std::unexpected<base::Error> FailDepth(Json json) const {
    return source_.Fail(json,
                        "this expression is deeper than " + std::to_string(kExpressionDepthMax) +
                            " operators; split the condition, or use a set",
                        ErrorCode::kLimit);
  }

  [[nodiscard]] std::unexpected<base::Error> FailOperator(Json key) const {
    std::vector<std::string_view> known;
    for (const auto& each : internal::kBinaryWords) known.push_back(each.key);
    for (const auto& each : internal::kUnaryWords) known.push_back(each.key);
    for (const auto& each : kReaders) known.push_back(each.key);
    for (const FunctionSignature& each : FunctionSignatures()) known.push_back(each.name);
    return source_.Fail(key, QuoteString(key.text()) + " is no operator or function of Cedar's JSON format" +
                                 internal::DidYouMean(key.text(), known));
  }

  Result<ExpressionPtr> ReadBinary(BinaryOperator op, Json key, Json value) {
    if (auto status = source_.CheckKeys(value, QuoteString(key.text()), {"left", "right"}); !status)
      return std::unexpected(status.error());
    auto left = Read(value.Find("left"));
    if (!left) return left;
    auto right = Read(value.Find("right"));
    if (!right) return right;
    return Make(Binary{op, std::move(*left), std::move(*right)}, key);
  }

  Result<ExpressionPtr> ReadUnary(UnaryOperator op, Json key, Json value) {
    if (auto status = source_.CheckKeys(value, QuoteString(key.text()), {"arg"}); !status)
      return std::unexpected(status.error());
    auto operand = Read(value.Find("arg"));
    if (!operand) return operand;
    return Make(Unary{op, std::move(*operand)}, key);
  }

  Result<ExpressionPtr> ReadCall(const FunctionSignature& signature, Json key, Json value) {
    auto arguments = ReadList(key, value);
    if (!arguments) return std::unexpected(arguments.error());
    if (signature.style == CallStyle::kMethod && arguments->empty()) {
      return source_.Fail(value, "the first argument of method `" + std::string(signature.name) +
                                     "` is what it is called on; give it one");
    }
    return Make(Call{signature.function, std::move(*arguments)}, key);
  }

  Result<ExpressionPtr> ReadVariable(Json key, Json value) {
    const auto variable = value.is_string() ? FindVariable(value.text()) : std::nullopt;
    if (variable) return Make(Variable{*variable}, key);
    return source_.Fail(value, R"("Var" is "principal", "action", "resource" or "context")");
  }

  Result<ExpressionPtr> ReadIf(Json key, Json value) {
    if (auto status = source_.CheckKeys(value, "\"if-then-else\"", {"if", "then", "else"}); !status)
      return std::unexpected(status.error());
    auto condition = Read(value.Find("if"));
    if (!condition) return condition;
    auto then_branch = Read(value.Find("then"));
    if (!then_branch) return then_branch;
    auto else_branch = Read(value.Find("else"));
    if (!else_branch) return else_branch;
    return Make(If{std::move(*condition), std::move(*then_branch), std::move(*else_branch)}, key);
  }

  /// The left operand and the name of "." and "has".
  Result<ExpressionPtr> ReadNamed(Json key, Json value) {
    if (auto status = source_.CheckKeys(value, QuoteString(key.text()), {"left", "attr"}); !status)
      return std::unexpected(status.error());
    const Json name = value.Find("attr");
    if (!name.is_string()) return source_.Fail(name, "\"attr\" is an attribute's name, a string");
    return Read(value.Find("left"));
  }

  Result<ExpressionPtr> ReadGetAttribute(Json key, Json value) {
    auto of = ReadNamed(key, value);
    if (!of) return of;
    return Make(GetAttribute{std::move(*of), value.Find("attr").text()}, key);
  }

  Result<ExpressionPtr> ReadHasAttribute(Json key, Json value) {
    auto of = ReadNamed(key, value);
    if (!of) return of;
    return Make(HasAttribute{std::move(*of), {value.Find("attr").text()}}, key);
  }

  Result<ExpressionPtr> ReadLike(Json key, Json value) {
    if (auto status = source_.CheckKeys(value, "\"like\"", {"left", "pattern"}); !status)
      return std::unexpected(status.error());
    auto of = Read(value.Find("left"));
    if (!of) return of;
    const Json list = value.Find("pattern");
    if (!list.is_array()) return FailPattern(list);
    Pattern pattern;
    for (const Json element : list.elements()) {
      const Json literal = element.Find("Literal");
      if (element.equals("Wildcard")) {
        pattern.push_back({PatternElement::Kind::kWildcard});
      } else if (literal.is_string() && element.size() == 1) {
        AppendCharacters(pattern, literal.text());
      } else {
        return FailPattern(element);
      }
    }
    return Make(Like{std::move(*of), std::move(pattern)}, key);
  }

  [[nodiscard]] std::unexpected<base::Error> FailPattern(Json json) const {
    return source_.Fail(json, R"("pattern" is an array of "Wildcard" and {"Literal": text})");
  }

  static void AppendCharacters(Pattern& pattern, std::string_view text) {
    while (const auto character = internal::FirstCharacter(text)) {
      pattern.push_back({PatternElement::Kind::kCharacter, character->code});
      text.remove_prefix(character->length_bytes);
    }
  }

  Result<ExpressionPtr> ReadIs(Json key, Json value) {
    if (auto status = source_.CheckKeys(value, "\"is\"", {"left", "entity_type"}, {"in"}); !status)
      return std::unexpected(status.error());
    const Json type = value.Find("entity_type");
    if (!type.is_string() || !IsTypeName(type.text()))
      return source_.Fail(type, "\"entity_type\" is an entity type: names joined by `::`");
    auto of = Read(value.Find("left"));
    if (!of) return of;
    ExpressionPtr container;
    if (const Json in = value.Find("in"); !in.missing()) {
      auto read = Read(in);
      if (!read) return read;
      container = std::move(*read);
    }
    return Make(Is{std::move(*of), type.text(), std::move(container)}, key);
  }

  Result<ExpressionPtr> ReadSet(Json key, Json value) {
    auto elements = ReadList(key, value);
    if (!elements) return std::unexpected(elements.error());
    return Make(SetLiteral{std::move(*elements)}, key);
  }

  Result<std::vector<ExpressionPtr>> ReadList(Json key, Json value) {
    if (!value.is_array())
      return source_.Fail(value, QuoteString(key.text()) + " takes an array of expressions");
    std::vector<ExpressionPtr> list;
    for (const Json element : value.elements()) {
      auto read = Read(element);
      if (!read) return std::unexpected(read.error());
      list.push_back(std::move(*read));
    }
    return list;
  }

  Result<ExpressionPtr> ReadRecord(Json key, Json value) {
    if (!value.is_object()) return source_.Fail(value, "\"Record\" takes an object of expressions by name");
    RecordLiteral record;
    for (const JsonMember member : value.members()) {
      auto read = Read(member.value);
      if (!read) return read;
      record.fields.push_back({member.key.text(), std::move(*read)});
    }
    return Make(std::move(record), key);
  }

  Result<ExpressionPtr> ReadSlot(Json key, Json /*value*/) {
    return source_.Fail(key, "slots stand only in the scope of a template");
  }

  Result<ExpressionPtr> ReadValue(Json /*key*/, Json value) {
    if (depth_ >= kExpressionDepthMax) return FailDepth(value);
    ++depth_;
    auto read = ReadValueAtDepth(value);
    --depth_;
    return read;
  }

  /// A value as JSON, as the expression that its text would be.
  Result<ExpressionPtr> ReadValueAtDepth(Json value) {
    if (value.is_array()) return ReadValueSet(value);
    if (value.is_object()) {
      if (!value.Find(internal::kExtensionEscape).missing()) return ReadValueCall(value);
      const bool escaped = std::ranges::any_of(
          internal::kEscapes, [&](std::string_view escape) { return !value.Find(escape).missing(); });
      if (!escaped) return ReadValueRecord(value);
    }
    auto literal = ValueFromJson(value, nullptr);
    if (!literal) return base::Within(source_.name(), literal.error());
    return Make(Literal{std::move(*literal)}, value);
  }

  Result<ExpressionPtr> ReadValueSet(Json value) {
    SetLiteral set;
    for (const Json element : value.elements()) {
      auto read = ReadValue(value, element);
      if (!read) return read;
      set.elements.push_back(std::move(*read));
    }
    return Make(std::move(set), value);
  }

  Result<ExpressionPtr> ReadValueRecord(Json value) {
    RecordLiteral record;
    for (const JsonMember member : value.members()) {
      auto read = ReadValue(member.key, member.value);
      if (!read) return read;
      record.fields.push_back({member.key.text(), std::move(*read)});
    }
    return Make(std::move(record), value);
  }

  /// {"__extn": {"fn": name, "arg": value}}: a call, which may fail when it is evaluated.
  Result<ExpressionPtr> ReadValueCall(Json value) {
    if (auto status = source_.CheckKeys(value, "an escaped value", {"__extn"}); !status)
      return std::unexpected(status.error());
    const Json call = value.Find("__extn");
    if (auto status = source_.CheckKeys(call, "\"__extn\"", {"fn", "arg"}); !status)
      return std::unexpected(status.error());
    const Json name = call.Find("fn");
    const FunctionSignature* signature = name.is_string() ? FindFunction(name.text()) : nullptr;
    if (signature == nullptr) return source_.Fail(name, "\"fn\" is a function of Cedar, as \"decimal\"");
    auto argument = ReadValue(call, call.Find("arg"));
    if (!argument) return argument;
    return Make(Call{signature->function, {std::move(*argument)}}, value);
  }

  struct OtherWord {
    std::string_view key;
    Result<ExpressionPtr> (ExpressionReader::*reader)(Json key, Json value);
  };
  static const std::array<OtherWord, 10> kReaders;

  const Source& source_;
  std::size_t depth_ = 0;
};

constexpr std::array<ExpressionReader::OtherWord, 10> ExpressionReader::kReaders = {
    {{"Value", &ExpressionReader::ReadValue},
     {"Var", &ExpressionReader::ReadVariable},
     {"Slot", &ExpressionReader::ReadSlot},
     {".", &ExpressionReader::ReadGetAttribute},
     {"has", &ExpressionReader::ReadHasAttribute},
     {"like", &ExpressionReader::ReadLike},
     {"is", &ExpressionReader::ReadIs},
     {"if-then-else", &ExpressionReader::ReadIf},
     {"Set", &ExpressionReader::ReadSet},
     {"Record", &ExpressionReader::ReadRecord}}};

class BodyReader {
 public:
  explicit BodyReader(const Source& source) : source_(source) {}

  Result<PolicyBody> Read(Json json) {
    if (auto status = source_.CheckKeys(
            json, "a policy", {"effect", "principal", "action", "resource", "conditions"}, {"annotations"});
        !status) {
      return std::unexpected(status.error());
    }
    PolicyBody body;
    body.source_name = source_.name();
    body.position = source_.At(json);
    for (const Status& status :
         {ReadEffect(json.Find("effect"), body),
          ReadScope(json.Find("principal"), SlotName::kPrincipal, body.principal),
          ReadAction(json.Find("action"), body.action),
          ReadScope(json.Find("resource"), SlotName::kResource, body.resource),
          ReadConditions(json.Find("conditions"), body), ReadAnnotations(json.Find("annotations"), body)}) {
      if (!status) return std::unexpected(status.error());
    }
    return body;
  }

 private:
  Status ReadEffect(Json effect, PolicyBody& body) {
    if (!effect.equals("permit") && !effect.equals("forbid"))
      return source_.Fail(effect, R"("effect" is "permit" or "forbid")");
    body.effect = effect.equals("permit") ? Effect::kPermit : Effect::kForbid;
    return {};
  }

  Status ReadScope(Json json, SlotName which, ScopeConstraint& constraint) {
    const Json op = json.Find("op");
    if (op.equals("All") || op.equals("all")) return source_.CheckKeys(json, "this constraint", {"op"});
    if (op.equals("is")) return ReadScopeType(json, which, constraint);
    if (!op.equals("==") && !op.equals("in")) {
      return source_.Fail(json, R"(a constraint is an object whose "op" is "All", "==", "in" or "is")");
    }
    constraint.kind = op.equals("==") ? ScopeConstraint::Kind::kEqual : ScopeConstraint::Kind::kIn;
    if (auto status = source_.CheckKeys(json, "this constraint", {"op"}, {"entity", "slot"}); !status)
      return status;
    return ReadTarget(json, which, constraint);
  }

  Status ReadScopeType(Json json, SlotName which, ScopeConstraint& constraint) {
    if (auto status = source_.CheckKeys(json, "this constraint", {"op", "entity_type"}, {"in"}); !status)
      return status;
    const Json type = json.Find("entity_type");
    if (!type.is_string() || !IsTypeName(type.text()))
      return source_.Fail(type, "\"entity_type\" is an entity type: names joined by `::`");
    constraint.type = type.text();
    constraint.kind = ScopeConstraint::Kind::kIs;
    const Json in = json.Find("in");
    if (in.missing()) return {};
    constraint.kind = ScopeConstraint::Kind::kIsIn;
    if (auto status = source_.CheckKeys(in, "\"in\"", {}, {"entity", "slot"}); !status) return status;
    return ReadTarget(in, which, constraint);
  }

  Status ReadTarget(Json json, SlotName which, ScopeConstraint& constraint) {
    const Json entity = json.Find("entity");
    const Json slot = json.Find("slot");
    if (entity.missing() == slot.missing())
      return source_.Fail(json, "this constraint has one of \"entity\" and \"slot\"");
    if (slot.missing()) {
      auto uid = ReadUid(entity);
      if (!uid) return std::unexpected(uid.error());
      constraint.target = std::move(*uid);
      return {};
    }
    if (!slot.equals(SlotText(which)))
      return source_.Fail(slot, "the slot here is " + QuoteString(SlotText(which)));
    constraint.target = which;
    return {};
  }

  Result<EntityUid> ReadUid(Json json) {
    auto uid = EntityUidFromJson(json);
    if (!uid) return base::Within(source_.name(), uid.error());
    return uid;
  }

  Status ReadAction(Json json, ActionConstraint& constraint) {
    const Json op = json.Find("op");
    if (op.equals("All") || op.equals("all")) return source_.CheckKeys(json, "this constraint", {"op"});
    if (!op.equals("==") && !op.equals("in"))
      return source_.Fail(json, R"(an action's constraint is an object whose "op" is "All", "==" or "in")");
    const bool list = op.equals("in") && !json.Find("entities").missing();
    constraint.kind = list              ? ActionConstraint::Kind::kInList
                      : op.equals("in") ? ActionConstraint::Kind::kIn
                                        : ActionConstraint::Kind::kEqual;
    const std::string_view key = list ? "entities" : "entity";
    if (auto status = source_.CheckKeys(json, "this constraint", {"op", key}); !status) return status;
    if (!list) return ReadActionUid(json.Find(key), constraint);
    if (!json.Find(key).is_array()) return source_.Fail(json.Find(key), "\"entities\" is an array");
    for (const Json each : json.Find(key).elements()) {
      if (auto status = ReadActionUid(each, constraint); !status) return status;
    }
    return {};
  }

  Status ReadActionUid(Json json, ActionConstraint& constraint) {
    auto uid = ReadUid(json);
    if (!uid) return std::unexpected(uid.error());
    if (!IsActionType(uid->type())) {
      return source_.Fail(json,
                          "an action's type is `Action`, or `Namespace::Action`, not `" + uid->type() + "`");
    }
    constraint.entities.push_back(std::move(*uid));
    return {};
  }

  Status ReadConditions(Json list, PolicyBody& body) {
    if (!list.is_array()) return source_.Fail(list, "\"conditions\" is an array");
    ExpressionReader expressions(source_);
    for (const Json json : list.elements()) {
      if (auto status = source_.CheckKeys(json, "a condition", {"kind", "body"}); !status) return status;
      const Json kind = json.Find("kind");
      if (!kind.equals("when") && !kind.equals("unless"))
        return source_.Fail(kind, R"("kind" is "when" or "unless")");
      auto expression = expressions.Read(json.Find("body"));
      if (!expression) return std::unexpected(expression.error());
      body.conditions.push_back(
          {kind.equals("when") ? Condition::Kind::kWhen : Condition::Kind::kUnless, std::move(*expression)});
    }
    return {};
  }

  Status ReadAnnotations(Json json, PolicyBody& body) {
    if (json.missing()) return {};
    if (!json.is_object()) return source_.Fail(json, "\"annotations\" is an object");
    for (const JsonMember member : json.members()) {
      const std::string key = member.key.text();
      if (!internal::IsWord(key))
        return source_.Fail(member.key,
                            "an annotation's name is letters, digits and underscores, no digit first");
      if (!member.value.is_string() && !member.value.is_null())
        return source_.Fail(member.value, "an annotation's value is a string, or null for none");
      body.annotations.push_back({key, member.value.text(), member.value.is_string()});
    }
    return {};
  }

  const Source& source_;
};

class SetReader {
 public:
  explicit SetReader(const Source& source) : source_(source) {}

  Result<PolicySet> Read(Json json) {
    if (auto status =
            source_.CheckKeys(json, "a policy set", {}, {"staticPolicies", "templates", "templateLinks"});
        !status) {
      return std::unexpected(status.error());
    }
    for (const Status& status : {ReadBodies(json.Find("staticPolicies"), &PolicySet::Add),
                                 ReadBodies(json.Find("templates"), &PolicySet::AddTemplate),
                                 ReadLinks(json.Find("templateLinks"))}) {
      if (!status) return std::unexpected(status.error());
    }
    return std::move(policies_);
  }

 private:
  using AddBody = Status (PolicySet::*)(std::string id, PolicyBody body);

  Status ReadBodies(Json bodies, AddBody add) {
    if (bodies.missing()) return {};
    if (!bodies.is_object()) return source_.Fail(bodies, "policies and templates are objects, by their ids");
    for (const JsonMember member : bodies.members()) {
      auto body = BodyReader(source_).Read(member.value);
      if (!body) return base::Within("policy " + QuoteString(member.key.text()), body.error());
      const Status added = (policies_.*add)(member.key.text(), std::move(*body));
      if (!added) return source_.Fail(member.key, added.error().message, added.error().code);
    }
    return {};
  }

  Status ReadLinks(Json links) {
    if (links.missing()) return {};
    if (!links.is_array()) return source_.Fail(links, "\"templateLinks\" is an array");
    for (const Json link : links.elements()) {
      if (auto status = source_.CheckKeys(link, "a link", {"templateId", "newId", "values"}); !status)
        return status;
      const Json id = link.Find("newId");
      const Json template_id = link.Find("templateId");
      if (!id.is_string()) return source_.Fail(id, "\"newId\" is a policy's id, a string");
      if (!template_id.is_string())
        return source_.Fail(template_id, "\"templateId\" is a template's id, a string");
      SlotValues slots;
      if (auto status = ReadSlots(link.Find("values"), slots); !status) return status;
      const Status linked = policies_.Link(template_id.text(), id.text(), std::move(slots));
      if (!linked) return source_.Fail(link, linked.error().message, linked.error().code);
    }
    return {};
  }

  Status ReadSlots(Json values, SlotValues& slots) {
    if (auto status = source_.CheckKeys(values, "\"values\"", {}, {"?principal", "?resource"}); !status)
      return status;
    for (const JsonMember member : values.members()) {
      auto uid = EntityUidFromJson(member.value);
      if (!uid) return base::Within(source_.name(), uid.error());
      (member.key.equals("?principal") ? slots.principal : slots.resource) = std::move(*uid);
    }
    return {};
  }

  const Source& source_;
  PolicySet policies_;
};

Result<base::JsonDocument> ParseDocument(std::string_view text, std::string_view source_name) {
  if (text.size() > kTextBytesMax) {
    return base::Fail(ErrorCode::kLimit, std::string(source_name) + ": the text is longer than " +
                                             std::to_string(kTextBytesMax) + " bytes; split it");
  }
  auto document = base::JsonDocument::Parse(text, {.depth_max = kPolicyJsonDepthMax});
  if (!document) return base::Within(source_name, document.error());
  return document;
}

}  // namespace

Result<PolicySet> PoliciesFromJson(std::string_view text, std::string_view source_name) {
  const auto document = ParseDocument(text, source_name);
  if (!document) return std::unexpected(document.error());
  return SetReader(Source(text, source_name)).Read(document->root());
}

Result<PolicyBody> PolicyFromJson(std::string_view text, std::string_view source_name) {
  const auto document = ParseDocument(text, source_name);
  if (!document) return std::unexpected(document.error());
  return BodyReader(Source(text, source_name)).Read(document->root());
}

}  // namespace proviso::cedar
