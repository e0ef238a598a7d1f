// What an agreement.toml says of texts outside it, and of findings that its parties accept.
#pragma once

#include <string>
#include <vector>

#include "base/fields.h"
#include "terms/agreement.h"

namespace proviso::terms::internal {

/// Reads [[reference]] and [[acknowledgement]] of `root` into `agreement`.
void ReadReferences(base::Fields& root, Agreement& agreement, std::vector<std::string>& errors);

/// Whether a version is written so that it means another text on another day: "latest", "as amended",
/// "2.1 or later", ">= 3", "4.x". "as amended on 25 January 2023" and "third edition" do not.
[[nodiscard]] bool MovesWithTime(std::string_view version);

}  // namespace proviso::terms::internal
