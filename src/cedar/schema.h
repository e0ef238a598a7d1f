// Schemas: which entity types, actions and attributes there are. Read from the human syntax or from
// the JSON form, with every name resolved: no common types and no namespaces are left to look up.
//
//   auto schema = Schema::Parse(text, "schema.cedarschema");
//   const ActionDeclaration* generate = schema->FindAction(EntityUid("Action", "generate"));
//   for (const AttributeType& fact : generate->context->attributes)
//     Show(fact.name, fact.FindAnnotation("asserted_by"));
//
// Immutable once read; any number of threads may use it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cedar/policy.h"
#include "cedar/value.h"

namespace proviso::cedar {

namespace internal {
class SchemaResolver;
}

struct Type;
using TypePtr = std::shared_ptr<const Type>;

enum class Presence : std::uint8_t { kRequired, kOptional };

/// One attribute of a record type.
struct AttributeType {
  std::string name{};
  TypePtr type{};
  Presence presence = Presence::kRequired;
  std::vector<Annotation> annotations{};

  [[nodiscard]] std::optional<std::string_view> FindAnnotation(std::string_view key) const;
};

/// A resolved type. Immutable and shared: a common type has one Type however often it is used.
struct Type {
  enum class Kind : std::uint8_t {
    kBool,
    kLong,
    kString,
    kSet,
    kRecord,
    kEntity,
    kDecimal,
    kIpAddress,
    kDatetime,
    kDuration
  };
  Kind kind = Kind::kBool;
  TypePtr element{};                        ///< of kSet
  std::vector<AttributeType> attributes{};  ///< of kRecord, sorted by name
  std::string entity_type{};                ///< of kEntity
  std::uint32_t depth = 1;                  ///< 1 + the greatest depth inside; at most kNestingMax

  /// The attribute of a record type, or nullptr.
  [[nodiscard]] const AttributeType* FindAttribute(std::string_view name) const;
  /// For messages, near the human syntax: `Set<User>`, `{count: Long, …}`. Deep records are cut short.
  [[nodiscard]] std::string Text() const;
};

struct EntityDeclaration {
  std::string name{};
  std::vector<std::string> parent_types{};  ///< `in [..]`, resolved
  TypePtr attributes{};                     ///< always a record; empty for an enumerated entity
  TypePtr tags{};                           ///< nullptr without tags
  std::vector<std::string> choices{};       ///< ids of an enumerated entity, in order; else empty
  std::vector<Annotation> annotations{};
};

struct ActionDeclaration {
  EntityUid uid;
  std::vector<EntityUid> parents{};
  std::vector<std::string> principal_types{};
  std::vector<std::string> resource_types{};
  TypePtr context{};  ///< always a record
  std::vector<Annotation> annotations{};
};

class Schema {
 public:
  /// Reads the human syntax. The message lists each syntax error as parse.h does; names that resolve
  /// to nothing are errors too, with the nearest name.
  [[nodiscard]] static base::Result<Schema> Parse(std::string_view text, std::string_view source_name);
  /// Reads the JSON form.
  [[nodiscard]] static base::Result<Schema> ParseJson(std::string_view text, std::string_view source_name);

  [[nodiscard]] const EntityDeclaration* FindEntity(std::string_view name) const;
  [[nodiscard]] const ActionDeclaration* FindAction(const EntityUid& uid) const;
  [[nodiscard]] const std::map<std::string, EntityDeclaration, std::less<>>& entities() const {
    return entities_;
  }
  [[nodiscard]] const std::map<EntityUid, ActionDeclaration>& actions() const { return actions_; }
  /// Common types by full name, for those who look for their annotations or print them.
  [[nodiscard]] const std::map<std::string, TypePtr, std::less<>>& common_types() const {
    return common_types_;
  }
  /// Annotations of each namespace that has any.
  [[nodiscard]] const std::map<std::string, std::vector<Annotation>, std::less<>>& namespace_annotations()
      const {
    return namespace_annotations_;
  }

 private:
  friend class internal::SchemaResolver;
  std::map<std::string, EntityDeclaration, std::less<>> entities_;
  std::map<EntityUid, ActionDeclaration> actions_;
  std::map<std::string, TypePtr, std::less<>> common_types_;
  std::map<std::string, std::vector<Annotation>, std::less<>> namespace_annotations_;
};

}  // namespace proviso::cedar
