#include "analysis/internal/made_value.h"

#include <limits>
#include <optional>
#include <utility>

#include "analysis/internal/ip_sort.h"
#include "analysis/internal/sets.h"
#include "analysis/internal/types.h"
#include "analysis/limits.h"

namespace proviso::analysis {
namespace internal {
namespace {

using cedar::Presence;
using cedar::Type;
using Kind = Type::Kind;

/// Every value of a type that has few, as terms; nothing for other types. An enumerated entity has few.
std::optional<std::vector<Term>> AllValues(Terms& terms, const Type& type, const cedar::Schema& schema) {
  if (type.kind == Kind::kBool) return std::vector{terms.False(), terms.True()};
  if (type.kind == Kind::kEntity) {
    std::vector<Term> all;
    for (const std::string& id : ChoicesOf(schema, type.entity_type)) {
      all.push_back(EntityTerm(terms, cedar::EntityUid(type.entity_type, id)));
    }
    if (all.empty() || all.size() > kFiniteValuesMax) return std::nullopt;
    return all;
  }
  if (type.kind != Kind::kRecord) return std::nullopt;
  std::vector<std::vector<Term>> rows = {{}};
  for (const cedar::AttributeType& field : type.attributes) {
    auto values = AllValues(terms, *field.type, schema);
    if (!values) return std::nullopt;
    if (field.presence == Presence::kOptional) {
      for (Term& value : *values) value = terms.Some(value);
      values->push_back(terms.None(values->front()->sort));
    }
    if (rows.size() * values->size() > kFiniteValuesMax) return std::nullopt;
    std::vector<std::vector<Term>> longer;
    for (const auto& row : rows) {
      for (const Term value : *values) {
        longer.push_back(row);
        longer.back().push_back(value);
      }
    }
    rows = std::move(longer);
  }
  std::vector<Term> all;
  for (auto& row : rows) all.push_back(terms.Construct(SortOf(terms, type), 0, std::move(row)));
  return all;
}

Term PrefixFits(Terms& terms, Term ip, std::uint32_t family, std::uint32_t bits) {
  const Term prefix = terms.Select(ip, family, kPrefixSelector);
  return terms.Implies(terms.Is(ip, family), terms.And({terms.LessOrEqual(terms.Int(0), prefix),
                                                        terms.LessOrEqual(prefix, terms.Int(bits))}));
}

/// What values of a type are among the values of its sort. An element of a set is not bounded but where
/// there are few: what a solver puts into a set beyond the type is as good as any other value that is in
/// no term, and case_of.cc replaces it by one.
Term Bound(Terms& terms, Term value, const Type& type, const cedar::Schema& schema) {
  switch (type.kind) {
    case Kind::kBool:
    case Kind::kString:
    case Kind::kRecord:
      return terms.True();
    case Kind::kLong:
    case Kind::kDecimal:
    case Kind::kDatetime:
    case Kind::kDuration:
      return FitsLong(terms, value);
    case Kind::kIpAddress:
      return terms.And({PrefixFits(terms, value, kV4, kV4Bits), PrefixFits(terms, value, kV6, kV6Bits)});
    case Kind::kEntity: {
      std::vector<Term> any;
      for (const std::string& id : ChoicesOf(schema, type.entity_type)) {
        any.push_back(terms.Equal(value, EntityTerm(terms, cedar::EntityUid(type.entity_type, id))));
      }
      return any.empty() ? terms.True() : terms.Or(any);
    }
    case Kind::kSet: {
      if (type.element->kind == Kind::kBool) return terms.True();
      const auto all = AllValues(terms, *type.element, schema);
      if (!all) return terms.True();
      return terms.Subset(value, SetOfElements(terms, value->sort, *all));
    }
  }
  std::unreachable();
}

SymbolicValue Make(Terms& terms, const cedar::TypePtr& type, const std::string& path,
                   const cedar::Schema& schema, const LeafMaker& make, std::vector<Term>& bounds) {
  SymbolicValue result{.type = type, .fields = {}};
  if (!result.is_record()) {
    result.term = make(path, SortOf(terms, *type));
    const Term bound = Bound(terms, result.term, *type, schema);
    if (bound != terms.True()) bounds.push_back(bound);
    return result;
  }
  for (const cedar::AttributeType& field : type->attributes) {
    const std::string field_path = PathOf(path, field.name);
    const bool required = field.presence == Presence::kRequired;
    const Term present = required ? terms.True() : make(field_path + "?", terms.BoolSort());
    result.fields.push_back({field.name, present, Make(terms, field.type, field_path, schema, make, bounds)});
  }
  return result;
}

}  // namespace

SymbolicValue MakeValue(Terms& terms, const cedar::TypePtr& type, const std::string& path,
                        const cedar::Schema& schema, const LeafMaker& make, std::vector<Term>& bounds) {
  if (IsTooLarge(*type)) return {.type = type, .fields = {}};
  return Make(terms, type, path, schema, make, bounds);
}

Term FitsLong(Terms& terms, Term number) {
  return terms.And({terms.LessOrEqual(terms.Int(std::numeric_limits<std::int64_t>::min()), number),
                    terms.LessOrEqual(number, terms.Int(std::numeric_limits<std::int64_t>::max()))});
}

void AppendLeaves(const SymbolicValue& value, std::vector<Term>& leaves) {
  if (!value.is_record()) {
    leaves.push_back(value.term);
    return;
  }
  for (const SymbolicField& field : value.fields) {
    leaves.push_back(field.present);
    AppendLeaves(field.value, leaves);
  }
}

}  // namespace internal

SymbolicValue VariablesOf(Terms& terms, const cedar::TypePtr& type, const std::string& path,
                          const cedar::Schema& schema, std::vector<Term>& bounds) {
  const auto make = [&](const std::string& leaf, Sort sort) { return terms.Variable(leaf, sort); };
  return internal::MakeValue(terms, type, path, schema, make, bounds);
}

}  // namespace proviso::analysis
