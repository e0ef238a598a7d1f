// Routes: what an alias stands for, as the configuration says it.
//
// A route has groups in order. Candidates of one group share the requests by weight; what the first choice
// cannot serve goes to the others of its group, then to the next group. A plan is one request's order of
// candidates, chosen by a random number that the caller supplies:
//
//   Route route{.name = "assistant", .groups = {{{"fast", 9}, {"fast-elsewhere", 1}}, {{"slow", 1}}}};
//   MakePlan(route, random)   // 9 times of 10: fast, fast-elsewhere, slow
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace proviso::routing {

/// Waits of one attempt, and of the whole request.
struct Timeouts {
  std::chrono::milliseconds connect{5'000};
  /// From the end of the request to the first byte of the answer.
  std::chrono::milliseconds first_byte{600'000};
  /// Between two reads of the answer.
  std::chrono::milliseconds between_bytes{120'000};
  /// From the first attempt's start to the last byte, over all attempts; 0: no bound.
  std::chrono::milliseconds total{0};

  bool operator==(const Timeouts&) const = default;
};

/// The waits that a provider or a route sets for itself; the others are as they were.
struct TimeoutChoice {
  std::optional<std::chrono::milliseconds> connect = {};
  std::optional<std::chrono::milliseconds> first_byte = {};
  std::optional<std::chrono::milliseconds> between_bytes = {};
  std::optional<std::chrono::milliseconds> total = {};

  bool operator==(const TimeoutChoice&) const = default;
};

[[nodiscard]] Timeouts With(const Timeouts& timeouts, const TimeoutChoice& choice);

/// What is tried again, and when.
struct RetryRule {
  /// On one candidate, the first included; 1 to kAttemptsPerCandidateMax. Clients try again by themselves,
  /// and a route has its next candidate: more than one must be asked for.
  int attempts = 1;
  /// The wait before the second attempt on a candidate; it doubles up to `backoff_max`. What is waited is
  /// a random part of it, between half and all.
  std::chrono::milliseconds backoff{250};
  std::chrono::milliseconds backoff_max{4'000};
  /// A provider that asks for a longer wait than this is not waited for: the next candidate is tried.
  std::chrono::milliseconds retry_after_max{10'000};
  /// Answers that are tried again. 409 is not among them: it says that the request contradicts a state.
  std::vector<int> statuses = {408, 429, 500, 502, 503, 504, 529};

  bool operator==(const RetryRule&) const = default;
};

/// One model of the configuration, by its name.
struct Candidate {
  std::string model;
  std::uint32_t weight = 1;  ///< 1 to kWeightMax.

  bool operator==(const Candidate&) const = default;
};

using Group = std::vector<Candidate>;

struct Route {
  std::string name;
  std::vector<Group> groups;
  RetryRule retries = {};
  TimeoutChoice timeouts = {};  ///< Over those of each candidate's provider.
};

/// Everything that is wrong with a route, one text each: no candidate, too many, one that stands twice,
/// weights and attempts out of their bounds.
[[nodiscard]] std::vector<std::string> Check(const Route& route);

/// The candidates of one request, best first; each model once.
using Plan = std::vector<std::string>;

/// The order for one request. Equal numbers give equal plans; evenly spread numbers give each candidate of
/// a group the first place as often as its weight says. Pure.
[[nodiscard]] Plan MakePlan(const Route& route, std::uint64_t random);

/// A sequence of numbers from one (SplitMix64), for choices that nobody must be unable to guess.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next();
  /// 0 to `below` - 1; `below` is not 0.
  std::uint64_t Below(std::uint64_t below) { return Next() % below; }

 private:
  std::uint64_t state_;
};

}  // namespace proviso::routing
