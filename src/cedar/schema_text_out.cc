// The human syntax of a schema: one declaration a paragraph, one attribute a line.
#include "cedar/internal/lexer.h"
#include "cedar/internal/schema_fragment.h"
#include "cedar/print.h"

namespace proviso::cedar::internal {
namespace {

using base::ErrorCode;
using base::Result;
using base::Status;

class TextSchemaWriter {
 public:
  Result<std::string> Write(const SchemaFragment& fragment) {
    for (const NamespaceSyntax& space : fragment) {
      if (!space.name.empty()) continue;
      if (!space.annotations.empty()) {
        return base::Fail(ErrorCode::kInvalid,
                          "annotations outside any namespace have no place in text; leave them out");
      }
      if (auto status = PutDeclarations(space); !status) return std::unexpected(status.error());
    }
    for (const NamespaceSyntax& space : fragment) {
      if (space.name.empty()) continue;
      if (auto status = PutNamespace(space); !status) return std::unexpected(status.error());
    }
    return std::move(out_);
  }

 private:
  Status PutNamespace(const NamespaceSyntax& space) {
    BeginParagraph();
    PutAnnotations(space.annotations);
    out_ += "namespace " + space.name + " {\n";
    ++indent_;
    first_ = true;
    if (auto status = PutDeclarations(space); !status) return status;
    --indent_;
    first_ = false;
    out_ += "}\n";
    return {};
  }

  Status PutDeclarations(const NamespaceSyntax& space) {
    for (const CommonTypeSyntax& common : space.common_types) {
      BeginParagraph();
      PutAnnotations(common.annotations);
      out_ += "type " + common.name.name + " = ";
      PutType(*common.type);
      EndDeclaration();
    }
    for (const EntitySyntax& entity : space.entities) {
      if (auto status = PutEntity(entity); !status) return status;
    }
    for (const ActionSyntax& action : space.actions) PutAction(action);
    return {};
  }

  Status PutEntity(const EntitySyntax& entity) {
    BeginParagraph();
    PutAnnotations(entity.annotations);
    out_ += "entity " + entity.name.name;
    if (!entity.choices.empty()) {
      std::string list;
      for (const std::string& choice : entity.choices)
        list += (list.empty() ? "" : ", ") + QuoteString(choice);
      out_ += " enum [" + list + "]";
    }
    if (!entity.parents.empty()) out_ += " in " + NameList(entity.parents);
    if (entity.attributes) {
      if (entity.attributes->kind != TypeSyntax::Kind::kRecord) {
        return base::Fail(ErrorCode::kInvalid,
                          entity.name.where + ": the shape of `" + entity.name.name +
                              "` is a common type, `" + entity.attributes->name.name +
                              "`, for which text has no way to say it; write the record in its place");
      }
      if (!entity.attributes->attributes.empty()) {
        out_ += " = ";
        PutType(*entity.attributes);
      }
    }
    if (entity.tags) {
      out_ += " tags ";
      PutType(*entity.tags);
    }
    EndDeclaration();
    return {};
  }

  void PutAction(const ActionSyntax& action) {
    BeginParagraph();
    PutAnnotations(action.annotations);
    out_ += "action " + NameOrQuoted(action.name.name);
    if (!action.parents.empty()) {
      std::string list;
      for (const ActionReference& parent : action.parents) {
        if (!list.empty()) list += ", ";
        list += parent.type ? *parent.type + "::" + QuoteString(parent.id) : NameOrQuoted(parent.id);
      }
      out_ += " in [" + list + "]";
    }
    if (!action.principals.empty() && !action.resources.empty()) PutAppliesTo(action);
    EndDeclaration();
  }

  void PutAppliesTo(const ActionSyntax& action) {
    out_ += " appliesTo {";
    ++indent_;
    NewLine();
    out_ += "principal: " + NameList(action.principals) + ",";
    NewLine();
    out_ += "resource: " + NameList(action.resources);
    if (action.context) {
      out_ += ",";
      NewLine();
      out_ += "context: ";
      PutType(*action.context);
    }
    --indent_;
    NewLine();
    out_ += "}";
  }

  void PutType(const TypeSyntax& type) {
    switch (type.kind) {
      case TypeSyntax::Kind::kName:
      case TypeSyntax::Kind::kEntityName:
      case TypeSyntax::Kind::kCommonName:
        out_ += type.name.name;
        return;
      case TypeSyntax::Kind::kSet:
        out_ += "Set<";
        PutType(*type.element);
        out_ += ">";
        return;
      case TypeSyntax::Kind::kRecord:
        PutRecord(type);
        return;
    }
  }

  void PutRecord(const TypeSyntax& type) {
    if (type.attributes.empty()) {
      out_ += "{}";
      return;
    }
    out_ += "{";
    ++indent_;
    for (const AttributeSyntax& attribute : type.attributes) {
      NewLine();
      PutAnnotations(attribute.annotations);
      out_ += NameOrQuoted(attribute.name) + (attribute.presence == Presence::kOptional ? "?: " : ": ");
      PutType(*attribute.type);
      out_ += ",";
    }
    --indent_;
    NewLine();
    out_ += "}";
  }

  /// Each on a line of its own, before what it is about.
  void PutAnnotations(const std::vector<Annotation>& annotations) {
    for (const Annotation& annotation : annotations) {
      out_ += "@" + annotation.key;
      if (annotation.has_value) out_ += "(" + QuoteString(annotation.value) + ")";
      NewLine();
    }
  }

  static std::string NameList(const std::vector<NameSyntax>& names) {
    std::string list;
    for (const NameSyntax& name : names) list += (list.empty() ? "" : ", ") + name.name;
    return "[" + list + "]";
  }

  /// An empty line before each declaration but the first.
  void BeginParagraph() {
    if (!first_) out_ += "\n";
    first_ = false;
    out_.append(indent_ * kIndentWidth, ' ');
  }

  void EndDeclaration() { out_ += ";\n"; }

  void NewLine() {
    out_ += "\n";
    out_.append(indent_ * kIndentWidth, ' ');
  }

  static constexpr std::size_t kIndentWidth = 2;
  std::string out_;
  std::size_t indent_ = 0;
  bool first_ = true;
};

}  // namespace

Result<std::string> WriteSchemaText(const SchemaFragment& fragment) {
  return TextSchemaWriter().Write(fragment);
}

}  // namespace proviso::cedar::internal
