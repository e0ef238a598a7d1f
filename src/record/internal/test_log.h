// For tests: a log in a directory of its own, that can be closed and opened again.
#pragma once

#include <gtest/gtest.h>

#include "base/file.h"
#include "record/internal/test_data.h"
#include "record/log.h"
#include "record/tiles.h"

namespace proviso::record {

class LogTest : public testing::Test {
 protected:
  LogSetup NewSetup() {
    LogSetup setup{.directory = directory_.path() / "record",
                   .origin = "log.example",
                   .key = keys::SigningKey::Parse(key_.SecretText()).value(),
                   .clock = &clock_,
                   .openings = openings_.get()};
    setup.sealing_key = keys::SealingKey::FromBytes(base::Bytes(32, 7)).value();
    setup.checkpoint_interval_ms = 5;
    setup.segment_bytes = 1U << 20U;
    return setup;
  }

  std::unique_ptr<Log> Open() { return Log::Open(NewSetup()).value(); }

  static EntryDraft Intent(std::string purpose) {
    return {
        Kind::kIntent, {}, "alice", {{Field::kPrincipal, "alice"}, {Field::kPurpose, std::move(purpose)}}};
  }

  Checkpoint Published(const std::string& note) { return OpenCheckpoint(note, key_.verifier()).value(); }

  Entry EntryAt(std::uint64_t index, std::uint64_t size) {
    const auto bytes = FetchEntry(FetchFromDirectory(NewSetup().directory.string()), size, index);
    return DecodeEntry(bytes.value()).value();
  }

  TemporaryDirectory directory_;
  base::FakeClock clock_{1772270000123};
  keys::SigningKey key_ = keys::SigningKey::Generate("log.example").value();
  std::unique_ptr<OpeningStore> openings_ = OpeningsInMemory();
};

}  // namespace proviso::record
