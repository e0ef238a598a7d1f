// How JSON says what it has no form for.
#pragma once

#include <array>
#include <string_view>

#include "base/json_writer.h"
#include "cedar/value.h"

namespace proviso::cedar::internal {

inline constexpr std::string_view kEntityEscape = "__entity";
inline constexpr std::string_view kExtensionEscape = "__extn";
inline constexpr std::string_view kExpressionEscape = "__expr";  ///< of older versions; refused
inline constexpr std::array kEscapes = {kEntityEscape, kExtensionEscape, kExpressionEscape};

/// Puts {"type": T, "id": I}.
void PutUid(base::JsonWriter& json, const EntityUid& uid);

}  // namespace proviso::cedar::internal
