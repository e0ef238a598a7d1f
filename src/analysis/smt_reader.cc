#include "analysis/internal/smt_reader.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "analysis/internal/term_value.h"
#include "analysis/limits.h"

namespace proviso::analysis {
namespace {

using base::ErrorCode;
using base::Fail;

/// An s-expression; the parts of a list stand in Tree::parts, one after another.
struct Part {
  enum class Kind : std::uint8_t { kSymbol, kString, kList };
  Kind kind = Kind::kList;
  std::string_view text{};             ///< a symbol without bars; between the quotes of a string
  std::vector<std::uint32_t> items{};  ///< of kList
};

class Tree {
 public:
  [[nodiscard]] const Part& operator[](std::uint32_t at) const { return parts_[at]; }

  /// The first expression of `text`; what follows it is not looked at.
  base::Result<std::uint32_t> Parse(std::string_view text) {
    std::vector<std::uint32_t> open;
    for (;;) {
      SkipSpace(text);
      if (text.empty()) return Fail(ErrorCode::kCorrupt, "the solver's answer ends within an expression");
      if (parts_.size() >= kAnswerPartsMax)
        return Fail(ErrorCode::kLimit, "the solver's answer has too many parts");
      std::uint32_t finished = 0;
      if (text[0] == '(') {
        if (open.size() >= kAnswerDepthMax)
          return Fail(ErrorCode::kLimit, "the solver's answer is nested too deeply");
        open.push_back(Add({.kind = Part::Kind::kList}));
        text.remove_prefix(1);
        continue;
      }
      if (text[0] == ')') {
        if (open.empty()) return Fail(ErrorCode::kCorrupt, "the solver's answer closes what is not open");
        finished = open.back();
        open.pop_back();
        text.remove_prefix(1);
      } else if (const std::optional<Part> atom = TakeAtom(text)) {
        finished = Add(*atom);
      } else {
        return Fail(ErrorCode::kCorrupt, "the solver's answer holds an atom that does not end");
      }
      if (open.empty()) return finished;
      parts_[open.back()].items.push_back(finished);
    }
  }

 private:
  std::uint32_t Add(Part part) {
    parts_.push_back(std::move(part));
    return static_cast<std::uint32_t>(parts_.size() - 1);
  }

  static void SkipSpace(std::string_view& text) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\n' || text[0] == '\t' || text[0] == '\r')) {
      text.remove_prefix(1);
    }
  }

  static std::optional<Part> TakeAtom(std::string_view& text) {
    if (text[0] == '"') {
      std::size_t end = text.find('"', 1);
      while (end != std::string_view::npos && end + 1 < text.size() && text[end + 1] == '"') {
        end = text.find('"', end + 2);
      }
      if (end == std::string_view::npos) return std::nullopt;
      const Part part{.kind = Part::Kind::kString, .text = text.substr(1, end - 1)};
      text.remove_prefix(end + 1);
      return part;
    }
    if (text[0] == '|') {
      const std::size_t end = text.find('|', 1);
      if (end == std::string_view::npos) return std::nullopt;
      const Part part{.kind = Part::Kind::kSymbol, .text = text.substr(1, end - 1)};
      text.remove_prefix(end + 1);
      return part;
    }
    const std::size_t end = std::min(text.find_first_of(" \n\t\r()\"|"), text.size());
    const Part part{.kind = Part::Kind::kSymbol, .text = text.substr(0, end)};
    text.remove_prefix(end);
    return part;
  }

  std::vector<Part> parts_;
};

std::optional<WideInt> ReadDigits(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  WideInt value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    if (__builtin_mul_overflow(value, WideInt{10}, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, WideInt{digit - '0'}, &value)) return std::nullopt;
  }
  return value;
}

class ValueReader {
 public:
  ValueReader(const Tree& tree, const ConstructorNames& constructors)
      : tree_(tree), constructors_(constructors) {}

  base::Result<SmtValue> Read(std::uint32_t at, Sort sort) {
    if (++read_ > kAnswerPartsMax) return TooManyParts();
    if (++depth_ > kValueDepthMax)
      return Fail(ErrorCode::kLimit, "the solver's values are nested too deeply");
    auto value = ReadPart(at, sort);
    --depth_;
    return value;
  }

 private:
  base::Result<SmtValue> ReadPart(std::uint32_t at, Sort sort) {
    const Part& part = Named(tree_[at]);
    if (IsCall(part, "let", 3)) return ReadLet(part, sort);
    switch (sort->kind) {
      case SortNode::Kind::kBool:
        return ReadBool(part);
      case SortNode::Kind::kInt:
        return ReadInt(part);
      case SortNode::Kind::kString:
        return ReadString(part);
      case SortNode::Kind::kBitVec:
        return ReadBits(part, sort->width);
      case SortNode::Kind::kSet:
        return ReadSet(part, sort);
      case SortNode::Kind::kDatatype:
        return ReadConstruct(part, sort);
    }
    return NoValue(part, "value");
  }

  static std::unexpected<base::Error> TooManyParts() {
    return Fail(ErrorCode::kLimit, "the solver's values have too many parts");
  }

  /// What a `let` bound the name to, where `part` is such a name.
  [[nodiscard]] const Part& Named(const Part& part) const {
    const auto named = part.kind == Part::Kind::kSymbol ? names_.find(part.text) : names_.end();
    return named == names_.end() ? part : tree_[named->second];
  }

  [[nodiscard]] bool IsCall(const Part& part, std::string_view word, std::size_t size) const {
    return part.kind == Part::Kind::kList && part.items.size() == size && IsWord(part.items[0], word);
  }
  [[nodiscard]] bool IsWord(std::uint32_t at, std::string_view word) const {
    return tree_[at].kind == Part::Kind::kSymbol && tree_[at].text == word;
  }

  static std::unexpected<base::Error> NoValue(const Part& part, std::string_view what) {
    return Fail(ErrorCode::kCorrupt,
                "the solver's answer has no " + std::string(what) + " where one belongs" +
                    (part.text.empty() ? "" : ": " + std::string(part.text.substr(0, 80))));
  }

  /// z3 names what occurs twice: `(let ((a!1 value)) value)`. Names are never reused in one answer.
  base::Result<SmtValue> ReadLet(const Part& part, Sort sort) {
    const Part& bindings = tree_[part.items[1]];
    for (const std::uint32_t at : bindings.items) {
      const Part& binding = tree_[at];
      if (binding.items.size() != 2 || tree_[binding.items[0]].kind != Part::Kind::kSymbol) {
        return NoValue(part, "let");
      }
      names_[tree_[binding.items[0]].text] = binding.items[1];
    }
    return Read(part.items[2], sort);
  }

  static base::Result<SmtValue> ReadBool(const Part& part) {
    const bool is_bool = part.kind == Part::Kind::kSymbol && (part.text == "true" || part.text == "false");
    if (!is_bool) return NoValue(part, "Bool");
    return BoolValue(part.text == "true");
  }

  base::Result<SmtValue> ReadInt(const Part& part) const {
    const bool is_negative = IsCall(part, "-", 2);
    const Part& digits = is_negative ? tree_[part.items[1]] : part;
    const auto value = digits.kind == Part::Kind::kSymbol ? ReadDigits(digits.text) : std::nullopt;
    if (!value) return NoValue(digits, "Int");
    return IntValue(is_negative ? -*value : *value);
  }

  static base::Result<SmtValue> ReadString(const Part& part) {
    SmtValue value = StringValue("");
    if (part.kind != Part::Kind::kString || !ReadStringLiteral(part.text, value.text)) {
      return NoValue(part, "String");
    }
    return value;
  }

  base::Result<SmtValue> ReadBits(const Part& part, std::uint32_t width) const {
    SmtValue value = BitsValue("");
    if (part.text.starts_with("#b")) {
      value.text = part.text.substr(2);
    } else if (part.text.starts_with("#x")) {
      for (const char digit : part.text.substr(2)) AppendNibble(value.text, digit);
    } else if (part.items.size() == 3 && IsWord(part.items[0], "_") &&
               tree_[part.items[1]].text.starts_with("bv")) {
      const auto number = ReadDigits(tree_[part.items[1]].text.substr(2));
      for (std::uint32_t i = 0; number && i < width; ++i) {
        const bool is_set = width - 1 - i < 127 && ((*number >> (width - 1 - i)) & 1) != 0;
        value.text.push_back(is_set ? '1' : '0');
      }
    }
    if (value.text.size() != width || value.text.find_first_not_of("01") != std::string::npos) {
      return NoValue(part, "BitVec of " + std::to_string(width) + " bits");
    }
    return value;
  }

  static void AppendNibble(std::string& bits, char digit) {
    unsigned nibble = 0;
    const auto [end, error] = std::from_chars(&digit, &digit + 1, nibble, 16);
    for (unsigned mask = 8; mask != 0; mask >>= 1U) {
      bits.push_back(error != std::errc{} ? '?' : (nibble & mask) != 0 ? '1' : '0');
    }
  }

  /// Unions and stores nest as deep as a set has elements: they are walked, not recursed into.
  base::Result<SmtValue> ReadSet(const Part& root, Sort sort) {
    struct Found {
      SmtValue element;
      bool is_in;
      std::size_t place;  // what was stored last comes first, and counts
    };
    std::vector<Found> found;
    std::vector<const Part*> open = {&root};
    while (!open.empty()) {
      if (++read_ > kAnswerPartsMax) return TooManyParts();
      const Part& part = Named(*open.back());
      open.pop_back();
      const bool is_store = IsCall(part, "store", 4);
      if (is_store || IsCall(part, "set.singleton", 2)) {
        auto element = Read(part.items[is_store ? 2 : 1], sort->element);
        if (!element) return element;
        const auto is_in = is_store ? ReadBool(tree_[part.items[3]]) : BoolValue(true);
        if (!is_in) return is_in;
        found.push_back({std::move(*element), is_in->boolean, found.size()});
        if (is_store) open.push_back(&tree_[part.items[1]]);
      } else if (IsCall(part, "set.union", 3)) {
        open.push_back(&tree_[part.items[2]]);
        open.push_back(&tree_[part.items[1]]);
      } else if (const auto empty = ReadEmptySet(part); !empty) {
        return std::unexpected(empty.error());
      }
    }
    std::ranges::sort(found, [](const Found& a, const Found& b) {
      const auto order = Compare(a.element, b.element);
      return order != 0 ? order < 0 : a.place < b.place;
    });
    const auto rest = std::ranges::unique(found, {}, &Found::element);
    found.erase(rest.begin(), rest.end());
    SmtValue set = SetValue({});
    for (Found& one : found) {
      if (one.is_in) set.children.push_back(std::move(one.element));
    }
    return set;
  }

  base::Status ReadEmptySet(const Part& part) const {
    if (IsCall(part, "as", 3) && IsWord(part.items[1], "set.empty")) return {};
    const bool is_constant = part.items.size() == 2 && IsCall(tree_[part.items[0]], "as", 3) &&
                             IsWord(tree_[part.items[0]].items[1], "const");
    if (is_constant && IsWord(part.items[1], "false")) return {};
    const bool is_infinite = is_constant && IsWord(part.items[1], "true");
    const bool is_function =
        !part.items.empty() && (IsWord(part.items[0], "lambda") || IsWord(part.items[0], "_"));
    if (is_infinite || is_function) {
      return Fail(ErrorCode::kInvalid,
                  "the solver's example has a set that it does not list: no request has one");
    }
    return NoValue(part, "Set");
  }

  /// `name`, `(name fields…)`, with `(as name sort)` for the name.
  base::Result<SmtValue> ReadConstruct(const Part& part, Sort sort) {
    const bool is_plain = part.kind == Part::Kind::kSymbol || IsCall(part, "as", 3);
    if (!is_plain && part.items.empty()) return NoValue(part, sort->name);
    const Part& head = is_plain ? part : tree_[part.items[0]];
    const Part& name = IsCall(head, "as", 3) ? tree_[head.items[1]] : head;
    const auto found = constructors_.find(std::string(name.text));
    if (found == constructors_.end() || found->second.sort != sort) return NoValue(name, sort->name);
    const std::vector<Sort>& sorts = sort->constructors[found->second.index].sorts;
    const std::size_t fields = is_plain ? 0 : part.items.size() - 1;
    if (fields != sorts.size()) return NoValue(name, sort->name + " of as many fields");
    SmtValue value = ConstructValue(found->second.index, {});
    for (std::size_t i = 0; i < fields; ++i) {
      auto field = Read(part.items[i + 1], sorts[i]);
      if (!field) return field;
      value.children.push_back(std::move(*field));
    }
    return value;
  }

  const Tree& tree_;
  const ConstructorNames& constructors_;
  std::map<std::string_view, std::uint32_t> names_;
  std::size_t read_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

base::Result<std::vector<SmtValue>> ReadValues(std::string_view answer, std::span<const Sort> sorts,
                                               const ConstructorNames& constructors) {
  Tree tree;
  const auto root = tree.Parse(answer);
  if (!root) return std::unexpected(root.error());
  const Part& list = tree[*root];
  if (list.kind != Part::Kind::kList || list.items.size() != sorts.size()) {
    return Fail(ErrorCode::kCorrupt, "the solver answered " + std::to_string(list.items.size()) +
                                         " values where " + std::to_string(sorts.size()) + " were wanted");
  }
  ValueReader reader(tree, constructors);
  std::vector<SmtValue> values;
  for (std::size_t i = 0; i < sorts.size(); ++i) {
    const Part& pair = tree[list.items[i]];
    if (pair.items.size() != 2)
      return Fail(ErrorCode::kCorrupt, "the solver's answer is no list of terms with values");
    auto value = reader.Read(pair.items[1], sorts[i]);
    if (!value) return std::unexpected(value.error());
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace proviso::analysis
