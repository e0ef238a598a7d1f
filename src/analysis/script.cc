#include "analysis/script.h"

#include <algorithm>
#include <set>

#include "analysis/internal/script_writer.h"
#include "analysis/internal/unicode.h"

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;

/// Deeper terms get a name of their own, used once or not: neither we nor a solver's parser recurse deeper.
constexpr std::uint32_t kNestedTermsMax = 64;

std::string DecimalOf(WideInt value) {
  const bool is_negative = value < 0;
  // Negated as unsigned, for the least value.
  auto rest = static_cast<unsigned __int128>(value);
  if (is_negative) rest = -rest;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  return is_negative ? "(- " + digits + ")" : digits;
}

class Names {
 public:
  std::string Take(std::string_view prefix, std::string_view name) {
    constexpr std::string_view kOther = "~!@$%^&*_-+=<>.?/";
    std::string symbol(prefix);
    for (const char c : name) {
      const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            kOther.find(c) != std::string_view::npos;
      symbol.push_back(is_plain ? c : '_');
    }
    const std::size_t length = symbol.size();
    for (std::size_t number = 2; !taken_.insert(symbol).second; ++number) {
      symbol.resize(length);
      symbol += "~" + std::to_string(number);
    }
    return symbol;
  }

 private:
  std::set<std::string> taken_;
};

class Writer {
 public:
  explicit Writer(Dialect dialect) : dialect_(dialect) {}

  base::Result<Script> Write(const Query& query) {
    std::vector<Term> roots = query.assertions;
    roots.insert(roots.end(), query.wanted.begin(), query.wanted.end());
    const std::vector<Term> terms = Reachable(roots);
    CountUses(terms, roots);
    out_ = dialect_ == Dialect::kCvc5 ? "(set-logic ALL)\n" : "";
    if (!query.wanted.empty()) out_ += "(set-option :produce-models true)\n";
    const bool has_patterns = std::ranges::any_of(terms, [](Term term) { return term->kind == Kind::kLike; });
    // What cvc5 makes of a regular expression is beyond its default mode.
    if (has_patterns && dialect_ == Dialect::kCvc5) out_ += "(set-option :strings-exp true)\n";
    for (const Term term : terms) Declare(term->sort);
    for (const Term term : terms) DeclareSymbol(term);
    for (const Term term : terms) Define(term);
    if (!failure_.empty()) return base::Fail(base::ErrorCode::kInvalid, failure_);
    for (const Term assertion : query.assertions) out_ += "(assert " + said_[assertion->number].text + ")\n";
    out_ += "(check-sat)\n";
    if (!query.wanted.empty()) {
      out_ += "(get-value (";
      for (const Term wanted : query.wanted) {
        if (out_.back() != '(') out_ += ' ';
        out_ += said_[wanted->number].text;
      }
      out_ += "))\n";
    }
    return Script{std::move(out_), std::move(constructors_)};
  }

 private:
  struct Said {
    std::string text{};
    std::uint32_t uses = 0;
    std::uint32_t depth = 0;
  };

  void CountUses(const std::vector<Term>& terms, const std::vector<Term>& roots) {
    std::uint32_t numbers = 0;
    for (const Term term : terms) numbers = std::max(numbers, term->number + 1);
    said_.resize(numbers);
    for (const Term term : terms) {
      for (const Term child : term->children) ++said_[child->number].uses;
    }
    for (const Term root : roots) ++said_[root->number].uses;
  }

  void Declare(Sort sort) {
    if (sort_names_.contains(sort)) return;
    switch (sort->kind) {
      case SortNode::Kind::kBool:
        sort_names_[sort] = "Bool";
        return;
      case SortNode::Kind::kInt:
        sort_names_[sort] = "Int";
        return;
      case SortNode::Kind::kString:
        sort_names_[sort] = "String";
        return;
      case SortNode::Kind::kBitVec:
        sort_names_[sort] = "(_ BitVec " + std::to_string(sort->width) + ")";
        return;
      case SortNode::Kind::kSet: {
        Declare(sort->element);
        const std::string& element = sort_names_[sort->element];
        sort_names_[sort] =
            dialect_ == Dialect::kCvc5 ? "(Set " + element + ")" : "(Array " + element + " Bool)";
        return;
      }
      case SortNode::Kind::kDatatype:
        DeclareDatatype(sort);
        return;
    }
  }

  void DeclareDatatype(Sort sort) {
    for (const Constructor& constructor : sort->constructors) {
      for (const Sort field : constructor.sorts) Declare(field);
    }
    const std::string& name = sort_names_[sort] = names_.Take("sort.", sort->name);
    Shape& shape = shapes_[sort];
    out_ += "(declare-datatypes ((" + name + " 0)) ((";
    for (std::uint32_t index = 0; index < sort->constructors.size(); ++index) {
      const Constructor& constructor = sort->constructors[index];
      const std::string& maker = shape.constructors.emplace_back(names_.Take("make.", constructor.name));
      constructors_[maker] = {sort, index};
      out_ += "(" + maker;
      auto& selectors = shape.selectors.emplace_back();
      for (std::size_t i = 0; i < constructor.selectors.size(); ++i) {
        selectors.push_back(names_.Take("get.", constructor.selectors[i]));
        out_ += " (" + selectors.back() + " " + sort_names_[constructor.sorts[i]] + ")";
      }
      out_ += ")";
    }
    out_ += ")))\n";
  }

  void DeclareSymbol(Term term) {
    if (term->kind == Kind::kVariable) {
      std::string& name = said_[term->number].text;
      name = names_.Take("$", term->text);
      out_ += "(declare-const " + name + " " + sort_names_[term->sort] + ")\n";
    }
    if (term->kind != Kind::kApply || function_names_.contains(term->function)) return;
    const std::string& name = function_names_[term->function] = names_.Take("fun.", term->function->name);
    out_ += "(declare-fun " + name + " (";
    for (const Sort argument : term->function->arguments) {
      Declare(argument);
      if (out_.back() != '(') out_ += ' ';
      out_ += sort_names_[argument];
    }
    out_ += ") " + sort_names_[term->function->result] + ")\n";
  }

  void Define(Term term) {
    if (term->kind == Kind::kVariable) return;
    Said& said = said_[term->number];
    said.text = TextOf(term);
    if (term->children.empty()) return;
    for (const Term child : term->children) said.depth = std::max(said.depth, said_[child->number].depth + 1);
    if (said.uses < 2 && said.depth < kNestedTermsMax) return;
    const std::string name = "d" + std::to_string(++definitions_);
    out_ += "(define-fun " + name + " () " + sort_names_[term->sort] + " " + said.text + ")\n";
    said.text = name;
    said.depth = 0;
  }

  std::string Call(std::string_view word, Term term) {
    std::string text = "(";
    text += word;
    for (const Term child : term->children) {
      Said& said = said_[child->number];
      text += ' ';
      text += said.text;
      if (said.uses < 2 && !child->children.empty() && said.depth > 0) said.text.clear();
    }
    return text + ")";
  }

  std::string TextOf(Term term) {
    switch (term->kind) {
      case Kind::kBool:
        return term->integer != 0 ? "true" : "false";
      case Kind::kInt:
        return DecimalOf(term->integer);
      case Kind::kString:
        return StringOf(DecodeUtf8(term->text));
      case Kind::kBitVec:
        return "#b" + term->text;
      case Kind::kVariable:
        return said_[term->number].text;
      case Kind::kNot:
        return Call("not", term);
      case Kind::kAnd:
        return Call("and", term);
      case Kind::kOr:
        return Call("or", term);
      case Kind::kIte:
        return Call("ite", term);
      case Kind::kEqual:
        return Call("=", term);
      case Kind::kLess:
        return Call("<", term);
      case Kind::kLessOrEqual:
        return Call("<=", term);
      case Kind::kAdd:
        return Call("+", term);
      case Kind::kSubtract:
        return Call("-", term);
      case Kind::kMultiply:
        return Call("*", term);
      case Kind::kDivide:
        return Call("div", term);
      case Kind::kModulo:
        return Call("mod", term);
      case Kind::kLike:
        return LikeOf(term);
      case Kind::kBitExtract:
        return Call("(_ extract " + std::to_string(term->high) + " " + std::to_string(term->low) + ")", term);
      case Kind::kBitConcat:
        return Call("concat", term);
      case Kind::kBitLessOrEqual:
        return Call("bvule", term);
      case Kind::kEmptySet:
      case Kind::kSingleton:
      case Kind::kUnion:
      case Kind::kIntersection:
      case Kind::kMember:
      case Kind::kSubset:
        return dialect_ == Dialect::kCvc5 ? SetTextOf(term) : ArrayTextOf(term);
      case Kind::kConstruct: {
        const std::string& name = shapes_[term->sort].constructors[term->index];
        return term->children.empty() ? name : Call(name, term);
      }
      case Kind::kSelect:
        return Call(shapes_[term->children[0]->sort].selectors[term->index][term->low], term);
      case Kind::kIs:
        return Call("(_ is " + shapes_[term->children[0]->sort].constructors[term->index] + ")", term);
      case Kind::kApply:
        return term->children.empty() ? function_names_[term->function]
                                      : Call(function_names_[term->function], term);
    }
    return {};
  }

  std::string SetTextOf(Term term) {
    if (term->kind == Kind::kEmptySet) return "(as set.empty " + sort_names_[term->sort] + ")";
    if (term->kind == Kind::kSingleton) return Call("set.singleton", term);
    if (term->kind == Kind::kUnion) return Call("set.union", term);
    if (term->kind == Kind::kIntersection) return Call("set.inter", term);
    return Call(term->kind == Kind::kMember ? "set.member" : "set.subset", term);
  }

  /// Sets of z3 are arrays from elements to Bool.
  std::string ArrayTextOf(Term term) {
    const auto constant = [&](Sort set, std::string_view value) {
      return "((as const " + sort_names_[set] + ") " + std::string(value) + ")";
    };
    const auto child = [&](std::size_t at) { return said_[term->children[at]->number].text; };
    if (term->kind == Kind::kEmptySet) return constant(term->sort, "false");
    if (term->kind == Kind::kSingleton)
      return "(store " + constant(term->sort, "false") + " " + child(0) + " true)";
    if (term->kind == Kind::kUnion) return Call("(_ map or)", term);
    if (term->kind == Kind::kIntersection) return Call("(_ map and)", term);
    if (term->kind == Kind::kMember) return "(select " + child(1) + " " + child(0) + ")";
    return "(= " + Call("(_ map =>)", term) + " " + constant(term->children[0]->sort, "true") + ")";
  }

  std::string StringOf(std::u32string_view text) {
    std::string literal;
    if (!AppendStringLiteral(literal, text) && failure_.empty()) {
      failure_ =
          "a string holds a character past U+2FFFF, the last that solvers know: write the policy without it";
    }
    return literal;
  }

  /// A pattern has two pieces or more, of which one is a wildcard (Terms::Like folds the others).
  std::string LikeOf(Term term) {
    const std::vector<PatternPiece>& pattern = term->pattern;
    const std::string& text = said_[term->children[0]->number].text;
    std::string expression = "(str.in_re " + text + " (re.++";
    for (const PatternPiece& piece : pattern) {
      expression += piece.is_wildcard ? " re.all" : " (str.to_re " + StringOf(piece.text) + ")";
    }
    return expression + "))";
  }

  struct Shape {
    std::vector<std::string> constructors;
    std::vector<std::vector<std::string>> selectors;
  };

  Dialect dialect_;
  Names names_;
  std::string out_;
  std::string failure_;
  std::vector<Said> said_;  ///< by the terms' numbers
  std::unordered_map<Sort, std::string> sort_names_;
  std::unordered_map<Sort, Shape> shapes_;
  std::unordered_map<const Function*, std::string> function_names_;
  ConstructorNames constructors_;
  std::uint32_t definitions_ = 0;
};

}  // namespace

base::Result<Script> WriteScript(const Query& query, Dialect dialect) {
  return Writer(dialect).Write(query);
}

base::Result<std::string> ScriptOf(const Query& query, Dialect dialect) {
  auto script = WriteScript(query, dialect);
  if (!script) return std::unexpected(script.error());
  return std::move(script->text);
}

}  // namespace proviso::analysis
