// Which strings of a query can be one another.
//
// A slot is a place that holds strings: a term that is a String or a set of them, a field of a datatype, an
// argument or the result of a function. What joins two places (an equality, a choice, a membership, a
// construction) puts them into one class. A literal has no slot: it belongs to the class that it stands in.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "analysis/term.h"

namespace proviso::analysis {

class StringClasses {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot kNone = UINT32_MAX;

  struct Class {
    std::set<std::string> literals;
    std::vector<std::vector<PatternPiece>> patterns;  ///< distinct
    std::vector<Term> subjects;                       ///< what a pattern is asked of, distinct
  };

  /// `terms` are in Reachable's order.
  explicit StringClasses(std::span<const Term> terms);

  /// Whether terms of this sort hold strings that have a slot: String, and sets of such.
  [[nodiscard]] static bool IsHeld(Sort sort);

  /// The slot of a term of such a sort; kNone for a constant.
  [[nodiscard]] Slot OfTerm(Term term);
  [[nodiscard]] Slot OfField(Sort datatype, std::uint32_t constructor, std::uint32_t selector);
  /// The result is the argument after the last.
  [[nodiscard]] Slot OfArgument(const Function* function, std::size_t argument);
  /// The slot in which the child `at` of `parent` stands; kNone where it holds no strings.
  [[nodiscard]] Slot OfChild(Term parent, std::size_t at);

  /// The class of a slot, by one slot that stands for it.
  [[nodiscard]] Slot Representative(Slot slot);
  [[nodiscard]] std::map<Slot, Class>& classes() { return classes_; }

 private:
  Slot NewSlot();
  void Unite(Slot a, Slot b);
  void Read(Term term);
  void ReadContents(Term term);
  void AddLiterals(Term constant, Slot slot);
  [[nodiscard]] Slot OfJoined(Term parent);

  std::vector<Slot> parents_;
  std::unordered_map<Term, Slot> terms_;
  std::map<std::tuple<Sort, std::uint32_t, std::uint32_t>, Slot> fields_;
  std::map<std::pair<const Function*, std::size_t>, Slot> arguments_;
  std::map<Slot, Class> classes_;
};

}  // namespace proviso::analysis
