#include "terms/declare.h"

#include <algorithm>

#include "terms/limits.h"

namespace proviso::terms {

using base::ErrorCode;

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

}  // namespace proviso::terms
