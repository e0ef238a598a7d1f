// A solver as a process of its own: Debian's cvc5, spawned for each query and spoken to over pipes. Its
// licence is GPL, so it is never linked; a crash, a hang or a leak in it is one answer `unknown`.
//
//   Solver solver({.time_ms_max = 10'000});
//   const auto answer = solver.Ask(terms, query);
//   if (answer->kind == Answer::Kind::kSat) Show(answer->values);
//
// Any number of threads may ask one Solver at once; each question is a process. What was answered before
// is read from the cache, by the digest of the script and the solver's version: sat and unsat are kept,
// unknown never is.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/script.h"
#include "base/result.h"

namespace proviso::analysis {

/// Strings that are only compared are asked about as numbers, which is several times faster and says the
/// same; or as they are, for a second opinion.
enum class Strings : std::uint8_t { kAsNumbers, kAsText };

struct SolverOptions {
  std::string program{};  ///< "" finds the dialect's on the PATH
  Dialect dialect = Dialect::kCvc5;
  Strings strings = Strings::kAsNumbers;
  std::int64_t time_ms_max = 10'000;           ///< for one query, by the wall clock
  std::int64_t memory_bytes_max = 2LL << 30U;  ///< of its address space; cvc5 starts within 64 MiB
  std::filesystem::path cache{};               ///< a directory, made when it is missing; empty for none
  std::filesystem::path scripts{};  ///< where every script is kept, as <digest>.smt2; empty for nowhere
};

/// What a solver says of a term: a literal of its sort, as SMT-LIB writes values.
struct SmtValue {
  enum class Kind : std::uint8_t { kBool, kInt, kString, kBitVec, kSet, kConstruct };
  Kind kind = Kind::kBool;
  bool boolean = false;
  WideInt integer = 0;
  std::string text{};              ///< of kString, UTF-8; of kBitVec, binary digits
  std::uint32_t constructor = 0;   ///< of kConstruct
  std::vector<SmtValue> children;  ///< fields of kConstruct; elements of kSet
  bool operator==(const SmtValue&) const = default;
};

struct Answer {
  enum class Kind : std::uint8_t { kSat, kUnsat, kUnknown };
  Kind kind = Kind::kUnknown;
  std::vector<SmtValue> values{};  ///< of kSat, as the query wanted them
  std::string reason{};            ///< of kUnknown: "10 s ran out", "the solver gave up: incomplete", …
  std::string script_digest{};     ///< hex
  bool from_cache = false;
  std::int64_t took_ms = 0;
};

class Solver {
 public:
  explicit Solver(SolverOptions options);
  ~Solver();

  /// Fails with kUnavailable where there is no solver to start (the message says what to install), kInvalid
  /// where the query cannot be said. Time and memory that run out, and a solver that dies, are kUnknown.
  [[nodiscard]] base::Result<Answer> Ask(const Query& query);

  /// "cvc5 1.0.3"
  [[nodiscard]] base::Result<std::string> Version();
  [[nodiscard]] const SolverOptions& options() const { return options_; }

  struct Counts {
    std::uint64_t asked = 0;
    std::uint64_t from_cache = 0;
    std::uint64_t unknown = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct State;
  SolverOptions options_;
  std::unique_ptr<State> state_;
};

}  // namespace proviso::analysis
