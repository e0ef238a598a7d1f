// One case of the Cedar integration tests: its files, read, and the verdicts of validation that it
// states. conformance.h runs folders of them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/json.h"
#include "cedar/authorize.h"
#include "cedar/conformance.h"
#include "cedar/schema.h"

namespace proviso::cedar::internal {

/// All that the requests of one case share.
struct LoadedCase {
  std::shared_ptr<const PolicySet> policies;
  std::optional<Schema> schema;
  Entities entities;
};

/// Reads the files that the case at `path` names.
[[nodiscard]] base::Result<LoadedCase> LoadCase(const std::filesystem::path& path, base::Json root);

/// One of its requests.
[[nodiscard]] base::Result<Request> ReadRequest(const LoadedCase& loaded, base::Json json);

/// Whether X.validation.json beside the case says that its entities are not as the schema says: they may
/// then be refused when they are read, too.
[[nodiscard]] bool ExpectsUnfitEntities(const std::filesystem::path& path);

/// Validates policies, entities and requests, strictly and permissively, and adds a mismatch for each
/// verdict that is not the case's: `shouldValidate` and `validateRequest` in the case itself, and all of
/// X.validation.json where it stands beside X.json.
void CompareVerdicts(const std::filesystem::path& path, base::Json root, const LoadedCase& loaded,
                     ConformanceReport& report);

}  // namespace proviso::cedar::internal
