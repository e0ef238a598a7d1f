// One request on its way, with all that is known of it: what every decision about it rests on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "enforcement/caller.h"
#include "protocol/request.h"
#include "terms/facts.h"
#include "terms/package.h"

namespace proviso::enforcement {

/// A tool of this request, matched with the agreement's catalogue by name and schema digest.
struct KnownTool {
  std::string name;
  std::string server;
  std::string effect;
};

struct Case {
  std::string decision_id;                      ///< "dec_…", what the caller can quote.
  std::shared_ptr<const terms::Package> terms;  ///< Shared: a reload must not change a request in flight.
  Caller caller;
  Target target;
  std::string dialect;      ///< By which the request came: protocol::NameOf, or "mcp".
  std::string tool_server;  ///< That a called tool stands on when it is not catalogued; "" for the caller.
  protocol::Request request;
  base::Digest request_digest{};
  std::size_t request_bytes = 0;
  std::int64_t opened_ms = 0;
  std::int64_t opened_ns = 0;  ///< Monotonic, for latency.
  terms::Facts facts;          ///< Of the request; a call adds its own.
  Declarations declared;       ///< As they came, the key's purpose where the request has none.
  std::vector<KnownTool> tools;
  std::string declared_facts;  ///< For the INTENT: JSON, as the caller sent it; "" without any.
  /// For the INTENT, JSON: what a translation changed, or whose answer is repeated; "" for neither.
  std::string translation;
  /// A declaration that the agreement does not let this caller make, or that does not hold: nothing is
  /// permitted then, and the refusal is recorded like any decision.
  std::optional<std::string> refused_declaration;
};

/// Everything that a case is opened with. Borrowed for the call.
struct Opening {
  std::shared_ptr<const terms::Package> terms;
  const Caller& caller;
  const Declarations& declarations;
  const Target& target;
  const protocol::Request& request;
  std::string_view body;
  const base::Clock& clock;
};

/// Gathers the facts. Fails with kDenied when the caller declares what the agreement does not let it
/// declare, kCorrupt for a signature that does not hold, kExpired for what has lapsed, kInvalid for what
/// cannot be read.
[[nodiscard]] base::Result<Case> OpenCase(const Opening& opening);

/// What a case of a tool server is opened with: a caller that calls a tool itself, without a gateway's model
/// that proposed it. Borrowed for the call.
struct ToolOpening {
  std::shared_ptr<const terms::Package> terms;
  const Caller& caller;
  const Declarations& declarations;
  std::string_view dialect;  ///< "mcp"
  std::string_view server;   ///< As the configuration names it.
  /// Tools of that server that this case is about: name, and schema in canonical JSON ("" when not known).
  std::span<const protocol::OfferedTool> tools;
  /// What makes the request this one and no other; an approval is for exactly this text.
  std::string_view identity;
  std::size_t request_bytes = 0;
  const base::Clock& clock;
};

/// Gathers the facts, as OpenCase. A tool is matched with the catalogue's tools of that server; one that the
/// catalogue has with a schema digest must be given with that schema.
[[nodiscard]] base::Result<Case> OpenToolCase(const ToolOpening& opening);

/// The question whether the request itself may be sent.
[[nodiscard]] terms::Question RequestQuestion(const Case& the_case);

}  // namespace proviso::enforcement
