// Bounds that every room shares. A room's own bounds live in its own limits.h.
#pragma once

#include <cstddef>

namespace proviso::base {

/// Deepest nesting of arrays and objects that any JSON reader here accepts.
inline constexpr std::size_t kJsonDepthMax = 512;

/// Most values (scalars, arrays, objects and keys) in one JSON text.
inline constexpr std::size_t kJsonNodesMax = 8'000'000;

/// Largest file read whole into memory: configuration, policies, keys, bodies on disk.
inline constexpr std::size_t kFileBytesMax = 256U << 20U;

}  // namespace proviso::base
