#include "analysis/term.h"

#include <algorithm>
#include <cassert>

#include "analysis/internal/term_store.h"

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;

/// Whether pushing an operator into the branches of `a` is likely to fold it.
bool IsChoiceOfConstants(Term a) {
  if (a->kind != Kind::kIte) return false;
  const auto is_near = [](Term branch) { return branch->is_constant() || branch->kind == Kind::kIte; };
  return is_near(a->children[1]) || is_near(a->children[2]);
}

Term EqualConstructs(Terms& terms, Term a, Term b) {
  if (a->index != b->index) return terms.False();
  std::vector<Term> fields;
  for (std::size_t i = 0; i < a->children.size(); ++i) {
    fields.push_back(terms.Equal(a->children[i], b->children[i]));
    if (fields.back() == terms.False()) return terms.False();
  }
  return terms.And(fields);
}

/// a == b where a is an `ite`; nullptr where its branches do not help.
Term EqualToChoice(Terms& terms, TermStore& store, Term choice, Term b) {
  const Term condition = choice->children[0];
  const Term then = choice->children[1];
  const Term otherwise = choice->children[2];
  if (then == b) return terms.Or({condition, terms.Equal(otherwise, b)});
  if (otherwise == b) return terms.Or({terms.Not(condition), terms.Equal(then, b)});
  if (b->kind == Kind::kIte && b->children[0] == condition) {
    return terms.Ite(condition, terms.Equal(then, b->children[1]), terms.Equal(otherwise, b->children[2]));
  }
  const bool opens = (b->is_constant() && IsChoiceOfConstants(choice)) ||
                     (b->kind == Kind::kConstruct &&
                      (then->kind == Kind::kConstruct || otherwise->kind == Kind::kConstruct));
  if (!opens) return nullptr;
  const TermStore::Lift key{Kind::kEqual, choice, b, 0, 0};
  if (const auto known = store.lifted.find(key); known != store.lifted.end()) return known->second;
  const Term result = terms.Ite(condition, terms.Equal(then, b), terms.Equal(otherwise, b));
  store.lifted.emplace(key, result);
  return result;
}

Term EqualBools(Terms& terms, Term a, Term b) {
  if (a->is_constant()) return a == terms.True() ? b : terms.Not(b);
  if (b->is_constant()) return b == terms.True() ? a : terms.Not(a);
  if (a->kind == Kind::kNot && b->kind == Kind::kNot) return terms.Equal(a->children[0], b->children[0]);
  if (a->kind == Kind::kNot) return terms.Not(terms.Equal(a->children[0], b));
  if (b->kind == Kind::kNot) return terms.Not(terms.Equal(a, b->children[0]));
  return nullptr;
}

Term EqualInts(Terms& terms, Term a, Term b) {
  if (b->kind == Kind::kInt) std::swap(a, b);
  if (a->kind != Kind::kInt || b->kind != Kind::kAdd || b->children[1]->kind != Kind::kInt) return nullptr;
  WideInt rest = 0;
  if (__builtin_sub_overflow(a->integer, b->children[1]->integer, &rest)) return nullptr;
  return terms.Equal(b->children[0], terms.Int(rest));
}

/// What equality is on terms of these kinds; nullptr where it stays.
Term EqualByShape(Terms& terms, Term a, Term b) {
  switch (a->sort->kind) {
    case SortNode::Kind::kBool:
      return EqualBools(terms, a, b);
    case SortNode::Kind::kInt:
      return EqualInts(terms, a, b);
    case SortNode::Kind::kSet: {
      if (!LiteralElements(a).is_literal || !LiteralElements(b).is_literal) return nullptr;
      return terms.And({terms.Subset(a, b), terms.Subset(b, a)});
    }
    case SortNode::Kind::kDatatype:
      if (a->kind == Kind::kConstruct && b->kind == Kind::kConstruct) return EqualConstructs(terms, a, b);
      if (a->kind == Kind::kConstruct && a->children.empty()) return terms.Is(b, a->index);
      if (b->kind == Kind::kConstruct && b->children.empty()) return terms.Is(a, b->index);
      return nullptr;
    case SortNode::Kind::kString:
    case SortNode::Kind::kBitVec:
      return nullptr;
  }
  return nullptr;
}

/// Choosing between two values of one constructor is choosing between their fields; nullptr for others.
Term ChoiceOfConstructs(Terms& terms, Term condition, Term then, Term otherwise) {
  const bool then_is = then->kind == Kind::kConstruct;
  const bool otherwise_is = otherwise->kind == Kind::kConstruct;
  const bool has_one = then->sort->constructors.size() == 1;
  if (then_is && otherwise_is ? then->index != otherwise->index : !has_one || (!then_is && !otherwise_is)) {
    return nullptr;
  }
  const std::uint32_t index = then_is ? then->index : otherwise->index;
  std::vector<Term> fields;
  for (std::uint32_t i = 0; i < then->sort->constructors[index].sorts.size(); ++i) {
    fields.push_back(terms.Ite(condition, terms.Select(then, index, i), terms.Select(otherwise, index, i)));
  }
  return terms.Construct(then->sort, index, std::move(fields));
}

}  // namespace

Terms::Terms() : storage_(std::make_unique<Storage>()) {}
Terms::~Terms() = default;

Sort Terms::BoolSort() {
  return storage_->bool_sort;
}
Sort Terms::IntSort() {
  return storage_->int_sort;
}
Sort Terms::StringSort() {
  return storage_->string_sort;
}
Sort Terms::BitVecSort(std::uint32_t width) {
  assert(width > 0);
  return storage_->InternSort({.kind = SortNode::Kind::kBitVec, .width = width});
}
Sort Terms::SetSort(Sort element) {
  return storage_->InternSort({.kind = SortNode::Kind::kSet, .element = element});
}
Sort Terms::DatatypeSort(std::string_view name, std::vector<Constructor> constructors) {
  return storage_->Datatype(name, std::move(constructors));
}

Term Terms::True() {
  return storage_->true_term;
}
Term Terms::False() {
  return storage_->false_term;
}
Term Terms::Int(WideInt value) {
  return storage_->Intern({.kind = Kind::kInt, .sort = IntSort(), .integer = value});
}
Term Terms::String(std::string_view utf8) {
  return storage_->Intern({.kind = Kind::kString, .sort = StringSort(), .text = std::string(utf8)});
}
Term Terms::BitVec(std::string_view bits) {
  assert(std::ranges::all_of(bits, [](char bit) { return bit == '0' || bit == '1'; }));
  return storage_->Intern({.kind = Kind::kBitVec,
                           .sort = BitVecSort(static_cast<std::uint32_t>(bits.size())),
                           .text = std::string(bits)});
}
Term Terms::Variable(std::string_view name, Sort sort) {
  return storage_->Intern({.kind = Kind::kVariable, .sort = sort, .text = std::string(name)});
}

Term Terms::Not(Term a) {
  assert(a->sort == BoolSort());
  if (a->kind == Kind::kBool) return Bool(a == False());
  if (a->kind == Kind::kNot) return a->children[0];
  if (a->kind == Kind::kLess) return LessOrEqual(a->children[1], a->children[0]);
  if (a->kind == Kind::kLessOrEqual) return Less(a->children[1], a->children[0]);
  return storage_->InternNot(a);
}
Term Terms::And(std::span<const Term> all) {
  return Join(*this, *storage_, Kind::kAnd, all);
}
Term Terms::Or(std::span<const Term> any) {
  return Join(*this, *storage_, Kind::kOr, any);
}

Term Terms::Ite(Term condition, Term then, Term otherwise) {
  assert(then->sort == otherwise->sort);
  if (condition == True() || then == otherwise) return then;
  if (condition == False()) return otherwise;
  if (condition->kind == Kind::kNot) return Ite(condition->children[0], otherwise, then);
  if (then->kind == Kind::kIte && then->children[0] == condition) then = then->children[1];
  if (otherwise->kind == Kind::kIte && otherwise->children[0] == condition)
    otherwise = otherwise->children[2];
  if (then == otherwise) return then;
  if (then->sort == BoolSort()) {
    if (then == True() || then == condition) return Or({condition, otherwise});
    if (then == False()) return And({Not(condition), otherwise});
    if (otherwise == True()) return Or({Not(condition), then});
    if (otherwise == False() || otherwise == condition) return And({condition, then});
    if (then == storage_->FindNegation(otherwise)) return Equal(condition, then);
  }
  if (const Term folded = ChoiceOfConstructs(*this, condition, then, otherwise)) return folded;
  return storage_->Intern({.kind = Kind::kIte, .sort = then->sort, .children = {condition, then, otherwise}});
}

Term Terms::Equal(Term a, Term b) {
  assert(a->sort == b->sort);
  if (a == b) return True();
  if (a->is_constant() && b->is_constant()) return False();
  if (const Term folded = EqualByShape(*this, a, b)) return folded;
  if (a->sort == BoolSort() && storage_->FindNegation(a) == b) return False();
  if (a->kind == Kind::kIte) {
    if (const Term folded = EqualToChoice(*this, *storage_, a, b)) return folded;
  }
  if (b->kind == Kind::kIte) {
    if (const Term folded = EqualToChoice(*this, *storage_, b, a)) return folded;
  }
  if (a->number > b->number) std::swap(a, b);
  return storage_->Intern({.kind = Kind::kEqual, .sort = BoolSort(), .children = {a, b}});
}

std::size_t Terms::size() const {
  return storage_->size();
}
const std::vector<Sort>& Terms::datatypes() const {
  return storage_->datatypes;
}

}  // namespace proviso::analysis
