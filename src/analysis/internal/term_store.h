// Where the nodes of a Terms live, each once.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/term.h"

namespace proviso::analysis {

inline constexpr WideInt kWideIntMax = static_cast<WideInt>(~static_cast<unsigned __int128>(0) >> 1U);
inline constexpr WideInt kWideIntMin = -kWideIntMax - 1;

class TermStore {
 public:
  TermStore();

  /// The node that is like `wanted`, made if there is none.
  Term Intern(TermNode wanted);
  Term InternNot(Term a);
  /// The term that is `a` negated, where it exists already or costs nothing; nullptr otherwise.
  [[nodiscard]] Term FindNegation(Term a) const;

  Sort InternSort(SortNode wanted);
  Sort Datatype(std::string_view name, std::vector<Constructor> constructors);
  const Function* Declare(std::string_view name, std::vector<Sort> arguments, Sort result);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  /// What pushing an operator into the branches of an `ite` gave: a shared `ite` is walked once.
  struct Lift {
    TermNode::Kind kind;
    Term a;
    Term b;
    std::uint32_t index;
    std::uint32_t low;
    auto operator<=>(const Lift&) const = default;
  };
  std::map<Lift, Term> lifted;
  std::vector<Sort> datatypes;
  Sort bool_sort;
  Sort int_sort;
  Sort string_sort;
  Term true_term;
  Term false_term;

 private:
  struct Hash {
    std::size_t operator()(Term term) const;
  };
  struct Same {
    bool operator()(Term a, Term b) const;
  };
  std::deque<TermNode> nodes_;
  std::unordered_set<Term, Hash, Same> index_;
  std::deque<SortNode> sorts_;
  std::map<std::pair<std::uint32_t, Sort>, Sort> plain_sorts_;  ///< by kind and width, and element
  std::map<std::string, Sort, std::less<>> datatypes_by_name_;
  std::deque<Function> functions_;
  std::map<std::string, const Function*, std::less<>> functions_by_name_;
  std::map<std::string, Sort, std::less<>> variables_;
};

struct Terms::Storage : TermStore {};

/// All of `items` where `kind` is kAnd, any of them where it is kOr: flat, folded, in order.
Term Join(Terms& terms, TermStore& store, TermNode::Kind kind, std::span<const Term> items);

/// The elements of a set that is built of singletons alone, in the order of their numbers; nothing where it
/// has a part that is a variable.
struct LiteralSet {
  bool is_literal = false;
  std::vector<Term> elements;
};
LiteralSet LiteralElements(Term set);

/// A set of these elements, left to right; they are sorted and deduplicated.
Term SetOf(Terms& terms, TermStore& store, Sort set, std::vector<Term> elements);

}  // namespace proviso::analysis
