// TOML files (v1.0) as JSON text, so that everything is read through one reader.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::base {

/// The same tables as JSON; dates and times become strings in their TOML spelling. Errors are
/// kInvalid: "agreement.toml:12:5: …".
[[nodiscard]] Result<std::string> TomlToJson(std::string_view text, std::string_view source_name);

}  // namespace proviso::base
