// Runs folders of cases in the layout of the Cedar integration tests, and compares decision, reasons
// and errors of every request, of both evaluators, and every verdict of validation that a case states.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace proviso::cedar {

struct ConformanceReport {
  std::size_t cases = 0;
  std::size_t requests = 0;
  std::size_t verdicts = 0;             ///< of validation: of policies, entities and requests
  std::vector<std::string> mismatches;  ///< case, request, what was expected, what was got

  /// A line for each mismatch, then "N cases, M requests, V verdicts, K mismatches".
  [[nodiscard]] std::string Text() const;
};

/// Finds the cases under `directory`: every X.json that is an object with "requests". The paths that
/// a case names are read beside it when they begin with `corpus-tests/`, else from the nearest
/// directory above that has them. A case that cannot be read counts as one mismatch, unless it says
/// that it must not be: "refused" is then "schema", "policies" or "entities", the first part that the
/// reference refuses; a request's decision may be "refused" too, or missing where a case has only a
/// verdict on the request. X.validation.json may say "all" of the entities in one word. Fails only if the
/// directory cannot be read or holds no case.
[[nodiscard]] base::Result<ConformanceReport> RunConformance(const std::filesystem::path& directory);

}  // namespace proviso::cedar
