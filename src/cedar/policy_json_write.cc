// The writing half of policy_json.h.
#include <algorithm>

#include "base/json_writer.h"
#include "cedar/entities.h"
#include "cedar/internal/json_escapes.h"
#include "cedar/internal/policy_json_words.h"
#include "cedar/internal/utf8.h"
#include "cedar/limits.h"
#include "cedar/policy_json.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::JsonWriter;
using internal::PutUid;

/// Writes expressions, and gives up past the limits.
class ExpressionWriter {
 public:
  explicit ExpressionWriter(JsonWriter& json) : json_(json) {}

  /// Once it fails, what was written is of no use.
  [[nodiscard]] const base::Status& status() const { return status_; }

  void Put(const Expression& expression) {
    Nest([&] { std::visit([&](const auto& node) { PutNode(node); }, expression.node); });
  }

 private:
  /// Writes one expression more, one level deeper; null once the limits are passed.
  template <typename Write>
  void Nest(Write write) {
    if (status_ && (++expressions_ > kJsonExpressionsMax || depth_ >= kExpressionDepthMax)) {
      status_ = base::Fail(ErrorCode::kLimit,
                           "written out in JSON, `has` with a path makes this policy deeper than " +
                               std::to_string(kExpressionDepthMax) + " or longer than " +
                               std::to_string(kJsonExpressionsMax) + " expressions; shorten the paths");
    }
    if (!status_) {
      json_.Null();
      return;
    }
    ++depth_;
    write();
    --depth_;
  }

  JsonWriter& Begin(std::string_view key) { return json_.BeginObject().Key(key); }
  void End() { json_.EndObject(); }
  void BeginOperands(std::string_view key) { Begin(key).BeginObject(); }
  void EndOperands() { json_.EndObject().EndObject(); }
  void PutOperand(std::string_view key, const Expression& operand) {
    json_.Key(key);
    Put(operand);
  }

  void PutNode(const Literal& literal) {
    auto text = ValueToJson(literal.value);
    if (!text) status_ = std::unexpected(std::move(text.error()));
    Begin("Value").Raw(text ? *text : "null");
    End();
  }

  void PutNode(const Variable& variable) {
    Begin("Var").String(VariableText(variable.name));
    End();
  }

  void PutNode(const Unary& unary) {
    BeginOperands(std::ranges::find(internal::kUnaryWords, unary.op, &internal::UnaryWord::op)->key);
    PutOperand("arg", *unary.operand);
    EndOperands();
  }

  void PutNode(const Binary& binary) {
    BeginOperands(std::ranges::find(internal::kBinaryWords, binary.op, &internal::BinaryWord::op)->key);
    PutOperand("left", *binary.left);
    PutOperand("right", *binary.right);
    EndOperands();
  }

  void PutNode(const If& branch) {
    BeginOperands("if-then-else");
    PutOperand("if", *branch.condition);
    PutOperand("then", *branch.then_branch);
    PutOperand("else", *branch.else_branch);
    EndOperands();
  }

  void PutNode(const GetAttribute& get) {
    BeginOperands(".");
    PutOperand("left", *get.of);
    json_.Key("attr").String(get.name);
    EndOperands();
  }

  void PutNode(const HasAttribute& has) { PutHas(*has.of, has.path); }

  /// `of has path`: `of has all but the last && of.all.but.the.last has the last`.
  void PutHas(const Expression& of, std::span<const std::string> path) {
    const std::span<const std::string> before = path.first(path.size() - 1);
    if (before.empty()) return PutHasOne(of, path);
    BeginOperands("&&");
    json_.Key("left");
    Nest([&] { PutHas(of, before); });
    json_.Key("right");
    Nest([&] { PutHasOne(of, path); });
    EndOperands();
  }

  void PutHasOne(const Expression& of, std::span<const std::string> path) {
    BeginOperands("has");
    json_.Key("left");
    PutPath(of, path.first(path.size() - 1));
    json_.Key("attr").String(path.back());
    EndOperands();
  }

  /// of.a.b.c
  void PutPath(const Expression& of, std::span<const std::string> path) {
    if (path.empty()) return Put(of);
    Nest([&] {
      BeginOperands(".");
      json_.Key("left");
      PutPath(of, path.first(path.size() - 1));
      json_.Key("attr").String(path.back());
      EndOperands();
    });
  }

  /// Each character by itself, as the reference writes it.
  void PutNode(const Like& like) {
    BeginOperands("like");
    PutOperand("left", *like.of);
    json_.Key("pattern").BeginArray();
    for (const PatternElement& element : like.pattern) {
      if (element.kind == PatternElement::Kind::kWildcard) {
        json_.String("Wildcard");
      } else {
        std::string character;
        internal::AppendUtf8(character, element.character);
        json_.BeginObject().Key("Literal").String(character).EndObject();
      }
    }
    json_.EndArray();
    EndOperands();
  }

  void PutNode(const Is& is) {
    BeginOperands("is");
    PutOperand("left", *is.of);
    json_.Key("entity_type").String(is.type);
    if (is.container) PutOperand("in", *is.container);
    EndOperands();
  }

  void PutNode(const SetLiteral& set) {
    Begin("Set");
    PutList(set.elements);
    End();
  }

  void PutNode(const RecordLiteral& record) {
    BeginOperands("Record");
    for (const RecordField& field : record.fields) PutOperand(field.name, *field.value);
    EndOperands();
  }

  void PutNode(const Call& call) {
    Begin(SignatureOf(call.function).name);
    PutList(call.arguments);
    End();
  }

  void PutList(const std::vector<ExpressionPtr>& list) {
    json_.BeginArray();
    for (const ExpressionPtr& each : list) Put(*each);
    json_.EndArray();
  }

  JsonWriter& json_;
  std::size_t depth_ = 0;
  std::size_t expressions_ = 0;
  base::Status status_;
};

void PutTarget(JsonWriter& json, const ScopeTarget& target) {
  if (const auto* uid = std::get_if<EntityUid>(&target)) {
    json.Key("entity");
    PutUid(json, *uid);
  } else {
    json.Key("slot").String(SlotText(std::get<SlotName>(target)));
  }
}

void PutScope(JsonWriter& json, const ScopeConstraint& constraint) {
  json.BeginObject().Key("op");
  switch (constraint.kind) {
    case ScopeConstraint::Kind::kAny:
      json.String("All");
      break;
    case ScopeConstraint::Kind::kEqual:
      json.String("==");
      PutTarget(json, *constraint.target);
      break;
    case ScopeConstraint::Kind::kIn:
      json.String("in");
      PutTarget(json, *constraint.target);
      break;
    case ScopeConstraint::Kind::kIs:
      json.String("is").Key("entity_type").String(constraint.type);
      break;
    case ScopeConstraint::Kind::kIsIn:
      json.String("is").Key("entity_type").String(constraint.type).Key("in").BeginObject();
      PutTarget(json, *constraint.target);
      json.EndObject();
      break;
  }
  json.EndObject();
}

void PutAction(JsonWriter& json, const ActionConstraint& constraint) {
  json.BeginObject().Key("op");
  switch (constraint.kind) {
    case ActionConstraint::Kind::kAny:
      json.String("All");
      break;
    case ActionConstraint::Kind::kEqual:
      json.String("==").Key("entity");
      PutUid(json, constraint.entities[0]);
      break;
    case ActionConstraint::Kind::kIn:
      json.String("in").Key("entity");
      PutUid(json, constraint.entities[0]);
      break;
    case ActionConstraint::Kind::kInList:
      if (constraint.entities.size() == 1) {  // as the reference writes it; `in [X]` means `in X`
        json.String("in").Key("entity");
        PutUid(json, constraint.entities[0]);
        break;
      }
      json.String("in").Key("entities").BeginArray();
      for (const EntityUid& uid : constraint.entities) PutUid(json, uid);
      json.EndArray();
      break;
  }
  json.EndObject();
}

void PutAnnotations(JsonWriter& json, const std::vector<Annotation>& annotations) {
  if (annotations.empty()) return;
  json.Key("annotations").BeginObject();
  for (const Annotation& annotation : annotations) {
    json.Key(annotation.key);
    if (annotation.has_value) {
      json.String(annotation.value);
    } else {
      json.Null();
    }
  }
  json.EndObject();
}

base::Status PutBody(JsonWriter& json, const PolicyBody& body) {
  json.BeginObject().Key("effect").String(body.effect == Effect::kPermit ? "permit" : "forbid");
  json.Key("principal");
  PutScope(json, body.principal);
  json.Key("action");
  PutAction(json, body.action);
  json.Key("resource");
  PutScope(json, body.resource);
  json.Key("conditions").BeginArray();
  ExpressionWriter expressions(json);
  for (const Condition& condition : body.conditions) {
    json.BeginObject().Key("kind").String(condition.kind == Condition::Kind::kWhen ? "when" : "unless");
    json.Key("body");
    expressions.Put(*condition.body);
    if (!expressions.status()) return expressions.status();
    json.EndObject();
  }
  json.EndArray();
  PutAnnotations(json, body.annotations);
  json.EndObject();
  return {};
}

void PutLink(JsonWriter& json, const Policy& link) {
  json.BeginObject().Key("templateId").String(link.template_id()).Key("newId").String(link.id());
  json.Key("values").BeginObject();
  for (const auto& [slot, value] : {std::pair(SlotName::kPrincipal, &link.slots().principal),
                                    std::pair(SlotName::kResource, &link.slots().resource)}) {
    if (!*value) continue;
    json.Key(SlotText(slot));
    PutUid(json, **value);
  }
  json.EndObject().EndObject();
}

}  // namespace

base::Result<std::string> ToJson(const PolicyBody& body) {
  JsonWriter json;
  if (auto status = PutBody(json, body); !status) return std::unexpected(status.error());
  return json.Take();
}

base::Result<std::string> ToJson(const PolicySet& policies) {
  JsonWriter json;
  json.BeginObject().Key("staticPolicies").BeginObject();
  for (const Policy& policy : policies.policies()) {
    if (!policy.template_id().empty()) continue;
    json.Key(policy.id());
    if (auto status = PutBody(json, policy.body()); !status) return base::Within(policy.id(), status.error());
  }
  json.EndObject().Key("templates").BeginObject();
  for (const Template& each : policies.templates()) {
    json.Key(each.id);
    if (auto status = PutBody(json, *each.body); !status) return base::Within(each.id, status.error());
  }
  json.EndObject().Key("templateLinks").BeginArray();
  for (const Policy& policy : policies.policies()) {
    if (!policy.template_id().empty()) PutLink(json, policy);
  }
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace proviso::cedar
