// write_sample_record DIR: writes a closed log of some 700 entries under DIR, with an early checkpoint
// kept beside it as checkpoint.old, and prints the key that verifies it. Its openings go to
// DIR.openings, sealed under the key in DIR.sealing.
#include <cstdio>
#include <string>

#include "base/file.h"
#include "record/log.h"
#include "store/sqlite_openings.h"

namespace {

using namespace proviso;

base::Status Write(const std::filesystem::path& directory) {
  base::SystemClock clock;
  auto key = keys::SigningKey::Generate("sample.example/record");
  if (!key) return std::unexpected(key.error());
  const std::string verifier = key->verifier().Text();
  auto sealing_key = keys::SealingKey::Generate();
  if (auto saved = sealing_key.Save(directory.string() + ".sealing"); !saved) return saved;
  auto openings = store::SqliteOpenings::Open(directory.string() + ".openings");
  if (!openings) return std::unexpected(openings.error());
  auto log = record::Log::Open({.directory = directory,
                                .origin = "sample.example/record",
                                .key = std::move(*key),
                                .clock = &clock,
                                .openings = openings->get(),
                                .sealing_key = std::move(sealing_key),
                                .checkpoint_interval_ms = 1});
  if (!log) return std::unexpected(log.error());
  std::string old;
  for (int i = 0; i < 350; ++i) {
    const auto intent =
        (*log)->Append({record::Kind::kIntent, {}, "alice", {{record::Field::kPurpose, "logistics"}}});
    if (!intent) return std::unexpected(intent.error());
    if (i == 150) old = (*log)->WaitPublished(intent->index).value_or("");
    const auto outcome = (*log)->Append({record::Kind::kOutcome, intent->index, "", {}});
    if (!outcome) return std::unexpected(outcome.error());
  }
  if (auto closed = (*log)->Close(); !closed) return closed;
  std::puts(verifier.c_str());
  return base::WriteFileAtomically(directory / "checkpoint.old", old);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: write_sample_record DIR\n", stderr);
    return 2;
  }
  const auto wrote = Write(arguments[1]);
  if (!wrote) std::fprintf(stderr, "%s\n", wrote.error().message.c_str());
  return wrote ? 0 : 1;
}
