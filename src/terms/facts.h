// One question to the terms: who asks for what, and the facts as they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cedar/authorize.h"
#include "terms/agreement.h"

namespace proviso::terms {

/// A legal basis that the request carries.
struct AuthorityFact {
  enum class Standing : std::uint8_t { kClaimed, kSigned };
  std::string kind;
  Standing standing = Standing::kClaimed;
  std::string reference;  ///< `case` in the schema.
  std::string issuer;
  std::optional<std::int64_t> subject_cap;
  std::optional<std::int64_t> expires_ms;
};

/// What people decided on exactly this call.
struct DecisionFact {
  std::vector<std::string> people;  ///< Distinct.
  std::vector<std::string> roles;   ///< Held among them.
  enum class Match : std::uint8_t { kThisCall, kAnotherCall };
  Match match = Match::kThisCall;
};

struct OfferedToolsFact {
  std::int64_t offered = 0;
  std::int64_t uncatalogued = 0;
  std::vector<std::string> effects;
};

/// The facts of one request; each is absent until set. Sources are in schema.h.
struct Facts {
  std::optional<std::string> purpose;
  std::optional<std::string> on_behalf_of;
  std::optional<AuthorityFact> authority;
  std::optional<std::string> label;
  std::optional<std::string> enclave;
  std::optional<std::string> network;
  std::optional<std::string> standing;
  std::optional<std::string> effect;
  std::optional<OfferedToolsFact> tools;
  std::optional<DecisionFact> decision;
  std::optional<cedar::Value> input;
  std::optional<std::int64_t> now_ms;
  /// Facts that the agreement adds, and built-in ones that have no member here (act, findings, ledger,
  /// qualification). A name that has a member above, or that stands twice, counts only once: a member
  /// first, then the first of these.
  std::vector<cedar::Attribute> others;
  /// Set when the call's arguments cannot be read, to why: the request is then forbidden.
  std::optional<std::string> undecidable;
};

enum class Act : std::uint8_t { kGenerate, kEmbed, kCallTool, kRelease, kAdminister };

/// "generate", "call_tool", …: the Cedar action's id.
[[nodiscard]] std::string_view NameOf(Act act);
[[nodiscard]] std::optional<Act> ActNamed(std::string_view name);

struct Question {
  Act act = Act::kGenerate;
  std::string application;
  std::string organization;
  std::string provider;
  std::string model;  ///< As the configuration names it.
  std::string tool;   ///< For kCallTool.
  std::string tool_server;
  Facts facts;
};

/// A tool's arguments, a JSON object, as a Cedar record. One number has one value however it is
/// written: whole numbers of 64 bits are Long (7, 7.0, 70e-1), others are decimal where four digits
/// hold them exactly, and otherwise their canonical text (a clause that reads such a number as a
/// decimal then errs, and an erring forbid forbids). A number too precise for a double counts as the
/// double that the tool will read. A null member or element is absent. Fails with kInvalid on what is
/// not strict JSON or no object, kLimit past limits.h: such a call cannot be decided; put the message
/// into Facts::undecidable.
[[nodiscard]] base::Result<cedar::Value> InputFromJson(std::string_view json);

/// The entity of a tool: Tool::"name", or Tool::"server/name" behind a server. `/` and `%` in a
/// server's name, or in the name of a tool without one, are escaped as %2F and %25, so that no two
/// tools share an entity.
[[nodiscard]] cedar::EntityUid ToolUid(std::string_view server, std::string_view tool);

/// The request's context record. `organization` qualifies nothing; entities are named by id.
[[nodiscard]] cedar::Record ContextOf(const Question& question);

/// Entities that stand for this question: the application, its organization, the model or tool.
[[nodiscard]] std::vector<cedar::Entity> EntitiesOf(const Question& question);

/// The Cedar request; `facts.decision` replaced by `decision` when that is given.
[[nodiscard]] cedar::Request RequestOf(const Question& question, const std::optional<DecisionFact>& decision);

}  // namespace proviso::terms
