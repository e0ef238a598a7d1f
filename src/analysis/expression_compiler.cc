#include "analysis/internal/expression_compiler.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "analysis/internal/types.h"
#include "analysis/limits.h"

namespace proviso::analysis::internal {
namespace {

using base::ErrorCode;
using cedar::VariableName;

std::string PlaceOf(cedar::Position at) {
  if (at.line == 0) return "";
  return std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

/// Whether a UTF-8 text holds a character past kCharacterMax: its first byte says so, and for U+30000 to
/// U+3FFFF the second.
bool HasCharacterPastStrings(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte > 0xF0) return true;
    if (byte == 0xF0 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0xB0) return true;
  }
  return false;
}

}  // namespace

void KnownTerms::Add(Term term) {
  known_.insert(term);
  if (term->kind == TermNode::Kind::kAnd) known_.insert(term->children.begin(), term->children.end());
  if (term->kind == TermNode::Kind::kNot && term->children[0]->kind == TermNode::Kind::kOr) {
    for (const Term child : term->children[0]->children) known_.insert(terms_.Not(child));
  }
}

Term KnownTerms::FoldOne(Term term) const {
  if (known_.contains(term)) return terms_.True();
  if (known_.contains(terms_.Not(term))) return terms_.False();
  return term;
}

Term KnownTerms::FoldParts(Term term) const {
  const bool is_and = term->kind == TermNode::Kind::kAnd;
  if (!is_and && term->kind != TermNode::Kind::kOr) return FoldOne(term);
  std::vector<Term> parts;
  for (const Term child : term->children) parts.push_back(FoldOne(child));
  return is_and ? terms_.And(parts) : terms_.Or(parts);
}

/// `context has x && (a || context.x)` is what policies are made of.
Term KnownTerms::Fold(Term term) const {
  const Term one = FoldOne(term);
  const bool is_and = one->kind == TermNode::Kind::kAnd;
  if (!is_and && one->kind != TermNode::Kind::kOr) return one;
  std::vector<Term> parts;
  for (const Term child : one->children) parts.push_back(FoldParts(child));
  return is_and ? terms_.And(parts) : terms_.Or(parts);
}

ExpressionCompiler::ExpressionCompiler(Terms& terms, const cedar::Schema& schema,
                                       const SymbolicRequest& request, SymbolicStore& store)
    : terms_(terms),
      schema_(schema),
      request_(request),
      store_(store),
      action_{.type = EntityType(request.kind.action.type()),
              .term = EntityTerm(terms, request.kind.action),
              .fields = {}} {}

base::Result<Compiled> ExpressionCompiler::Run(const cedar::CoreTree& tree) {
  if (IsTooLarge(*request_.context.type)) {
    return base::Fail(ErrorCode::kLimit, "the context's type has more than " + std::to_string(kTypePartsMax) +
                                             " parts; give the action fewer facts");
  }
  std::uint32_t shape_max = 0;
  for (const Node& node : tree.nodes()) shape_max = std::max(shape_max, node.shape);
  done_.assign(shape_max + 1, std::nullopt);
  values_.clear();
  refused_.reset();
  terms_before_ = terms_.size();
  const Option whole = Compile(tree.root());
  if (refused_) return std::unexpected(*refused_);
  if (AlwaysErrs(whole) || !Is(*whole.value, TypeKind::kBool)) return Compiled{terms_.False(), terms_.True()};
  return Compiled{terms_.And({whole.ok, whole.value->term}), terms_.Not(whole.ok)};
}

Option ExpressionCompiler::Keep(SymbolicValue value, Term ok) {
  if (ok == terms_.False()) return Errs();
  return {&values_.emplace_back(std::move(value)), ok};
}

Option ExpressionCompiler::Of(TypeKind kind, Term term, Term ok) {
  return Keep({.type = SimpleType(kind), .term = term, .fields = {}}, ok);
}

Option ExpressionCompiler::Refuse(const Node& node, ErrorCode code, std::string why) {
  if (!refused_) refused_ = base::Error{code, PlaceOf(node.position) + std::move(why)};
  return Errs();
}

Option ExpressionCompiler::Compile(const Node& node) {
  if (refused_) return Errs();
  if (done_[node.shape]) return *done_[node.shape];
  if (terms_.size() - terms_before_ > kTermsMax) {
    return Refuse(node, ErrorCode::kLimit,
                  "it makes more than " + std::to_string(kTermsMax) + " terms; split it");
  }
  const Option made = CompileKind(node);
  done_[node.shape] = made;
  return made;
}

Option ExpressionCompiler::CompileKind(const Node& node) {
  switch (node.kind) {
    case NodeKind::kBool:
      return Of(TypeKind::kBool, terms_.Bool(node.boolean), terms_.True());
    case NodeKind::kLong:
    case NodeKind::kString:
    case NodeKind::kEntity:
      return CompileText(node);
    case NodeKind::kVariable:
    case NodeKind::kSlot:
      return CompileVariable(node);
    case NodeKind::kIf:
      return CompileIf(node);
    case NodeKind::kAnd:
    case NodeKind::kOr:
      return CompileChain(node);
    case NodeKind::kNot:
      return CompileNot(node);
    case NodeKind::kNegate:
      return CompileNegate(node);
    case NodeKind::kIsEmpty:
      return CompileIsEmpty(node);
    case NodeKind::kEqual:
      return CompileEqual(node);
    case NodeKind::kLess:
    case NodeKind::kLessOrEqual:
      return CompileOrder(node);
    case NodeKind::kIn:
      return CompileIn(node);
    case NodeKind::kAdd:
    case NodeKind::kSubtract:
    case NodeKind::kMultiply:
      return CompileArithmetic(node);
    case NodeKind::kContains:
      return CompileContains(node);
    case NodeKind::kContainsAll:
    case NodeKind::kContainsAny:
      return CompileContainsMany(node);
    case NodeKind::kGetTag:
      return CompileGetTag(node);
    case NodeKind::kHasTag:
      return CompileHasTag(node);
    case NodeKind::kGetAttribute:
      return CompileGetAttribute(node);
    case NodeKind::kHasAttribute:
      return CompileHasAttribute(node);
    case NodeKind::kLike:
      return CompileLike(node);
    case NodeKind::kIs:
      return CompileIs(node);
    case NodeKind::kSet:
      return CompileSet(node);
    case NodeKind::kRecord:
      return CompileRecord(node);
    case NodeKind::kCall:
      return CompileCall(node);
  }
  std::unreachable();
}

ExpressionCompiler::Operands ExpressionCompiler::CompileBoth(const Node& node) {
  const Option left = Compile(node.child(0));
  if (AlwaysErrs(left)) return {nullptr, nullptr, terms_.False()};
  const Option right = Compile(node.child(1));
  if (AlwaysErrs(right)) return {nullptr, nullptr, terms_.False()};
  return {left.value, right.value, terms_.And({left.ok, right.ok})};
}

Option ExpressionCompiler::CompileText(const Node& node) {
  if (HasCharacterPastStrings(node.kind == NodeKind::kEntity ? node.entity->id() : node.name)) {
    return Refuse(node, ErrorCode::kInvalid,
                  "a text has a character past U+2FFFF, which solvers do not know");
  }
  if (node.kind == NodeKind::kEntity) {
    return Keep(
        {.type = EntityType(node.entity->type()), .term = EntityTerm(terms_, *node.entity), .fields = {}},
        terms_.True());
  }
  if (node.kind == NodeKind::kString) {
    return Of(TypeKind::kString, terms_.String(node.name), terms_.True());
  }
  std::int64_t number = 0;
  std::from_chars(node.name.data(), node.name.data() + node.name.size(), number);
  return Of(TypeKind::kLong, terms_.Int(number), terms_.True());
}

Option ExpressionCompiler::CompileVariable(const Node& node) {
  if (node.kind == NodeKind::kSlot) {
    return Refuse(node, ErrorCode::kInvalid, "a template's slot has no value; link the template first");
  }
  switch (node.variable) {
    case VariableName::kPrincipal:
      return {&request_.principal, terms_.True()};
    case VariableName::kAction:
      return {&action_, terms_.True()};
    case VariableName::kResource:
      return {&request_.resource, terms_.True()};
    case VariableName::kContext:
      return {&request_.context, terms_.True()};
  }
  std::unreachable();
}

Option ExpressionCompiler::CompileIf(const Node& node) {
  const Option condition = Compile(node.child(0));
  if (AlwaysErrs(condition) || !Is(*condition.value, TypeKind::kBool)) return Errs();
  const Term truth = condition.value->term;
  if (truth == terms_.True() || truth == terms_.False()) {
    const Option taken = Compile(node.child(truth == terms_.True() ? 1 : 2));
    return {taken.value, terms_.And({condition.ok, taken.ok})};
  }
  const Option then_branch = Compile(node.child(1));
  const Option else_branch = Compile(node.child(2));
  KnownTerms if_true(terms_);
  if_true.Add(truth);
  KnownTerms if_false(terms_);
  if_false.Add(terms_.Not(truth));
  const Term ok = terms_.And(
      {condition.ok, terms_.Ite(truth, if_true.Fold(then_branch.ok), if_false.Fold(else_branch.ok))});
  if (AlwaysErrs(then_branch)) return {else_branch.value, ok};
  if (AlwaysErrs(else_branch)) return {then_branch.value, ok};
  if (!SameType(*then_branch.value->type, *else_branch.value->type)) {
    return Refuse(node, ErrorCode::kInvalid, "the branches of an `if` are of different types");
  }
  return Keep(Choose(terms_, truth, *then_branch.value, *else_branch.value), ok);
}

/// `&&` and `||`: an operand counts, and may err, only where those before it did not decide.
Option ExpressionCompiler::CompileChain(const Node& node) {
  const bool is_and = node.kind == NodeKind::kAnd;
  const Term decided = terms_.Bool(!is_and);
  std::vector<Term> truths;
  std::vector<Term> oks;
  KnownTerms undecided(terms_);
  for (const Node* operand : node.children) {
    const Option next = Compile(*operand);
    const bool errs = AlwaysErrs(next) || !Is(*next.value, TypeKind::kBool);
    oks.push_back(errs ? terms_.False() : undecided.Fold(next.ok));
    // Where it comes to an operand that always errs there is no value; elsewhere those before decided.
    const Term truth = errs ? decided : next.value->term;
    truths.push_back(truth);
    if (truth == decided) break;
    undecided.Add(is_and ? truth : terms_.Not(truth));
  }
  const Term value = is_and ? terms_.And(truths) : terms_.Or(truths);
  return Of(TypeKind::kBool, value, ChainIsOk(node, truths, oks));
}

/// From the last operand that may err: it is ok, or those before it decided, and the same for what is before.
/// Operands that cannot err go together, so that the term is as deep as there are others.
Term ExpressionCompiler::ChainIsOk(const Node& node, std::span<const Term> truths,
                                   std::span<const Term> oks) {
  const bool is_and = node.kind == NodeKind::kAnd;
  Term ok = terms_.True();
  std::size_t depth = 0;
  std::vector<Term> ways;  // decided by one of the operands at hand, or all is well after them
  for (std::size_t i = truths.size(); i-- > 0;) {
    if (ok != terms_.True()) ways.push_back(is_and ? terms_.Not(truths[i]) : truths[i]);
    if (oks[i] == terms_.True()) continue;
    ways.push_back(ok);
    ok = terms_.And({oks[i], terms_.Or(ways)});
    ways.clear();
    if (++depth > kErringOperandsMax) {
      Refuse(node, ErrorCode::kLimit,
             "a chain has more than " + std::to_string(kErringOperandsMax) + " operands that may err");
      return terms_.False();
    }
  }
  ways.push_back(ok);
  return terms_.Or(ways);
}

Option ExpressionCompiler::CompileNot(const Node& node) {
  const Option operand = Compile(node.child(0));
  if (AlwaysErrs(operand) || !Is(*operand.value, TypeKind::kBool)) return Errs();
  return Of(TypeKind::kBool, terms_.Not(operand.value->term), operand.ok);
}

}  // namespace proviso::analysis::internal
