// The log of one gateway: append, wait until durable, go on.
//
//   auto log = Log::Open({.directory = "record", .origin = "gateway.example/record", …});
//   auto ticket = (*log)->Append({.kind = Kind::kIntent, .subject = principal, .fields = …});
//   if (!ticket) return RefuseTheRequest();                 // fail closed
//   (*log)->WhenDurable(ticket->index, [](base::Status durable) { if (durable) SendUpstream(); });
//   …
//   (*log)->Append({.kind = Kind::kOutcome, .pair = ticket->index, …});
//
// Two threads of its own: the flusher writes frames to a preallocated write-ahead log, one
// fdatasync a batch, and wakes the waiters; the publisher turns durable entries into tiles, bundles
// and a signed checkpoint, and moves openings to their store. Layout of the directory:
//
//   checkpoint  tile/…         public, C2SP tlog-tiles; see serve.h
//   wal/<first index>          frames not yet published for good; holds sealed openings
//   state  lock
//
// A write or sync that fails stops the log for good: whether the disk has the bytes is unknown, so
// nothing more is promised. Every later Append fails and says why; the gateway must stop.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "keys/signing.h"
#include "record/checkpoint.h"
#include "record/entry.h"
#include "record/openings.h"
#include "record/storage.h"

namespace proviso::record {

/// Everything a log is made of. Pointers are borrowed and outlive the log.
struct LogSetup {
  std::filesystem::path directory;
  std::string origin;  ///< by custom the name of `key`
  keys::SigningKey key;
  base::Clock* clock = nullptr;
  /// Where openings go, and the key that seals them. Null: values are committed to and forgotten.
  OpeningStore* openings = nullptr;
  keys::SealingKey sealing_key = keys::SealingKey::Generate();

  std::int64_t checkpoint_interval_ms = 200;    ///< longest time from durable to signed; at most 1,000
  std::int64_t heartbeat_interval_ms = 60'000;  ///< longest silence
  std::size_t queue_entries_max = 65'536;       ///< appended, not yet durable
  std::size_t open_intents_max = 100'000;       ///< INTENTs waiting for their OUTCOME
  std::size_t segment_bytes = 16U << 20U;       ///< of the write-ahead log
  /// The disk; null for the real one.
  Storage* storage = nullptr;
};

/// An entry's place.
struct Ticket {
  std::uint64_t index = 0;  ///< also its seq
  std::int64_t t_ms = 0;
};

/// What Open found, for the operator's log line.
struct Recovery {
  std::uint64_t entries = 0;           ///< in the log before this start
  std::uint64_t from_write_ahead = 0;  ///< of them, read back from the write-ahead log
  std::uint64_t torn_bytes = 0;        ///< of an unfinished last write, cut off
  std::uint64_t interrupted = 0;       ///< INTENTs without an OUTCOME, closed as "interrupted"
};

/// One per gateway replica. Every method may be called from any thread.
class Log {
 public:
  /// Creates the log or continues it. kConflict when another process has it; kCorrupt when the log
  /// is shorter than its last checkpoint or does not match it, or when a durable frame is damaged:
  /// then nothing is changed on disk. Appends a KEY entry to a new log; to an old one an OUTCOME
  /// "interrupted" for each INTENT left open, and a HEARTBEAT "started".
  [[nodiscard]] static base::Result<std::unique_ptr<Log>> Open(LogSetup setup);
  /// Closes.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Assigns the next index and queues the entry; returns before it is durable. kLimit when the
  /// queue is full, too many INTENTs are open or a value is too long, kConflict when `pair` is not an open
  /// INTENT, kIo after the log has failed, kUnavailable when it is closed or cannot read a subject's key.
  [[nodiscard]] base::Result<Ticket> Append(EntryDraft draft);

  using DurableCallback = std::move_only_function<void(base::Status)>;
  /// Calls back once the entry is durable, or with the failure that stopped the log: from the
  /// flusher's thread, or at once from this one when it is known already. Callbacks must be short
  /// and must not block.
  void WhenDurable(std::uint64_t index, DurableCallback callback);
  /// Blocks until then.
  [[nodiscard]] base::Status WaitDurable(std::uint64_t index);

  /// Entries 0 to durable() - 1 are on disk.
  [[nodiscard]] std::uint64_t durable() const;
  /// The last published checkpoint, as its signed note.
  [[nodiscard]] std::string checkpoint() const;
  /// Blocks until a published checkpoint covers `index`, and returns it.
  [[nodiscard]] base::Result<std::string> WaitPublished(std::uint64_t index);
  /// An error once the log has stopped for good.
  [[nodiscard]] base::Status failure() const;
  [[nodiscard]] const Recovery& recovery() const;

  /// Destroys the key of `subject`: records a SHRED entry durably, then removes the key from store
  /// and write-ahead log. Blocks until the store has done it. A crash in between finishes it at the
  /// next Open.
  [[nodiscard]] base::Status Shred(std::string_view subject);
  /// The values of the entry at `index`, when its opening can still be read. Waits until the entry
  /// and its opening are published, which takes one interval at most.
  [[nodiscard]] base::Result<Opening> ReadValues(std::uint64_t index);

  /// Makes everything durable, publishes it under a final checkpoint, and stops. Appends fail
  /// from then on. Returns the failure if there was one. Closing twice is harmless.
  base::Status Close();

 private:
  class Parts;
  explicit Log(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace proviso::record
