#include "gateway/hold_watch.h"

#include <chrono>

#include "gateway/limits.h"

namespace proviso::gateway {

HoldWatch::HoldWatch(oversight::Desk& desk, EventLog& events) : desk_(desk), events_(events) {
  if (auto changes = desk_.Changes(0)) version_ = changes->version;
  thread_ = std::thread([this] { Run(); });
}

HoldWatch::~HoldWatch() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::uint64_t HoldWatch::Add(std::string hold_id, Notice notice) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t watch = next_++;
  entries_.emplace(watch, Entry{std::move(hold_id), std::move(notice)});
  wake_.notify_all();
  return watch;
}

void HoldWatch::Remove(std::uint64_t watch) {
  const std::scoped_lock lock(mutex_);
  entries_.erase(watch);
}

void HoldWatch::Run() {
  auto expire_next = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (entries_.empty()) {
      wake_.wait_for(lock, kExpireEvery, [this] { return stop_ || !entries_.empty(); });
    } else {
      wake_.wait_for(lock, kLookEvery, [this] { return stop_; });
    }
    if (stop_) return;
    lock.unlock();
    if (std::chrono::steady_clock::now() >= expire_next) {
      expire_next = std::chrono::steady_clock::now() + kExpireEvery;
      if (const auto expired = desk_.ExpireDue(); !expired) {
        events_.Write(Severity::kError, "holds_not_expired", {{"why", expired.error().message}});
      }
    }
    Look();
    lock.lock();
  }
}

void HoldWatch::Look() {
  const auto changes = desk_.Changes(version_);
  if (!changes) {
    events_.Write(Severity::kError, "holds_not_read", {{"why", changes.error().message}});
    return;
  }
  version_ = changes->version;
  const std::scoped_lock lock(mutex_);
  for (const oversight::HoldNews& news : changes->changed) {
    for (const auto& [watch, entry] : entries_) {
      if (entry.hold_id == news.id) entry.notice(news.state);
    }
  }
}

}  // namespace proviso::gateway
