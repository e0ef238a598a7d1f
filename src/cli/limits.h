// Bounds of this room.
#pragma once

#include <chrono>
#include <cstddef>

namespace proviso::cli {

/// Largest key file that is read: a signing key has some hundred bytes.
inline constexpr std::size_t kKeyFileBytesMax = 4096;

/// Largest answer that is read of a gateway: a page of held calls with their statements.
inline constexpr std::size_t kAnswerBytesMax = 64U << 20U;
/// Deepest and widest such answer, as JSON.
inline constexpr std::size_t kHoldsListedMax = 20'000;

/// How long a gateway may take to begin its answer.
inline constexpr std::chrono::milliseconds kAnswerWait{30'000};

}  // namespace proviso::cli
