#include "analysis/symbolic_value.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "analysis/internal/ip_sort.h"
#include "analysis/internal/sets.h"
#include "analysis/internal/types.h"

namespace proviso::analysis {
namespace {

using cedar::Presence;
using cedar::Type;
using cedar::TypePtr;
using cedar::Value;
using Kind = Type::Kind;

/// FNV-1a, for names that would be too long.
std::string DigestOf(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return std::to_string(hash);
}

bool IsDeclaredAs(Sort sort, const Constructor& record) {
  const Constructor& declared = sort->constructors[0];
  return declared.selectors == record.selectors && declared.sorts == record.sorts;
}

/// A record as a datatype: named by what it holds, so that equal types of two schemas are one sort.
Sort RecordSort(Terms& terms, const Type& type) {
  constexpr std::size_t kNameBytesMax = 200;
  std::string name = "{";
  Constructor record;
  for (const cedar::AttributeType& field : type.attributes) {
    const bool optional = field.presence == Presence::kOptional;
    const Sort sort = SortOf(terms, *field.type);
    name += internal::PathOf("", field.name) + (optional ? "?:" : ":") + NameOf(sort) + ",";
    record.sorts.push_back(optional ? terms.OptionSort(sort) : sort);
  }
  name += "}";
  if (name.size() > kNameBytesMax) name = name.substr(0, kNameBytesMax) + "…" + DigestOf(name);
  while (true) {
    record.name = name;
    record.selectors.clear();
    for (const cedar::AttributeType& field : type.attributes) {
      record.selectors.push_back(internal::PathOf(name, field.name));
    }
    const Sort sort = terms.DatatypeSort(name, {record});
    if (IsDeclaredAs(sort, record)) return sort;
    name += "'";  // two long names with one digest
  }
}

template <std::size_t kBytes>
std::string BitsOf(const std::array<std::uint8_t, 16>& bytes) {
  std::string bits;
  for (std::size_t i = 0; i < kBytes; ++i) bits += std::bitset<8>(bytes[i]).to_string();
  return bits;
}

Term IpTerm(Terms& terms, const cedar::IpAddress& ip) {
  const Sort sort = internal::IpSort(terms);
  const Term prefix = terms.Int(ip.prefix_bits);
  if (ip.family == cedar::IpAddress::Family::kV4) {
    return terms.Construct(sort, internal::kV4, {terms.BitVec(BitsOf<4>(ip.bytes)), prefix});
  }
  return terms.Construct(sort, internal::kV6, {terms.BitVec(BitsOf<16>(ip.bytes)), prefix});
}

Term IsEmpty(Terms& terms, Term set) {
  return terms.Equal(set, terms.EmptySet(set->sort));
}

SymbolicValue ConstantRecord(Terms& terms, const cedar::Record& record, const TypePtr& type) {
  SymbolicValue result{.type = type, .fields = {}};
  for (const cedar::AttributeType& field : type->attributes) {
    const Value* value = record.Find(field.name);
    const Value content = value != nullptr ? *value : internal::PlainValue(*field.type, nullptr);
    result.fields.push_back(
        {field.name, terms.Bool(value != nullptr), ConstantOf(terms, content, field.type)});
  }
  return result;
}

Term ConstantSet(Terms& terms, const cedar::Set& set, const TypePtr& type) {
  std::vector<Term> elements;
  for (const Value& element : set.elements()) {
    elements.push_back(Pack(terms, ConstantOf(terms, element, type->element)));
  }
  return internal::SetOfElements(terms, SortOf(terms, *type), elements);
}

Term EqualRecords(Terms& terms, const SymbolicValue& a, const SymbolicValue& b) {
  std::vector<Term> all;
  const auto without = [&](const SymbolicValue& from, const SymbolicValue& other) {
    for (const SymbolicField& field : from.fields) {
      if (other.FindField(field.name) == nullptr) all.push_back(terms.Not(field.present));
    }
  };
  without(a, b);
  without(b, a);
  for (const SymbolicField& field : a.fields) {
    const SymbolicField* other = b.FindField(field.name);
    if (other == nullptr) continue;
    all.push_back(terms.Equal(field.present, other->present));
    all.push_back(terms.Implies(field.present, EqualValues(terms, field.value, other->value)));
  }
  return terms.And(all);
}

}  // namespace

namespace internal {

Sort IpSort(Terms& terms) {
  return terms.DatatypeSort("ipaddr",
                            {{"v4", {"v4.bits", "v4.prefix"}, {terms.BitVecSort(32), terms.IntSort()}},
                             {"v6", {"v6.bits", "v6.prefix"}, {terms.BitVecSort(128), terms.IntSort()}}});
}

}  // namespace internal

const SymbolicField* SymbolicValue::FindField(std::string_view name) const {
  const auto at = std::ranges::lower_bound(fields, name, {}, &SymbolicField::name);
  return at != fields.end() && at->name == name ? &*at : nullptr;
}

Sort SortOf(Terms& terms, const Type& type) {
  switch (type.kind) {
    case Kind::kBool:
      return terms.BoolSort();
    case Kind::kLong:
    case Kind::kDecimal:
    case Kind::kDatetime:
    case Kind::kDuration:
      return terms.IntSort();
    case Kind::kString:
      return terms.StringSort();
    case Kind::kSet:
      return terms.SetSort(SortOf(terms, *type.element));
    case Kind::kRecord:
      return RecordSort(terms, type);
    case Kind::kEntity:
      return EntitySort(terms, type.entity_type);
    case Kind::kIpAddress:
      return internal::IpSort(terms);
  }
  std::unreachable();
}

Sort EntitySort(Terms& terms, std::string_view entity_type) {
  const std::string name = "entity " + std::string(entity_type);
  return terms.DatatypeSort(name, {{std::string(entity_type), {name + ".id"}, {terms.StringSort()}}});
}

Term EntityTerm(Terms& terms, const cedar::EntityUid& uid) {
  return terms.Construct(EntitySort(terms, uid.type()), 0, {terms.String(uid.id())});
}

SymbolicValue ConstantOf(Terms& terms, const Value& value, const TypePtr& type) {
  SymbolicValue result{.type = type, .fields = {}};
  if (const bool* boolean = value.AsBool()) result.term = terms.Bool(*boolean);
  if (const std::int64_t* number = value.AsLong()) result.term = terms.Int(*number);
  if (const std::string* text = value.AsString()) result.term = terms.String(*text);
  if (const cedar::Decimal* decimal = value.AsDecimal()) result.term = terms.Int(decimal->ten_thousandths);
  if (const cedar::Datetime* datetime = value.AsDatetime()) result.term = terms.Int(datetime->epoch_ms);
  if (const cedar::Duration* duration = value.AsDuration()) result.term = terms.Int(duration->ms);
  if (const cedar::IpAddress* ip = value.AsIpAddress()) result.term = IpTerm(terms, *ip);
  if (const cedar::EntityUid* uid = value.AsEntity()) result.term = EntityTerm(terms, *uid);
  if (const cedar::Set* set = value.AsSet()) result.term = ConstantSet(terms, *set, type);
  if (const cedar::Record* record = value.AsRecord()) return ConstantRecord(terms, *record, type);
  return result;
}

Term EqualValues(Terms& terms, const SymbolicValue& a, const SymbolicValue& b) {
  if (a.type->kind != b.type->kind) return terms.False();
  if (a.is_record()) return EqualRecords(terms, a, b);
  if (a.term->sort == b.term->sort) return terms.Equal(a.term, b.term);
  // Entities of two types, or sets of two kinds of elements: those are equal only without any.
  if (a.type->kind != Kind::kSet) return terms.False();
  return terms.And({IsEmpty(terms, a.term), IsEmpty(terms, b.term)});
}

SymbolicValue Choose(Terms& terms, Term condition, const SymbolicValue& a, const SymbolicValue& b) {
  if (condition == terms.True()) return a;
  if (condition == terms.False()) return b;
  SymbolicValue result{.type = a.type, .fields = {}};
  if (!a.is_record()) {
    result.term = terms.Ite(condition, a.term, b.term);
    return result;
  }
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    const SymbolicField& left = a.fields[i];
    const SymbolicField& right = b.fields[i];
    result.fields.push_back({left.name, terms.Ite(condition, left.present, right.present),
                             Choose(terms, condition, left.value, right.value)});
  }
  return result;
}

Term Pack(Terms& terms, const SymbolicValue& value) {
  if (!value.is_record()) return value.term;
  std::vector<Term> packed;
  for (std::size_t i = 0; i < value.fields.size(); ++i) {
    const SymbolicField& field = value.fields[i];
    const Term content = Pack(terms, field.value);
    if (value.type->attributes[i].presence == Presence::kRequired) {
      packed.push_back(content);
    } else {
      packed.push_back(
          terms.Ite(field.present, terms.Some(content), terms.None(terms.OptionSort(content->sort))));
    }
  }
  return terms.Construct(SortOf(terms, *value.type), 0, std::move(packed));
}

SymbolicValue Unpack(Terms& terms, Term packed, const TypePtr& type) {
  SymbolicValue result{.type = type, .fields = {}};
  if (!result.is_record()) {
    result.term = packed;
    return result;
  }
  for (std::uint32_t i = 0; i < type->attributes.size(); ++i) {
    const cedar::AttributeType& field = type->attributes[i];
    const Term selected = terms.Select(packed, 0, i);
    const bool required = field.presence == Presence::kRequired;
    result.fields.push_back({field.name, required ? terms.True() : terms.Is(selected, 1),
                             Unpack(terms, required ? selected : terms.Select(selected, 1, 0), field.type)});
  }
  return result;
}

}  // namespace proviso::analysis
