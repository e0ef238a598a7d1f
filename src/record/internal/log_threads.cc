// The two threads of a log. See log_parts.h for who owns what.
#include <algorithm>
#include <chrono>

#include "record/internal/log_parts.h"

namespace proviso::record {

using base::Status;
using internal::Durable;
using std::chrono::milliseconds;

void Log::Parts::Stop(base::Error error) {
  std::multimap<std::uint64_t, DurableCallback> callbacks;
  {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = base::Within("record: the log has stopped for good", std::move(error)).error();
    error = *failure_;
    callbacks.swap(callbacks_);
  }
  changed_.notify_all();
  flusher_wake_.notify_all();
  publisher_wake_.notify_all();
  for (auto& [index, callback] : callbacks) callback(std::unexpected(error));
}

void Log::Parts::RunFlusher() {
  while (auto batch = NextBatch()) {
    if (auto flushed = Flush(std::move(*batch)); !flushed) {
      Stop(flushed.error());
      break;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    flusher_done_ = true;
  }
  changed_.notify_all();
  publisher_wake_.notify_all();
}

std::optional<std::vector<Log::Parts::Pending>> Log::Parts::NextBatch() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (failure_) return std::nullopt;
    if (!queue_.empty() || rotate_wanted_) return std::exchange(queue_, {});
    if (closing_) return std::nullopt;
    const auto waited = flusher_wake_.wait_for(lock, milliseconds(setup_.heartbeat_interval_ms));
    if (waited == std::cv_status::no_timeout || !queue_.empty() || closing_ || failure_) continue;
    lock.unlock();
    BeatIfSilent();
    lock.lock();
  }
}

void Log::Parts::BeatIfSilent() {
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t silent_ms = (setup_.clock->MonotonicNs() - last_append_ns_) / 1'000'000;
    if (silent_ms < setup_.heartbeat_interval_ms) return;
  }
  // What keeps a heartbeat out keeps every entry out, and their callers hear of it.
  (void)Append({Kind::kHeartbeat, {}, "", {}});
}

Durable Log::Parts::Framed(Pending pending, std::uint64_t index, std::uint64_t durable_before) {
  Durable framed;
  framed.frame.index = index;
  framed.frame.durable = durable_before;
  framed.frame.entry = EncodeEntry(pending.entry);
  framed.frame.destroyed = pending.destroyed;
  if (pending.key) {
    framed.frame.subject = pending.key->tag;
    if (!pending.key->stored.load()) framed.frame.sealed_key = pending.key->sealed.sealed;
  }
  framed.frame.sealed_opening = std::move(pending.sealed_opening);
  framed.key = std::move(pending.key);
  return framed;
}

Status Log::Parts::Flush(std::vector<Pending> batch) {
  const std::uint64_t before = durable();
  std::vector<Durable> framed;
  for (Pending& pending : batch) {
    const std::uint64_t index = pending.entry.seq;
    framed.push_back(Framed(std::move(pending), index, before));
  }
  if (auto rotated = RotateIfWanted(); !rotated) return rotated;
  const auto rotated = [this](std::uint64_t first) {
    const std::lock_guard lock(mutex_);
    segments_.push_back(first);
  };
  if (auto wrote = writer_.Write(framed, rotated); !wrote) return wrote;
  Announce(std::move(framed));
  return {};
}

Status Log::Parts::RotateIfWanted() {
  std::uint64_t first = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(rotate_wanted_, false) || segments_.back() == durable_) return {};
    first = durable_;
  }
  if (auto begun = writer_.Rotate(first); !begun) return begun;
  const std::lock_guard lock(mutex_);
  segments_.push_back(first);
  publisher_wake_.notify_all();
  return {};
}

void Log::Parts::Announce(std::vector<Durable> batch) {
  std::vector<DurableCallback> due;
  {
    const std::lock_guard lock(mutex_);
    durable_ += batch.size();
    std::ranges::move(batch, std::back_inserter(to_publish_));
    const auto end = callbacks_.lower_bound(durable_);
    for (auto it = callbacks_.begin(); it != end; ++it) due.push_back(std::move(it->second));
    callbacks_.erase(callbacks_.begin(), end);
  }
  changed_.notify_all();
  publisher_wake_.notify_one();
  for (DurableCallback& callback : due) callback({});
}

void Log::Parts::RunPublisher() {
  while (auto batch = NextToPublish()) {
    if (auto published = PublishOnce(std::move(*batch)); !published) {
      Stop(published.error());
      return;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    if (failure_ || !opening_trouble_.empty()) return;
  }
  // Everything may have been published before the end came; then the last segment is still there.
  if (auto retired = RetireSegments(); !retired) Stop(retired.error());
}

std::optional<std::vector<Durable>> Log::Parts::NextToPublish() {
  const milliseconds interval(setup_.checkpoint_interval_ms);
  std::unique_lock lock(mutex_);
  const auto must_stop = [this] { return failure_.has_value() || flusher_done_; };
  const auto has_work = [&] { return must_stop() || !to_publish_.empty() || segments_.size() > 1; };
  if (opening_trouble_.empty()) {
    publisher_wake_.wait(lock, has_work);
  }
  // One checkpoint covers what comes within the interval.
  publisher_wake_.wait_for(lock, interval, must_stop);
  if (failure_ || (flusher_done_ && to_publish_.empty())) return std::nullopt;
  return std::exchange(to_publish_, {});
}

Status Log::Parts::PublishOnce(std::vector<Durable> batch) {
  if (!batch.empty()) {
    auto note = publisher_->Publish(std::move(batch));
    if (!note) return std::unexpected(note.error());
    const std::lock_guard lock(mutex_);
    published_ = publisher_->size();
    checkpoint_ = std::move(*note);
    changed_.notify_all();
  }
  const auto moved = publisher_->MoveOpenings(keys_ ? &*keys_ : nullptr);
  if (moved) {
    if (auto retired = RetireSegments(); !retired) return retired;
  }
  {
    const std::lock_guard lock(mutex_);
    if (moved) released_ = publisher_->size();
    opening_trouble_ = moved ? std::string() : "their openings cannot be stored: " + moved.error().message;
  }
  changed_.notify_all();
  return writer_.PrepareSpare();
}

Status Log::Parts::RetireSegments() {
  std::vector<std::uint64_t> retired;
  {
    const std::lock_guard lock(mutex_);
    // A segment is needed until all before its successor is published; on closing, until all is.
    const bool last_too = flusher_done_ && publisher_->size() == next_;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      const bool followed = i + 1 < segments_.size() && segments_[i + 1] <= publisher_->size();
      if (followed || (last_too && i + 1 == segments_.size())) retired.push_back(segments_[i]);
    }
  }
  if (retired.empty()) return {};
  if (auto settled = publisher_->Settle(); !settled) return settled;
  for (const std::uint64_t first : retired) {
    std::error_code ignored;  // a segment that stays is read again, without harm
    std::filesystem::remove(setup_.directory / "wal" / internal::SegmentName(first), ignored);
  }
  const std::lock_guard lock(mutex_);
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(retired.size()));
  return {};
}

}  // namespace proviso::record
