// Members of a request's objects: which are read, and where those stand that are kept as they came.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal {

[[nodiscard]] inline SourceRange RangeOf(base::Json value) {
  return {.begin = value.begin(), .end = value.end()};
}

/// Whether an object has no members with a value but these.
[[nodiscard]] bool HasValuesOnly(base::Json object, std::initializer_list<std::string_view> names);

/// Keeps each member of `object`, which stands at `path`, that has a value and is not one of `known`.
void KeepOthers(base::Json object, std::string_view path, std::initializer_list<std::string_view> known,
                std::vector<Member>& others);

}  // namespace proviso::protocol::internal
