// What a Gemini request says besides its contents: tools, toolConfig, generationConfig.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/internal/gemini/names.h"

namespace proviso::protocol::internal::gemini {

[[nodiscard]] base::Status ReadTools(base::Json root, ExchangeRequest& out);
[[nodiscard]] base::Status ReadToolConfig(base::Json root, ExchangeRequest& out);
[[nodiscard]] base::Status ReadGenerationConfig(base::Json root, ExchangeRequest& out);

/// Keeps each member that has a value and is not one of `known`, under its camelCase name.
void KeepOthers(base::Json object, std::string_view path, Names known, std::vector<Member>& others);

}  // namespace proviso::protocol::internal::gemini
