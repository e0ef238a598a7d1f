// A request that a person wrote down: in a package's examples, or for `proviso decide`.
//
//   act = "call_tool"                    # generate (the default), embed, call_tool, release, administer
//   application = "analyst-desk"
//   tool = "assign_asset"                # server = "…" for an MCP server's tool
//   catalogued = false                   # offered under another schema than the catalogue's: no effect
//   model = "model-a"                    # provider = "…"
//   [facts]
//   purpose = "logistics-planning"
//   input = { asset = "asset-1" }        # or the arguments' JSON as a text
//   decision = { people = ["person-1", "person-2"] }
//   now = 2026-03-01T09:00:00Z
//
// Facts are typed by the package's schema, so that a text becomes an entity, an instant or a decimal
// where the schema says so. What the gateway would observe by itself need not be written: the
// organization is the application's, the effect of a catalogued tool is the catalogue's, and the time,
// where the agreement has dates, is a moment at which it is in force.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "cedar/schema.h"
#include "terms/facts.h"

namespace proviso::terms {

class Package;
struct Decision;

struct WorkedRequest {
  Question question;
  /// Why the gateway refuses what the request declares, before any clause is asked.
  std::optional<std::string> refusal;
};

/// Reads the request's own keys of `table`; the caller reads its others and then refuses the rest.
/// Everything wrong is appended to `errors`, with did-you-mean.
[[nodiscard]] WorkedRequest ReadWorkedRequest(base::Fields& table, const Agreement& agreement,
                                              const cedar::Schema& schema, std::vector<std::string>& errors);

/// The decision as the gateway would make it: a refused declaration forbids (kNotPermitted, with the
/// refusal as detail), and the rest is Decide.
[[nodiscard]] Decision DecideWorked(const Package& package, const WorkedRequest& request);

}  // namespace proviso::terms
