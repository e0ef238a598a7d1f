// The human syntax of schemas.
#include <algorithm>
#include <array>

#include "cedar/internal/library.h"
#include "cedar/internal/nearest.h"
#include "cedar/internal/schema_fragment.h"
#include "cedar/internal/token_reader.h"
#include "cedar/limits.h"

namespace proviso::cedar::internal {
namespace {

/// A parse of one production: false, or nothing, after an error.
class SchemaParser {
 public:
  explicit SchemaParser(TokenReader& reader) : reader_(reader) {}

  void ParseAll(SchemaFragment& fragment) {
    fragment.emplace_back();  // what stands outside any namespace
    while (!reader_.AtEnd()) {
      auto annotations = reader_.TakeAnnotations();
      if (!annotations) {
        reader_.SkipPast(TokenKind::kSemicolon);
      } else if (reader_.NextIsWord("namespace")) {
        if (!ParseNamespace(std::move(*annotations), fragment)) return;
      } else if (!ParseDeclaration(std::move(*annotations), fragment.front())) {
        reader_.SkipPast(TokenKind::kSemicolon);
      }
    }
  }

 private:
  bool ParseNamespace(std::vector<Annotation> annotations, SchemaFragment& fragment) {
    reader_.Take();
    auto name = reader_.ExpectPath("a namespace's name");
    if (!name || !reader_.Expect(TokenKind::kLeftBrace)) return false;
    if (Contains(fragment, *name, &NamespaceSyntax::name)) {
      reader_.Fail(reader_.Peek().position, "namespace `" + *name + "` is given twice; put all in one");
      return false;
    }
    NamespaceSyntax space{.name = std::move(*name), .annotations = std::move(annotations)};
    while (!reader_.Accept(TokenKind::kRightBrace)) {
      auto inner = reader_.TakeAnnotations();
      if (!inner || !ParseDeclaration(std::move(*inner), space)) {
        reader_.SkipPast(TokenKind::kSemicolon);
        if (!reader_.AtEnd()) continue;
        reader_.FailExpected("`}`");
        return false;
      }
    }
    fragment.push_back(std::move(space));
    return true;
  }

  bool ParseDeclaration(std::vector<Annotation> annotations, NamespaceSyntax& space) {
    if (reader_.AcceptWord("entity")) return ParseEntity(std::move(annotations), space);
    if (reader_.AcceptWord("action")) return ParseAction(std::move(annotations), space);
    if (reader_.AcceptWord("type")) return ParseCommonType(std::move(annotations), space);
    constexpr std::array<std::string_view, 4> kWords = {"entity", "action", "type", "namespace"};
    reader_.FailExpected("`entity`, `action` or `type`", DidYouMean(reader_.Peek().text, kWords));
    return false;
  }

  bool ParseEntity(std::vector<Annotation> annotations, NamespaceSyntax& space) {
    std::vector<NameSyntax> names;
    do {
      const std::string where = Where();
      auto name = reader_.ExpectIdentifier("an entity type's name");
      if (!name) return false;
      names.push_back({std::move(*name), where});
    } while (reader_.Accept(TokenKind::kComma));
    // Each name gets its own copy of the declaration, parsed again from the same tokens.
    const std::size_t body = reader_.Mark();
    for (NameSyntax& name : names) {
      reader_.Return(body);
      EntitySyntax entity{.name = std::move(name), .annotations = annotations};
      if (!ParseEntityBody(entity) || !CheckRepetition(names.size(), body)) return false;
      space.entities.push_back(std::move(entity));
    }
    return true;
  }

  /// What the names of one declaration repeat is bounded, so that a short text cannot make much work.
  bool CheckRepetition(std::size_t names, std::size_t body) {
    if (names * (reader_.Mark() - body) <= kRepeatedTokensMax) return true;
    reader_.Fail(reader_.Peek().position, "too many names share this declaration; split it");
    return false;
  }

  bool ParseEntityBody(EntitySyntax& entity) {
    if (reader_.AcceptWord("enum")) {
      return ParseChoices(entity.choices) && reader_.Expect(TokenKind::kSemicolon);
    }
    if (reader_.AcceptWord("in") && !ParseTypeNames(entity.parents)) return false;
    const bool assigned = reader_.Accept(TokenKind::kAssign);
    if (assigned || reader_.NextIs(TokenKind::kLeftBrace)) {
      entity.attributes = ParseRecord();
      if (!entity.attributes) return false;
    }
    if (reader_.AcceptWord("tags")) {
      entity.tags = ParseType();
      if (!entity.tags) return false;
    }
    return reader_.Expect(TokenKind::kSemicolon);
  }

  bool ParseChoices(std::vector<std::string>& choices) {
    if (!reader_.Expect(TokenKind::kLeftBracket)) return false;
    do {
      auto choice = reader_.ExpectString("an id as a string");
      if (!choice) return false;
      choices.push_back(std::move(*choice));
    } while (reader_.Accept(TokenKind::kComma));
    return reader_.Expect(TokenKind::kRightBracket);
  }

  /// One type, or a list of them in brackets, which may be empty.
  bool ParseTypeNames(std::vector<NameSyntax>& names) {
    if (!reader_.Accept(TokenKind::kLeftBracket)) return ParseTypeName(names);
    if (reader_.Accept(TokenKind::kRightBracket)) return true;
    do {
      if (!ParseTypeName(names)) return false;
    } while (reader_.Accept(TokenKind::kComma));
    return ExpectListEnd();
  }

  bool ExpectListEnd() {
    if (reader_.Accept(TokenKind::kRightBracket)) return true;
    reader_.FailExpected("`,` or `]`");
    return false;
  }

  bool ParseTypeName(std::vector<NameSyntax>& names) {
    const std::string where = Where();
    auto name = ExpectTypePath("an entity type");
    if (!name) return false;
    names.push_back({std::move(*name), where});
    return true;
  }

  bool ParseAction(std::vector<Annotation> annotations, NamespaceSyntax& space) {
    std::vector<NameSyntax> names;
    do {
      const std::string where = Where();
      auto name = ExpectName("an action's name");
      if (!name) return false;
      names.push_back({std::move(*name), where});
    } while (reader_.Accept(TokenKind::kComma));
    const std::size_t body = reader_.Mark();
    for (NameSyntax& name : names) {
      reader_.Return(body);
      ActionSyntax action{.name = std::move(name), .annotations = annotations};
      if (!ParseActionBody(action) || !CheckRepetition(names.size(), body)) return false;
      space.actions.push_back(std::move(action));
    }
    return true;
  }

  bool ParseActionBody(ActionSyntax& action) {
    if (reader_.AcceptWord("in") && !ParseActionReferences(action.parents)) return false;
    if (reader_.AcceptWord("appliesTo") && !ParseAppliesTo(action)) return false;
    // An empty remnant of older versions, which the reference still reads.
    if (reader_.AcceptWord("attributes") &&
        (!reader_.Expect(TokenKind::kLeftBrace) || !reader_.Expect(TokenKind::kRightBrace))) {
      return false;
    }
    return reader_.Expect(TokenKind::kSemicolon);
  }

  bool ParseActionReferences(std::vector<ActionReference>& references) {
    if (!reader_.Accept(TokenKind::kLeftBracket)) return ParseActionReference(references);
    do {
      if (!ParseActionReference(references)) return false;
    } while (reader_.Accept(TokenKind::kComma));
    return ExpectListEnd();
  }

  bool ParseActionReference(std::vector<ActionReference>& references) {
    ActionReference reference{.type = {}, .id = {}, .where = Where()};
    if (reader_.Peek(1).kind == TokenKind::kPathSeparator) {
      reference.type = reader_.ExpectPath("an action");
      if (!reference.type || !reader_.Expect(TokenKind::kPathSeparator)) return false;
    }
    auto id = reference.type ? reader_.ExpectString("the action's id as a string") : ExpectName("an action");
    if (!id) return false;
    reference.id = std::move(*id);
    references.push_back(std::move(reference));
    return true;
  }

  bool ParseAppliesTo(ActionSyntax& action) {
    const Position at = reader_.Peek().position;
    if (!reader_.Expect(TokenKind::kLeftBrace)) return false;
    std::vector<std::string> seen;
    while (!reader_.Accept(TokenKind::kRightBrace)) {
      const Token part = reader_.Peek();
      if (Contains(seen, part.text)) {
        reader_.FailExpected("`}`", "; it is given twice");
        return false;
      }
      seen.emplace_back(part.text);
      if (!ParseAppliesToPart(action)) return false;
      if (!reader_.Accept(TokenKind::kComma) && !reader_.NextIs(TokenKind::kRightBrace)) {
        reader_.FailExpected("`,` or `}`");
        return false;
      }
    }
    if (!action.principals.empty() && !action.resources.empty()) return true;
    reader_.Fail(at, "`appliesTo` names at least one type each for `principal` and `resource`");
    return false;
  }

  bool ParseAppliesToPart(ActionSyntax& action) {
    if (reader_.AcceptWord("principal")) {
      return reader_.Expect(TokenKind::kColon) && ParseTypeNames(action.principals);
    }
    if (reader_.AcceptWord("resource")) {
      return reader_.Expect(TokenKind::kColon) && ParseTypeNames(action.resources);
    }
    if (reader_.AcceptWord("context")) {
      if (!reader_.Expect(TokenKind::kColon)) return false;
      action.context = ParseType();
      return action.context != nullptr;
    }
    reader_.FailExpected("`principal`, `resource` or `context`");
    return false;
  }

  bool ParseCommonType(std::vector<Annotation> annotations, NamespaceSyntax& space) {
    constexpr std::array<std::string_view, 8> kBuiltIn = {"Bool", "Boolean", "Entity", "Extension",
                                                          "Long", "Record",  "Set",    "String"};
    CommonTypeSyntax common{.name = {{}, Where()}, .annotations = std::move(annotations)};
    const Token token = reader_.Peek();
    auto name = reader_.ExpectIdentifier("a type's name");
    if (!name) return false;
    if (Contains(kBuiltIn, *name)) {
      reader_.Fail(token.position, "`" + *name + "` is built in; choose another name");
      return false;
    }
    common.name.name = std::move(*name);
    if (!reader_.Expect(TokenKind::kAssign)) return false;
    common.type = ParseType();
    if (!common.type || !reader_.Expect(TokenKind::kSemicolon)) return false;
    space.common_types.push_back(std::move(common));
    return true;
  }

  TypeSyntaxPtr ParseType() {
    if (reader_.NextIs(TokenKind::kLeftBrace)) return ParseRecord();
    auto type = std::make_unique<TypeSyntax>();
    type->name.where = Where();
    if (reader_.NextIsWord("Set") && reader_.Peek(1).kind == TokenKind::kLess) {
      reader_.Take();
      reader_.Take();
      if (!Enter()) return nullptr;
      type->kind = TypeSyntax::Kind::kSet;
      type->element = ParseType();
      --nesting_;
      return type->element && reader_.Expect(TokenKind::kGreater) ? std::move(type) : nullptr;
    }
    auto name = ExpectTypePath("a type");
    if (!name) return nullptr;
    type->name.name = std::move(*name);
    return type;
  }

  TypeSyntaxPtr ParseRecord() {
    auto type = std::make_unique<TypeSyntax>();
    type->kind = TypeSyntax::Kind::kRecord;
    type->name.where = Where();
    if (!reader_.Expect(TokenKind::kLeftBrace) || !Enter()) return nullptr;
    while (!reader_.Accept(TokenKind::kRightBrace)) {
      auto attribute = ParseAttribute();
      if (!attribute) return nullptr;
      type->attributes.push_back(std::move(*attribute));
      if (!reader_.Accept(TokenKind::kComma) && !reader_.NextIs(TokenKind::kRightBrace)) {
        reader_.FailExpected("`,` or `}`");
        return nullptr;
      }
    }
    --nesting_;
    return type;
  }

  std::optional<AttributeSyntax> ParseAttribute() {
    AttributeSyntax attribute;
    auto annotations = reader_.TakeAnnotations();
    if (!annotations) return std::nullopt;
    attribute.annotations = std::move(*annotations);
    auto name = ExpectName("an attribute's name or `}`");
    if (!name) return std::nullopt;
    attribute.name = std::move(*name);
    if (reader_.Accept(TokenKind::kQuestion)) attribute.presence = Presence::kOptional;
    if (!reader_.Expect(TokenKind::kColon)) return std::nullopt;
    attribute.type = ParseType();
    if (!attribute.type) return std::nullopt;
    return attribute;
  }

  bool Enter() {
    if (++nesting_ <= kNestingMax) return true;
    reader_.Fail(reader_.Peek().position,
                 "types nest deeper than " + std::to_string(kNestingMax) + " levels");
    return false;
  }

  /// An identifier that is not reserved (but `__cedar` may stand here), or a string, which may be anything.
  std::optional<std::string> ExpectName(std::string_view what) {
    if (reader_.NextIs(TokenKind::kString)) return reader_.ExpectString(what);
    if (reader_.NextIsWord("__cedar")) return std::string(reader_.Take().text);
    return reader_.ExpectIdentifier(what);
  }

  /// A path that may begin with __cedar.
  std::optional<std::string> ExpectTypePath(std::string_view what) {
    if (!reader_.NextIsWord("__cedar")) return reader_.ExpectPath(what);
    reader_.Take();
    if (!reader_.Expect(TokenKind::kPathSeparator)) return std::nullopt;
    auto name = reader_.ExpectIdentifier("a built-in type");
    return name ? std::optional("__cedar::" + *name) : std::nullopt;
  }

  [[nodiscard]] std::string Where() const {
    const Position at = reader_.Peek().position;
    return reader_.source_name() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }

  TokenReader& reader_;
  std::size_t nesting_ = 0;
};

}  // namespace

base::Result<SchemaFragment> ParseSchemaText(std::string_view text, std::string_view source_name) {
  TokenReader reader(text, source_name);
  SchemaFragment fragment;
  SchemaParser(reader).ParseAll(fragment);
  if (reader.failed()) return std::unexpected(reader.TakeError());
  return fragment;
}

}  // namespace proviso::cedar::internal
