#include "terms/declare.h"

#include <algorithm>
#include <array>

#include "base/fields.h"
#include "base/json.h"
#include "terms/internal/typed_value.h"
#include "terms/limits.h"

namespace proviso::terms {

using base::ErrorCode;

namespace {

/// Facts with a header of their own, because they are checked by more than their type.
constexpr std::array<std::string_view, 3> kDeclaredByThemselves{"purpose", "authority", "on_behalf_of"};

const cedar::Type& FactsOf(const Package& package) {
  return *package.schema().FindAction(cedar::EntityUid("Action", "generate"))->context;
}

base::Status MayDeclare(const Package& package, std::string_view application, const std::string& fact) {
  if (std::ranges::find(kDeclaredByThemselves, fact) != kDeclaredByThemselves.end()) {
    return base::Fail(ErrorCode::kInvalid, fact + " has a header of its own");
  }
  const std::string_view asserter = package.AsserterOf(fact);
  if (asserter.empty()) {
    std::vector<std::string> known;
    for (const cedar::AttributeType& each : FactsOf(package).attributes) known.push_back(each.name);
    const std::string meant = base::DidYouMean(fact, known);
    return base::Fail(ErrorCode::kInvalid, "the agreement has no fact " + fact +
                                               (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  const ApplicationTerms* terms = package.agreement().FindApplication(application);
  if (terms != nullptr && (asserter == "party" || asserter == terms->party)) return {};
  return base::Fail(ErrorCode::kDenied, fact + " is asserted by " + std::string(asserter) +
                                            ", and not by this application's party");
}

}  // namespace

base::Result<std::string> AllowedPurpose(const Agreement& agreement, std::string_view application,
                                         std::string_view purpose) {
  if (purpose.size() > kDeclaredBytesMax) {
    return base::Fail(ErrorCode::kLimit,
                      "purpose: longer than " + std::to_string(kDeclaredBytesMax) + " bytes");
  }
  const ApplicationTerms* terms = agreement.FindApplication(application);
  if (terms == nullptr) {
    return base::Fail(ErrorCode::kDenied,
                      "purpose: the agreement gives this application no purpose, since it "
                      "does not name it; add it as [[application]]");
  }
  if (std::ranges::find(terms->purposes, purpose) != terms->purposes.end()) return std::string(purpose);
  std::string allowed;
  for (const std::string& each : terms->purposes) allowed += (allowed.empty() ? "" : ", ") + each;
  return base::Fail(ErrorCode::kDenied, "purpose: the agreement does not give application " + terms->id +
                                            " this purpose; it has " + (allowed.empty() ? "none" : allowed));
}

base::Result<std::vector<cedar::Attribute>> DeclaredFacts(const Package& package,
                                                          std::string_view application,
                                                          std::string_view json) {
  if (json.size() > kDeclaredBytesMax) {
    return base::Fail(ErrorCode::kLimit, "longer than " + std::to_string(kDeclaredBytesMax) + " bytes");
  }
  const auto document =
      base::JsonDocument::Parse(json, {.depth_max = kInputDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) return std::unexpected(document.error());
  if (!document->root().is_object()) return base::Fail(ErrorCode::kInvalid, "must be a JSON object of facts");
  std::vector<cedar::Attribute> facts;
  for (const base::JsonMember member : document->root().members()) {
    std::string fact = member.key.text();
    if (auto may = MayDeclare(package, application, fact); !may) return std::unexpected(may.error());
    auto value = internal::TypedValue(member.value, *FactsOf(package).FindAttribute(fact)->type);
    if (!value) return base::Fail(value.error().code, fact + value.error().message);
    facts.push_back({std::move(fact), std::move(*value)});
  }
  return facts;
}

}  // namespace proviso::terms
