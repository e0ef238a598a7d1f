#include "record/log.h"

#include <chrono>
#include <utility>

#include "record/internal/log_parts.h"
#include "record/limits.h"

namespace proviso::record {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Status;

/// Whether it succeeded, without the value.
template <typename Value>
Status Discard(const base::Result<Value>& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

Status CheckSetup(const LogSetup& setup) {
  const auto bad = [](std::string what) { return Fail(ErrorCode::kInvalid, "record: " + std::move(what)); };
  if (setup.clock == nullptr) return bad("a log needs a clock");
  if (setup.segment_bytes < kSegmentBytesMin) return bad("segment_bytes must be at least 1 MiB");
  if (setup.checkpoint_interval_ms < 1 || setup.checkpoint_interval_ms > kCheckpointIntervalMsMax) {
    return bad("checkpoint_interval_ms must be 1 to 1,000");
  }
  if (setup.heartbeat_interval_ms < 1) return bad("heartbeat_interval_ms must be at least 1");
  if (setup.queue_entries_max < 1) return bad("queue_entries_max must be at least 1");
  return Discard(SignCheckpoint({setup.origin, 0, EmptyRoot()}, setup.key));
}

Status MakeDirectories(const std::filesystem::path& directory) {
  std::error_code failure;
  std::filesystem::create_directories(directory / "wal", failure);
  if (failure) return Fail(ErrorCode::kIo, "create " + directory.string() + ": " + failure.message());
  return {};
}

}  // namespace

Log::Log(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Log::~Log() = default;

base::Result<std::unique_ptr<Log>> Log::Open(LogSetup setup) {
  if (auto checked = CheckSetup(setup); !checked) return std::unexpected(checked.error());
  if (auto made = MakeDirectories(setup.directory); !made) return std::unexpected(made.error());
  auto lock = internal::DirectoryLock::Take(setup.directory / "lock");
  if (!lock) return std::unexpected(lock.error());
  auto recovered = internal::Recover(setup);
  if (!recovered) return std::unexpected(recovered.error());
  auto parts = std::make_unique<Parts>(std::move(setup), std::move(*lock), std::move(*recovered));
  if (auto started = parts->Start(); !started) return std::unexpected(started.error());
  return std::unique_ptr<Log>(new Log(std::move(parts)));
}

base::Result<Ticket> Log::Append(EntryDraft draft) {
  return parts_->Append(std::move(draft));
}
void Log::WhenDurable(std::uint64_t index, DurableCallback callback) {
  parts_->WhenDurable(index, std::move(callback));
}
Status Log::WaitDurable(std::uint64_t index) {
  return parts_->WaitDurable(index);
}
std::uint64_t Log::durable() const {
  return parts_->durable();
}
std::string Log::checkpoint() const {
  return parts_->checkpoint();
}
base::Result<std::string> Log::WaitPublished(std::uint64_t index) {
  return parts_->WaitPublished(index);
}
Status Log::failure() const {
  return parts_->failure();
}
const Recovery& Log::recovery() const {
  return parts_->recovery();
}
Status Log::Shred(std::string_view subject) {
  return parts_->Shred(subject);
}
base::Result<Opening> Log::ReadValues(std::uint64_t index) {
  return parts_->ReadValues(index);
}
Status Log::Close() {
  return parts_->Close();
}

Log::Parts::Parts(LogSetup setup, internal::DirectoryLock lock, internal::Recovered recovered)
    : setup_(std::move(setup)),
      storage_(setup_.storage != nullptr ? *setup_.storage : RealStorage()),
      lock_(std::move(lock)),
      recovered_(std::move(recovered)),
      writer_(setup_.directory / "wal", setup_.origin, setup_.segment_bytes, storage_) {
  if (setup_.openings != nullptr) keys_.emplace(*setup_.openings, setup_.sealing_key);
}

Log::Parts::~Parts() {
  // What Close could not do was reported through failure(); the next start finishes it.
  (void)Close();
}

Status Log::Parts::Start() {
  const bool is_new = recovered_->size == 0;
  if (auto adopted = Adopt(*std::exchange(recovered_, std::nullopt)); !adopted) return adopted;
  if (auto begun = writer_.Rotate(next_); !begun) return begun;
  segments_.push_back(next_);
  last_append_ns_ = setup_.clock->MonotonicNs();
  flusher_ = std::thread([this] { RunFlusher(); });
  publishing_ = std::thread([this] { RunPublisher(); });
  if (auto appended = AppendOpeningEntries(is_new); !appended) return appended;
  return WaitDurable(next_ - 1);
}

Status Log::Parts::Adopt(internal::Recovered recovered) {
  auto files = internal::TreeFiles::Open(setup_.directory, recovered.state.size, storage_);
  if (!files) return std::unexpected(files.error());
  publisher_ =
      std::make_unique<internal::Publisher>(setup_, storage_, std::move(*files), std::move(recovered.state));
  const internal::WriteAhead& ahead = recovered.write_ahead;
  recovery_ = {recovered.size, ahead.frames.size(), ahead.torn_bytes, 0};
  // Frames that a dead process wrote may be in memory only; they are durable before they are used.
  if (auto synced = storage_.SyncAll(setup_.directory); !synced) return synced;
  if (recovered.size > 0) {
    std::vector<internal::Durable> batch;
    for (internal::Frame& frame : recovered.write_ahead.frames) batch.push_back({std::move(frame), nullptr});
    auto note = publisher_->Publish(std::move(batch));
    if (!note) return std::unexpected(note.error());
    checkpoint_ = *note;
    if (auto moved = publisher_->MoveOpenings(nullptr); !moved) return moved;
    if (auto settled = publisher_->Settle(); !settled) return settled;
  }
  std::error_code ignored;  // a segment that stays is read again, without harm
  for (const std::string& name : ahead.segments)
    std::filesystem::remove(setup_.directory / "wal" / name, ignored);
  next_ = durable_ = published_ = released_ = recovered.size;
  open_intents_ = publisher_->open_intents();
  return {};
}

Status Log::Parts::AppendWaiting(EntryDraft draft) {
  auto ticket = Append(draft);
  if (!ticket && ticket.error().code == ErrorCode::kLimit) {
    if (auto published = WaitPublished(next_ - 1); !published) return std::unexpected(published.error());
    ticket = Append(std::move(draft));
  }
  return Discard(ticket);
}

Status Log::Parts::AppendOpeningEntries(bool is_new) {
  if (is_new) return AppendWaiting({Kind::kKey, {}, "", {{Field::kDetail, setup_.key.verifier().Text()}}});
  const std::set<std::uint64_t> interrupted = open_intents_;
  recovery_.interrupted = interrupted.size();
  for (const std::uint64_t index : interrupted) {
    auto closed = AppendWaiting({Kind::kOutcome, index, "", {{Field::kOutcome, "interrupted"}}});
    if (!closed) return closed;
  }
  return AppendWaiting({Kind::kHeartbeat, {}, "", {{Field::kDetail, "started"}}});
}

Status Log::Parts::Close() {
  const std::lock_guard one_at_a_time(close_mutex_);
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  flusher_wake_.notify_all();
  publisher_wake_.notify_all();
  const bool running = publishing_.joinable();
  if (flusher_.joinable()) flusher_.join();
  if (running) {
    publishing_.join();
    if (failure() && publisher_->all_moved()) {
      if (auto retired = RetireSegments(); !retired) Stop(retired.error());
    }
  }
  return failure();
}

base::Result<Log::Parts::Pending> Log::Parts::Seal(EntryDraft draft) {
  if (draft.subject.size() > kSubjectBytesMax) {
    return Fail(ErrorCode::kLimit,
                "record: a subject's name is longer than " + std::to_string(kSubjectBytesMax));
  }
  Pending pending;
  pending.entry.kind = draft.kind;
  pending.entry.pair = draft.pair;
  const Opening opening{NewRecordKey(), std::move(draft.fields)};
  auto root = FieldsRoot(opening.key, opening.values);
  if (!root) return std::unexpected(root.error());
  pending.entry.fields = *root;
  if (!keys_) return pending;
  auto key = keys_->For(draft.subject);
  if (!key) return std::unexpected(key.error());
  pending.key = std::move(*key);
  pending.sealed_opening = SealOpening(opening, *root, pending.key->key);
  if (pending.sealed_opening.size() > kOpeningBytesMax) {
    return Fail(ErrorCode::kLimit,
                "record: the values of one entry are longer than " + std::to_string(kOpeningBytesMax));
  }
  return pending;
}

base::Result<Ticket> Log::Parts::Append(EntryDraft draft) {
  const std::shared_lock shred(shred_mutex_);
  auto pending = Seal(std::move(draft));
  if (!pending) return std::unexpected(pending.error());
  return Enqueue(std::move(*pending));
}

Status Log::Parts::MayEnqueue(const Entry& entry) {
  if (failure_) return std::unexpected(*failure_);
  if (closing_) return Fail(ErrorCode::kUnavailable, "record: the log is closed");
  if (next_ - durable_ >= setup_.queue_entries_max) {
    return Fail(ErrorCode::kLimit,
                "record: " + std::to_string(next_ - durable_) + " entries wait for the disk");
  }
  if (next_ - released_ >= kUnpublishedEntriesMax) {
    return Fail(ErrorCode::kLimit, "record: " + std::to_string(next_ - released_) +
                                       " entries wait to be published; " + opening_trouble_);
  }
  if (entry.kind == Kind::kIntent && open_intents_.size() >= setup_.open_intents_max) {
    return Fail(ErrorCode::kLimit,
                "record: " + std::to_string(open_intents_.size()) + " INTENTs have no OUTCOME yet");
  }
  if (entry.pair.has_value() != (entry.kind == Kind::kOutcome)) {
    return Fail(ErrorCode::kInvalid, "record: an OUTCOME names its INTENT in pair; no other kind has one");
  }
  if (entry.pair && !open_intents_.contains(*entry.pair)) {
    return Fail(ErrorCode::kConflict,
                "record: entry " + std::to_string(*entry.pair) + " is not an open INTENT");
  }
  return {};
}

base::Result<Ticket> Log::Parts::Enqueue(Pending pending) {
  Ticket ticket;
  {
    const std::lock_guard lock(mutex_);
    if (auto may = MayEnqueue(pending.entry); !may) return std::unexpected(may.error());
    ticket = {next_++, std::max<std::int64_t>(0, setup_.clock->WallMs())};
    pending.entry.seq = ticket.index;
    pending.entry.t_ms = ticket.t_ms;
    if (pending.entry.kind == Kind::kIntent) open_intents_.insert(ticket.index);
    if (pending.entry.pair) open_intents_.erase(*pending.entry.pair);
    last_append_ns_ = setup_.clock->MonotonicNs();
    queue_.push_back(std::move(pending));
  }
  flusher_wake_.notify_one();
  return ticket;
}

void Log::Parts::WhenDurable(std::uint64_t index, DurableCallback callback) {
  Status known;
  {
    const std::lock_guard lock(mutex_);
    if (index >= durable_ && !failure_ && index < next_) {
      callbacks_.emplace(index, std::move(callback));
      return;
    }
    if (index >= next_)
      known = Fail(ErrorCode::kInvalid, "record: there is no entry " + std::to_string(index));
    else if (index >= durable_)
      known = std::unexpected(*failure_);
  }
  callback(std::move(known));
}

Status Log::Parts::WaitDurable(std::uint64_t index) {
  std::unique_lock lock(mutex_);
  if (index >= next_) return Fail(ErrorCode::kInvalid, "record: there is no entry " + std::to_string(index));
  changed_.wait(lock, [&] { return index < durable_ || failure_; });
  if (index < durable_) return {};
  return std::unexpected(*failure_);
}

base::Result<std::string> Log::Parts::WaitPublished(std::uint64_t index) {
  std::unique_lock lock(mutex_);
  if (index >= next_) return Fail(ErrorCode::kInvalid, "record: there is no entry " + std::to_string(index));
  changed_.wait(lock, [&] { return index < published_ || failure_; });
  if (index < published_) return checkpoint_;
  return std::unexpected(*failure_);
}

Status Log::Parts::Shred(std::string_view subject) {
  if (!keys_) return Fail(ErrorCode::kConflict, "record: this log keeps no openings");
  if (subject.empty()) return Fail(ErrorCode::kInvalid, "record: the gateway's own key is not shredded");
  const SubjectTag tag = TagOf(subject, setup_.sealing_key);
  base::Result<Ticket> ticket;
  {
    const std::unique_lock alone(shred_mutex_);
    auto pending = Seal({Kind::kShred, {}, "", {{Field::kSubjectTag, base::ToHex(tag)}}});
    if (!pending) return std::unexpected(pending.error());
    pending->destroyed = tag;
    keys_->Forget(tag);
    ticket = Enqueue(std::move(*pending));
    if (!ticket) return std::unexpected(ticket.error());
  }
  // The write-ahead log still has sealed keys: it moves on, and what it held is removed.
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ticket->index < durable_ || failure_; });
  rotate_wanted_ = true;
  flusher_wake_.notify_one();
  changed_.wait(lock, [&] {
    const bool gone = ticket->index < released_ && !segments_.empty() && segments_.front() > ticket->index;
    return gone || failure_ || flusher_done_;
  });
  if (failure_) return std::unexpected(*failure_);
  return {};
}

base::Result<Opening> Log::Parts::ReadValues(std::uint64_t index) {
  if (setup_.openings == nullptr) return Fail(ErrorCode::kNotFound, "record: this log keeps no openings");
  std::uint64_t size = 0;
  {
    // An opening follows its entry within one publishing interval, unless the store is in trouble.
    std::unique_lock lock(mutex_);
    changed_.wait(
        lock, [&] { return index < released_ || index >= next_ || !opening_trouble_.empty() || failure_; });
    size = published_;
  }
  const auto bytes = FetchEntry(FetchFromDirectory(setup_.directory.string()), size, index);
  if (!bytes) return std::unexpected(bytes.error());
  const auto entry = DecodeEntry(*bytes);
  if (!entry) return base::Within("entry " + std::to_string(index), entry.error());
  return ReadOpening(*setup_.openings, index, entry->fields, setup_.sealing_key);
}

std::uint64_t Log::Parts::durable() {
  const std::lock_guard lock(mutex_);
  return durable_;
}

std::string Log::Parts::checkpoint() {
  const std::lock_guard lock(mutex_);
  return checkpoint_;
}

Status Log::Parts::failure() {
  const std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return {};
}

}  // namespace proviso::record
