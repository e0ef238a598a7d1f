// Policies as terms: what they say of every request of one kind at once.
//
//   Terms terms;
//   for (const RequestKind& kind : RequestKindsOf(schema)) {
//     SymbolicRequest request = MakeRequest(terms, schema, kind, "r");
//     Compiler compiler(terms, schema, world, request);
//     const Compiled forbid = compiler.Compile(policy);
//     query.assertions = compiler.Assumptions();     // after the last Compile
//     query.assertions.push_back(forbid.errs);        // can it err?
//   }
//
// Every expression is an option: a value, and the condition under which there is one. Operators are strict
// or lazy as the evaluator's; whatever has one value in all requests of the kind is folded, so that what
// evaluation cannot come to is not compiled. The policies must be valid under the schema
// (cedar::Validate, strict mode, but that attributes may be read unguarded: they err where they are missing).
//
// Sources: "Cedar: A New Language for Expressive, Fast, Safe, and Analyzable Authorization" (OOPSLA 2024),
// section 5, and the description of its symbolic compiler.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/solver.h"
#include "analysis/symbolic_value.h"
#include "analysis/world.h"
#include "base/result.h"
#include "cedar/authorize.h"
#include "cedar/policy.h"
#include "cedar/schema.h"

namespace proviso::analysis {

/// An action with one of its principal types and one of its resource types.
struct RequestKind {
  std::string principal_type;
  cedar::EntityUid action;
  std::string resource_type;
  bool operator==(const RequestKind&) const = default;
};
/// All of them, in the schema's order.
[[nodiscard]] std::vector<RequestKind> RequestKindsOf(const cedar::Schema& schema);

/// Every request of one kind.
struct SymbolicRequest {
  RequestKind kind;
  SymbolicValue principal;
  SymbolicValue resource;
  SymbolicValue context;              ///< a record
  std::vector<LocalEntity> locals{};  ///< for closed worlds
  std::vector<Term> bounds{};         ///< what holds of its variables whatever is asked

  /// The same request but for one member of the context: `present` and `value` instead of what is there.
  [[nodiscard]] SymbolicRequest With(std::string_view fact, Term present, SymbolicValue value) const;
};

/// Fresh variables for principal, resource and every fact; their names begin with `name`. Two requests of
/// one Terms need two names. `context` replaces the context type that the schema gives the action, where
/// two schemas are compared; nullptr keeps it.
[[nodiscard]] SymbolicRequest MakeRequest(Terms& terms, const cedar::Schema& schema, const RequestKind& kind,
                                          const std::string& name, const cedar::TypePtr& context = nullptr);

/// A policy: Bool terms, never both true.
struct Compiled {
  Term satisfied;
  Term errs;
};

struct ConcreteCase;

class Compiler {
 public:
  /// Borrows all of them.
  Compiler(Terms& terms, const cedar::Schema& schema, const World& world, const SymbolicRequest& request);
  ~Compiler();

  /// Fails with kLimit past limits.h, with kInvalid on what cannot be said to a solver (a template's slot,
  /// a character past U+2FFFF in a pattern): the message says where; the question is then unknown.
  [[nodiscard]] base::Result<Compiled> Compile(const cedar::PolicyBody& policy);

  /// What holds of every request and its entities, for what was compiled so far: the request's bounds, and
  /// in an open world the bounds of attributes read, and acyclic and transitive ancestors.
  [[nodiscard]] std::vector<Term> Assumptions();

 private:
  friend std::vector<Term> WantedFor(const SymbolicRequest& request, Compiler& compiler);
  friend base::Result<ConcreteCase> CaseOf(const SymbolicRequest& request, Compiler& compiler,
                                           std::span<const Term> wanted, std::span<const SmtValue> values);
  struct State;
  std::unique_ptr<State> state_;
};

/// A request with the entities that matter to it.
struct ConcreteCase {
  cedar::Request request;
  std::vector<cedar::Entity> entities;  ///< local ones of a closed world; all of an open world
};

/// The terms whose values make one case; and the case that their values (in that order) make. In an open
/// world, `compiler` adds what its policies read of entities. Fails with kInvalid where the values are not as
/// the sorts say: a bug, here or in the solver.
[[nodiscard]] std::vector<Term> WantedFor(const SymbolicRequest& request, Compiler& compiler);
[[nodiscard]] base::Result<ConcreteCase> CaseOf(const SymbolicRequest& request, Compiler& compiler,
                                                std::span<const Term> wanted,
                                                std::span<const SmtValue> values);

}  // namespace proviso::analysis
