// The moving parts of a Log: the queue, the flusher's and the publisher's thread.
//
// One mutex guards the hand-over between callers and the two threads; no file is touched under it.
// What belongs to one thread alone says so.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "record/internal/directory_lock.h"
#include "record/internal/publisher.h"
#include "record/internal/recovery.h"
#include "record/internal/subject_keys.h"
#include "record/internal/write_ahead.h"
#include "record/log.h"

namespace proviso::record {

class Log::Parts {
 public:
  Parts(LogSetup setup, internal::DirectoryLock lock, internal::Recovered recovered);
  ~Parts();

  /// Publishes what the last run left, and starts the threads.
  base::Status Start();
  base::Status Close();

  base::Result<Ticket> Append(EntryDraft draft);
  void WhenDurable(std::uint64_t index, DurableCallback callback);
  base::Status WaitDurable(std::uint64_t index);
  base::Result<std::string> WaitPublished(std::uint64_t index);
  base::Status Shred(std::string_view subject);
  base::Result<Opening> ReadValues(std::uint64_t index);

  std::uint64_t durable();
  std::string checkpoint();
  base::Status failure();
  const Recovery& recovery() const { return recovery_; }

 private:
  /// An entry with its place still to come.
  struct Pending {
    Entry entry;
    std::shared_ptr<internal::SubjectKeyInUse> key;
    base::Bytes sealed_opening;
    std::optional<SubjectTag> destroyed;
  };

  // Callers.
  base::Result<Pending> Seal(EntryDraft draft);
  base::Result<Ticket> Enqueue(Pending pending);
  base::Status MayEnqueue(const Entry& entry);
  /// Before other callers exist: gives the queue time to drain when it is full.
  base::Status AppendWaiting(EntryDraft draft);
  base::Status AppendOpeningEntries(bool is_new);

  // The flusher's thread.
  void RunFlusher();
  std::optional<std::vector<Pending>> NextBatch();
  void BeatIfSilent();
  base::Status Flush(std::vector<Pending> batch);
  base::Status RotateIfWanted();
  internal::Durable Framed(Pending pending, std::uint64_t index, std::uint64_t durable_before);
  void Announce(std::vector<internal::Durable> batch);

  // The publisher's thread.
  void RunPublisher();
  std::optional<std::vector<internal::Durable>> NextToPublish();
  base::Status PublishOnce(std::vector<internal::Durable> batch);
  base::Status RetireSegments();

  /// Stops the log for good; the first error stays.
  void Stop(base::Error error);
  base::Status Adopt(internal::Recovered recovered);

  const LogSetup setup_;
  Storage& storage_;
  internal::DirectoryLock lock_;
  Recovery recovery_;
  std::optional<internal::Recovered> recovered_;  ///< until Start
  std::optional<internal::SubjectKeys> keys_;
  internal::WriteAheadWriter writer_;               ///< the flusher's
  std::unique_ptr<internal::Publisher> publisher_;  ///< the publisher's

  /// Held shared while an entry is sealed and queued, alone while a subject's key is replaced: no
  /// entry sealed under a destroyed key can come after its SHRED entry.
  std::shared_mutex shred_mutex_;

  std::mutex close_mutex_;
  std::mutex mutex_;
  std::condition_variable flusher_wake_;
  std::condition_variable publisher_wake_;
  std::condition_variable changed_;
  std::vector<Pending> queue_;
  std::vector<internal::Durable> to_publish_;
  std::multimap<std::uint64_t, DurableCallback> callbacks_;
  std::set<std::uint64_t> open_intents_;
  std::deque<std::uint64_t> segments_;  ///< first indexes, oldest first
  std::uint64_t next_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t published_ = 0;
  std::uint64_t released_ = 0;  ///< published, and openings in their store
  std::int64_t last_append_ns_ = 0;
  std::string checkpoint_;
  std::string opening_trouble_;  ///< why openings do not move, if they do not
  std::optional<base::Error> failure_;
  bool closing_ = false;
  bool flusher_done_ = false;
  bool rotate_wanted_ = false;

  std::thread flusher_;
  std::thread publishing_;
};

}  // namespace proviso::record
