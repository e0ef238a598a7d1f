#include "oversight/held_call.h"

#include <utility>

#include "base/json.h"
#include "base/json_writer.h"
#include "keys/digest.h"
#include "oversight/limits.h"

namespace proviso::oversight {
namespace {

using base::ErrorCode;
using base::Fail;

// The house's one judge of UTF-8 is its JSON reader; a lone string is a JSON text.
bool IsUtf8(std::string_view text) {
  return base::JsonDocument::Parse(base::JsonString(text)).has_value();
}

base::Status CheckField(std::string_view name, std::string_view value) {
  const std::string where = "held call: " + std::string(name);
  if (value.size() > kFieldBytesMax) {
    return Fail(ErrorCode::kLimit, where + " has " + std::to_string(value.size()) + " bytes; at most " +
                                       std::to_string(kFieldBytesMax) + " can be held");
  }
  if (!IsUtf8(value)) return Fail(ErrorCode::kInvalid, where + " is not UTF-8");
  return {};
}

base::Status CheckArguments(std::string_view arguments) {
  if (arguments.size() > kArgumentsBytesMax) {
    return Fail(ErrorCode::kLimit, "held call: the arguments have " + std::to_string(arguments.size()) +
                                       " bytes; at most " + std::to_string(kArgumentsBytesMax) +
                                       " can be shown to a person");
  }
  if (arguments.empty()) return {};
  const auto parsed = base::JsonDocument::Parse(arguments, {.depth_max = kArgumentsDepthMax});
  if (!parsed) return base::Within("held call: the arguments are not usable JSON", parsed.error());
  return {};
}

base::Status CheckNeed(const DecisionNeed& need) {
  if (need.people == 0) return Fail(ErrorCode::kInvalid, "held call: a decision needs at least one person");
  if (need.people > kPeopleMax) {
    return Fail(ErrorCode::kLimit, "held call: a decision by more than " + std::to_string(kPeopleMax) +
                                       " people is not supported");
  }
  if (need.roles.size() > kRolesMax) {
    return Fail(ErrorCode::kLimit, "held call: more than " + std::to_string(kRolesMax) + " roles");
  }
  for (const auto& role : need.roles) {
    if (role.empty()) return Fail(ErrorCode::kInvalid, "held call: a needed role has no name");
    if (auto checked = CheckField("a needed role", role); !checked) return checked;
  }
  return {};
}

base::Status CheckClauses(const std::vector<Clause>& clauses) {
  if (clauses.size() > kClausesMax) {
    return Fail(ErrorCode::kLimit, "held call: more than " + std::to_string(kClausesMax) + " clauses");
  }
  for (const auto& clause : clauses) {
    if (auto checked = CheckField("a clause's id", clause.id); !checked) return checked;
    if (auto checked = CheckField("a clause's title", clause.title); !checked) return checked;
  }
  return {};
}

}  // namespace

base::Digest CallDigest(std::string_view tool, std::string_view arguments) {
  base::JsonWriter json;
  json.BeginObject().Key("arguments").String(arguments);
  json.Key("format").String("proviso.call/v1").Key("tool").String(tool).EndObject();
  return keys::Sha256(json.Take());
}

base::Status CheckProposed(const ProposedCall& proposed) {
  using Field = std::pair<std::string_view, std::string_view>;
  for (const auto& [name, value] :
       {Field("tool", proposed.call.tool), Field("model", proposed.model),
        Field("provider", proposed.provider), Field("dialect", proposed.dialect),
        Field("application", proposed.application), Field("organization", proposed.organization)}) {
    if (value.empty()) return Fail(ErrorCode::kInvalid, "held call: " + std::string(name) + " is missing");
    if (auto checked = CheckField(name, value); !checked) return checked;
  }
  for (const auto& [name, value] :
       {Field("call_id", proposed.call.call_id), Field("on_behalf_of", proposed.on_behalf_of),
        Field("purpose", proposed.purpose), Field("authority", proposed.authority),
        Field("facts", proposed.facts)}) {
    if (auto checked = CheckField(name, value); !checked) return checked;
  }
  if (auto checked = CheckArguments(proposed.call.arguments); !checked) return checked;
  if (auto checked = CheckNeed(proposed.need); !checked) return checked;
  return CheckClauses(proposed.clauses);
}

}  // namespace proviso::oversight
