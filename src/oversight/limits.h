// Bounds of this room, each tested at its edge (limits_test.cc, and beside what enforces it).
#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso::oversight {

/// Calls that wait for a decision or for their release, over all applications. More are refused:
/// people cannot decide faster because a queue is longer.
inline constexpr std::size_t kPendingHoldsMax = 10'000;
/// The same for one application, so that one cannot fill the desk for all.
inline constexpr std::size_t kPendingHoldsPerApplicationMax = 1'000;

/// Longest arguments of a held call, as the exact text, and their deepest nesting. What is longer
/// cannot be read by a person in time, and is refused rather than held.
inline constexpr std::size_t kArgumentsBytesMax = 256U << 10U;
inline constexpr std::size_t kArgumentsDepthMax = 64;

/// Longest name, purpose, authority or other single field.
inline constexpr std::size_t kFieldBytesMax = 1'024;
inline constexpr std::size_t kClausesMax = 64;
inline constexpr std::size_t kRolesMax = 16;
/// Most distinct people that one decision may need.
inline constexpr std::uint32_t kPeopleMax = 16;

/// How long a call may be held, from asking to release.
inline constexpr std::int64_t kLifetimeMsMin = 1'000;
inline constexpr std::int64_t kLifetimeMsMax = 7LL * 24 * 60 * 60 * 1'000;

/// Longest reason that an approver gives, and longest approval note as a whole.
inline constexpr std::size_t kReasonBytesMax = 500;
inline constexpr std::size_t kApprovalBytesMax = 4'096;
/// Largest statement that is read back: the largest call, every byte of it escaped.
inline constexpr std::size_t kStatementBytesMax = 2U << 20U;

/// Most that is kept with a hold to decide it again under other terms.
inline constexpr std::size_t kQuestionBytesMax = 256U << 10U;

/// How far an approver's clock may differ from the desk's.
inline constexpr std::int64_t kClockSkewMsMax = 2LL * 60 * 1'000;

/// Most people and keys in one book of approvers.
inline constexpr std::size_t kApproversMax = 10'000;

/// Most holds in one answer to List, and most changes in one answer to Changes.
inline constexpr std::size_t kListMax = 1'000;
inline constexpr std::size_t kChangesMax = 1'000;

}  // namespace proviso::oversight
