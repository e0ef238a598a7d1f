// What the standard library of Debian 12 (libstdc++ 12) lacks of C++23, as far as this room needs it.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include "base/result.h"

namespace proviso::cedar::internal {

/// std::ranges::contains, with a projection.
template <typename Range, typename Wanted, typename Projection = std::identity>
[[nodiscard]] bool Contains(const Range& range, const Wanted& wanted, Projection projection = {}) {
  return std::ranges::find(range, wanted, projection) != std::ranges::end(range);
}

/// std::expected::transform: `map` of the value, or the error as it is.
template <typename T, typename Map>
[[nodiscard]] auto Transform(base::Result<T> result, Map map)
    -> base::Result<decltype(map(std::move(*result)))> {
  if (!result) return std::unexpected(std::move(result.error()));
  return map(std::move(*result));
}

}  // namespace proviso::cedar::internal
