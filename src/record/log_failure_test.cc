// What a log does when the disk, the store or somebody with access to its directory lets it down.
#include <gtest/gtest.h>

#include <chrono>
#include <system_error>
#include <thread>

#include "record/internal/frame.h"
#include "record/internal/test_log.h"
#include "record/internal/write_ahead.h"
#include "record/verify.h"

namespace proviso::record {
namespace {

using base::ErrorCode;
namespace fs = std::filesystem;

/// The real disk, until it is told to fail: then for ever, as disks do.
class FailingStorage final : public Storage {
 public:
  enum class At : std::uint8_t { kNever, kSegmentWrite, kSegmentSync, kFile, kAllocate };
  std::atomic<At> fail_at = At::kNever;

  base::Status Allocate(const fs::path& path, std::uint64_t bytes) override {
    if (fail_at == At::kAllocate) return Full();
    return RealStorage().Allocate(path, bytes);
  }
  base::Result<std::unique_ptr<SegmentFile>> OpenSegment(const fs::path& path) override {
    auto real = RealStorage().OpenSegment(path);
    if (!real) return real;
    return std::make_unique<Segment>(*this, std::move(*real));
  }
  base::Status Rename(const fs::path& from, const fs::path& to) override {
    return RealStorage().Rename(from, to);
  }
  base::Status WriteFile(const fs::path& path, std::string_view content, Sync sync) override {
    if (fail_at == At::kFile) return Full();
    return RealStorage().WriteFile(path, content, sync);
  }
  base::Status SyncAll(const fs::path& directory) override { return RealStorage().SyncAll(directory); }

 private:
  static base::Status Full() { return base::Fail(ErrorCode::kIo, "write: No space left on device"); }

  class Segment final : public SegmentFile {
   public:
    Segment(FailingStorage& owner, std::unique_ptr<SegmentFile> real)
        : owner_(owner), real_(std::move(real)) {}
    base::Status WriteAt(std::uint64_t offset, base::ByteView bytes) override {
      if (owner_.fail_at != At::kSegmentWrite) return real_->WriteAt(offset, bytes);
      // Half of it reaches the disk.
      if (auto wrote = real_->WriteAt(offset, bytes.first(bytes.size() / 2)); !wrote) return wrote;
      return Full();
    }
    base::Status Sync() override {
      if (owner_.fail_at == At::kSegmentSync) return base::Fail(ErrorCode::kIo, "sync: Input/output error");
      return real_->Sync();
    }

   private:
    FailingStorage& owner_;
    std::unique_ptr<SegmentFile> real_;
  };
};

class LogFailure : public LogTest {
 protected:
  LogSetup Failing() {
    LogSetup setup = NewSetup();
    setup.storage = &storage_;
    return setup;
  }
  FailingStorage storage_;
};

TEST_F(LogFailure, StopsForGoodWhenTheDiskDoes) {
  using At = FailingStorage::At;
  for (const At at : {At::kSegmentWrite, At::kSegmentSync, At::kFile}) {
    storage_.fail_at = At::kNever;
    std::uint64_t good = 0;
    {
      const auto log = Log::Open(Failing()).value();
      good = log->Append(Intent("before")).value().index;
      ASSERT_TRUE(log->WaitPublished(good).has_value());
      storage_.fail_at = at;
      const std::uint64_t lost = log->Append(Intent("after")).value().index;
      EXPECT_FALSE(log->WaitPublished(lost).has_value());
      EXPECT_EQ(log->failure().error().code, ErrorCode::kIo);
      bool told = false;
      log->WhenDurable(lost, [&](base::Status durable) { told = durable.has_value() == (at == At::kFile); });
      EXPECT_TRUE(told);
      storage_.fail_at = At::kNever;  // the disk recovers; the log does not
      EXPECT_EQ(log->Append(Intent("later")).error().code, ErrorCode::kIo);
      EXPECT_FALSE(log->Close().has_value());
    }
    const auto log = Open();
    EXPECT_EQ(log->ReadValues(good).value().values.at(Field::kPurpose), "before");
    ASSERT_TRUE(log->Close().has_value());
    EXPECT_TRUE(VerifyLog(FetchFromDirectory(NewSetup().directory.string()), key_.verifier()).verified());
  }
}

TEST_F(LogFailure, TellsEveryWaiterWhenItStops) {
  const auto log = Log::Open(Failing()).value();
  storage_.fail_at = FailingStorage::At::kSegmentSync;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 20; ++i) {
    const auto ticket = log->Append(Intent("x"));
    if (!ticket) {
      ++failed;
    } else {
      log->WhenDurable(ticket->index, [&](base::Status durable) { failed += durable.has_value() ? 0 : 1; });
    }
  }
  EXPECT_FALSE(log->Close().has_value());
  EXPECT_EQ(failed, 20);
}

TEST_F(LogFailure, RefusesWhenTheQueueIsFull) {
  LogSetup setup = Failing();
  setup.queue_entries_max = 1;
  const auto log = Log::Open(std::move(setup)).value();
  bool refused = false;
  for (int i = 0; i < 1000 && !refused; ++i) {
    const auto ticket = log->Append(Intent("x"));
    refused = !ticket && ticket.error().code == ErrorCode::kLimit;
  }
  EXPECT_TRUE(refused);
}

/// A store that can be out of order.
class SickStore final : public OpeningStore {
 public:
  std::atomic<bool> sick = false;
  base::Status Put(std::span<const SealedSubjectKey> keys, std::span<const SealedOpening> openings) override {
    if (sick) return base::Fail(ErrorCode::kUnavailable, "database is locked");
    return inner_->Put(keys, openings);
  }
  base::Result<SealedOpening> Get(std::uint64_t index) override { return inner_->Get(index); }
  base::Result<SealedSubjectKey> SubjectKey(const SubjectTag& tag) override {
    return inner_->SubjectKey(tag);
  }
  base::Status DestroySubject(const SubjectTag& tag) override { return inner_->DestroySubject(tag); }

 private:
  std::unique_ptr<OpeningStore> inner_ = OpeningsInMemory();
};

TEST_F(LogFailure, KeepsOpeningsInTheWriteAheadLogUntilTheStoreTakesThem) {
  SickStore store;
  LogSetup setup = NewSetup();
  setup.openings = &store;
  store.sick = true;
  std::uint64_t index = 0;
  {
    const auto log = Log::Open(std::move(setup)).value();
    for (int i = 0; i < 4000; ++i) index = log->Append(Intent(std::to_string(i))).value().index;
    ASSERT_TRUE(log->Close().has_value());
    EXPECT_FALSE(log->ReadValues(index).has_value());
  }
  store.sick = false;
  setup = NewSetup();
  setup.openings = &store;
  const auto log = Log::Open(std::move(setup)).value();
  EXPECT_EQ(log->ReadValues(index).value().values.at(Field::kPurpose), "3999");
  EXPECT_EQ(log->ReadValues(1).value().values.at(Field::kPurpose), "0");
}

/// A directory as a crash leaves it: copied while the log was running.
class AfterACrash : public LogTest {
 protected:
  AfterACrash() {
    LogSetup setup = NewSetup();
    setup.directory = directory_.path() / "live";
    const auto log = Log::Open(std::move(setup)).value();
    for (int i = 0; i < 10; ++i) {
      intents_.push_back(log->Append(Intent(std::to_string(i))).value().index);
      EXPECT_TRUE(log->WaitDurable(intents_.back()).has_value());
    }
    EXPECT_TRUE(log->WaitPublished(intents_.back()).has_value());
    CopyLive();
    segment_ = crashed_ / "wal" / internal::SegmentName(0);
  }

  /// The log is still open: a file that it has just renamed makes a copy fail, and the next one works.
  void CopyLive() {
    std::error_code error;
    for (int attempt = 0; attempt < 100; ++attempt) {
      fs::remove_all(crashed_);
      fs::copy(directory_.path() / "live", crashed_, fs::copy_options::recursive, error);
      if (!error) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "the log's directory does not come to rest: " << error.message();
  }

  base::Result<std::unique_ptr<Log>> Reopen() { return Log::Open(NewSetup()); }
  std::string Segment() { return base::ReadFile(segment_).value(); }
  void Rewrite(const std::string& content) {
    ASSERT_TRUE(base::WriteFileAtomically(segment_, content).has_value());
  }

  /// Where the frame of each entry begins; one more for the end.
  std::vector<std::size_t> FrameOffsets() {
    const std::string bytes = Segment();
    std::vector<std::size_t> offsets{64};
    while (const auto read = internal::ParseFrame(std::string_view(bytes).substr(offsets.back()))) {
      offsets.push_back(offsets.back() + read->bytes);
    }
    return offsets;
  }

  std::vector<std::uint64_t> intents_;
  fs::path crashed_ = NewSetup().directory;
  fs::path segment_;
};

TEST_F(AfterACrash, EverythingDurableIsThere) {
  const auto log = Reopen().value();
  EXPECT_EQ(log->recovery().entries, 11U);
  EXPECT_EQ(log->recovery().interrupted, 10U);
  EXPECT_EQ(log->recovery().torn_bytes, 0U);
  for (std::size_t i = 0; i < intents_.size(); ++i) {
    EXPECT_EQ(log->ReadValues(intents_[i]).value().values.at(Field::kPurpose), std::to_string(i));
  }
}

TEST_F(AfterACrash, ATornLastWriteIsCutOff) {
  std::string bytes = Segment();
  const std::size_t end = FrameOffsets().back();
  internal::Frame next{11, 11, "half an entry", {}, {}, {}, {}};
  std::string frame;
  internal::AppendFrame(frame, next);
  bytes.replace(end, frame.size() / 2, frame.substr(0, frame.size() / 2));
  Rewrite(bytes);
  const auto log = Reopen().value();
  EXPECT_EQ(log->recovery().entries, 11U);
  EXPECT_GT(log->recovery().torn_bytes, 0U);
}

TEST_F(AfterACrash, ADamagedFrameThatWasDurableIsNotCutOff) {
  std::string bytes = Segment();
  bytes[FrameOffsets()[5] + 30] ^= 1;
  Rewrite(bytes);
  const auto refused = Reopen();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(refused.error().message.find("entry 5 is damaged"), std::string::npos) << refused.error().message;
}

TEST_F(AfterACrash, ALogShorterThanItsCheckpointIsRefused) {
  std::string bytes = Segment();
  const auto offsets = FrameOffsets();
  bytes.replace(offsets[9], bytes.size() - offsets[9], bytes.size() - offsets[9], '\0');
  Rewrite(bytes);
  const auto refused = Reopen();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("shorter than its last checkpoint: it has 9 entries"),
            std::string::npos)
      << refused.error().message;
  fs::remove(segment_);
  EXPECT_NE(Reopen().error().message.find("it has 0 entries"), std::string::npos);
}

TEST_F(AfterACrash, ALogThatDoesNotMatchItsCheckpointIsRefused) {
  const std::string bytes = Segment();
  const std::size_t begin = FrameOffsets()[3];
  internal::ReadFrame read = *internal::ParseFrame(std::string_view(bytes).substr(begin));
  // Somebody with write access changes an entry, with a right checksum.
  read.frame.entry[read.frame.entry.size() - 20] ^= 1;
  std::string frame;
  internal::AppendFrame(frame, read.frame);
  Rewrite(bytes.substr(0, begin) + frame + bytes.substr(begin + frame.size()));
  const auto refused = Reopen();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("does not match its last checkpoint"), std::string::npos);
}

TEST_F(AfterACrash, ACheckpointThatIsGoneOrRolledBackIsRefused) {
  const std::string young = base::ReadFile(crashed_ / "checkpoint").value();
  ASSERT_TRUE(Reopen().value()->Close().has_value());
  const std::string grown = base::ReadFile(crashed_ / "checkpoint").value();
  ASSERT_TRUE(base::WriteFileAtomically(crashed_ / "checkpoint", young).has_value());
  EXPECT_NE(Reopen().error().message.find("rolled back"), std::string::npos);
  fs::remove(crashed_ / "checkpoint");
  EXPECT_NE(Reopen().error().message.find("is missing"), std::string::npos);
  ASSERT_TRUE(base::WriteFileAtomically(crashed_ / "checkpoint", grown).has_value());
  EXPECT_TRUE(Reopen().has_value());
}

TEST_F(AfterACrash, TilesThatDoNotLeadToTheirRootAreRefused) {
  ASSERT_TRUE(Reopen().value()->Close().has_value());
  const fs::path tile = crashed_ / "tile/0/000.p/22";
  std::string bytes = base::ReadFile(tile).value();
  bytes[40] ^= 1;
  ASSERT_TRUE(base::WriteFileAtomically(tile, bytes).has_value());
  EXPECT_NE(Reopen().error().message.find("the tiles do not lead to the root"), std::string::npos);
}

TEST_F(AfterACrash, ARetiredSegmentThatCameBackIsHarmless) {
  const std::string retired = Segment();
  ASSERT_TRUE(Reopen().value()->Close().has_value());
  EXPECT_FALSE(fs::exists(segment_));
  Rewrite(retired);
  EXPECT_EQ(Reopen().value()->recovery().from_write_ahead, 0U);
}

TEST_F(AfterACrash, ASegmentThatIsMissingInTheMiddleIsRefused) {
  fs::rename(segment_, crashed_ / "wal" / internal::SegmentName(4));
  EXPECT_NE(Reopen().error().message.find("entry 0 is not yet published"), std::string::npos);
}

TEST_F(AfterACrash, ManyInterruptedIntentsPassThroughASmallQueue) {
  LogSetup setup = NewSetup();
  setup.queue_entries_max = 1;
  const auto log = Log::Open(std::move(setup));
  ASSERT_TRUE(log.has_value()) << log.error().message;
  EXPECT_EQ((*log)->recovery().interrupted, 10U);
}

TEST_F(AfterACrash, ASegmentOfAnotherLogIsRefused) {
  std::string bytes = Segment();
  bytes[20] ^= 1;
  Rewrite(bytes);
  EXPECT_NE(Reopen().error().message.find("not a segment of the log"), std::string::npos);
}

TEST(LogSetupCheck, RefusesSettingsThatCannotWork) {
  TemporaryDirectory directory;
  base::FakeClock clock(0);
  const auto open = [&](auto change) {
    LogSetup setup{.directory = directory.path() / "r",
                   .origin = "log.example",
                   .key = keys::SigningKey::Generate("log.example").value(),
                   .clock = &clock};
    change(setup);
    return Log::Open(std::move(setup)).has_value();
  };
  EXPECT_FALSE(open([](LogSetup& s) { s.clock = nullptr; }));
  EXPECT_FALSE(open([](LogSetup& s) { s.origin = ""; }));
  EXPECT_FALSE(open([](LogSetup& s) { s.segment_bytes = (1U << 20U) - 1; }));
  EXPECT_FALSE(open([](LogSetup& s) { s.checkpoint_interval_ms = 1001; }));
  EXPECT_FALSE(open([](LogSetup& s) { s.checkpoint_interval_ms = 0; }));
  EXPECT_FALSE(open([](LogSetup& s) { s.heartbeat_interval_ms = 0; }));
  EXPECT_TRUE(open([](LogSetup& s) { s.checkpoint_interval_ms = 1000; }));
}

}  // namespace
}  // namespace proviso::record
