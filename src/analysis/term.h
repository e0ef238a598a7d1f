// Terms of SMT-LIB, shared and folded: what policies are compiled to and solvers are asked about.
//
//   Terms terms;
//   const Term count = terms.Variable("context.ledger.persons_day", terms.IntSort());
//   const Term many = terms.Less(terms.Int(1'000), count);
//   terms.And({many, terms.Not(many)}) == terms.False();      // folded
//
// A term is built once: equal terms are one node, so that `==` compares pointers and a policy that stands
// in two agreements is written to a script once. Every maker folds what needs no solver: constants,
// `x == x`, an `ite` of equal branches, neutral and absorbing elements, a double negation, a conjunction
// that holds a term and its negation.
//
// A Terms owns its nodes and its sorts; they live as long as it and never move. Not for several threads.
// Source: The SMT-LIB Standard 2.6; the theory of sets as cvc5 has it (script.h knows what z3 has instead).
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proviso::analysis {

/// Wide enough for every sum, difference and product of two Longs.
using WideInt = __int128;

struct SortNode;
using Sort = const SortNode*;

/// One constructor of a datatype, with its selectors. `|selector|` names are unique in a Terms.
struct Constructor {
  std::string name;
  std::vector<std::string> selectors;
  std::vector<Sort> sorts;
};

struct SortNode {
  enum class Kind : std::uint8_t { kBool, kInt, kString, kBitVec, kSet, kDatatype };
  Kind kind = Kind::kBool;
  std::uint32_t width = 0;                  ///< of kBitVec
  Sort element = nullptr;                   ///< of kSet
  std::string name{};                       ///< of kDatatype
  std::vector<Constructor> constructors{};  ///< of kDatatype
};

/// "Int", "Set<entity User>", a datatype's own name.
[[nodiscard]] std::string NameOf(Sort sort);

struct TermNode;
using Term = const TermNode*;

/// An uninterpreted function.
struct Function {
  std::string name;
  std::vector<Sort> arguments;
  Sort result;
};

/// A piece of a pattern: characters, or any run of characters.
struct PatternPiece {
  std::u32string text;  ///< where `is_wildcard` is false
  bool is_wildcard = false;
  bool operator==(const PatternPiece&) const = default;
};

struct TermNode {
  enum class Kind : std::uint8_t {
    kBool,      ///< `integer` 0 or 1
    kInt,       ///< `integer`
    kString,    ///< `text`, UTF-8
    kBitVec,    ///< `text`: binary digits, most significant first, as many as the sort is wide
    kVariable,  ///< `text`: its name
    kNot,
    kAnd,  ///< two or more, distinct, in the order they were made
    kOr,   ///< the same
    kIte,
    kEqual,
    kLess,         ///< of Int; with a constant it is folded to kLessOrEqual
    kLessOrEqual,  ///< of Int
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,      ///< by a positive constant, rounded towards minus infinity (SMT-LIB `div`)
    kModulo,      ///< by a positive constant, never negative (SMT-LIB `mod`)
    kLike,        ///< a String matches `pattern`
    kBitExtract,  ///< bits `high` to `low`
    kBitConcat,
    kBitLessOrEqual,  ///< unsigned
    kEmptySet,
    kSingleton,
    kUnion,
    kIntersection,
    kMember,     ///< element, set
    kSubset,     ///< every element of the first is in the second
    kConstruct,  ///< `index`: which constructor of the sort
    kSelect,  ///< `index`: which constructor, `low`: which selector of it; of another constructor any value
    kIs,      ///< `index`: which constructor
    kApply    ///< `function`
  };
  Kind kind;
  Sort sort;
  std::vector<Term> children{};
  WideInt integer = 0;
  std::string text{};
  std::vector<PatternPiece> pattern{};
  const Function* function = nullptr;
  std::uint32_t index = 0;
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  std::uint32_t number = 0;  ///< counts the nodes of one Terms, from 0: children come before parents

  /// Built of literals and constructors alone (sets of such terms too). Two constants that are different
  /// nodes are different values.
  [[nodiscard]] bool is_constant() const { return constant; }
  bool constant = false;  ///< set by Terms
};

class Terms {
 public:
  Terms();
  ~Terms();
  Terms(const Terms&) = delete;
  Terms& operator=(const Terms&) = delete;

  // Sorts. The same arguments give the same sort; a datatype is known by its name.
  [[nodiscard]] Sort BoolSort();
  [[nodiscard]] Sort IntSort();
  [[nodiscard]] Sort StringSort();
  [[nodiscard]] Sort BitVecSort(std::uint32_t width);
  [[nodiscard]] Sort SetSort(Sort element);
  /// Declares it at the first call; later calls with the name return it (and ignore `constructors`).
  [[nodiscard]] Sort DatatypeSort(std::string_view name, std::vector<Constructor> constructors);
  /// A datatype of `none` (constructor 0) and `some` (constructor 1, one selector).
  [[nodiscard]] Sort OptionSort(Sort of);

  // Constants and variables.
  [[nodiscard]] Term True();
  [[nodiscard]] Term False();
  [[nodiscard]] Term Bool(bool value) { return value ? True() : False(); }
  [[nodiscard]] Term Int(WideInt value);
  [[nodiscard]] Term String(std::string_view utf8);
  /// `bits` are binary digits; the sort is as wide as there are digits.
  [[nodiscard]] Term BitVec(std::string_view bits);
  /// The variable of this name: one name has one sort.
  [[nodiscard]] Term Variable(std::string_view name, Sort sort);

  // Booleans.
  [[nodiscard]] Term Not(Term a);
  [[nodiscard]] Term And(std::span<const Term> all);
  [[nodiscard]] Term And(std::initializer_list<Term> all) { return And(std::span(all.begin(), all.size())); }
  [[nodiscard]] Term Or(std::span<const Term> any);
  [[nodiscard]] Term Or(std::initializer_list<Term> any) { return Or(std::span(any.begin(), any.size())); }
  [[nodiscard]] Term Implies(Term a, Term b) { return Or({Not(a), b}); }
  [[nodiscard]] Term Ite(Term condition, Term then, Term otherwise);  ///< of any one sort
  [[nodiscard]] Term Equal(Term a, Term b);                           ///< of any one sort

  // Integers.
  [[nodiscard]] Term Less(Term a, Term b);
  [[nodiscard]] Term LessOrEqual(Term a, Term b);
  [[nodiscard]] Term Add(Term a, Term b);
  [[nodiscard]] Term Subtract(Term a, Term b);
  [[nodiscard]] Term Multiply(Term a, Term b);
  [[nodiscard]] Term Divide(Term a, WideInt by);  ///< by > 0
  [[nodiscard]] Term Modulo(Term a, WideInt by);  ///< by > 0

  // Strings.
  [[nodiscard]] Term Like(Term text, std::vector<PatternPiece> pattern);

  // Bits.
  [[nodiscard]] Term BitExtract(Term bits, std::uint32_t high, std::uint32_t low);
  [[nodiscard]] Term BitConcat(Term high, Term low);
  [[nodiscard]] Term BitLessOrEqual(Term a, Term b);

  // Sets.
  [[nodiscard]] Term EmptySet(Sort set);
  [[nodiscard]] Term Singleton(Term element);
  [[nodiscard]] Term Union(Term a, Term b);
  [[nodiscard]] Term Intersection(Term a, Term b);
  [[nodiscard]] Term Member(Term element, Term set);
  [[nodiscard]] Term Subset(Term a, Term b);

  // Datatypes and functions.
  [[nodiscard]] Term Construct(Sort datatype, std::uint32_t constructor, std::vector<Term> fields);
  [[nodiscard]] Term Select(Term of, std::uint32_t constructor, std::uint32_t selector);
  [[nodiscard]] Term Is(Term of, std::uint32_t constructor);
  [[nodiscard]] Term None(Sort option) { return Construct(option, 0, {}); }
  [[nodiscard]] Term Some(Term value) { return Construct(OptionSort(value->sort), 1, {value}); }
  /// Declares it at the first call; one name has one signature.
  [[nodiscard]] const Function* Declare(std::string_view name, std::vector<Sort> arguments, Sort result);
  [[nodiscard]] Term Apply(const Function* function, std::vector<Term> arguments);

  /// Nodes made so far.
  [[nodiscard]] std::size_t size() const;
  /// In the order of their declaration: constructors name only earlier ones.
  [[nodiscard]] const std::vector<Sort>& datatypes() const;

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

/// Every term that `roots` are built of, children before parents, each once; iterative.
[[nodiscard]] std::vector<Term> Reachable(std::span<const Term> roots);

}  // namespace proviso::analysis
