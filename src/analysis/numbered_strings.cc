#include "analysis/internal/numbered_strings.h"

#include <algorithm>
#include <optional>
#include <set>

#include "analysis/internal/pattern_signatures.h"
#include "analysis/internal/string_classes.h"
#include "analysis/internal/term_value.h"
#include "analysis/internal/unicode.h"

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;
using Slot = StringClasses::Slot;

std::string Utf8Of(std::u32string_view text) {
  std::string utf8;
  for (const char32_t character : text) AppendUtf8(utf8, character);
  return utf8;
}

/// What a class of strings has become.
struct Numbering {
  bool is_numbered = true;
  std::optional<PatternSignatures> signatures;
  std::vector<std::vector<PatternPiece>> patterns;
  std::vector<const Function*> predicates;               ///< one for each pattern
  std::set<WideInt> literals;                            ///< numbers of its own literals
  std::map<WideInt, std::uint32_t> signature_of_number;  ///< in the model
  std::map<WideInt, std::string> texts;                  ///< given to numbers of the model
};

std::vector<Term> RootsOf(const Query& query) {
  std::vector<Term> roots = query.assertions;
  roots.insert(roots.end(), query.wanted.begin(), query.wanted.end());
  return roots;
}

}  // namespace

struct NumberedStrings::State {
  explicit State(const Query& from)
      : original(from), reachable(Reachable(RootsOf(from))), classes(reachable) {
    asked.title = from.title;
    for (auto& [slot, its] : classes.classes()) Number(slot, its);
    for (const Term term : reachable) {
      if (!(term->is_constant() && StringClasses::IsHeld(term->sort))) renewed[term] = Renew(term);
    }
    for (const Term assertion : from.assertions) asked.assertions.push_back(renewed.at(assertion));
    for (const Term wanted : from.wanted) {
      const auto found = renewed.find(wanted);
      asked.wanted.push_back(found == renewed.end() ? Constant(wanted, StringClasses::kNone) : found->second);
    }
    for (auto& [slot, its] : classes.classes()) SayPatterns(slot, its);
    // What top-level facts decide of each other.
    const Term all = terms.And(asked.assertions);
    asked.assertions = all->kind == Kind::kAnd ? all->children : std::vector<Term>{all};
  }

  // What classes become -------------------------------------------------------------------------------------

  Numbering& At(Slot slot) { return numberings[classes.Representative(slot)]; }
  bool IsNumbered(Slot slot) { return slot != StringClasses::kNone && At(slot).is_numbered; }

  void Number(Slot slot, StringClasses::Class& its) {
    Numbering& numbering = numberings[slot];
    if (!its.patterns.empty()) {
      numbering.signatures = PatternSignatures::Of(its.patterns);
      numbering.is_numbered = numbering.signatures.has_value();
      numbering.patterns = its.patterns;
    }
    if (numbering.is_numbered && numbering.signatures) {
      for (std::uint32_t signature = 0; signature < numbering.signatures->signatures(); ++signature) {
        for (const auto& text : numbering.signatures->FewStrings(signature))
          its.literals.insert(Utf8Of(text));
      }
      for (std::size_t i = 0; i < its.patterns.size(); ++i) {
        const std::string name = "matches pattern " + std::to_string(i + 1) + " of " + std::to_string(slot);
        numbering.predicates.push_back(terms.Declare(name, {terms.IntSort()}, terms.BoolSort()));
      }
    }
    for (const std::string& literal : its.literals) {
      used.insert(DecodeUtf8(literal));
      if (numbering.is_numbered) numbering.literals.insert(NumberOf(literal));
    }
  }

  /// From 1: a solver's first choice is 0, and that is nobody's name.
  WideInt NumberOf(const std::string& literal) {
    const auto [at, is_new] = numbers.try_emplace(literal, static_cast<WideInt>(numbers.size() + 1));
    if (is_new) literals.emplace(at->second, literal);
    return at->second;
  }

  // Sorts and terms anew ------------------------------------------------------------------------------------

  Sort SortIn(Sort sort, Slot slot) {
    switch (sort->kind) {
      case SortNode::Kind::kBool:
        return terms.BoolSort();
      case SortNode::Kind::kInt:
        return terms.IntSort();
      case SortNode::Kind::kString:
        return IsNumbered(slot) ? terms.IntSort() : terms.StringSort();
      case SortNode::Kind::kBitVec:
        return terms.BitVecSort(sort->width);
      case SortNode::Kind::kSet:
        return terms.SetSort(SortIn(sort->element, slot));
      case SortNode::Kind::kDatatype:
        break;
    }
    const auto known = datatypes.find(sort);
    if (known != datatypes.end()) return known->second;
    std::vector<Constructor> constructors = sort->constructors;
    for (std::uint32_t index = 0; index < constructors.size(); ++index) {
      for (std::uint32_t field = 0; field < constructors[index].sorts.size(); ++field) {
        Sort& its = constructors[index].sorts[field];
        its = SortIn(its, classes.OfField(sort, index, field));
      }
    }
    return datatypes[sort] = terms.DatatypeSort(sort->name, std::move(constructors));
  }

  const Function* FunctionIn(const Function* function) {
    std::vector<Sort> arguments;
    for (std::size_t i = 0; i < function->arguments.size(); ++i) {
      arguments.push_back(SortIn(function->arguments[i], classes.OfArgument(function, i)));
    }
    const Slot result = classes.OfArgument(function, function->arguments.size());
    return terms.Declare(function->name, std::move(arguments), SortIn(function->result, result));
  }

  Term Constant(Term constant, Slot slot) {
    if (constant->kind == Kind::kString) {
      return IsNumbered(slot) ? terms.Int(NumberOf(constant->text)) : terms.String(constant->text);
    }
    if (constant->kind == Kind::kSingleton) return terms.Singleton(Constant(constant->children[0], slot));
    if (constant->kind == Kind::kEmptySet) return terms.EmptySet(SortIn(constant->sort, slot));
    // A union, built from the left: as deep as it has elements.
    std::vector<Term> parts;
    for (; constant->kind == Kind::kUnion; constant = constant->children[0]) {
      parts.push_back(constant->children[1]);
    }
    Term set = Constant(constant, slot);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      set = terms.Union(set, Constant(*part, slot));
    }
    return set;
  }

  Term Child(Term parent, std::size_t at) {
    const Term child = parent->children[at];
    const auto found = renewed.find(child);
    return found == renewed.end() ? Constant(child, classes.OfChild(parent, at)) : found->second;
  }

  Term Renew(Term term) {
    std::vector<Term> of;
    for (std::size_t at = 0; at < term->children.size(); ++at) of.push_back(Child(term, at));
    switch (term->kind) {
      case Kind::kBool:
        return terms.Bool(term->integer != 0);
      case Kind::kInt:
        return terms.Int(term->integer);
      case Kind::kString:
        return terms.String(term->text);
      case Kind::kBitVec:
        return terms.BitVec(term->text);
      case Kind::kVariable:
        return terms.Variable(term->text, SortIn(term->sort, classes.OfTerm(term)));
      case Kind::kNot:
        return terms.Not(of[0]);
      case Kind::kAnd:
        return terms.And(of);
      case Kind::kOr:
        return terms.Or(of);
      case Kind::kIte:
        return terms.Ite(of[0], of[1], of[2]);
      case Kind::kEqual:
        return terms.Equal(of[0], of[1]);
      case Kind::kLess:
        return terms.Less(of[0], of[1]);
      case Kind::kLessOrEqual:
        return terms.LessOrEqual(of[0], of[1]);
      case Kind::kAdd:
        return terms.Add(of[0], of[1]);
      case Kind::kSubtract:
        return terms.Subtract(of[0], of[1]);
      case Kind::kMultiply:
        return terms.Multiply(of[0], of[1]);
      case Kind::kDivide:
        return terms.Divide(of[0], of[1]->integer);
      case Kind::kModulo:
        return terms.Modulo(of[0], of[1]->integer);
      case Kind::kLike:
        return Matching(term, of[0]);
      case Kind::kBitExtract:
        return terms.BitExtract(of[0], term->high, term->low);
      case Kind::kBitConcat:
        return terms.BitConcat(of[0], of[1]);
      case Kind::kBitLessOrEqual:
        return terms.BitLessOrEqual(of[0], of[1]);
      case Kind::kEmptySet:
        return terms.EmptySet(SortIn(term->sort, StringClasses::kNone));
      case Kind::kSingleton:
        return terms.Singleton(of[0]);
      case Kind::kUnion:
        return terms.Union(of[0], of[1]);
      case Kind::kIntersection:
        return terms.Intersection(of[0], of[1]);
      case Kind::kMember:
        return terms.Member(of[0], of[1]);
      case Kind::kSubset:
        return terms.Subset(of[0], of[1]);
      case Kind::kConstruct:
        return terms.Construct(SortIn(term->sort, StringClasses::kNone), term->index, std::move(of));
      case Kind::kSelect:
        return terms.Select(of[0], term->index, term->low);
      case Kind::kIs:
        return terms.Is(of[0], term->index);
      case Kind::kApply:
        return terms.Apply(FunctionIn(term->function), std::move(of));
    }
    return nullptr;
  }

  // Patterns ------------------------------------------------------------------------------------------------

  Term Matching(Term like, Term subject) {
    const Numbering& numbering = At(classes.OfTerm(like->children[0]));
    if (!numbering.is_numbered) return terms.Like(subject, like->pattern);
    const auto at = std::ranges::find(numbering.patterns, like->pattern) - numbering.patterns.begin();
    return terms.Apply(numbering.predicates[static_cast<std::size_t>(at)], {subject});
  }

  /// That what a pattern is asked of has this signature.
  Term HasSignature(const Numbering& numbering, Term subject, std::uint32_t signature) {
    std::vector<Term> all;
    for (std::size_t i = 0; i < numbering.predicates.size(); ++i) {
      const Term matches = terms.Apply(numbering.predicates[i], {subject});
      all.push_back((signature >> i & 1U) != 0 ? matches : terms.Not(matches));
    }
    return terms.And(all);
  }

  void SayPatterns(Slot slot, const StringClasses::Class& its) {
    const Numbering& numbering = numberings.at(slot);
    if (!numbering.is_numbered || !numbering.signatures) return;
    for (const std::string& literal : its.literals) {
      const std::uint32_t signature = numbering.signatures->SignatureOf(DecodeUtf8(literal));
      asked.assertions.push_back(HasSignature(numbering, terms.Int(NumberOf(literal)), signature));
    }
    for (const Term old : its.subjects) {
      const Term subject = renewed.at(old);
      for (std::uint32_t signature = 0; signature < numbering.signatures->signatures(); ++signature) {
        if (numbering.signatures->IsInfinite(signature)) continue;
        std::vector<Term> any = {terms.Not(HasSignature(numbering, subject, signature))};
        for (const auto& text : numbering.signatures->FewStrings(signature)) {
          any.push_back(terms.Equal(subject, terms.Int(NumberOf(Utf8Of(text)))));
        }
        asked.assertions.push_back(terms.Or(any));
      }
      if (original.wanted.empty()) continue;
      subjects.push_back(slot);
      asked.wanted.push_back(subject);
      for (const Function* predicate : numbering.predicates)
        asked.wanted.push_back(terms.Apply(predicate, {subject}));
    }
  }

  void LearnSignatures(std::span<const SmtValue> values) {
    for (const Slot slot : subjects) {
      Numbering& numbering = numberings.at(slot);
      std::uint32_t signature = 0;
      for (std::size_t i = 0; i < numbering.predicates.size(); ++i) {
        if (values[i + 1].boolean) signature |= 1U << i;
      }
      numbering.signature_of_number[values[0].integer] = signature;
      values = values.subspan(numbering.predicates.size() + 1);
    }
  }

  // Values back ---------------------------------------------------------------------------------------------

  std::string TextOf(WideInt number, Numbering& numbering) {
    if (numbering.literals.contains(number)) return literals.at(number);
    const auto signature = numbering.signature_of_number.find(number);
    const bool is_asked = signature != numbering.signature_of_number.end();
    auto& texts = is_asked ? numbering.texts : plain_texts;
    const auto [at, is_new] = texts.try_emplace(number);
    if (is_new) {
      const std::u32string text =
          is_asked ? numbering.signatures->Fresh(signature->second, used) : NextPlain();
      used.insert(text);
      at->second = Utf8Of(text);
    }
    return at->second;
  }

  /// "a" to "z", then "aa", …
  std::u32string NextPlain() {
    for (;;) {
      std::u32string text;
      for (std::size_t rest = ++plain; rest > 0; rest = (rest - 1) / 26) {
        text.insert(text.begin(), U'a' + static_cast<char32_t>((rest - 1) % 26));
      }
      if (!used.contains(text)) return text;
    }
  }

  SmtValue Back(const SmtValue& value, Sort sort, Slot slot) {
    switch (sort->kind) {
      case SortNode::Kind::kBool:
      case SortNode::Kind::kInt:
      case SortNode::Kind::kBitVec:
        return value;
      case SortNode::Kind::kString:
        return IsNumbered(slot) ? StringValue(TextOf(value.integer, At(slot))) : value;
      case SortNode::Kind::kSet: {
        std::vector<SmtValue> elements;
        for (const SmtValue& element : value.children) elements.push_back(Back(element, sort->element, slot));
        return SetValue(std::move(elements));
      }
      case SortNode::Kind::kDatatype: {
        std::vector<SmtValue> fields;
        for (std::uint32_t i = 0; i < value.children.size(); ++i) {
          fields.push_back(Back(value.children[i], sort->constructors[value.constructor].sorts[i],
                                classes.OfField(sort, value.constructor, i)));
        }
        return ConstructValue(value.constructor, std::move(fields));
      }
    }
    return value;
  }

  const Query& original;
  std::vector<Term> reachable;
  StringClasses classes;
  std::map<Slot, Numbering> numberings;
  Terms terms;
  Query asked;
  std::unordered_map<Term, Term> renewed;
  std::unordered_map<Sort, Sort> datatypes;
  std::map<std::string, WideInt> numbers;  ///< of literals
  std::map<WideInt, std::string> literals;
  std::vector<Slot> subjects;  ///< the classes of what was wanted beyond the original's
  std::set<std::u32string> used;
  std::map<WideInt, std::string> plain_texts;
  std::size_t plain = 0;
};

NumberedStrings::NumberedStrings(const Query& query) : state_(std::make_unique<State>(query)) {}
NumberedStrings::~NumberedStrings() = default;

const Query& NumberedStrings::query() const {
  return state_->asked;
}

std::vector<SmtValue> NumberedStrings::ValuesOf(std::span<const SmtValue> values) {
  const std::vector<Term>& wanted = state_->original.wanted;
  state_->LearnSignatures(values.subspan(wanted.size()));
  std::vector<SmtValue> back;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    back.push_back(state_->Back(values[i], wanted[i]->sort, state_->classes.OfTerm(wanted[i])));
  }
  return back;
}

std::string NumberedStrings::Legend() const {
  std::string legend;
  for (const auto& [number, literal] : state_->literals) {
    legend += "; " + std::to_string(static_cast<std::int64_t>(number)) + " is \"";
    for (const char c : literal) legend.push_back(c >= 0x20 && c < 0x7F ? c : '?');
    legend += "\"\n";
  }
  return legend;
}

}  // namespace proviso::analysis
