// The types that the validator gives to expressions: the schema's, and those that only arise while
// checking: the booleans that are known, unions of entity types, records that may hold more.
//
// Equal types are one object (TypeTable keeps each once), so that comparing types is comparing
// pointers, and a schema whose common types double in size at each use stays as small as its text.
// Source: Cedar's validator as specified; "strict" joins types only where one text could be both,
// "permissive" wherever a value of either could be used.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cedar/internal/budget.h"
#include "cedar/schema.h"
#include "cedar/validate.h"

namespace proviso::cedar::internal {

struct CheckedType;
using TypeRef = const CheckedType*;

/// An attribute of a record type. Names are borrowed from the schema or the policy.
struct CheckedField {
  std::string_view name;
  TypeRef type;
  Presence presence;
  bool operator==(const CheckedField&) const = default;
};

struct CheckedType {
  enum class Kind : std::uint8_t {
    kNever,  ///< of the elements of `[]`
    kTrue,
    kFalse,
    kBool,
    kLong,
    kString,
    kSet,
    kRecord,
    kAnyEntity,
    kEntity,  ///< of one type, or (permissive) of one of several; actions are entities too
    kDecimal,
    kIpAddress,
    kDatetime,
    kDuration
  };
  /// Whether a record holds only what its type says.
  enum class Openness : std::uint8_t { kClosed, kOpen };

  Kind kind = Kind::kNever;
  Openness openness = Openness::kClosed;
  TypeRef element = nullptr;                     ///< of kSet
  std::vector<CheckedField> fields{};            ///< of kRecord, sorted by name
  std::vector<std::string_view> entity_types{};  ///< of kEntity, sorted
  bool operator==(const CheckedType&) const = default;

  [[nodiscard]] const CheckedField* FindField(std::string_view name) const;
  [[nodiscard]] bool IsBoolean() const;
  [[nodiscard]] bool IsEntity() const;
  /// For messages: `Set<User>`, `true`, `User or Team`. Deep records are cut short.
  [[nodiscard]] std::string Text() const;
};

/// Why two types have no common one.
enum class JoinFailure : std::uint8_t {
  kNone,
  kDifferentKinds,
  kEntityAndRecord,
  kEntityTypes,
  kRecordWidth,
  kOptionality
};
/// "different entity types are never compatible", …
[[nodiscard]] std::string_view JoinFailureText(JoinFailure failure);

/// A common type, or nullptr and why there is none.
struct Join {
  TypeRef type = nullptr;
  JoinFailure failure = JoinFailure::kNone;
};

/// All types of one validation. They live as long as the table.
class TypeTable {
 public:
  TypeTable(ValidationMode mode, Budget& budget) : mode_(mode), budget_(budget) {}
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  [[nodiscard]] TypeRef Simple(CheckedType::Kind kind);
  [[nodiscard]] TypeRef SetOf(TypeRef element);
  /// Sorts `fields`.
  [[nodiscard]] TypeRef RecordOf(std::vector<CheckedField> fields, CheckedType::Openness openness);
  [[nodiscard]] TypeRef EntityOf(std::string_view entity_type);
  /// What the schema declares; lives as long as table and schema.
  [[nodiscard]] TypeRef FromSchema(const Type& type);

  [[nodiscard]] bool IsSubtype(TypeRef sub, TypeRef super);
  /// The least type above both. In a strict table, only equal types and the booleans have one.
  [[nodiscard]] Join LeastUpperBound(TypeRef a, TypeRef b);
  /// As permissive validation joins the attributes of several entity types.
  [[nodiscard]] std::vector<CheckedField> CommonFields(const CheckedType& a, const CheckedType& b);

 private:
  struct Hash {
    std::size_t operator()(const CheckedType* type) const;
  };
  struct SameContent {
    bool operator()(const CheckedType* a, const CheckedType* b) const { return *a == *b; }
  };
  struct PairHash {
    std::size_t operator()(const std::pair<TypeRef, TypeRef>& pair) const;
  };

  [[nodiscard]] TypeRef Intern(CheckedType type);
  [[nodiscard]] bool IsRecordSubtype(const CheckedType& sub, const CheckedType& super);
  [[nodiscard]] bool IsFieldSubtype(const CheckedField& sub, const CheckedField& super);
  [[nodiscard]] Join JoinUnequal(TypeRef a, TypeRef b);
  [[nodiscard]] Join JoinEntities(const CheckedType& a, const CheckedType& b);
  [[nodiscard]] Join JoinRecords(const CheckedType& a, const CheckedType& b);
  [[nodiscard]] JoinFailure JoinFieldsStrictly(const CheckedType& a, const CheckedType& b,
                                               std::vector<CheckedField>& joined);

  ValidationMode mode_;
  Budget& budget_;
  std::deque<CheckedType> types_;
  std::unordered_map<const CheckedType*, TypeRef, Hash, SameContent> known_;
  std::unordered_map<const Type*, TypeRef> from_schema_;
  std::unordered_map<std::pair<TypeRef, TypeRef>, bool, PairHash> subtypes_;
  std::unordered_map<std::pair<TypeRef, TypeRef>, Join, PairHash> joins_;
};

/// Whether a type name is that of actions: `Action`, or `Action` in any namespace.
[[nodiscard]] bool IsActionType(std::string_view entity_type);

}  // namespace proviso::cedar::internal
