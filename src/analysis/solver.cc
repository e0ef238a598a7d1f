#include "analysis/solver.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <mutex>

#include "analysis/answer_cache.h"
#include "analysis/internal/child.h"
#include "analysis/internal/numbered_strings.h"
#include "analysis/internal/script_writer.h"
#include "analysis/internal/smt_reader.h"
#include "analysis/limits.h"
#include "base/bytes.h"
#include "keys/digest.h"

namespace proviso::analysis {
namespace {

using base::ErrorCode;

constexpr std::int64_t kVersionTimeMsMax = 10'000;

std::string ProgramOf(const SolverOptions& options) {
  if (!options.program.empty()) return options.program;
  return options.dialect == Dialect::kCvc5 ? "cvc5" : "z3";
}

std::vector<std::string> CommandOf(const SolverOptions& options) {
  if (options.dialect == Dialect::kZ3) return {ProgramOf(options), "-smt2", "-in"};
  return {ProgramOf(options), "--lang=smt2"};
}

std::string Spoken(std::int64_t ms) {
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + " s";
  return std::to_string(ms) + " ms";
}

Answer Unknown(std::string reason) {
  return {.kind = Answer::Kind::kUnknown, .reason = std::move(reason)};
}

std::string FirstLine(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  std::string plain;
  for (const char c : line.substr(0, 200)) plain.push_back(c >= 0x20 && c < 0x7F ? c : '?');
  return plain;
}

bool SpeaksOfMemory(const ChildEnd& end) {
  for (const std::string* text : {&end.output, &end.errors}) {
    if (text->find("bad_alloc") != std::string::npos || text->find("out of memory") != std::string::npos)
      return true;
  }
  return false;
}

/// Why there is no answer in what the program said.
std::string ReasonOf(const ChildEnd& end, const SolverOptions& options) {
  const std::string name = ProgramOf(options);
  switch (end.kind) {
    case ChildEnd::Kind::kOutOfTime:
      return Spoken(options.time_ms_max) + " ran out";
    case ChildEnd::Kind::kTooMuchOutput:
      return name + " said more than is read of it";
    case ChildEnd::Kind::kExited:
    case ChildEnd::Kind::kSignalled:
      break;
  }
  if (SpeaksOfMemory(end)) return std::to_string(options.memory_bytes_max >> 20U) + " MiB of memory ran out";
  if (end.kind == ChildEnd::Kind::kSignalled) {
    if (end.code == SIGXCPU) return Spoken(options.time_ms_max) + " ran out";
    return name + " was ended by signal " + std::to_string(end.code);
  }
  if (end.output.starts_with("unknown")) return "the solver gave up";
  const std::string& said = end.output.empty() ? end.errors : end.output;
  return name + " ended with " + std::to_string(end.code) +
         (said.empty() ? "" : " and said: " + FirstLine(said));
}

/// The verdict, and after it what get-value answered.
struct Verdict {
  Answer::Kind kind = Answer::Kind::kUnknown;
  std::string_view rest{};
};

Verdict VerdictOf(std::string_view output) {
  const std::size_t line_end = std::min(output.find('\n'), output.size());
  const std::string_view line = output.substr(0, line_end);
  const std::string_view rest = output.substr(std::min(line_end + 1, output.size()));
  if (line == "sat") return {Answer::Kind::kSat, rest};
  if (line == "unsat") return {Answer::Kind::kUnsat, {}};
  return {};
}

base::Result<std::string> AskVersion(const SolverOptions& options) {
  const auto end = RunChild({ProgramOf(options), "--version"}, "",
                            {.time_ms_max = kVersionTimeMsMax,
                             .memory_bytes_max = options.memory_bytes_max,
                             .output_bytes_max = kSolverOutputBytesMax});
  if (!end) return std::unexpected(end.error());
  // "This is cvc5 version 1.0.3 …", "Z3 version 4.8.12 - 64 bit"
  const std::size_t word = end->output.find("version ");
  const std::size_t begin = word == std::string::npos ? 0 : word + std::strlen("version ");
  const std::size_t stop = end->output.find_first_of(" \n[", begin);
  const std::string number = FirstLine(std::string_view(end->output).substr(begin, stop - begin));
  if (word == std::string::npos || number.empty()) {
    return base::Fail(ErrorCode::kUnavailable,
                      ProgramOf(options) + " --version says no version: name another program as the solver");
  }
  return (options.dialect == Dialect::kCvc5 ? "cvc5 " : "z3 ") + number;
}

std::unexpected<base::Error> NotStarted(const SolverOptions& options, const base::Error& error) {
  if (error.code != ErrorCode::kNotFound) return std::unexpected(error);
  const std::string package = options.dialect == Dialect::kCvc5 ? "cvc5" : "z3";
  return base::Fail(
      ErrorCode::kUnavailable,
      "no solver: " + error.message + "; install it (apt-get install " + package + ") or put it on the PATH");
}

std::vector<Sort> SortsOf(const std::vector<Term>& terms) {
  std::vector<Sort> sorts;
  for (const Term term : terms) sorts.push_back(term->sort);
  return sorts;
}

bool IsFalse(Term term) {
  return term->kind == TermNode::Kind::kBool && term->integer == 0;
}

base::Status KeepScript(const std::filesystem::path& directory, const std::string& digest,
                        const std::string& content) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return base::Fail(ErrorCode::kIo, directory.string() + ": " + error.message());
  return PutFile(directory / (digest + ".smt2"), content);
}

/// The answer that `output` is; of a sat, with its values.
base::Result<Answer> AnswerIn(std::string_view output, const Query& query, const Script& script) {
  const Verdict verdict = VerdictOf(output);
  Answer answer{.kind = verdict.kind};
  if (verdict.kind != Answer::Kind::kSat || query.wanted.empty()) return answer;
  auto values = ReadValues(verdict.rest, SortsOf(query.wanted), script.constructors);
  if (!values) return std::unexpected(values.error());
  answer.values = std::move(*values);
  return answer;
}

}  // namespace

struct Solver::State {
  explicit State(const SolverOptions& its_options) : options(its_options) {
    if (!options.cache.empty()) cache.emplace(options.cache);
  }

  base::Result<std::string> Version() {
    const std::scoped_lock lock(version_mutex);
    if (!version) {
      auto asked_now = AskVersion(options);
      if (!asked_now) return NotStarted(options, asked_now.error());
      version = std::move(*asked_now);
    }
    return *version;
  }

  /// One that was kept, or the program's.
  base::Result<Answer> Answered(const Query& query, const Script& script) {
    std::string name;
    if (cache) {
      const auto its_version = Version();
      if (!its_version) return std::unexpected(its_version.error());
      name = base::ToHex(keys::Sha256(*its_version + "\n" + script.text));
      if (const auto kept = cache->Find(name)) {
        auto answer = AnswerIn(*kept, query, script);
        if (answer && answer->kind != Answer::Kind::kUnknown) {
          answer->from_cache = true;
          return answer;
        }
      }
    }
    const auto end = RunChild(CommandOf(options), script.text,
                              {.time_ms_max = options.time_ms_max,
                               .memory_bytes_max = options.memory_bytes_max,
                               .output_bytes_max = kSolverOutputBytesMax});
    if (!end) return NotStarted(options, end.error());
    auto answer = end->kind == ChildEnd::Kind::kExited ? AnswerIn(end->output, query, script) : Answer{};
    if (!answer) return Unknown(answer.error().message);
    if (answer->kind == Answer::Kind::kUnknown) return Unknown(ReasonOf(*end, options));
    // A cache that cannot be written costs time alone, and an answer is at hand.
    if (cache) static_cast<void>(cache->Keep(name, end->output));
    return answer;
  }

  /// Writes the script, keeps it, and asks unless there is nothing to ask.
  base::Result<Answer> Ask(const Query& query, const std::string& legend) {
    const auto script = WriteScript(query, options.dialect);
    if (!script) return std::unexpected(script.error());
    const std::string digest = base::ToHex(keys::Sha256(script->text));
    if (!options.scripts.empty()) {
      const std::string title = query.title.empty() ? "" : "; " + FirstLine(query.title) + "\n";
      if (auto kept = KeepScript(options.scripts, digest, title + legend + script->text); !kept) {
        return std::unexpected(kept.error());
      }
    }
    const bool is_folded = std::ranges::any_of(query.assertions, IsFalse);
    auto answer = is_folded ? Answer{.kind = Answer::Kind::kUnsat} : Answered(query, *script);
    if (answer) answer->script_digest = digest;
    return answer;
  }

  const SolverOptions& options;
  std::optional<AnswerCache> cache;
  std::mutex version_mutex;
  std::optional<std::string> version;  ///< guarded by version_mutex
  std::atomic<std::uint64_t> asked = 0;
  std::atomic<std::uint64_t> from_cache = 0;
  std::atomic<std::uint64_t> unknown = 0;
};

Solver::Solver(SolverOptions options)
    : options_(std::move(options)), state_(std::make_unique<State>(options_)) {}
Solver::~Solver() = default;

base::Result<std::string> Solver::Version() {
  return state_->Version();
}

base::Result<Answer> Solver::Ask(const Query& query) {
  const auto begin = std::chrono::steady_clock::now();
  ++state_->asked;
  std::optional<NumberedStrings> numbered;
  if (options_.strings == Strings::kAsNumbers) numbered.emplace(query);
  auto answer = state_->Ask(numbered ? numbered->query() : query, numbered ? numbered->Legend() : "");
  if (!answer) return answer;
  if (numbered && answer->kind == Answer::Kind::kSat) answer->values = numbered->ValuesOf(answer->values);
  if (answer->kind == Answer::Kind::kUnknown) ++state_->unknown;
  if (answer->from_cache) ++state_->from_cache;
  answer->took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  return answer;
}

Solver::Counts Solver::counts() const {
  return {.asked = state_->asked, .from_cache = state_->from_cache, .unknown = state_->unknown};
}

}  // namespace proviso::analysis
