#include "protocol/internal/schema/merge.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/internal/schema/rules.h"

namespace proviso::protocol::internal::schema {
namespace {

using base::ErrorCode;
using base::Status;

constexpr std::array<std::string_view, 7> kTypes = {"string", "number", "integer", "boolean",
                                                    "array",  "object", "null"};

double NumberOf(const Value& value) {
  double number = 0;
  std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
  return number;
}

/// As JSON values: 1 and 1.0 are one, and members have no order.
bool IsSame(const Value& one, const Value& other) {
  if (one.kind != other.kind) return false;
  if (one.is_number()) return NumberOf(one) == NumberOf(other);
  if (one.items.size() != other.items.size() || one.members.size() != other.members.size()) return false;
  for (std::size_t i = 0; i < one.items.size(); ++i) {
    if (!IsSame(one.items[i], other.items[i])) return false;
  }
  return one.text == other.text && std::ranges::all_of(one.members, [&](const auto& member) {
           const Value* counterpart = other.Find(member.first);
           return counterpart != nullptr && IsSame(member.second, *counterpart);
         });
}

bool Contains(const std::vector<Value>& values, const Value& value) {
  return std::ranges::any_of(values, [&](const Value& item) { return IsSame(item, value); });
}

Value BothOf(const Value& one, const Value& other) {
  Value both = Value::Object();
  both.Set("allOf", Value::Array({one, other}));
  return both;
}

bool IsClosed(const Value& schema) {
  const Value* rest = schema.Find("additionalProperties");
  return rest != nullptr && !rest->is_true();
}

Status Impossible(std::string_view keyword) {
  return base::Fail(ErrorCode::kInvalid,
                    std::string(keyword) + ": two schemas that both hold cannot be made one here");
}

/// What a closed schema does not name is refused, so the other may as well not name it.
Status Close(Value& open, const Value& closed) {
  if (!closed.Find("additionalProperties")->is_false() || closed.Find("patternProperties") != nullptr)
    return Impossible("additionalProperties");
  const Value none = Value::Object();
  const Value* named = closed.Find("properties");
  if (named == nullptr) named = &none;
  if (Value* properties = open.Find("properties"); properties != nullptr) {
    std::erase_if(properties->members,
                  [named](const auto& member) { return named->Find(member.first) == nullptr; });
  }
  if (open.Find("patternProperties") != nullptr) return Impossible("patternProperties");
  return {};
}

void MergeTypes(Value& mine, const Value& theirs) {
  Value left = Value::Object();
  left.Set("type", mine);
  Value right = Value::Object();
  right.Set("type", theirs);
  const std::vector<std::string> here = TypesOf(left);
  const std::vector<std::string> there = TypesOf(right);
  Value both = Value::Array({});
  for (const std::string& type : here) {
    const bool shared = std::ranges::find(there, type) != there.end();
    // "number" says "integer" too, and stands for both.
    const bool said = type == "integer" && Contains(both.items, Value::String("number"));
    if (shared && !said) both.items.push_back(Value::String(type));
  }
  mine = both.items.size() == 1 ? both.items.front() : both;
}

void MergeProperties(Value& mine, const Value& theirs) {
  for (const auto& [name, schema] : theirs.members) {
    Value* here = mine.Find(name);
    if (here == nullptr) {
      mine.Set(name, schema);
    } else if (*here != schema) {
      *here = BothOf(*here, schema);
    }
  }
}

enum class Bound : std::uint8_t { kLeast, kMost, kNone };

Bound BoundOf(std::string_view keyword) {
  if (keyword.starts_with("min") || keyword == "exclusiveMinimum") return Bound::kLeast;
  if (keyword.starts_with("max") || keyword == "exclusiveMaximum") return Bound::kMost;
  return Bound::kNone;
}

/// Both say the keyword, and not the same.
Status MergeKeyword(const std::string& keyword, Value& mine, const Value& theirs) {
  const Bound bound = BoundOf(keyword);
  if (bound != Bound::kNone) {
    const bool theirs_is_tighter =
        bound == Bound::kLeast ? NumberOf(theirs) > NumberOf(mine) : NumberOf(theirs) < NumberOf(mine);
    if (theirs_is_tighter) mine = theirs;
  } else if (keyword == "required") {
    for (const Value& name : theirs.items) {
      if (!Contains(mine.items, name)) mine.items.push_back(name);
    }
  } else if (keyword == "type") {
    MergeTypes(mine, theirs);
    if (mine.is_array() && mine.items.empty()) return Impossible(keyword);
  } else if (keyword == "enum") {
    std::erase_if(mine.items, [&](const Value& value) { return !Contains(theirs.items, value); });
    if (mine.items.empty()) return Impossible(keyword);
  } else if (keyword == "properties") {
    MergeProperties(mine, theirs);
  } else if (keyword == "items") {
    mine = BothOf(mine, theirs);
  } else if (keyword == "allOf") {
    mine.items.insert(mine.items.end(), theirs.items.begin(), theirs.items.end());
  } else if (keyword == "additionalProperties" && (mine.is_true() || theirs.is_true())) {
    if (mine.is_true()) mine = theirs;
  } else if (IsAssertion(keyword)) {
    return Impossible(keyword);
  }
  return {};
}

/// The values that a member must have; empty when any may be.
std::vector<Value> ValuesOf(const Value& schema) {
  if (const Value* value = schema.Find("const"); value != nullptr) return {*value};
  if (const Value* values = schema.Find("enum"); values != nullptr) return values->items;
  return {};
}

bool Requires(const Value& schema, const std::string& name) {
  const Value* required = schema.Find("required");
  return required != nullptr && Contains(required->items, Value::String(name));
}

bool HaveNoneInCommon(const std::vector<Value>& here, const std::vector<Value>& there) {
  return !here.empty() && !there.empty() &&
         std::ranges::none_of(here, [&](const Value& value) { return Contains(there, value); });
}

}  // namespace

std::vector<std::string> TypesOf(const Value& schema) {
  const Value* type = schema.Find("type");
  if (type == nullptr) return {kTypes.begin(), kTypes.end()};
  std::vector<std::string> types;
  if (type->is_string()) types.push_back(type->text);
  for (const Value& item : type->items) types.push_back(item.text);
  const bool number = std::ranges::find(types, "number") != types.end();
  if (number && std::ranges::find(types, "integer") == types.end()) types.emplace_back("integer");
  return types;
}

Status Merge(Value& schema, const Value& other) {
  Value theirs = other;
  if (IsClosed(schema)) {
    if (auto closed = Close(theirs, schema); !closed) return closed;
  }
  if (IsClosed(other)) {
    if (auto closed = Close(schema, other); !closed) return closed;
  }
  for (const auto& [keyword, value] : theirs.members) {
    Value* mine = schema.Find(keyword);
    if (mine == nullptr) {
      schema.Set(keyword, value);
    } else if (*mine != value) {
      if (auto merged = MergeKeyword(keyword, *mine, value); !merged) return merged;
    }
  }
  return {};
}

bool AreDisjoint(const Value& one, const Value& other) {
  const std::vector<std::string> there = TypesOf(other);
  const bool types = std::ranges::none_of(
      TypesOf(one), [&](const std::string& type) { return std::ranges::find(there, type) != there.end(); });
  if (types || HaveNoneInCommon(ValuesOf(one), ValuesOf(other))) return true;
  const Value* properties = one.Find("properties");
  const Value* others = other.Find("properties");
  if (properties == nullptr || others == nullptr) return false;
  if (TypesOf(one) != std::vector<std::string>{"object"}) return false;
  return std::ranges::any_of(properties->members, [&](const auto& member) {
    const Value* counterpart = others->Find(member.first);
    return counterpart != nullptr && Requires(one, member.first) && Requires(other, member.first) &&
           HaveNoneInCommon(ValuesOf(member.second), ValuesOf(*counterpart));
  });
}

}  // namespace proviso::protocol::internal::schema
