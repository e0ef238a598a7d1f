// A solver's answer: whatever is read as values is written and read again as the same values.
#include <cstdlib>
#include <string_view>

#include "analysis/internal/script_writer.h"
#include "analysis/internal/smt_reader.h"
#include "analysis/internal/unicode.h"

namespace {

using namespace proviso::analysis;

struct Wanted {
  Terms t;
  std::vector<Sort> sorts;
  ConstructorNames constructors;

  Wanted() {
    const Sort user = t.DatatypeSort("User", {{"User", {"id"}, {t.StringSort()}}});
    const Sort option = t.OptionSort(t.SetSort(user));
    sorts = {t.BoolSort(), t.IntSort(), t.StringSort(), t.BitVecSort(8), t.SetSort(t.StringSort()), option};
    constructors = {{"make.User", {user, 0}}, {"make.none", {option, 0}}, {"make.some", {option, 1}}};
  }
};

/// As cvc5 writes values.
std::string TextOf(const SmtValue& value, Sort sort) {
  switch (sort->kind) {
    case SortNode::Kind::kBool:
      return value.boolean ? "true" : "false";
    case SortNode::Kind::kInt: {
      std::string digits;
      auto rest = static_cast<unsigned __int128>(value.integer < 0 ? -value.integer : value.integer);
      do digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
      while ((rest /= 10) != 0);
      return value.integer < 0 ? "(- " + digits + ")" : digits;
    }
    case SortNode::Kind::kString: {
      std::string literal;
      if (!AppendStringLiteral(literal, DecodeUtf8(value.text))) std::abort();
      return literal;
    }
    case SortNode::Kind::kBitVec:
      return "#b" + value.text;
    case SortNode::Kind::kSet: {
      std::string set = "(as set.empty (Set T))";
      for (const SmtValue& element : value.children) {
        set = "(set.union (set.singleton " + TextOf(element, sort->element) + ") " + set + ")";
      }
      return set;
    }
    case SortNode::Kind::kDatatype: {
      const Constructor& constructor = sort->constructors[value.constructor];
      std::string text = "make." + constructor.name;
      for (std::size_t i = 0; i < value.children.size(); ++i) {
        text += " " + TextOf(value.children[i], constructor.sorts[i]);
      }
      return value.children.empty() ? text : "(" + text + ")";
    }
  }
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Wanted wanted;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto values = ReadValues(text, wanted.sorts, wanted.constructors);
  if (!values) return 0;
  std::string written = "(";
  for (std::size_t i = 0; i < values->size(); ++i)
    written += "(x " + TextOf((*values)[i], wanted.sorts[i]) + ")";
  const auto again = ReadValues(written + ")", wanted.sorts, wanted.constructors);
  if (!again || *again != *values) std::abort();
  return 0;
}
