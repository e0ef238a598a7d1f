// Patterns, sets, datatypes and functions.
#include <algorithm>
#include <cassert>

#include "analysis/internal/term_store.h"
#include "analysis/internal/unicode.h"

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;

/// Neighbouring texts joined, neighbouring wildcards one, no empty text.
std::vector<PatternPiece> Normal(std::vector<PatternPiece> pattern) {
  std::vector<PatternPiece> normal;
  for (PatternPiece& piece : pattern) {
    const bool joins = !normal.empty() && normal.back().is_wildcard == piece.is_wildcard;
    if (piece.is_wildcard) {
      if (!joins) normal.push_back({.text = {}, .is_wildcard = true});
    } else if (joins) {
      normal.back().text += piece.text;
    } else if (!piece.text.empty()) {
      normal.push_back(std::move(piece));
    }
  }
  return normal;
}

/// The pattern is normal. The first and the last text are fixed to the ends; those between are found
/// leftmost.
bool Matches(std::u32string_view text, const std::vector<PatternPiece>& pattern) {
  const bool ends_in_text = !pattern.empty() && !pattern.back().is_wildcard;
  bool is_fixed = true;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const PatternPiece& piece = pattern[i];
    if (piece.is_wildcard) {
      is_fixed = false;
      continue;
    }
    if (!is_fixed && ends_in_text && i + 1 == pattern.size()) return text.ends_with(piece.text);
    const std::size_t at = text.find(piece.text);
    if (at == std::u32string_view::npos || (is_fixed && at != 0)) return false;
    text.remove_prefix(at + piece.text.size());
    is_fixed = true;
    if (i + 1 == pattern.size()) return text.empty();
  }
  return !is_fixed || text.empty();
}

void AddElements(Term set, LiteralSet& into) {
  // Built from the left: the depth is there.
  for (; set->kind == Kind::kUnion && into.is_literal; set = set->children[0]) {
    AddElements(set->children[1], into);
  }
  if (set->kind == Kind::kSingleton) {
    into.elements.push_back(set->children[0]);
  } else if (set->kind != Kind::kEmptySet) {
    into.is_literal = false;
  }
}

/// The operator in the branches of an `ite`; once for each.
template <typename Make>
Term Lifted(TermStore& store, const TermStore::Lift& key, const Make& make) {
  if (const auto known = store.lifted.find(key); known != store.lifted.end()) return known->second;
  const Term result = make();
  store.lifted.emplace(key, result);
  return result;
}

}  // namespace

LiteralSet LiteralElements(Term set) {
  LiteralSet literal{.is_literal = true, .elements = {}};
  AddElements(set, literal);
  std::ranges::sort(literal.elements, {}, &TermNode::number);
  const auto rest = std::ranges::unique(literal.elements);
  literal.elements.erase(rest.begin(), rest.end());
  return literal;
}

Term SetOf(Terms& terms, TermStore& store, Sort set, std::vector<Term> elements) {
  std::ranges::sort(elements, {}, &TermNode::number);
  const auto rest = std::ranges::unique(elements);
  elements.erase(rest.begin(), rest.end());
  if (elements.empty()) return terms.EmptySet(set);
  Term result = terms.Singleton(elements[0]);
  for (std::size_t i = 1; i < elements.size(); ++i) {
    result =
        store.Intern({.kind = Kind::kUnion, .sort = set, .children = {result, terms.Singleton(elements[i])}});
  }
  return result;
}

Term Terms::Like(Term text, std::vector<PatternPiece> pattern) {
  assert(text->sort == StringSort());
  pattern = Normal(std::move(pattern));
  if (pattern.size() == 1 && pattern[0].is_wildcard) return True();
  if (pattern.empty()) return Equal(text, String(""));
  if (pattern.size() == 1) {
    std::string literal;
    for (const char32_t code : pattern[0].text) AppendUtf8(literal, code);
    return Equal(text, String(literal));
  }
  if (text->kind == Kind::kString) return Bool(Matches(DecodeUtf8(text->text), pattern));
  if (text->kind == Kind::kIte && (text->children[1]->is_constant() || text->children[2]->is_constant())) {
    return Ite(text->children[0], Like(text->children[1], pattern), Like(text->children[2], pattern));
  }
  return storage_->Intern(
      {.kind = Kind::kLike, .sort = BoolSort(), .children = {text}, .pattern = std::move(pattern)});
}

Term Terms::EmptySet(Sort set) {
  assert(set->kind == SortNode::Kind::kSet);
  return storage_->Intern({.kind = Kind::kEmptySet, .sort = set});
}

Term Terms::Singleton(Term element) {
  return storage_->Intern({.kind = Kind::kSingleton, .sort = SetSort(element->sort), .children = {element}});
}

Term Terms::Union(Term a, Term b) {
  assert(a->sort == b->sort);
  if (a == b || b->kind == Kind::kEmptySet) return a;
  if (a->kind == Kind::kEmptySet) return b;
  LiteralSet left = LiteralElements(a);
  if (left.is_literal) {
    const LiteralSet right = LiteralElements(b);
    if (right.is_literal) {
      left.elements.insert(left.elements.end(), right.elements.begin(), right.elements.end());
      return SetOf(*this, *storage_, a->sort, std::move(left.elements));
    }
  }
  return storage_->Intern({.kind = Kind::kUnion, .sort = a->sort, .children = {a, b}});
}

Term Terms::Intersection(Term a, Term b) {
  assert(a->sort == b->sort);
  if (a == b || a->kind == Kind::kEmptySet) return a;
  if (b->kind == Kind::kEmptySet) return b;
  if (a->is_constant() && b->is_constant()) {
    std::vector<Term> both;
    std::ranges::set_intersection(LiteralElements(a).elements, LiteralElements(b).elements,
                                  std::back_inserter(both), {}, &TermNode::number, &TermNode::number);
    return SetOf(*this, *storage_, a->sort, std::move(both));
  }
  if (a->number > b->number) std::swap(a, b);
  return storage_->Intern({.kind = Kind::kIntersection, .sort = a->sort, .children = {a, b}});
}

Term Terms::Member(Term element, Term set) {
  assert(set->sort == SetSort(element->sort));
  if (set->kind == Kind::kEmptySet) return False();
  if (set->kind == Kind::kSingleton) return Equal(element, set->children[0]);
  if (set->kind == Kind::kIntersection) {
    return And({Member(element, set->children[0]), Member(element, set->children[1])});
  }
  if (set->kind == Kind::kUnion) {
    std::vector<Term> any;
    for (; set->kind == Kind::kUnion; set = set->children[0])
      any.push_back(Member(element, set->children[1]));
    any.push_back(Member(element, set));
    return Or(any);
  }
  if (set->kind == Kind::kIte) {
    return Lifted(*storage_, {Kind::kMember, element, set, 0, 0}, [&] {
      return Ite(set->children[0], Member(element, set->children[1]), Member(element, set->children[2]));
    });
  }
  return storage_->Intern({.kind = Kind::kMember, .sort = BoolSort(), .children = {element, set}});
}

Term Terms::Subset(Term a, Term b) {
  assert(a->sort == b->sort);
  if (a == b || a->kind == Kind::kEmptySet) return True();
  if (a->kind == Kind::kSingleton) return Member(a->children[0], b);
  if (a->kind == Kind::kUnion) {
    std::vector<Term> all;
    for (; a->kind == Kind::kUnion; a = a->children[0]) all.push_back(Subset(a->children[1], b));
    all.push_back(Subset(a, b));
    return And(all);
  }
  if (b->kind == Kind::kEmptySet) return Equal(a, b);
  if (a->kind == Kind::kIte || b->kind == Kind::kIte) {
    return Lifted(*storage_, {Kind::kSubset, a, b, 0, 0}, [&] {
      const bool is_left = a->kind == Kind::kIte;
      const Term choice = is_left ? a : b;
      const auto branch = [&](std::size_t at) {
        return is_left ? Subset(choice->children[at], b) : Subset(a, choice->children[at]);
      };
      return Ite(choice->children[0], branch(1), branch(2));
    });
  }
  return storage_->Intern({.kind = Kind::kSubset, .sort = BoolSort(), .children = {a, b}});
}

Sort Terms::OptionSort(Sort of) {
  const std::string name = "Option<" + NameOf(of) + ">";
  return DatatypeSort(name, {{.name = "none", .selectors = {}, .sorts = {}},
                             {.name = "some", .selectors = {"value of " + name}, .sorts = {of}}});
}

Term Terms::Construct(Sort datatype, std::uint32_t constructor, std::vector<Term> fields) {
  assert(datatype->kind == SortNode::Kind::kDatatype);
  assert(fields.size() == datatype->constructors.at(constructor).sorts.size());
  // Putting a value together again from all of its own parts.
  if (datatype->constructors.size() == 1 && !fields.empty() && fields[0]->kind == Kind::kSelect) {
    const Term whole = fields[0]->children[0];
    bool is_whole = whole->sort == datatype;
    for (std::size_t i = 0; i < fields.size() && is_whole; ++i) {
      is_whole = fields[i]->kind == Kind::kSelect && fields[i]->children[0] == whole && fields[i]->low == i;
    }
    if (is_whole) return whole;
  }
  return storage_->Intern(
      {.kind = Kind::kConstruct, .sort = datatype, .children = std::move(fields), .index = constructor});
}

Term Terms::Select(Term of, std::uint32_t constructor, std::uint32_t selector) {
  const Constructor& shape = of->sort->constructors.at(constructor);
  if (of->kind == Kind::kConstruct && of->index == constructor) return of->children.at(selector);
  if (of->kind == Kind::kIte) {
    return Lifted(*storage_, {Kind::kSelect, of, nullptr, constructor, selector}, [&] {
      return Ite(of->children[0], Select(of->children[1], constructor, selector),
                 Select(of->children[2], constructor, selector));
    });
  }
  return storage_->Intern({.kind = Kind::kSelect,
                           .sort = shape.sorts.at(selector),
                           .children = {of},
                           .index = constructor,
                           .low = selector});
}

Term Terms::Is(Term of, std::uint32_t constructor) {
  const std::size_t constructors = of->sort->constructors.size();
  assert(constructor < constructors);
  if (constructors == 1) return True();
  if (of->kind == Kind::kConstruct) return Bool(of->index == constructor);
  if (of->kind == Kind::kIte) {
    return Lifted(*storage_, {Kind::kIs, of, nullptr, constructor, 0}, [&] {
      return Ite(of->children[0], Is(of->children[1], constructor), Is(of->children[2], constructor));
    });
  }
  if (constructors == 2 && constructor == 0) return Not(Is(of, 1));
  return storage_->Intern({.kind = Kind::kIs, .sort = BoolSort(), .children = {of}, .index = constructor});
}

const Function* Terms::Declare(std::string_view name, std::vector<Sort> arguments, Sort result) {
  return storage_->Declare(name, std::move(arguments), result);
}

Term Terms::Apply(const Function* function, std::vector<Term> arguments) {
  assert(arguments.size() == function->arguments.size());
  return storage_->Intern({.kind = Kind::kApply,
                           .sort = function->result,
                           .children = std::move(arguments),
                           .function = function});
}

}  // namespace proviso::analysis
