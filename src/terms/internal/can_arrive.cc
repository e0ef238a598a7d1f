#include "terms/internal/can_arrive.h"

#include <algorithm>

#include "terms/declare.h"

namespace proviso::terms::internal {
namespace {

bool IsKnownCaller(const Agreement& agreement, const Question& question) {
  if (question.act == Act::kAdminister) return true;
  const ApplicationTerms* application = agreement.FindApplication(question.application);
  return application != nullptr && application->organization == question.organization;
}

bool MayDeclare(const Agreement& agreement, const Question& question) {
  const std::optional<std::string>& purpose = question.facts.purpose;
  return !purpose || AllowedPurpose(agreement, question.application, *purpose).has_value();
}

bool NamesItsResource(const Question& question) {
  switch (question.act) {
    case Act::kCallTool:
      return !question.tool.empty();
    case Act::kGenerate:
    case Act::kEmbed:
    case Act::kRelease:
      return !question.model.empty();
    case Act::kAdminister:
      break;
  }
  return !question.application.empty();
}

bool HasTheCataloguesEffect(const Agreement& agreement, const Question& question) {
  if (question.act != Act::kCallTool) return !question.facts.effect && !question.facts.input;
  if (!question.facts.effect) return true;
  const CatalogueTool* tool = agreement.FindTool(question.tool_server, question.tool);
  return tool != nullptr && tool->effect == *question.facts.effect;
}

bool AddsUp(const Agreement& agreement, const std::optional<OfferedToolsFact>& tools) {
  if (!tools) return true;
  if (tools->offered < 1 || tools->uncatalogued < 0 || tools->uncatalogued > tools->offered) return false;
  const std::int64_t catalogued = tools->offered - tools->uncatalogued;
  if (static_cast<std::int64_t>(tools->effects.size()) > catalogued) return false;
  if (tools->effects.empty() != (catalogued == 0)) return false;
  return std::ranges::all_of(tools->effects, [&](const std::string& effect) {
    return std::ranges::find(agreement.tools, effect, &CatalogueTool::effect) != agreement.tools.end();
  });
}

bool IsAuthority(const Agreement& agreement, const Facts& facts) {
  if (!facts.authority) return true;
  const AuthorityFact& authority = *facts.authority;
  if (authority.kind.empty()) return false;
  switch (authority.standing) {
    case AuthorityFact::Standing::kClaimed:
      return !authority.subject_cap && !authority.expires_ms;
    case AuthorityFact::Standing::kSigned:
      break;
  }
  if (authority.expires_ms && facts.now_ms && *authority.expires_ms <= *facts.now_ms) return false;
  const auto& issuers = agreement.authority_issuers;
  return std::ranges::find(issuers, authority.issuer, &AuthorityIssuer::id) != issuers.end();
}

bool IsInForce(const Agreement& agreement, const std::optional<std::int64_t>& now_ms) {
  if (!agreement.effective_ms && !agreement.expires_ms) return true;
  return now_ms && (!agreement.effective_ms || *now_ms >= *agreement.effective_ms) &&
         (!agreement.expires_ms || *now_ms < *agreement.expires_ms);
}

}  // namespace

bool CanArriveInForce(const Package& package, const Question& question) {
  const Agreement& agreement = package.agreement();
  return IsKnownCaller(agreement, question) && MayDeclare(agreement, question) &&
         NamesItsResource(question) && HasTheCataloguesEffect(agreement, question) &&
         AddsUp(agreement, question.facts.tools) && IsAuthority(agreement, question.facts);
}

bool CanArrive(const Package& package, const Question& question) {
  return CanArriveInForce(package, question) && IsInForce(package.agreement(), question.facts.now_ms);
}

}  // namespace proviso::terms::internal
