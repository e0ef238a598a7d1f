// Held calls as JSON, the same over HTTP and in the command line.
#pragma once

#include <span>
#include <string>

#include "oversight/desk.h"

namespace proviso::gateway {

/// One hold. "statement" is the very text that approvers sign the digest of, as a JSON string.
/// {"id","state","application","created","expires","people","needed":{"people","roles"},"progress",
///  "statement_digest","statement","decisions":[{"person","verdict","time","reason"}]}
[[nodiscard]] base::Result<std::string> HoldJson(const oversight::Hold& hold);

/// {"holds":[…]}
[[nodiscard]] base::Result<std::string> HoldListJson(std::span<const oversight::Hold> holds);

/// {"state","people","needed","message"}
[[nodiscard]] std::string ProgressJson(const oversight::Progress& progress);

}  // namespace proviso::gateway
