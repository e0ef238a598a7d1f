// A schema as written, before its names mean anything: what both forms are read into.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cedar/schema.h"

namespace proviso::cedar::internal {

/// A name, and "source:line:column" for messages.
struct NameSyntax {
  std::string name{};
  std::string where{};
};

struct TypeSyntax;
using TypeSyntaxPtr = std::unique_ptr<TypeSyntax>;

struct AttributeSyntax {
  std::string name{};
  TypeSyntaxPtr type{};
  Presence presence = Presence::kRequired;
  std::vector<Annotation> annotations{};
};

struct TypeSyntax {
  enum class Kind : std::uint8_t {
    kName,        ///< a common type, an entity type, or a built-in one
    kEntityName,  ///< an entity type and nothing else (JSON only)
    kCommonName,  ///< a common type or a built-in one (JSON only)
    kSet,
    kRecord
  };
  Kind kind = Kind::kName;
  NameSyntax name{};
  TypeSyntaxPtr element{};
  std::vector<AttributeSyntax> attributes{};
};

struct CommonTypeSyntax {
  NameSyntax name{};
  TypeSyntaxPtr type{};
  std::vector<Annotation> annotations{};
};

struct EntitySyntax {
  NameSyntax name{};
  std::vector<NameSyntax> parents{};
  TypeSyntaxPtr attributes{};  ///< nullptr for none
  TypeSyntaxPtr tags{};        ///< nullptr for none
  std::vector<std::string> choices{};
  std::vector<Annotation> annotations{};
};

/// An action that another is `in`; without a type, one of the same namespace.
struct ActionReference {
  std::optional<std::string> type{};
  std::string id{};
  std::string where{};
};

struct ActionSyntax {
  NameSyntax name{};
  std::vector<ActionReference> parents{};
  std::vector<NameSyntax> principals{};
  std::vector<NameSyntax> resources{};
  TypeSyntaxPtr context{};  ///< nullptr for none
  std::vector<Annotation> annotations{};
};

/// Declarations of one namespace; its name is empty outside any.
struct NamespaceSyntax {
  std::string name{};
  std::vector<Annotation> annotations{};
  std::vector<CommonTypeSyntax> common_types{};
  std::vector<EntitySyntax> entities{};
  std::vector<ActionSyntax> actions{};
};
using SchemaFragment = std::vector<NamespaceSyntax>;

[[nodiscard]] base::Result<SchemaFragment> ParseSchemaText(std::string_view text,
                                                           std::string_view source_name);
[[nodiscard]] base::Result<SchemaFragment> ParseSchemaJson(std::string_view text,
                                                           std::string_view source_name);

/// The JSON form, compact.
[[nodiscard]] std::string WriteSchemaJson(const SchemaFragment& fragment);
/// The human syntax. Fails with kInvalid where it has no way to say what JSON said.
[[nodiscard]] base::Result<std::string> WriteSchemaText(const SchemaFragment& fragment);

/// Gives every name its meaning. Errors say where, and the nearest name.
[[nodiscard]] base::Result<Schema> ResolveSchema(const SchemaFragment& fragment);

}  // namespace proviso::cedar::internal
