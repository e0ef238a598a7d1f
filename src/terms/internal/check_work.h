// The work of one check: what is to be found out about each subject, act by act, on several threads.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "terms/check.h"
#include "terms/internal/inquiry.h"

namespace proviso::terms::internal {

inline constexpr std::array kActsInOrder{Act::kGenerate, Act::kEmbed, Act::kCallTool, Act::kRelease,
                                         Act::kAdminister};

/// One thread's inquiries, each made at its first use.
class Worker {
 public:
  explicit Worker(Common& common) : common_(common) {}
  [[nodiscard]] Inquiry& About(Act act);
  [[nodiscard]] const Package& package() const { return common_.package; }

 private:
  Common& common_;
  std::map<Act, std::unique_ptr<Inquiry>> inquiries_;
};

/// What was found out about a subject in one act.
struct Part {
  Act act = Act::kGenerate;
  Sought sought{};
  std::shared_ptr<const Evaluated> after{};  ///< Of kSetAside: the second of the two.
  bool is_spoken_of = true;                  ///< Whether the clause says anything of this act.
};

/// One question about one clause, safeguard or act.
struct Subject {
  CheckQuestion question;
  std::string id;
  std::string party{};
  const Subject* vacuous = nullptr;  ///< Whether any request satisfies the clause, where that is asked.
  std::deque<Part> parts{};          ///< One for each act that is asked about; they stay where they are.
};

/// A subject's parts as one answer: found in any act, else unknown in any, else in none.
struct Joined {
  const Part* found = nullptr;
  std::string reason;  ///< Where nothing is found: why it is not known; "" where there is none.
  std::vector<std::string> scripts;
  std::int64_t took_ms = 0;

  [[nodiscard]] bool IsNone() const { return found == nullptr && reason.empty(); }
};
[[nodiscard]] Joined JoinParts(const Subject& subject);

/// Something to do on any thread.
struct Task {
  std::string name;
  std::function<void(Worker&)> run;
};

/// Runs all of them, in their order where there is one thread, and reports after each.
class Crew {
 public:
  Crew(Common& common, const CheckOptions& options);
  void Run(std::vector<Task> tasks);
  /// Tasks that are still to come in later calls of Run.
  void Announce(std::size_t tasks) { progress_.of += tasks; }

 private:
  void Report(const std::string& name);

  const CheckOptions& options_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex mutex_;
  Progress progress_;
};

}  // namespace proviso::terms::internal
