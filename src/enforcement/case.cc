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

bool IsThatTool(const terms::CatalogueTool& known, const protocol::OfferedTool& tool) {
  return known.schema_digest.empty() ||
         known.schema_digest == "sha256:" + base::ToHex(keys::Sha256(tool.schema));
}

const terms::CatalogueTool* Catalogued(const terms::Agreement& agreement, const protocol::OfferedTool& tool) {
  if (!RunsAtTheCaller(tool)) return agreement.FindTool(kProviderServer, tool.kind);
  const terms::CatalogueTool* known = agreement.FindTool("", tool.name);
  return known != nullptr && IsThatTool(*known, tool) ? known : nullptr;
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

/// The tools of a server; a name that it lists twice is trusted in neither form.
void MatchServerTools(const ToolOpening& opening, Case& out) {
  for (const protocol::OfferedTool& tool : opening.tools) {
    const auto same_name = [&tool](const protocol::OfferedTool& other) { return other.name == tool.name; };
    if (std::ranges::count_if(opening.tools, same_name) > 1) continue;
    const terms::CatalogueTool* known = opening.terms->agreement().FindTool(opening.server, tool.name);
    if (known != nullptr && IsThatTool(*known, tool))
      out.tools.push_back({tool.name, known->server, known->effect});
  }
}

base::Status Declare(const Declarations& declarations, Case& out) {
  const terms::Agreement& agreement = out.terms->agreement();
  const std::string purpose = declarations.purpose.value_or(out.caller.default_purpose);
  out.declared = declarations;
  if (!purpose.empty()) out.declared.purpose = purpose;
  if (!purpose.empty()) {
    auto allowed = terms::AllowedPurpose(agreement, out.caller.application, purpose);
    if (!allowed) return base::Within("Proviso-Purpose", allowed.error());
    out.facts.purpose = std::move(*allowed);
  }
  if (declarations.authority) {
    auto authority =
        terms::ReadAuthority(agreement, out.caller.organization, out.opened_ms, *declarations.authority);
    if (!authority) return base::Within("Proviso-Authority", authority.error());
    out.facts.authority = std::move(*authority);
  }
  if (declarations.on_behalf_of) {
    if (declarations.on_behalf_of->size() > terms::kDeclaredBytesMax) {
      return Fail(ErrorCode::kLimit,
                  "Proviso-On-Behalf-Of: longer than " + std::to_string(terms::kDeclaredBytesMax));
    }
    out.facts.on_behalf_of = declarations.on_behalf_of;
  }
  if (declarations.facts) {
    auto facts = terms::DeclaredFacts(*out.terms, out.caller.application, *declarations.facts);
    if (!facts) return base::Within("Proviso-Facts", facts.error());
    out.facts.others = std::move(*facts);
    out.declared_facts = *declarations.facts;
  }
  return {};
}

/// Whether the declaration was understood, and only may not be made.
bool MayBeRead(ErrorCode code) {
  return code == ErrorCode::kDenied || code == ErrorCode::kExpired || code == ErrorCode::kCorrupt;
}

base::Result<Case> WithDeclarations(const Declarations& declarations, Case out) {
  if (auto declared = Declare(declarations, out); !declared) {
    if (!MayBeRead(declared.error().code)) return std::unexpected(declared.error());
    out.refused_declaration = declared.error().message;
  }
  return out;
}

/// What every case begins with.
Case Begin(std::shared_ptr<const terms::Package> terms, const Caller& caller, const base::Clock& clock) {
  Case out;
  out.opened_ms = clock.WallMs();
  out.opened_ns = clock.MonotonicNs();
  out.decision_id = base::NewId("dec", out.opened_ms);
  out.terms = std::move(terms);
  out.caller = caller;
  out.facts.now_ms = out.opened_ms;
  return out;
}

}  // namespace

base::Result<Case> OpenCase(const Opening& opening) {
  Case out = Begin(opening.terms, opening.caller, opening.clock);
  out.dialect = protocol::NameOf(opening.request.dialect);
  out.target = opening.target;
  out.request = opening.request;
  out.request_digest = keys::Sha256(opening.body);
  out.request_bytes = opening.body.size();
  if (!opening.target.enclave.empty()) out.facts.enclave = opening.target.enclave;
  if (!opening.target.standing.empty()) out.facts.standing = opening.target.standing;
  MatchTools(opening.request.tools, opening.terms->agreement(), out);
  return WithDeclarations(opening.declarations, std::move(out));
}

base::Result<Case> OpenToolCase(const ToolOpening& opening) {
  Case out = Begin(opening.terms, opening.caller, opening.clock);
  out.dialect = opening.dialect;
  out.tool_server = opening.server;
  out.target.provider = opening.server;
  out.request_digest = keys::Sha256(opening.identity);
  out.request_bytes = opening.request_bytes;
  out.request.tools.assign(opening.tools.begin(), opening.tools.end());
  MatchServerTools(opening, out);
  return WithDeclarations(opening.declarations, std::move(out));
}

terms::Question RequestQuestion(const Case& the_case) {
  terms::Question question;
  question.act =
      the_case.request.operation == protocol::Operation::kEmbed ? terms::Act::kEmbed : terms::Act::kGenerate;
  question.application = the_case.caller.application;
  question.organization = the_case.caller.organization;
  question.provider = the_case.target.provider;
  question.model = the_case.target.model;
  question.facts = the_case.facts;
  return question;
}

}  // namespace proviso::enforcement
