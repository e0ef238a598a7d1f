// One request's way through its candidates: which one now, and what follows a failure.
//
//   Journey journey(route, MakePlan(route, random), clock.MonotonicNs() + total);
//   while (const std::string* model = journey.candidate()) {
//     …decide this candidate afresh; forbidden or held: journey.Skip(); continue;…
//     auto failure = co_await Attempt(*model);
//     if (!failure) break;                                    // an answer
//     const Step step = journey.Failed(*failure, released, now_ns, dice.Next());
//     if (step.next == Next::kGiveUp) break;                  // the caller learns of this failure
//     co_await Wait(step.wait);
//   }
//
// Once a byte of an answer was released to the caller nothing is tried again: two halves of two answers
// are no answer.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "routing/route.h"

namespace proviso::routing {

/// How an attempt ended without a usable answer.
enum class Failure : std::uint8_t {
  kConnect,    ///< No connection: nothing was sent.
  kClosed,     ///< Sent, and closed before the answer began.
  kTimedOut,   ///< No answer, or no further byte, within its bound.
  kStatus,     ///< An answer that says no.
  kMalformed,  ///< An answer that cannot be understood, or that broke off.
};
inline constexpr std::size_t kFailures = 5;

/// "connect", "closed", "timeout", "status", "malformed".
[[nodiscard]] std::string_view NameOf(Failure failure);

struct AttemptFailure {
  Failure kind = Failure::kConnect;
  int status = 0;  ///< Of kStatus; otherwise 0.
  std::optional<std::chrono::milliseconds> retry_after = {};
};

/// Whether anything of the answer has gone to the caller.
enum class Released : std::uint8_t { kNothing, kSomething };

enum class Next : std::uint8_t { kSameCandidate, kNextCandidate, kGiveUp };

struct Step {
  Next next = Next::kGiveUp;
  std::chrono::milliseconds wait{0};
};

/// Used by one thread.
class Journey {
 public:
  /// `route` is borrowed. `deadline_ns` is on the monotonic clock; 0: none.
  Journey(const Route& route, Plan plan, std::int64_t deadline_ns);

  /// The model to try now, or null when none is left. Borrowed until the next call of Failed or Skip.
  [[nodiscard]] const std::string* candidate() const;
  /// What is left of the plan, the present candidate first.
  [[nodiscard]] std::span<const std::string> candidates() const;

  /// Says what follows a failure, and moves there. No wait is begun that the deadline would cut short;
  /// with `retry_after` above the route's bound the candidate is left.
  [[nodiscard]] Step Failed(const AttemptFailure& failure, Released released, std::int64_t now_ns,
                            std::uint64_t random);
  /// Leaves the present candidate without an attempt: its breaker is open, the terms do not permit it,
  /// the request cannot be expressed for it.
  void Skip();

  /// Leaves nothing after the present candidate.
  void KeepOnlyThis();

  /// Failures so far.
  [[nodiscard]] int attempts() const { return attempts_; }

 private:
  [[nodiscard]] bool MayTryAgain(const AttemptFailure& failure) const;
  [[nodiscard]] bool MayTryElsewhere(const AttemptFailure& failure) const;
  [[nodiscard]] std::chrono::milliseconds WaitFor(const AttemptFailure& failure, std::uint64_t random) const;
  [[nodiscard]] Step MoveOn(std::int64_t now_ns);

  const Route* route_;
  Plan plan_;
  std::size_t place_ = 0;
  int attempts_here_ = 0;
  int attempts_ = 0;
  std::int64_t deadline_ns_;
};

/// Reads `retry-after-ms` (milliseconds) or, without it, `Retry-After` (RFC 9110, 10.2.3: seconds, or an
/// IMF-fixdate). Empty texts stand for absent headers. What cannot be read is no answer; a wait beyond
/// kRetryAfterMax reads as that bound; a time that has passed reads as 0.
[[nodiscard]] std::optional<std::chrono::milliseconds> ReadRetryAfter(std::string_view retry_after_ms,
                                                                      std::string_view retry_after,
                                                                      std::int64_t now_wall_ms);

}  // namespace proviso::routing
