// The JSON form of schemas.
#include <algorithm>
#include <initializer_list>

#include "base/json.h"
#include "cedar/internal/lexer.h"
#include "cedar/internal/library.h"
#include "cedar/internal/schema_fragment.h"
#include "cedar/limits.h"
#include "cedar/parse.h"

namespace proviso::cedar::internal {
namespace {

using base::ErrorCode;
using base::Json;
using base::JsonMember;

class JsonSchemaReader {
 public:
  explicit JsonSchemaReader(std::string_view source_name) : source_name_(source_name) {}

  base::Result<SchemaFragment> Read(Json root) {
    if (!root.is_object()) return Fail(root, "a schema is an object: namespaces by name");
    SchemaFragment fragment;
    for (const JsonMember member : root.members()) {
      NamespaceSyntax space{.name = member.key.text()};
      if (!space.name.empty() && !IsTypeName(space.name))
        return Fail(member.key, "this is not a namespace's name");
      if (auto status = ReadNamespace(member.value, space); !status) return std::unexpected(status.error());
      fragment.push_back(std::move(space));
    }
    return fragment;
  }

 private:
  base::Status ReadNamespace(Json object, NamespaceSyntax& space) {
    if (auto status = CheckKeys(object, {"entityTypes", "actions", "commonTypes", "annotations"}); !status) {
      return status;
    }
    for (const std::string_view key : {"entityTypes", "actions", "commonTypes"}) {
      const Json member = object.Find(key);
      if (!member.missing() && !member.is_object())
        return Fail(member, "`" + std::string(key) + "` is an object, by names");
    }
    if (auto status = ReadAnnotations(object, space.annotations); !status) return status;
    for (const JsonMember member : object.Find("commonTypes").members()) {
      CommonTypeSyntax common{.name = NameAt(member.key)};
      if (auto status = CheckIdentifier(member.key); !status) return status;
      if (auto status = ReadAnnotations(member.value, common.annotations); !status) return status;
      auto type = ReadType(member.value, 1, {"annotations"});
      if (!type) return std::unexpected(type.error());
      common.type = std::move(*type);
      space.common_types.push_back(std::move(common));
    }
    for (const JsonMember member : object.Find("entityTypes").members()) {
      EntitySyntax entity{.name = NameAt(member.key)};
      if (auto status = CheckIdentifier(member.key); !status) return status;
      if (auto status = ReadEntity(member.value, entity); !status) return status;
      space.entities.push_back(std::move(entity));
    }
    for (const JsonMember member : object.Find("actions").members()) {
      ActionSyntax action{.name = NameAt(member.key)};
      if (auto status = ReadAction(member.value, action); !status) return status;
      space.actions.push_back(std::move(action));
    }
    return {};
  }

  base::Status ReadEntity(Json object, EntitySyntax& entity) {
    if (auto status = CheckKeys(object, {"memberOfTypes", "shape", "tags", "enum", "annotations"}); !status) {
      return status;
    }
    if (auto status = ReadAnnotations(object, entity.annotations); !status) return status;
    if (auto status = ReadNames(object.Find("memberOfTypes"), entity.parents); !status) return status;
    for (const Json choice : object.Find("enum").elements()) {
      if (!choice.is_string()) return Fail(choice, "an enumerated entity's id is a string");
      entity.choices.push_back(choice.text());
    }
    const Json choices = object.Find("enum");
    if (choices.missing()) {
      if (auto status = ReadOptionalType(object.Find("shape"), entity.attributes); !status) return status;
      return ReadOptionalType(object.Find("tags"), entity.tags);
    }
    if (entity.choices.empty()) return Fail(choices, "an enumerated entity lists at least one id");
    return CheckKeys(object, {"enum", "annotations"});
  }

  base::Status ReadAction(Json object, ActionSyntax& action) {
    if (auto status = CheckKeys(object, {"memberOf", "appliesTo", "attributes", "annotations"}); !status) {
      return status;
    }
    if (object.Find("attributes").size() > 0)
      return Fail(object.Find("attributes"), "actions have no attributes");
    if (auto status = ReadAnnotations(object, action.annotations); !status) return status;
    const Json parents = object.Find("memberOf");
    if (!parents.missing() && !parents.is_null() && !parents.is_array())
      return Fail(parents, "`memberOf` is an array of actions");
    for (const Json parent : parents.elements()) {
      const Json type = parent.Find("type");
      const Json id = parent.Find("id");
      if (auto status = CheckKeys(parent, {"id", "type"}); !status) return status;
      if (!id.is_string() || (!type.missing() && !(type.is_string() && IsTypeName(type.text())))) {
        return Fail(parent, "a parent action is {\"id\": …} with an optional \"type\"");
      }
      action.parents.push_back(
          {type.is_string() ? std::optional(type.text()) : std::nullopt, id.text(), At(parent)});
    }
    const Json applies_to = object.Find("appliesTo");
    if (applies_to.missing() || applies_to.is_null()) return {};
    if (auto status = CheckKeys(applies_to, {"principalTypes", "resourceTypes", "context"}); !status)
      return status;
    if (auto status = ReadNames(applies_to.Find("principalTypes"), action.principals); !status) return status;
    if (auto status = ReadNames(applies_to.Find("resourceTypes"), action.resources); !status) return status;
    return ReadOptionalType(applies_to.Find("context"), action.context);
  }

  base::Status ReadOptionalType(Json object, TypeSyntaxPtr& type) {
    if (object.missing()) return {};
    auto read = ReadType(object, 1);
    if (!read) return std::unexpected(read.error());
    type = std::move(*read);
    return {};
  }

  /// `more` are keys that may stand here beside the type's own.
  base::Result<TypeSyntaxPtr> ReadType(Json object, std::size_t depth,
                                       std::initializer_list<std::string_view> more = {}) {
    if (depth > kNestingMax)
      return Fail(object, "types nest deeper than " + std::to_string(kNestingMax) + " levels");
    const Json kind = object.Find("type");
    if (!kind.is_string()) return Fail(object, "a type is an object with \"type\", a string");
    if (kind.equals("Set")) return ReadSet(object, depth, more);
    if (kind.equals("Record")) return ReadRecord(object, depth, more);
    const bool entity = kind.equals("Entity");
    if (entity || kind.equals("EntityOrCommon") || kind.equals("Extension")) {
      return ReadNamedType(object, entity ? TypeSyntax::Kind::kEntityName : TypeSyntax::Kind::kName, more);
    }
    if (auto status = CheckKeys(object, {"type"}, more); !status) return std::unexpected(status.error());
    auto type = std::make_unique<TypeSyntax>();
    type->name = NameAt(kind);
    type->kind = TypeSyntax::Kind::kCommonName;
    if (kind.equals("Boolean") || kind.equals("Bool")) {
      type->name.name = "__cedar::Bool";
    } else if (kind.equals("Long") || kind.equals("String")) {
      type->name.name.insert(0, "__cedar::");
    } else if (!IsTypeReference(type->name.name)) {
      return Fail(kind, "this is not a type's name");
    }
    return type;
  }

  base::Result<TypeSyntaxPtr> ReadSet(Json object, std::size_t depth,
                                      std::initializer_list<std::string_view> more) {
    if (auto status = CheckKeys(object, {"type", "element"}, more); !status)
      return std::unexpected(status.error());
    auto element = ReadType(object.Find("element"), depth + 1);
    if (!element) return element;
    auto type = std::make_unique<TypeSyntax>();
    type->kind = TypeSyntax::Kind::kSet;
    type->name = NameAt(object.Find("type"));
    type->element = std::move(*element);
    return type;
  }

  base::Result<TypeSyntaxPtr> ReadRecord(Json object, std::size_t depth,
                                         std::initializer_list<std::string_view> more) {
    if (auto status = CheckKeys(object, {"type", "attributes", "additionalAttributes"}, more); !status)
      return std::unexpected(status.error());
    auto type = std::make_unique<TypeSyntax>();
    type->kind = TypeSyntax::Kind::kRecord;
    type->name = NameAt(object.Find("type"));
    if (auto status = ReadAttributes(object, *type, depth); !status) return std::unexpected(status.error());
    return type;
  }

  base::Result<TypeSyntaxPtr> ReadNamedType(Json object, TypeSyntax::Kind kind,
                                            std::initializer_list<std::string_view> more) {
    if (auto status = CheckKeys(object, {"type", "name"}, more); !status)
      return std::unexpected(status.error());
    const Json name = object.Find("name");
    if (!name.is_string()) return Fail(object, "this type needs a \"name\", a string");
    auto type = std::make_unique<TypeSyntax>();
    type->kind = kind;
    type->name = NameAt(name);
    if (object.Find("type").equals("Extension") && !type->name.name.starts_with("__cedar::")) {
      type->name.name.insert(0, "__cedar::");
    }
    if (!IsTypeReference(type->name.name)) return Fail(name, "this is not a type's name");
    return type;
  }

  /// A path of identifiers, or `__cedar` and one.
  static bool IsTypeReference(std::string_view name) {
    if (name.starts_with("__cedar::")) return IsIdentifier(name.substr(std::string_view("__cedar::").size()));
    return IsTypeName(name);
  }

  base::Status CheckIdentifier(Json key) {
    if (IsIdentifier(key.text())) return {};
    return Fail(key,
                "a type's name is letters, digits and underscores, no digit first, and no reserved word");
  }

  base::Status ReadAttributes(Json object, TypeSyntax& type, std::size_t depth) {
    if (object.Find("additionalAttributes").is_true()) {
      return Fail(object, "\"additionalAttributes\": true is not supported; list every attribute");
    }
    const Json attributes = object.Find("attributes");
    if (!attributes.missing() && !attributes.is_object())
      return Fail(attributes, "`attributes` is an object, by names");
    for (const JsonMember member : attributes.members()) {
      AttributeSyntax attribute{.name = member.key.text(), .type = nullptr};
      const Json required = member.value.Find("required");
      if (!required.missing() && !required.is_bool()) return Fail(required, "\"required\" is true or false");
      if (required.is_bool() && !required.is_true()) attribute.presence = Presence::kOptional;
      if (auto status = ReadAnnotations(member.value, attribute.annotations); !status) return status;
      auto read = ReadType(member.value, depth + 1, {"required", "annotations"});
      if (!read) return std::unexpected(read.error());
      attribute.type = std::move(*read);
      type.attributes.push_back(std::move(attribute));
    }
    return {};
  }

  base::Status ReadNames(Json array, std::vector<NameSyntax>& names) {
    if (!array.missing() && !array.is_array()) return Fail(array, "expected an array of entity types");
    for (const Json name : array.elements()) {
      if (!name.is_string() || !IsTypeReference(name.text())) {
        return Fail(name, "an entity type is a string: names joined by `::`");
      }
      names.push_back(NameAt(name));
    }
    return {};
  }

  base::Status ReadAnnotations(Json object, std::vector<Annotation>& annotations) {
    const Json found = object.Find("annotations");
    if (!found.missing() && !found.is_object()) return Fail(found, "`annotations` is an object, by names");
    for (const JsonMember member : object.Find("annotations").members()) {
      if (!member.value.is_string() && !member.value.is_null()) {
        return Fail(member.value, "an annotation's value is a string or null");
      }
      if (!IsWord(member.key.text())) {
        return Fail(member.key, "an annotation's name is letters, digits and underscores, no digit first");
      }
      annotations.push_back({member.key.text(), member.value.text(), member.value.is_string()});
    }
    return {};
  }

  base::Status CheckKeys(Json object, std::initializer_list<std::string_view> known,
                         std::initializer_list<std::string_view> more = {}) {
    if (!object.is_object()) return Fail(object, "expected an object");
    for (const JsonMember member : object.members()) {
      const std::string key = member.key.text();
      if (Contains(known, key) || Contains(more, key)) continue;
      return Fail(member.key, "unknown key `" + key + "`");
    }
    return {};
  }

  [[nodiscard]] std::string At(Json json) const { return source_name_ + ": " + json.Where(); }
  [[nodiscard]] NameSyntax NameAt(Json text) const { return {text.text(), At(text)}; }
  [[nodiscard]] std::unexpected<base::Error> Fail(Json json, const std::string& message) const {
    const std::string where = json.missing() ? source_name_ : At(json);
    return base::Fail(ErrorCode::kInvalid, where + ": " + message);
  }

  std::string source_name_;
};

}  // namespace

base::Result<SchemaFragment> ParseSchemaJson(std::string_view text, std::string_view source_name) {
  const auto document = base::JsonDocument::Parse(text);
  if (!document) return base::Within(source_name, document.error());
  return JsonSchemaReader(source_name).Read(document->root());
}

}  // namespace proviso::cedar::internal
