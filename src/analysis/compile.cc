#include "analysis/compile.h"

#include <utility>

#include "analysis/internal/expression_compiler.h"
#include "analysis/internal/made_value.h"
#include "analysis/internal/model.h"
#include "analysis/internal/symbolic_store.h"

namespace proviso::analysis {

struct Compiler::State {
  const SymbolicRequest& request;
  cedar::Entities no_entities;
  std::unique_ptr<internal::SymbolicStore> store;
  internal::ExpressionCompiler expressions;

  State(Terms& terms, const cedar::Schema& schema, const World& world, const SymbolicRequest& asked)
      : request(asked), store(MakeStore(terms, schema, world)), expressions(terms, schema, asked, *store) {}

 private:
  std::unique_ptr<internal::SymbolicStore> MakeStore(Terms& terms, const cedar::Schema& schema,
                                                     const World& world) {
    switch (world.kind) {
      case World::Kind::kOpen:
        return internal::MakeOpenStore(terms, schema);
      case World::Kind::kClosed:
        return internal::MakeClosedStore(terms, world.entities != nullptr ? *world.entities : no_entities,
                                         request.locals);
    }
    std::unreachable();
  }
};

Compiler::Compiler(Terms& terms, const cedar::Schema& schema, const World& world,
                   const SymbolicRequest& request)
    : state_(std::make_unique<State>(terms, schema, world, request)) {}

Compiler::~Compiler() = default;

base::Result<Compiled> Compiler::Compile(const cedar::PolicyBody& policy) {
  const auto tree = cedar::CoreTree::Build(policy);
  if (!tree) return std::unexpected(tree.error());
  return state_->expressions.Run(*tree);
}

std::vector<Term> Compiler::Assumptions() {
  std::vector<Term> all = state_->request.bounds;
  for (const Term assumed : state_->store->Assumptions()) all.push_back(assumed);
  return all;
}

std::vector<Term> WantedFor(const SymbolicRequest& request, Compiler& compiler) {
  std::vector<Term> wanted = {request.principal.term, request.resource.term};
  internal::AppendLeaves(request.context, wanted);
  for (const Term term : compiler.state_->store->Wanted()) wanted.push_back(term);
  std::erase_if(wanted, [](Term term) { return term->is_constant(); });
  return wanted;
}

base::Result<ConcreteCase> CaseOf(const SymbolicRequest& request, Compiler& compiler,
                                  std::span<const Term> wanted, std::span<const SmtValue> values) {
  const internal::Model model(wanted, values);
  const auto principal = model.ValueOf(request.principal);
  if (!principal) return base::Within("principal", principal.error());
  const auto resource = model.ValueOf(request.resource);
  if (!resource) return base::Within("resource", resource.error());
  auto context = model.ValueOf(request.context);
  if (!context) return base::Within("context", context.error());
  auto entities = compiler.state_->store->EntitiesIn(model);
  if (!entities) return base::Within("entities", entities.error());
  return ConcreteCase{{*principal->AsEntity(), request.kind.action, *resource->AsEntity(), *context},
                      std::move(*entities)};
}

}  // namespace proviso::analysis
