#include "analysis/internal/term_store.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <utility>

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;

void Mix(std::size_t& hash, std::size_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ULL + (hash << 6U) + (hash >> 2U);
}

bool IsConstantKind(Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kString:
    case Kind::kBitVec:
    case Kind::kEmptySet:
    case Kind::kSingleton:
    case Kind::kUnion:
    case Kind::kConstruct:
      return true;
    case Kind::kVariable:
    case Kind::kNot:
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kIte:
    case Kind::kEqual:
    case Kind::kLess:
    case Kind::kLessOrEqual:
    case Kind::kAdd:
    case Kind::kSubtract:
    case Kind::kMultiply:
    case Kind::kDivide:
    case Kind::kModulo:
    case Kind::kLike:
    case Kind::kBitExtract:
    case Kind::kBitConcat:
    case Kind::kBitLessOrEqual:
    case Kind::kIntersection:
    case Kind::kMember:
    case Kind::kSubset:
    case Kind::kSelect:
    case Kind::kIs:
    case Kind::kApply:
      return false;
  }
  return false;
}

}  // namespace

std::size_t TermStore::Hash::operator()(Term term) const {
  std::size_t hash = static_cast<std::size_t>(term->kind);
  Mix(hash, std::hash<const void*>{}(term->sort));
  for (const Term child : term->children) Mix(hash, child->number);
  Mix(hash, static_cast<std::size_t>(term->integer));
  if (!term->text.empty()) Mix(hash, std::hash<std::string>{}(term->text));
  for (const PatternPiece& piece : term->pattern) Mix(hash, std::hash<std::u32string>{}(piece.text));
  Mix(hash, std::hash<const void*>{}(term->function));
  Mix(hash, term->index * 1'000'003U + term->high * 1'009U + term->low);
  return hash;
}

bool TermStore::Same::operator()(Term a, Term b) const {
  return a->kind == b->kind && a->sort == b->sort && a->children == b->children && a->integer == b->integer &&
         a->index == b->index && a->high == b->high && a->low == b->low && a->function == b->function &&
         a->text == b->text && a->pattern == b->pattern;
}

TermStore::TermStore() {
  bool_sort = InternSort({.kind = SortNode::Kind::kBool});
  int_sort = InternSort({.kind = SortNode::Kind::kInt});
  string_sort = InternSort({.kind = SortNode::Kind::kString});
  false_term = Intern({.kind = Kind::kBool, .sort = bool_sort, .integer = 0});
  true_term = Intern({.kind = Kind::kBool, .sort = bool_sort, .integer = 1});
}

Term TermStore::Intern(TermNode wanted) {
  if (const auto found = index_.find(&wanted); found != index_.end()) return *found;
  if (wanted.kind == Kind::kVariable) {
    [[maybe_unused]] const auto [at, is_new] = variables_.emplace(wanted.text, wanted.sort);
    assert(is_new && "one name has one sort");
  }
  wanted.number = static_cast<std::uint32_t>(nodes_.size());
  wanted.constant =
      IsConstantKind(wanted.kind) && std::ranges::all_of(wanted.children, &TermNode::is_constant);
  nodes_.push_back(std::move(wanted));
  index_.insert(&nodes_.back());
  return &nodes_.back();
}

Term TermStore::InternNot(Term a) {
  return Intern({.kind = Kind::kNot, .sort = bool_sort, .children = {a}});
}

Term TermStore::FindNegation(Term a) const {
  TermNode wanted{.kind = Kind::kNot, .sort = bool_sort, .children = {a}};
  if (a->kind == Kind::kNot) return a->children[0];
  if (a->kind == Kind::kBool) return a == true_term ? false_term : true_term;
  if (a->kind == Kind::kLess || a->kind == Kind::kLessOrEqual) {
    const Term left = a->children[0];
    const Term right = a->children[1];
    wanted.kind = a->kind == Kind::kLess ? Kind::kLessOrEqual : Kind::kLess;
    wanted.children = {right, left};
    // With a constant on one side there is no kLess: `x <= 4` is what `not (5 <= x)` is. Those meet as
    // bounds.
    if (wanted.kind == Kind::kLess && (left->is_constant() || right->is_constant())) return nullptr;
  }
  const auto found = index_.find(&wanted);
  return found == index_.end() ? nullptr : *found;
}

Sort TermStore::InternSort(SortNode wanted) {
  const auto key = std::pair(static_cast<std::uint32_t>(wanted.kind) << 24U | wanted.width, wanted.element);
  const auto [at, is_new] = plain_sorts_.try_emplace(key, nullptr);
  if (is_new) {
    sorts_.push_back(std::move(wanted));
    at->second = &sorts_.back();
  }
  return at->second;
}

Sort TermStore::Datatype(std::string_view name, std::vector<Constructor> constructors) {
  if (const auto found = datatypes_by_name_.find(name); found != datatypes_by_name_.end()) {
    return found->second;
  }
  assert(!constructors.empty());
  sorts_.push_back({.kind = SortNode::Kind::kDatatype,
                    .name = std::string(name),
                    .constructors = std::move(constructors)});
  datatypes.push_back(&sorts_.back());
  return datatypes_by_name_.emplace(name, &sorts_.back()).first->second;
}

const Function* TermStore::Declare(std::string_view name, std::vector<Sort> arguments, Sort result) {
  if (const auto found = functions_by_name_.find(name); found != functions_by_name_.end()) {
    assert(found->second->arguments == arguments && found->second->result == result);
    return found->second;
  }
  functions_.push_back({std::string(name), std::move(arguments), result});
  return functions_by_name_.emplace(name, &functions_.back()).first->second;
}

std::string NameOf(Sort sort) {
  switch (sort->kind) {
    case SortNode::Kind::kBool:
      return "Bool";
    case SortNode::Kind::kInt:
      return "Int";
    case SortNode::Kind::kString:
      return "String";
    case SortNode::Kind::kBitVec:
      return "Bits" + std::to_string(sort->width);
    case SortNode::Kind::kSet:
      return "Set<" + NameOf(sort->element) + ">";
    case SortNode::Kind::kDatatype:
      return sort->name;
  }
  std::unreachable();
}

}  // namespace proviso::analysis
