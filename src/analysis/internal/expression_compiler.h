// A policy's tree as an option of a term: its value, and whether there is one. One rule for each kind of
// node, as the evaluator has them; an operand of a kind that the operator does not take is an error of
// evaluation here too, since parts that are never evaluated need not be well typed.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "analysis/compile.h"
#include "analysis/internal/symbolic_store.h"
#include "cedar/core_tree.h"

namespace proviso::analysis::internal {

/// The greatest character that SMT-LIB's strings have.
inline constexpr char32_t kCharacterMax = 0x2FFFF;

/// The value, which lives as long as the compiler, where `ok`. Where it is never ok there is no value.
struct Option {
  const SymbolicValue* value = nullptr;
  Term ok = nullptr;
};

class ExpressionCompiler {
 public:
  /// Borrows all of them.
  ExpressionCompiler(Terms& terms, const cedar::Schema& schema, const SymbolicRequest& request,
                     SymbolicStore& store);

  /// The whole policy, which is a Bool where it is ok.
  [[nodiscard]] base::Result<Compiled> Run(const cedar::CoreTree& tree);

 private:
  using Node = cedar::CoreNode;
  using NodeKind = cedar::CoreNode::Kind;
  using TypeKind = cedar::Type::Kind;

  /// Two operands that are evaluated both, from left to right.
  struct Operands {
    const SymbolicValue* left = nullptr;
    const SymbolicValue* right = nullptr;
    Term ok = nullptr;  ///< False: one of them always errs, and has no value
  };

  Option Compile(const Node& node);
  Option CompileKind(const Node& node);
  Operands CompileBoth(const Node& node);

  // expression_compiler.cc: what has a value by itself, and what decides what is evaluated.
  Option CompileVariable(const Node& node);
  Option CompileText(const Node& node);
  Option CompileIf(const Node& node);
  Option CompileChain(const Node& node);
  /// Where a chain has a value; `truths` and `oks` are its operands'.
  [[nodiscard]] Term ChainIsOk(const Node& node, std::span<const Term> truths, std::span<const Term> oks);
  Option CompileNot(const Node& node);

  // compile_operators.cc
  Option CompileEqual(const Node& node);
  Option CompileOrder(const Node& node);
  Option CompileNegate(const Node& node);
  Option CompileArithmetic(const Node& node);
  Option CompileLike(const Node& node);
  Option CompileSet(const Node& node);
  Option CompileRecord(const Node& node);
  Option CompileIsEmpty(const Node& node);
  Option CompileContains(const Node& node);
  Option CompileContainsMany(const Node& node);

  // compile_access.cc: attributes, tags and what is in what.
  Option CompileGetAttribute(const Node& node);
  Option CompileHasAttribute(const Node& node);
  Option CompileGetTag(const Node& node);
  Option CompileHasTag(const Node& node);
  Option CompileIn(const Node& node);
  Option CompileInLiteral(const Node& node, const Option& member);
  Option CompileIs(const Node& node);
  /// What the store says; nothing where nothing of the kind is declared, or the store refuses.
  std::optional<Reading> ReadAttribute(const Node& node, const SymbolicValue& entity);
  std::optional<Reading> ReadTag(const Node& node, const SymbolicValue& entity, Term name);
  Term IsInEntity(const Node& node, const SymbolicValue& member, const SymbolicValue& container);

  // compile_extension.cc
  Option CompileCall(const Node& node);
  Option CompileConstructor(const Node& node);
  Option CallMethod(const Node& node, std::span<const SymbolicValue* const> arguments, Term ok);
  Option CompareDecimals(const Node& node, Term a, Term b, Term ok);
  Option AskAddress(const Node& node, Term address, Term ok);
  Option Checked(TypeKind kind, Term number, Term ok);
  [[nodiscard]] Term DivideTowardsZero(Term number, std::int64_t by);
  [[nodiscard]] Term IsInRange(Term address, Term range);
  [[nodiscard]] Term IsInRangeOf(std::uint32_t family, Term address, Term range);
  [[nodiscard]] Term IsInConstantRange(Term address, std::string_view range);

  [[nodiscard]] bool AlwaysErrs(const Option& option) const { return option.ok == terms_.False(); }
  [[nodiscard]] static bool Is(const SymbolicValue& value, TypeKind kind) { return value.type->kind == kind; }
  Option Keep(SymbolicValue value, Term ok);
  Option Of(TypeKind kind, Term term, Term ok);
  Option Errs() { return {nullptr, terms_.False()}; }
  /// The policy cannot be said; the first reason is kept, and compiling ends.
  Option Refuse(const Node& node, base::ErrorCode code, std::string why);

  Terms& terms_;
  const cedar::Schema& schema_;
  const SymbolicRequest& request_;
  SymbolicStore& store_;
  std::deque<SymbolicValue> values_;
  SymbolicValue action_;
  std::vector<std::optional<Option>> done_;  ///< by shape, of the tree at hand
  std::optional<base::Error> refused_;
  std::size_t terms_before_ = 0;
};

/// Terms that hold where an operand is evaluated: what they decide of others is folded.
class KnownTerms {
 public:
  explicit KnownTerms(Terms& terms) : terms_(terms) {}

  /// `term` and its conjuncts hold; for a negated disjunction, the negations of its disjuncts.
  void Add(Term term);
  /// `term` where all that is known holds: conjunctions and disjunctions in it are folded, two levels deep.
  [[nodiscard]] Term Fold(Term term) const;

 private:
  [[nodiscard]] Term FoldOne(Term term) const;
  [[nodiscard]] Term FoldParts(Term term) const;

  Terms& terms_;
  std::unordered_set<Term> known_;
};

}  // namespace proviso::analysis::internal
