// What the headers of a caller's request say that the gateway itself reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "enforcement/caller.h"
#include "http/message.h"

namespace proviso::gateway::internal {

/// The one header of this name, or nothing. kInvalid when it stands more than once.
[[nodiscard]] base::Result<std::optional<std::string>> OneHeader(const http::RequestHead& head,
                                                                 std::string_view name);

/// Proviso-Purpose, Proviso-Authority, Proviso-On-Behalf-Of, Proviso-Facts.
[[nodiscard]] base::Result<enforcement::Declarations> ReadDeclarationHeaders(const http::RequestHead& head);

}  // namespace proviso::gateway::internal
