// Entities, contexts and values from JSON, as "Entities and context in JSON" of the Cedar reference
// describes: explicit escapes anywhere, implicit forms where a schema says what is meant.
#include <algorithm>
#include <unordered_set>

#include "cedar/entities.h"
#include "cedar/internal/evaluator.h"
#include "cedar/internal/json_escapes.h"
#include "cedar/internal/library.h"
#include "cedar/limits.h"
#include "cedar/parse.h"
#include "cedar/print.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Json;
using base::JsonMember;

std::unexpected<base::Error> Fail(Json at, const std::string& message) {
  return base::Fail(ErrorCode::kInvalid, at.missing() ? message : at.Where() + ": " + message);
}

using internal::kEntityEscape;
using internal::kEscapes;
using internal::kExtensionEscape;

/// {"type": T, "id": I} and nothing else.
base::Result<EntityUid> EntityUidFromParts(Json object) {
  const Json type = object.Find("type");
  const Json id = object.Find("id");
  if (!type.is_string() || !id.is_string() || object.size() != 2) {
    return Fail(object, "an entity's uid is {\"type\": …, \"id\": …}, both strings");
  }
  if (!IsTypeName(type.text())) {
    return Fail(type, QuoteString(type.text()) + " is not an entity type; write names joined by `::`");
  }
  return EntityUid(type.text(), id.text());
}

/// One name for each entity of a text, however often it stands there: less memory, and a comparison of
/// two is one of pointers.
class NamePool {
 public:
  EntityUid Share(EntityUid uid) { return *names_.insert(std::move(uid)).first; }

 private:
  std::unordered_set<EntityUid, EntityUidHash> names_;
};

class ValueReader {
 public:
  /// Borrows the pool; nullptr for none.
  explicit ValueReader(NamePool* pool = nullptr) : pool_(pool) {}

  base::Result<Value> Read(Json json, const Type* type) {
    if (++depth_ > kValueDepthMax) {
      return Fail(json, "values nest deeper than " + std::to_string(kValueDepthMax) + " levels");
    }
    auto value = ReadAtDepth(json, type);
    --depth_;
    return value;
  }

  /// All members of an object; `type` is a record type or nullptr.
  base::Result<Record> ReadRecord(Json object, const Type* type) {
    std::vector<Attribute> attributes;
    for (const JsonMember member : object.members()) {
      std::string name = member.key.text();
      const AttributeType* attribute = type != nullptr ? type->FindAttribute(name) : nullptr;
      auto value = Read(member.value, attribute != nullptr ? attribute->type.get() : nullptr);
      if (!value) return base::Within(QuoteString(name), value.error());
      attributes.push_back({std::move(name), std::move(*value)});
    }
    return Record(std::move(attributes));
  }

 private:
  base::Result<Value> ReadAtDepth(Json json, const Type* type) {
    switch (json.kind()) {
      case base::JsonKind::kBool:
        return Value::Bool(json.is_true());
      case base::JsonKind::kNumber:
        // A JSON reader may take -0 for a floating number, which Cedar has not; the reference does.
        if (const auto number = json.integer(); number && json.raw() != "-0") return Value::Long(*number);
        return Fail(json,
                    "Cedar has no such number; write an integer of 64 bits, or a decimal as "
                    "{\"__extn\": {\"fn\": \"decimal\", \"arg\": \"1.5\"}}");
      case base::JsonKind::kString:
        return ReadString(json, type);
      case base::JsonKind::kArray:
        return ReadSet(json, type);
      case base::JsonKind::kObject:
        return ReadObject(json, type);
      case base::JsonKind::kNull:
        return Fail(json, "Cedar has no null; leave the attribute out");
      case base::JsonKind::kMissing:
        return Fail(json, "a value is missing");
    }
    std::unreachable();
  }

  static base::Result<Value> ReadString(Json json, const Type* type) {
    const auto constructor = ConstructorOf(type);
    Value text = Value::String(json.text());
    if (!constructor) return text;
    const Value* argument = &text;
    auto value = internal::CallExtension(*constructor, {&argument, 1});
    if (!value) return Fail(json, value.error().message);
    return value;
  }

  base::Result<Value> ReadSet(Json json, const Type* type) {
    const bool guided = type != nullptr && type->kind == Type::Kind::kSet;
    std::vector<Value> elements;
    for (const Json element : json.elements()) {
      auto value = Read(element, guided ? type->element.get() : nullptr);
      if (!value) return value;
      elements.push_back(std::move(*value));
    }
    return Value::FromElements(std::move(elements));
  }

  base::Result<Value> ReadObject(Json json, const Type* type) {
    for (const std::string_view escape : kEscapes) {
      const Json escaped = json.Find(escape);
      if (escaped.missing()) continue;
      if (json.size() != 1) {
        return Fail(json, "`" + std::string(escape) + "` is an escape and stands alone in its object");
      }
      if (escape == kEntityEscape) return ReadEntityUid(json);
      if (escape == kExtensionEscape) return ReadExtension(escaped);
      return Fail(json, "`__expr` is not supported; write `__entity` or `__extn`");
    }
    if (type != nullptr && type->kind == Type::Kind::kEntity) return ReadEntityUid(json);
    if (ConstructorOf(type)) return ReadExtension(json);
    const Type* record = type != nullptr && type->kind == Type::Kind::kRecord ? type : nullptr;
    return internal::Transform(ReadRecord(json, record), Value::FromRecord);
  }

  base::Result<Value> ReadEntityUid(Json json) {
    auto uid = EntityUidFromJson(json);
    if (!uid) return std::unexpected(uid.error());
    return Value::Entity(pool_ != nullptr ? pool_->Share(std::move(*uid)) : std::move(*uid));
  }

  /// {"fn": name, "arg": value} or {"fn": name, "args": [values]}.
  base::Result<Value> ReadExtension(Json json) {
    const Json name = json.Find("fn");
    const FunctionSignature* signature = name.is_string() ? FindFunction(name.text()) : nullptr;
    if (signature == nullptr)
      return Fail(json, "an extension value is {\"fn\": a function of Cedar's, \"arg\": …}");
    std::vector<Value> arguments;
    const Json argument = json.Find("arg");
    const Json list = json.Find("args");
    if (json.size() != 2 || argument.missing() == list.missing()) {
      return Fail(json, "an extension value has \"fn\", one of \"arg\" and \"args\", and nothing else");
    }
    if (list.missing()) {
      auto value = Read(argument, nullptr);
      if (!value) return value;
      arguments.push_back(std::move(*value));
    }
    for (const Json element : list.elements()) {
      auto value = Read(element, nullptr);
      if (!value) return value;
      arguments.push_back(std::move(*value));
    }
    if (arguments.size() != signature->argument_count) {
      return Fail(json, "`" + std::string(signature->name) + "` takes " +
                            std::to_string(signature->argument_count) + " arguments");
    }
    std::vector<const Value*> borrowed;
    for (const Value& each : arguments) borrowed.push_back(&each);
    auto value = internal::CallExtension(signature->function, borrowed);
    if (!value) return Fail(json, value.error().message);
    return value;
  }

  static std::optional<ExtensionFunction> ConstructorOf(const Type* type) {
    if (type == nullptr) return std::nullopt;
    if (type->kind == Type::Kind::kDecimal) return ExtensionFunction::kDecimal;
    if (type->kind == Type::Kind::kIpAddress) return ExtensionFunction::kIp;
    if (type->kind == Type::Kind::kDatetime) return ExtensionFunction::kDatetime;
    if (type->kind == Type::Kind::kDuration) return ExtensionFunction::kDuration;
    return std::nullopt;
  }

  NamePool* pool_;
  std::size_t depth_ = 0;
};

/// A record whose attributes all have one type, or none that is known.
base::Result<Record> ReadTags(Json object, const Type* type, NamePool& pool) {
  ValueReader reader(&pool);
  std::vector<Attribute> tags;
  for (const JsonMember member : object.members()) {
    auto value = reader.Read(member.value, type);
    if (!value) return base::Within("tag " + QuoteString(member.key.text()), value.error());
    tags.push_back({member.key.text(), std::move(*value)});
  }
  return Record(std::move(tags));
}

base::Status CheckMembers(Json entity) {
  if (!entity.is_object()) return Fail(entity, "an entity is an object with uid, attrs and parents");
  for (const JsonMember member : entity.members()) {
    const std::string key = member.key.text();
    if (key != "uid" && key != "attrs" && key != "parents" && key != "tags") {
      return Fail(member.key, "unknown key `" + key + "`; an entity has uid, attrs, parents and tags");
    }
  }
  for (const std::string_view key : {"attrs", "tags"}) {
    const Json member = entity.Find(key);
    if (!member.missing() && !member.is_object())
      return Fail(member, "`" + std::string(key) + "` is an object");
  }
  if (!entity.Find("parents").is_array()) return Fail(entity, "an entity has \"parents\", an array");
  if (!entity.Find("attrs").is_object()) return Fail(entity, "an entity has \"attrs\", an object");
  return {};
}

base::Result<Entity> ReadEntity(Json json, const Schema* schema, NamePool& pool) {
  if (auto status = CheckMembers(json); !status) return std::unexpected(status.error());
  auto uid = EntityUidFromJson(json.Find("uid"));
  if (!uid) return base::Within("uid", uid.error());
  const EntityDeclaration* declaration = schema != nullptr ? schema->FindEntity(uid->type()) : nullptr;
  const Type* shape = declaration != nullptr ? declaration->attributes.get() : nullptr;
  const Type* tag_type = declaration != nullptr ? declaration->tags.get() : nullptr;
  Entity entity{.uid = pool.Share(*uid), .parents = {}, .attributes = {}, .tags = {}};
  auto attributes = ValueReader(&pool).ReadRecord(json.Find("attrs"), shape);
  if (!attributes) return base::Within(uid->Text(), attributes.error());
  entity.attributes = std::move(*attributes);
  auto tags = ReadTags(json.Find("tags"), tag_type, pool);
  if (!tags) return base::Within(uid->Text(), tags.error());
  entity.tags = std::move(*tags);
  for (const Json parent : json.Find("parents").elements()) {
    auto parent_uid = EntityUidFromJson(parent);
    if (!parent_uid) return base::Within(uid->Text() + ", parents", parent_uid.error());
    entity.parents.push_back(pool.Share(std::move(*parent_uid)));
  }
  return entity;
}

std::vector<Entity> ActionEntities(const Schema& schema) {
  std::vector<Entity> actions;
  for (const auto& [uid, declaration] : schema.actions()) {
    actions.push_back({.uid = uid, .parents = declaration.parents, .attributes = {}, .tags = {}});
  }
  return actions;
}

/// An action of the schema that the JSON repeats must be the same, its ancestors included: those that
/// follow from the actions that the JSON repeats.
base::Status CheckAction(const Entities::Node& given, const Entities::Node& declared) {
  const Entity& entity = given.entity;
  const bool same = entity.attributes.empty() && entity.tags.empty() &&
                    std::ranges::equal(given.ancestors, declared.ancestors, {},
                                       &Entities::Node::Ancestor::uid, &Entities::Node::Ancestor::uid);
  if (same) return {};
  return base::Fail(ErrorCode::kInvalid, entity.uid.Text() +
                                             ": the schema declares this action otherwise; "
                                             "leave it out here, or give all its ancestors");
}

/// The schema's word counts, but the JSON must contradict neither it nor itself.
base::Status CheckActions(std::vector<Entity> repeated, const Entities& declared) {
  const auto given = Entities::Build(std::move(repeated));
  if (!given) return std::unexpected(given.error());
  for (const Entity* action : given->Sorted()) {
    if (auto status = CheckAction(*given->FindNode(action->uid), *declared.FindNode(action->uid)); !status) {
      return status;
    }
  }
  return {};
}

}  // namespace

base::Result<Value> ValueFromJson(Json value, const Type* type) {
  return ValueReader().Read(value, type);
}

base::Result<EntityUid> EntityUidFromJson(Json object) {
  const Json escaped = object.Find(kEntityEscape);
  if (!escaped.missing() && object.size() == 1) return EntityUidFromParts(escaped);
  return EntityUidFromParts(object);
}

base::Result<Record> ContextFromJson(Json object, const Schema* schema, const EntityUid& action) {
  if (!object.is_object()) return Fail(object, "a context is an object");
  for (const std::string_view escape : kEscapes) {
    if (!object.Find(escape).missing())
      return Fail(object, "a context is a record; `" + std::string(escape) + "` stands for another value");
  }
  const ActionDeclaration* declaration = schema != nullptr ? schema->FindAction(action) : nullptr;
  return ValueReader().ReadRecord(object, declaration != nullptr ? declaration->context.get() : nullptr);
}

base::Result<Entities> EntitiesFromJson(std::string_view text, std::string_view source_name,
                                        const Schema* schema) {
  const auto document = base::JsonDocument::Parse(text);
  if (!document) return base::Within(source_name, document.error());
  if (!document->root().is_array()) {
    return base::Fail(ErrorCode::kInvalid, std::string(source_name) + ": entities are an array");
  }
  std::vector<Entity> entities = schema != nullptr ? ActionEntities(*schema) : std::vector<Entity>();
  auto declared = Entities::Build(entities);
  if (!declared) return base::Within(source_name, declared.error());
  std::vector<Entity> repeated_actions;
  NamePool pool;
  for (const Json element : document->root().elements()) {
    auto entity = ReadEntity(element, schema, pool);
    if (!entity) return base::Within(source_name, entity.error());
    if (schema == nullptr || schema->FindAction(entity->uid) == nullptr) {
      entities.push_back(std::move(*entity));
    } else {
      repeated_actions.push_back(std::move(*entity));
    }
  }
  if (auto status = CheckActions(std::move(repeated_actions), *declared); !status) {
    return base::Within(source_name, status.error());
  }
  auto built = Entities::Build(std::move(entities));
  if (!built) return base::Within(source_name, built.error());
  return built;
}

}  // namespace proviso::cedar
