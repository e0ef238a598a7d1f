// Which entities there are, for a question to the analysis.
#pragma once

#include <string>
#include <vector>

#include "analysis/symbolic_value.h"
#include "cedar/entities.h"
#include "cedar/policy.h"
#include "cedar/schema.h"

namespace proviso::analysis {

/// An entity that stands for one request, beside those of the world: the caller, the model, the tool. It has
/// no attributes, and at most one parent of each of these types. Where the world holds an entity of the same
/// name, that one counts and this one does not (so it is when a request is decided).
struct LocalEntity {
  SymbolicValue entity;
  struct Parent {
    Term present;  ///< Bool
    SymbolicValue entity;
  };
  std::vector<Parent> parents{};
};

/// open:   any entities that are as the schema says. Attributes are uninterpreted functions, ancestors sets
///         for each pair of types, acyclic and transitive over the entities that a query speaks of. Every
///         entity that is spoken of exists. What Cedar's own analysis proves.
/// closed: exactly `entities` and the request's local ones; any other name is no entity: it has no
///         attributes (reading one is an error) and is in nothing but itself. What a gateway decides on.
struct World {
  enum class Kind : std::uint8_t { kOpen, kClosed };
  Kind kind = Kind::kOpen;
  const cedar::Entities* entities = nullptr;  ///< of a closed world; borrowed
};

}  // namespace proviso::analysis
