// The layout of policies: where their lines may break.
#pragma once

#include <vector>

#include "cedar/internal/commented_tokens.h"
#include "cedar/internal/layout.h"

namespace proviso::cedar::internal {

/// Lays out the tokens of a text that ParsePolicies reads. Both must outlive the result. For other tokens the
/// layout is of no use, but safe to render.
[[nodiscard]] Layout LayOutPolicies(const std::vector<CommentedToken>& tokens, std::size_t indent_width);

}  // namespace proviso::cedar::internal
