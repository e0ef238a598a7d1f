#include "terms/symbolic_question.h"

#include <algorithm>
#include <map>
#include <set>

#include "terms/gateway_facts.h"
#include "terms/internal/entity_literals.h"
#include "terms/internal/joined_type.h"

namespace proviso::terms {
namespace {

using analysis::LocalEntity;
using analysis::SymbolicField;
using analysis::SymbolicRequest;
using analysis::SymbolicValue;
using analysis::Term;
using analysis::Terms;

using Packages = std::span<const Package* const>;

cedar::EntityUid ActionOf(Act act) {
  return {"Action", std::string(NameOf(act))};
}

base::Result<cedar::TypePtr> ContextType(Act act, Packages packages) {
  const std::vector<std::string> facts = FactsThatMatter(packages);
  cedar::TypePtr joined;
  for (const Package* package : packages) {
    auto kept = std::make_shared<cedar::Type>(*package->schema().FindAction(ActionOf(act))->context);
    std::erase_if(kept->attributes, [&](const cedar::AttributeType& attribute) {
      return !std::ranges::binary_search(facts, attribute.name);
    });
    if (joined == nullptr) {
      joined = std::move(kept);
      continue;
    }
    auto both = internal::JoinedType(joined, kept, "context");
    if (!both) return both;
    joined = std::move(*both);
  }
  return joined;
}

/// The text that names an entity.
Term IdOf(Terms& terms, const SymbolicValue& entity) {
  return terms.Select(entity.term, 0, 0);
}

Term IsUnnamed(Terms& terms, const SymbolicValue& entity) {
  return terms.Equal(IdOf(terms, entity), terms.String(""));
}

/// A parent of its own: whether there is one, and its name.
LocalEntity::Parent FreshParent(Terms& terms, const std::string& name, std::string_view type,
                                SymbolicQuestion& question) {
  auto of_type = std::make_shared<cedar::Type>();
  of_type->kind = cedar::Type::Kind::kEntity;
  of_type->entity_type = type;
  const Term present = terms.Variable(name + "?", terms.BoolSort());
  SymbolicValue value{of_type, terms.Variable(name, analysis::EntitySort(terms, type)), {}};
  question.assumptions.push_back(terms.Implies(present, terms.Not(IsUnnamed(terms, value))));
  return {present, std::move(value)};
}

/// Of UTF-8.
std::u32string CodePoints(std::string_view text) {
  std::u32string points;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) {
      const unsigned length = byte < 0x80U ? 0U : byte < 0xE0U ? 0x1FU : byte < 0xF0U ? 0x0FU : 0x07U;
      points.push_back(length == 0U ? byte : byte & length);
    } else if (!points.empty()) {
      points.back() = (points.back() << 6U) | (byte & 0x3FU);
    }
  }
  return points;
}

std::vector<analysis::PatternPiece> BeginsWith(std::string_view text) {
  return {{CodePoints(text), false}, {U"", true}};
}

/// ToolUid (facts.h): the name of a tool behind a server begins with the server's, escaped, and a slash.
/// That is said of servers that the packages name: no clause can tell another from none.
void RelateToolAndServer(Terms& terms, const SymbolicValue& tool, const LocalEntity::Parent& server,
                         Packages packages, std::vector<Term>& assumptions) {
  const Term id = IdOf(terms, tool);
  for (const std::string& known : internal::ToolServersNamed(packages)) {
    const cedar::EntityUid uid("ToolServer", known);
    const Term is_it =
        terms.And({server.present, terms.Equal(server.entity.term, analysis::EntityTerm(terms, uid))});
    assumptions.push_back(terms.Equal(is_it, terms.Like(id, BeginsWith(ToolUid(known, "").id()))));
  }
}

/// Entities.h lets no question's entity be one that the package's own name only as a parent: Decide forbids
/// it, and so no proof speaks of it.
void KeepFromMissingParents(Terms& terms, const SymbolicValue& entity, Packages packages,
                            std::vector<Term>& assumptions) {
  for (const Package* package : packages) {
    for (const cedar::Entity* held : package->entities().Sorted()) {
      for (const cedar::EntityUid& parent : held->parents) {
        if (parent.type() != entity.type->entity_type || package->entities().Find(parent) != nullptr)
          continue;
        assumptions.push_back(terms.Not(terms.Equal(entity.term, analysis::EntityTerm(terms, parent))));
      }
    }
  }
}

LocalEntity ModelEntity(Terms& terms, const SymbolicValue& model, Term present, SymbolicQuestion& question) {
  LocalEntity local{model, {}};
  local.parents.push_back(FreshParent(terms, question.name + ".provider", "Provider", question));
  local.parents.back().present = terms.And({present, local.parents.back().present});
  const SymbolicField* enclave = question.request.context.FindField("enclave");
  if (enclave != nullptr) local.parents.push_back({terms.And({present, enclave->present}), enclave->value});
  return local;
}

/// The entities that EntitiesOf (facts.h) makes of a question, but for applications: those that can call
/// are the package's own.
void AddLocals(Terms& terms, Packages packages, SymbolicQuestion& question) {
  SymbolicRequest& request = question.request;
  request.locals.clear();
  const auto add = [&](LocalEntity local) {
    KeepFromMissingParents(terms, local.entity, packages, question.assumptions);
    request.locals.push_back(std::move(local));
  };
  const SymbolicField* model = request.context.FindField("model");
  switch (question.act) {
    case Act::kGenerate:
    case Act::kEmbed:
    case Act::kRelease:
      add(ModelEntity(terms, request.resource, terms.True(), question));
      return;
    case Act::kCallTool: {
      const auto server = FreshParent(terms, question.name + ".server", "ToolServer", question);
      RelateToolAndServer(terms, request.resource, server, packages, question.assumptions);
      add({request.resource, {server}});
      if (model != nullptr) add(ModelEntity(terms, model->value, model->present, question));
      return;
    }
    case Act::kAdminister:
      add({request.principal,
           {FreshParent(terms, question.name + ".organization", "Organization", question)}});
      if (model != nullptr) add(ModelEntity(terms, model->value, model->present, question));
      return;
  }
}

/// A question is put to one package at least: of two that are compared, one may know an application that
/// the other does not.
base::Status AddGatewayFacts(Terms& terms, Packages packages, SymbolicQuestion& question) {
  const std::vector<std::string> facts = FactsThatMatter(packages);
  std::vector<Term> put_to;
  for (const Package* package : packages) {
    std::vector<std::string> known = facts;
    std::erase_if(known, [&](const std::string& fact) {
      return package->schema().FindAction(ActionOf(question.act))->context->FindAttribute(fact) == nullptr;
    });
    const analysis::World world{analysis::World::Kind::kClosed, &package->entities()};
    analysis::Compiler compiler(terms, package->schema(), world, question.request);
    std::vector<Term> all;
    const GatewayFacts gateway(*package, question.act, known);
    for (const cedar::Policy& policy : gateway.policies().policies()) {
      const auto compiled = compiler.Compile(policy.body());
      if (!compiled) return base::Within("what the gateway sees to", compiled.error());
      all.push_back(compiled->satisfied);
    }
    if (packages.size() == 1) {
      question.assumptions.insert(question.assumptions.end(), all.begin(), all.end());
      return {};
    }
    put_to.push_back(terms.And(all));
  }
  question.assumptions.push_back(terms.Or(put_to));
  return {};
}

}  // namespace

base::Result<SymbolicQuestion> MakeBareQuestion(Terms& terms, Act act, const std::string& name,
                                                Packages packages) {
  const cedar::Schema& schema = packages.front()->schema();
  auto context = ContextType(act, packages);
  if (!context) return std::unexpected(context.error());
  const cedar::ActionDeclaration* action = schema.FindAction(ActionOf(act));
  const analysis::RequestKind kind{action->principal_types.front(), action->uid,
                                   action->resource_types.front()};
  SymbolicQuestion question{act, name, analysis::MakeRequest(terms, schema, kind, name, *context), {}};
  AddLocals(terms, packages, question);
  return question;
}

base::Result<SymbolicQuestion> MakeQuestion(Terms& terms, Act act, const std::string& name,
                                            Packages packages) {
  auto question = MakeBareQuestion(terms, act, name, packages);
  if (!question) return question;
  if (auto added = AddGatewayFacts(terms, packages, *question); !added) return std::unexpected(added.error());
  return question;
}

base::Result<SymbolicQuestion> MakeVariant(Terms& terms, const SymbolicQuestion& first,
                                           const std::string& name, std::span<const std::string> facts,
                                           Packages packages) {
  SymbolicQuestion variant{first.act, first.name, first.request, {}};
  const cedar::Schema& schema = packages.front()->schema();
  for (const std::string& fact : facts) {
    const SymbolicField* field = first.request.context.FindField(fact);
    if (field == nullptr) continue;
    const std::string path = name + "." + fact;
    SymbolicValue value =
        analysis::VariablesOf(terms, field->value.type, path, schema, variant.request.bounds);
    variant.request =
        variant.request.With(fact, terms.Variable(path + "?", terms.BoolSort()), std::move(value));
  }
  // What stands above the model and the tool is no fact that anybody asserts: it has the first's variables.
  AddLocals(terms, packages, variant);
  if (auto added = AddGatewayFacts(terms, packages, variant); !added) return std::unexpected(added.error());
  return variant;
}

}  // namespace proviso::terms
