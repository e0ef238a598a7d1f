#include "enforcement/case.h"

#include <algorithm>
#include <set>

#include "base/random.h"
#include "keys/digest.h"
#include "terms/authority.h"
#include "terms/declare.h"
#include "terms/limits.h"

namespace proviso::enforcement {
namespace {

using base::ErrorCode;
using base::Fail;

/// The server under which the catalogue lists tools that the provider itself runs.
constexpr std::string_view kProviderServer = "provider";

bool RunsAtTheCaller(const protocol::OfferedTool& tool) {
  return tool.kind == "function" || tool.kind == "custom";
}

const terms::CatalogueTool* Catalogued(const terms::Agreement& agreement, const protocol::OfferedTool& tool) {
  if (!RunsAtTheCaller(tool)) return agreement.FindTool(kProviderServer, tool.kind);
  const terms::CatalogueTool* known = agreement.FindTool("", tool.name);
  if (known == nullptr || known->schema_digest.empty()) return known;
  const bool same = known->schema_digest == "sha256:" + base::ToHex(keys::Sha256(tool.schema));
  return same ? known : nullptr;
}

/// Matches what the request offers with the catalogue. A name that is offered twice is trusted in
/// neither form, whoever runs the two: nobody could say which of them a call means.
void MatchTools(const std::vector<protocol::OfferedTool>& offered, const terms::Agreement& agreement,
                Case& out) {
  terms::OfferedToolsFact fact;
  fact.offered = static_cast<std::int64_t>(offered.size());
  std::set<std::string> effects;
  for (const protocol::OfferedTool& tool : offered) {
    const auto same_name = [&tool](const protocol::OfferedTool& other) { return other.name == tool.name; };
    const bool twice = std::ranges::count_if(offered, same_name) > 1;
    const terms::CatalogueTool* known = twice ? nullptr : Catalogued(agreement, tool);
    if (known == nullptr) {
      ++fact.uncatalogued;
      continue;
    }
    effects.insert(known->effect);
    out.tools.push_back({tool.name, known->server, known->effect});
  }
  if (offered.empty()) return;
  fact.effects.assign(effects.begin(), effects.end());
  out.facts.tools = std::move(fact);
}

base::Status Declare(const Opening& opening, Case& out) {
  const terms::Agreement& agreement = opening.terms->agreement();
  const std::string purpose = opening.declarations.purpose.value_or(opening.caller.default_purpose);
  if (!purpose.empty()) {
    auto allowed = terms::AllowedPurpose(agreement, opening.caller.application, purpose);
    if (!allowed) return base::Within("Proviso-Purpose", allowed.error());
    out.facts.purpose = std::move(*allowed);
  }
  if (opening.declarations.authority) {
    auto authority = terms::ReadAuthority(agreement, opening.caller.organization, out.opened_ms,
                                          *opening.declarations.authority);
    if (!authority) return base::Within("Proviso-Authority", authority.error());
    out.facts.authority = std::move(*authority);
  }
  if (opening.declarations.on_behalf_of) {
    if (opening.declarations.on_behalf_of->size() > terms::kDeclaredBytesMax) {
      return Fail(ErrorCode::kLimit,
                  "Proviso-On-Behalf-Of: longer than " + std::to_string(terms::kDeclaredBytesMax));
    }
    out.facts.on_behalf_of = opening.declarations.on_behalf_of;
  }
  return {};
}

/// Whether the declaration was understood, and only may not be made.
bool MayBeRead(ErrorCode code) {
  return code == ErrorCode::kDenied || code == ErrorCode::kExpired || code == ErrorCode::kCorrupt;
}

}  // namespace

base::Result<Case> OpenCase(const Opening& opening) {
  Case out;
  out.opened_ms = opening.clock.WallMs();
  out.opened_ns = opening.clock.MonotonicNs();
  out.decision_id = base::NewId("dec", out.opened_ms);
  out.terms = opening.terms;
  out.caller = opening.caller;
  out.target = opening.target;
  out.request = opening.request;
  out.request_digest = keys::Sha256(opening.body);
  out.request_bytes = opening.body.size();
  out.facts.now_ms = out.opened_ms;
  if (!opening.target.enclave.empty()) out.facts.enclave = opening.target.enclave;
  if (!opening.target.standing.empty()) out.facts.standing = opening.target.standing;
  MatchTools(opening.request.tools, opening.terms->agreement(), out);
  if (auto declared = Declare(opening, out); !declared) {
    if (!MayBeRead(declared.error().code)) return std::unexpected(declared.error());
    out.refused_declaration = declared.error().message;
  }
  return out;
}

terms::Question RequestQuestion(const Case& the_case) {
  terms::Question question;
  question.act = terms::Act::kGenerate;
  question.application = the_case.caller.application;
  question.organization = the_case.caller.organization;
  question.provider = the_case.target.provider;
  question.model = the_case.target.model;
  question.facts = the_case.facts;
  return question;
}

}  // namespace proviso::enforcement
