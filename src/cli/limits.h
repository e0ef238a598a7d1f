// Bounds of this room.
#pragma once

#include <chrono>
#include <cstddef>

namespace proviso::cli {

/// Largest key file that is read: a signing key has some hundred bytes.
inline constexpr std::size_t kKeyFileBytesMax = 4096;

/// Largest answer that is read of a gateway: a page of held calls with their statements.
inline constexpr std::size_t kAnswerBytesMax = 64U << 20U;
/// Most held calls that are listed of a home.
inline constexpr std::size_t kHoldsListedMax = 20'000;

/// How long a gateway may take to begin its answer.
inline constexpr std::chrono::milliseconds kAnswerWait{30'000};

/// How long a gateway may take to switch to other terms.
inline constexpr std::chrono::milliseconds kReloadWait{60'000};

/// The tour: how long its gateway may take to start, its local model to load, and its children to end.
inline constexpr std::chrono::milliseconds kGatewayStartWait{20'000};
inline constexpr std::chrono::milliseconds kModelLoadWait{90'000};
inline constexpr std::chrono::milliseconds kChildEndWait{10'000};
/// How often it looks.
inline constexpr std::chrono::milliseconds kTourLook{100};

/// Largest examples of `cedar bench`: of each kind (the time to make one grows with its square), clauses,
/// and people.
inline constexpr std::size_t kExampleOfEachKindMax = 5'000;
inline constexpr std::size_t kExampleClausesMax = 10'000;
inline constexpr std::size_t kExamplePeopleMax = 1'000'000;

}  // namespace proviso::cli
