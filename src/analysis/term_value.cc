#include "analysis/internal/term_value.h"

#include <algorithm>

#include "analysis/internal/unicode.h"

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;

SmtValue Of(SmtValue::Kind kind) {
  SmtValue value;
  value.kind = kind;
  return value;
}

bool MatchesFrom(std::u32string_view text, std::span<const PatternPiece> pattern) {
  if (pattern.empty()) return text.empty();
  const PatternPiece& piece = pattern[0];
  const auto rest = pattern.subspan(1);
  if (!piece.is_wildcard) {
    return text.starts_with(piece.text) && MatchesFrom(text.substr(piece.text.size()), rest);
  }
  for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
    if (MatchesFrom(text.substr(skipped), rest)) return true;
  }
  return false;
}

bool Holds(const SmtValue& set, const SmtValue& element) {
  return std::ranges::find(set.children, element) != set.children.end();
}

bool IsWithin(const SmtValue& a, const SmtValue& b) {
  return std::ranges::all_of(a.children, [&](const SmtValue& element) { return Holds(b, element); });
}

WideInt Floor(WideInt a, WideInt by) {
  WideInt quotient = a / by;
  while (quotient * by > a) --quotient;
  return quotient;
}

SmtValue Intersected(const SmtValue& a, const SmtValue& b) {
  std::vector<SmtValue> both;
  std::ranges::copy_if(a.children, std::back_inserter(both), [&](const auto& one) { return Holds(b, one); });
  return SetValue(std::move(both));
}

SmtValue United(SmtValue a, const SmtValue& b) {
  a.children.insert(a.children.end(), b.children.begin(), b.children.end());
  return SetValue(std::move(a.children));
}

SmtValue AppliedToShapes(const TermNode& node, std::span<const SmtValue> of) {
  if (node.kind == Kind::kConstruct) return ConstructValue(node.index, {of.begin(), of.end()});
  if (node.kind == Kind::kIs) return BoolValue(of[0].constructor == node.index);
  if (of[0].constructor == node.index) return of[0].children[node.low];
  return DefaultOf(node.sort);
}

}  // namespace

SmtValue BoolValue(bool boolean) {
  SmtValue value = Of(SmtValue::Kind::kBool);
  value.boolean = boolean;
  return value;
}
SmtValue IntValue(WideInt integer) {
  SmtValue value = Of(SmtValue::Kind::kInt);
  value.integer = integer;
  return value;
}
SmtValue StringValue(std::string text) {
  SmtValue value = Of(SmtValue::Kind::kString);
  value.text = std::move(text);
  return value;
}
SmtValue BitsValue(std::string bits) {
  SmtValue value = Of(SmtValue::Kind::kBitVec);
  value.text = std::move(bits);
  return value;
}
SmtValue ConstructValue(std::uint32_t constructor, std::vector<SmtValue> fields) {
  SmtValue value = Of(SmtValue::Kind::kConstruct);
  value.constructor = constructor;
  value.children = std::move(fields);
  return value;
}
SmtValue SetValue(std::vector<SmtValue> elements) {
  SmtValue value = Of(SmtValue::Kind::kSet);
  std::ranges::sort(elements, [](const auto& a, const auto& b) { return Compare(a, b) < 0; });
  const auto rest = std::ranges::unique(elements);
  elements.erase(rest.begin(), rest.end());
  value.children = std::move(elements);
  return value;
}

std::strong_ordering Compare(const SmtValue& a, const SmtValue& b) {
  if (const auto order = a.kind <=> b.kind; order != 0) return order;
  if (const auto order = a.boolean <=> b.boolean; order != 0) return order;
  if (a.integer != b.integer) {
    return a.integer < b.integer ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (const auto order = a.text <=> b.text; order != 0) return order;
  if (const auto order = a.constructor <=> b.constructor; order != 0) return order;
  return std::lexicographical_compare_three_way(a.children.begin(), a.children.end(), b.children.begin(),
                                                b.children.end(), Compare);
}

SmtValue DefaultOf(Sort sort) {
  switch (sort->kind) {
    case SortNode::Kind::kBool:
      return BoolValue(false);
    case SortNode::Kind::kInt:
      return IntValue(0);
    case SortNode::Kind::kString:
      return StringValue("");
    case SortNode::Kind::kBitVec:
      return BitsValue(std::string(sort->width, '0'));
    case SortNode::Kind::kSet:
      return SetValue({});
    case SortNode::Kind::kDatatype: {
      std::vector<SmtValue> fields;
      for (const Sort field : sort->constructors[0].sorts) fields.push_back(DefaultOf(field));
      return ConstructValue(0, std::move(fields));
    }
  }
  return {};
}

SmtValue Applied(const TermNode& node, std::span<const SmtValue> of) {
  const auto is_true = [](const SmtValue& value) { return value.boolean; };
  switch (node.kind) {
    case Kind::kBool:
      return BoolValue(node.integer != 0);
    case Kind::kInt:
      return IntValue(node.integer);
    case Kind::kString:
      return StringValue(node.text);
    case Kind::kBitVec:
      return BitsValue(node.text);
    case Kind::kNot:
      return BoolValue(!of[0].boolean);
    case Kind::kAnd:
      return BoolValue(std::ranges::all_of(of, is_true));
    case Kind::kOr:
      return BoolValue(std::ranges::any_of(of, is_true));
    case Kind::kIte:
      return of[0].boolean ? of[1] : of[2];
    case Kind::kEqual:
      return BoolValue(of[0] == of[1]);
    case Kind::kLess:
      return BoolValue(of[0].integer < of[1].integer);
    case Kind::kLessOrEqual:
      return BoolValue(of[0].integer <= of[1].integer);
    case Kind::kAdd:
      return IntValue(of[0].integer + of[1].integer);
    case Kind::kSubtract:
      return IntValue(of[0].integer - of[1].integer);
    case Kind::kMultiply:
      return IntValue(of[0].integer * of[1].integer);
    case Kind::kDivide:
      return IntValue(Floor(of[0].integer, of[1].integer));
    case Kind::kModulo:
      return IntValue(of[0].integer - Floor(of[0].integer, of[1].integer) * of[1].integer);
    case Kind::kLike:
      return BoolValue(MatchesFrom(DecodeUtf8(of[0].text), node.pattern));
    case Kind::kBitExtract:
      return BitsValue(of[0].text.substr(of[0].text.size() - 1 - node.high, node.high - node.low + 1));
    case Kind::kBitConcat:
      return BitsValue(of[0].text + of[1].text);
    case Kind::kBitLessOrEqual:
      return BoolValue(of[0].text <= of[1].text);
    case Kind::kEmptySet:
      return SetValue({});
    case Kind::kSingleton:
      return SetValue({of[0]});
    case Kind::kUnion:
      return United(of[0], of[1]);
    case Kind::kIntersection:
      return Intersected(of[0], of[1]);
    case Kind::kMember:
      return BoolValue(Holds(of[1], of[0]));
    case Kind::kSubset:
      return BoolValue(IsWithin(of[0], of[1]));
    case Kind::kConstruct:
    case Kind::kIs:
    case Kind::kSelect:
      return AppliedToShapes(node, of);
    case Kind::kVariable:
    case Kind::kApply:
      break;
  }
  return DefaultOf(node.sort);
}

SmtValue ValueIn(const Assignment& assignment, Term term) {
  std::unordered_map<Term, SmtValue> values;
  const Term roots[] = {term};
  for (const Term part : Reachable(roots)) {
    if (part->kind == Kind::kVariable) {
      values[part] = assignment.at(part);
      continue;
    }
    std::vector<SmtValue> children;
    for (const Term child : part->children) children.push_back(values[child]);
    values[part] = Applied(*part, children);
  }
  return values[term];
}

}  // namespace proviso::analysis
