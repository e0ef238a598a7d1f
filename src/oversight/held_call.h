// A tool call that a person must decide on: the exact call, and every fact the decision rests on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace proviso::oversight {

/// What the model proposed.
struct ToolCall {
  std::string tool;
  std::string arguments;  ///< The JSON text, byte for byte as the model gave it; may be empty.
  std::string call_id;    ///< The model's own id for it; may be empty.

  bool operator==(const ToolCall&) const = default;
};

/// A clause of the terms that asks for a person.
struct Clause {
  std::string id;
  std::string title;

  bool operator==(const Clause&) const = default;
};

/// Which decision the terms ask for.
struct DecisionNeed {
  std::uint32_t people = 1;        ///< Distinct people who must approve.
  std::vector<std::string> roles;  ///< Each of them has at least one of these; empty: any approver.

  bool operator==(const DecisionNeed&) const = default;
};

/// A call with its facts, as the gateway asks about it. Empty text means: not stated.
struct ProposedCall {
  ToolCall call;
  std::string model;
  std::string provider;
  std::string dialect;
  std::string application;  ///< Who asked; from its key, never from a header.
  std::string organization;
  std::string on_behalf_of;
  std::string purpose;
  std::string authority;
  std::string facts{};            ///< Other facts that the request declares, as JSON.
  base::Digest terms_digest{};    ///< The terms in force when it was held.
  base::Digest request_digest{};  ///< The request whose answer contained the call.
  std::vector<Clause> clauses;
  DecisionNeed need;

  bool operator==(const ProposedCall&) const = default;
};

/// A proposed call under an id of its own, for a time. Never changes; approvals are on exactly this.
struct HeldCall {
  std::string id;  ///< "hold_…", not guessable.
  ProposedCall proposed;
  base::Digest call_digest{};  ///< CallDigest of proposed.call.
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;  ///< From this moment on it is neither approved nor released.

  bool operator==(const HeldCall&) const = default;
};

/// SHA-256 of {"arguments":…,"format":"proviso.call/v1","tool":…} as compact JSON with both values
/// as strings: the same for the same tool and the same argument bytes, whatever the model's call id.
[[nodiscard]] base::Digest CallDigest(std::string_view tool, std::string_view arguments);

/// Refuses (kInvalid or kLimit, naming the field) what cannot be shown to a person exactly: missing
/// tool, model, provider, dialect, application or organization; arguments that are not JSON; bytes
/// that are not UTF-8; anything over limits.h; a need of no people.
[[nodiscard]] base::Status CheckProposed(const ProposedCall& proposed);

}  // namespace proviso::oversight
