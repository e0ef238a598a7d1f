// A value of Cedar whose parts are terms: what an expression is for all requests at once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/term.h"
#include "cedar/schema.h"

namespace proviso::analysis {

struct SymbolicField;

/// Bool is Bool; Long, decimal (ten-thousandths), datetime and duration (milliseconds) are Int; String is
/// String; an entity is a datatype of its type over String (EntitySort); an IP address is a datatype; a set
/// is a Set of its elements' sort. A record has no term of its own: it is its fields, so that reading one
/// costs nothing; where a sort is needed (an element of a set) it becomes a datatype (symbolic_value.cc).
struct SymbolicValue {
  cedar::TypePtr type;                ///< what it is, with every field that it may have; never null
  Term term = nullptr;                ///< nullptr for a record
  std::vector<SymbolicField> fields;  ///< of a record, sorted by name

  [[nodiscard]] bool is_record() const { return type->kind == cedar::Type::Kind::kRecord; }
  [[nodiscard]] const SymbolicField* FindField(std::string_view name) const;
};

struct SymbolicField {
  std::string name;
  Term present;         ///< True for what is always there
  SymbolicValue value;  ///< means nothing where it is not present
};

/// The sort of values of this type; a record's is a datatype with an option for each optional field.
[[nodiscard]] Sort SortOf(Terms& terms, const cedar::Type& type);
[[nodiscard]] Sort EntitySort(Terms& terms, std::string_view entity_type);

/// A value known beforehand. `type` guides records (their optional fields) and empty sets.
[[nodiscard]] SymbolicValue ConstantOf(Terms& terms, const cedar::Value& value, const cedar::TypePtr& type);
/// A constant entity.
[[nodiscard]] Term EntityTerm(Terms& terms, const cedar::EntityUid& uid);

/// Variables for a value of this type: one for each scalar, entity and set in it, and a Bool for the presence
/// of each optional field, named by the path: "r.context.ledger.persons_day", "r.context.ledger?".
/// What the type bounds (a Long's 64 bits, prefix lengths, choices of an enumerated entity) is appended to
/// `bounds`, to be asserted with whatever is asked.
[[nodiscard]] SymbolicValue VariablesOf(Terms& terms, const cedar::TypePtr& type, const std::string& path,
                                        const cedar::Schema& schema, std::vector<Term>& bounds);

/// As Cedar's `==`; both of one type.
[[nodiscard]] Term EqualValues(Terms& terms, const SymbolicValue& a, const SymbolicValue& b);
/// `if condition then a else b`, field by field for records.
[[nodiscard]] SymbolicValue Choose(Terms& terms, Term condition, const SymbolicValue& a,
                                   const SymbolicValue& b);
/// One term of SortOf(type): for elements of sets and arguments of functions. And back.
[[nodiscard]] Term Pack(Terms& terms, const SymbolicValue& value);
[[nodiscard]] SymbolicValue Unpack(Terms& terms, Term packed, const cedar::TypePtr& type);

}  // namespace proviso::analysis
