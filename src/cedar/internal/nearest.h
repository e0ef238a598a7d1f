// "did you mean `…`?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace proviso::cedar::internal {

/// "; did you mean `nearest`?" for the candidate that a slip of the keys could have turned into
/// `name`, or an empty text.
[[nodiscard]] std::string DidYouMean(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace proviso::cedar::internal
