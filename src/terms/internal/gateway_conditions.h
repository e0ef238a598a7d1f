// The texts of gateway_facts.h, by what they are about.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terms/gateway_facts.h"

namespace proviso::terms::internal {

/// The server under which the catalogue lists tools that a provider runs itself (enforcement/case.cc).
inline constexpr std::string_view kProviderServer = "provider";

/// What the conditions of one act are written for.
struct ConditionScope {
  const Package& package;
  Act act;
  std::span<const std::string> facts;  ///< Sorted.

  [[nodiscard]] const Agreement& agreement() const { return package.agreement(); }
  [[nodiscard]] bool Has(std::string_view fact) const;
  /// The act's principal is an application.
  [[nodiscard]] bool IsOfAnApplication() const { return act != Act::kAdminister; }
  /// The act's resource is a model.
  [[nodiscard]] bool IsOfAModel() const { return act != Act::kAdminister && act != Act::kCallTool; }
};

using Conditions = std::vector<GatewayCondition>;

void AddCaller(const ConditionScope& scope, Conditions& out);     ///< principal, purpose
void AddTools(const ConditionScope& scope, Conditions& out);      ///< effect, tools, input
void AddModel(const ConditionScope& scope, Conditions& out);      ///< model, standing
void AddAuthority(const ConditionScope& scope, Conditions& out);  ///< authority
void AddDecision(const ConditionScope& scope, Conditions& out);   ///< decision
void AddMeasures(const ConditionScope& scope, Conditions& out);   ///< now, ledger, act, findings

/// Any of them, or `false` where there is none; in parentheses, halved so that no nesting is deep.
[[nodiscard]] std::string AnyOf(std::span<const std::string> conditions);

}  // namespace proviso::terms::internal
