// Bounds of this room: a package that passes one is refused.
#pragma once

#include <cstddef>

namespace proviso::terms {

inline constexpr std::size_t kPackageFilesMax = 1'000;
inline constexpr std::size_t kPackageFileBytesMax = 4U << 20U;
inline constexpr std::size_t kClausesMax = 5'000;
inline constexpr std::size_t kExamplesMax = 10'000;
inline constexpr std::size_t kApproverProfilesMax = 16;
/// Longest purpose, authority, on-behalf-of or other declared text.
inline constexpr std::size_t kDeclaredBytesMax = 8'192;
/// Bytes of one tool call's arguments that a decision reads.
inline constexpr std::size_t kInputBytesMax = 1U << 20U;
/// Deepest nesting of one tool call's arguments that a decision reads.
inline constexpr std::size_t kInputDepthMax = 64;

}  // namespace proviso::terms
