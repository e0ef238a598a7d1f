// Bounds of the routing room. Each is tested at its edge.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace proviso::routing {

/// Candidates of one route, in all its groups.
inline constexpr std::size_t kCandidatesMax = 16;

/// Largest weight of a candidate.
inline constexpr std::uint32_t kWeightMax = 1'000;

/// Attempts on one candidate, the first included; and on all candidates of one request.
inline constexpr int kAttemptsPerCandidateMax = 5;
inline constexpr int kAttemptsMax = 16;

/// The longest wait that a provider's Retry-After may ask for before we read it as this.
inline constexpr std::chrono::milliseconds kRetryAfterMax{24 * 3'600'000};

/// Largest limit or budget: a rate's arithmetic (micro-units a minute) and a sum of two must fit 64 bits.
inline constexpr std::int64_t kRateMax = 1'000'000'000;
inline constexpr std::int64_t kBudgetMax = 1'000'000'000'000'000;

/// Highest price: micro-units for a million tokens.
inline constexpr std::int64_t kPriceMax = 1'000'000'000'000;

/// A lease takes at least this part of a budget's limit, so that a budget costs at most so many writes.
inline constexpr std::int64_t kLeasesPerBudget = 64;

/// How long a budget that is used up is believed to be so before the store is asked again: another
/// process may have given back what it did not spend.
inline constexpr std::chrono::milliseconds kAskAgainAfter{5'000};

/// Longest Idempotency-Key.
inline constexpr std::size_t kIdempotencyKeyBytesMax = 255;

/// Answers that are kept to be given again: each, together, and how many keys at once.
inline constexpr std::size_t kKeptAnswerBytesMax = 1U << 20U;
inline constexpr std::size_t kKeptBytesMax = 64U << 20U;
inline constexpr std::size_t kIdempotencyKeysMax = 100'000;

/// How long a key is remembered after it came.
inline constexpr std::chrono::milliseconds kIdempotencyLifetime{24 * 3'600'000};

}  // namespace proviso::routing
