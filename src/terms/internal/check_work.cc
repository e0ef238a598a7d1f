#include "terms/internal/check_work.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace proviso::terms::internal {

Inquiry& Worker::About(Act act) {
  std::unique_ptr<Inquiry>& inquiry = inquiries_[act];
  if (inquiry == nullptr) inquiry = std::make_unique<Inquiry>(common_, act);
  return *inquiry;
}

Joined JoinParts(const Subject& subject) {
  Joined joined;
  for (const Part& part : subject.parts) {
    joined.took_ms += part.sought.took_ms;
    for (const std::string& script : part.sought.scripts) {
      if (std::ranges::find(joined.scripts, script) == joined.scripts.end()) joined.scripts.push_back(script);
    }
    switch (part.sought.kind) {
      case Sought::Kind::kNone:
        break;
      case Sought::Kind::kFound:
        if (joined.found == nullptr) joined.found = &part;
        break;
      case Sought::Kind::kUnknown:
        if (joined.reason.empty()) joined.reason = std::string(NameOf(part.act)) + ": " + part.sought.reason;
        break;
    }
  }
  return joined;
}

Crew::Crew(Common& common, const CheckOptions& options) : options_(options) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned threads = options.threads == 0 ? cores : options.threads;
  for (unsigned i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>(common));
}

void Crew::Report(const std::string& name) {
  const std::lock_guard lock(mutex_);
  ++progress_.done;
  progress_.now = name;
  if (options_.progress) options_.progress(progress_);
}

void Crew::Run(std::vector<Task> tasks) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&](Worker& worker) {
    for (std::size_t i = next++; i < tasks.size(); i = next++) {
      tasks[i].run(worker);
      Report(tasks[i].name);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    threads.emplace_back([&work, this, i] { work(*workers_[i]); });
  }
  work(*workers_.front());
}

}  // namespace proviso::terms::internal
