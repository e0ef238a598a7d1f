// The JSON form of a schema, written as the reference engine writes what it read from text.
#include "base/json_writer.h"
#include "cedar/internal/schema_fragment.h"

namespace proviso::cedar::internal {
namespace {

using base::JsonWriter;

class JsonSchemaWriter {
 public:
  std::string Write(const SchemaFragment& fragment) {
    json_.BeginObject();
    for (const NamespaceSyntax& space : fragment) {
      const bool empty = space.entities.empty() && space.actions.empty() && space.common_types.empty();
      if (!space.name.empty() || !empty) PutNamespace(space);
    }
    json_.EndObject();
    return json_.Take();
  }

 private:
  void PutNamespace(const NamespaceSyntax& space) {
    json_.Key(space.name).BeginObject();
    if (!space.common_types.empty()) {
      json_.Key("commonTypes").BeginObject();
      for (const CommonTypeSyntax& common : space.common_types) {
        json_.Key(common.name.name).BeginObject();
        PutTypeMembers(*common.type);
        PutAnnotations(common.annotations);
        json_.EndObject();
      }
      json_.EndObject();
    }
    json_.Key("entityTypes").BeginObject();
    for (const EntitySyntax& entity : space.entities) PutEntity(entity);
    json_.EndObject().Key("actions").BeginObject();
    for (const ActionSyntax& action : space.actions) PutAction(action);
    json_.EndObject();
    PutAnnotations(space.annotations);
    json_.EndObject();
  }

  void PutEntity(const EntitySyntax& entity) {
    json_.Key(entity.name.name).BeginObject();
    if (!entity.choices.empty()) {
      json_.Key("enum").BeginArray();
      for (const std::string& choice : entity.choices) json_.String(choice);
      json_.EndArray();
    }
    if (!entity.parents.empty()) PutNames("memberOfTypes", entity.parents);
    if (entity.attributes && !IsEmptyRecord(*entity.attributes)) PutType("shape", *entity.attributes);
    if (entity.tags) PutType("tags", *entity.tags);
    PutAnnotations(entity.annotations);
    json_.EndObject();
  }

  void PutAction(const ActionSyntax& action) {
    json_.Key(action.name.name).BeginObject().Key("appliesTo").BeginObject();
    PutNames("principalTypes", action.principals);
    PutNames("resourceTypes", action.resources);
    if (action.context && !IsEmptyRecord(*action.context)) PutContext(*action.context);
    json_.EndObject();
    if (!action.parents.empty()) {
      json_.Key("memberOf").BeginArray();
      for (const ActionReference& parent : action.parents) {
        json_.BeginObject().Key("id").String(parent.id);
        if (parent.type) json_.Key("type").String(*parent.type);
        json_.EndObject();
      }
      json_.EndArray();
    }
    PutAnnotations(action.annotations);
    json_.EndObject();
  }

  /// A context is a record, so that a name here is a common type's.
  void PutContext(const TypeSyntax& type) {
    if (type.kind != TypeSyntax::Kind::kName) return PutType("context", type);
    json_.Key("context").BeginObject().Key("type").String(type.name.name).EndObject();
  }

  static bool IsEmptyRecord(const TypeSyntax& type) {
    return type.kind == TypeSyntax::Kind::kRecord && type.attributes.empty();
  }

  void PutNames(std::string_view key, const std::vector<NameSyntax>& names) {
    json_.Key(key).BeginArray();
    for (const NameSyntax& name : names) json_.String(name.name);
    json_.EndArray();
  }

  void PutType(std::string_view key, const TypeSyntax& type) {
    json_.Key(key).BeginObject();
    PutTypeMembers(type);
    json_.EndObject();
  }

  void PutTypeMembers(const TypeSyntax& type) {
    json_.Key("type");
    switch (type.kind) {
      case TypeSyntax::Kind::kName:
        json_.String("EntityOrCommon").Key("name").String(type.name.name);
        return;
      case TypeSyntax::Kind::kEntityName:
        json_.String("Entity").Key("name").String(type.name.name);
        return;
      case TypeSyntax::Kind::kCommonName:
        json_.String(type.name.name);
        return;
      case TypeSyntax::Kind::kSet:
        json_.String("Set");
        PutType("element", *type.element);
        return;
      case TypeSyntax::Kind::kRecord:
        json_.String("Record").Key("attributes").BeginObject();
        for (const AttributeSyntax& attribute : type.attributes) PutAttribute(attribute);
        json_.EndObject();
        return;
    }
  }

  void PutAttribute(const AttributeSyntax& attribute) {
    json_.Key(attribute.name).BeginObject();
    PutTypeMembers(*attribute.type);
    if (attribute.presence == Presence::kOptional) json_.Key("required").Bool(false);
    PutAnnotations(attribute.annotations);
    json_.EndObject();
  }

  void PutAnnotations(const std::vector<Annotation>& annotations) {
    if (annotations.empty()) return;
    json_.Key("annotations").BeginObject();
    for (const Annotation& annotation : annotations) json_.Key(annotation.key).String(annotation.value);
    json_.EndObject();
  }

  JsonWriter json_;
};

}  // namespace

std::string WriteSchemaJson(const SchemaFragment& fragment) {
  return JsonSchemaWriter().Write(fragment);
}

}  // namespace proviso::cedar::internal
