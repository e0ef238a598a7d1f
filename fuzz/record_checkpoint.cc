// Checkpoints, proofs and disclosures from strangers: refused or read, never a crash; a checkpoint's
// text that is read writes the same first three lines.
#include <cstdlib>

#include "record/disclosure.h"
#include "record/prove.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace proviso;
  static const keys::VerifyKey kKey =
      keys::VerifyKey::Parse("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
          .value();
  const std::string_view text = base::AsText({data, size});
  const auto checkpoint = record::ParseCheckpointText(text);
  if (checkpoint && !text.starts_with(record::CheckpointText(*checkpoint))) std::abort();
  (void)record::OpenCheckpoint(text, kKey);
  (void)record::VerifyEntryProof(text, {}, kKey);
  (void)record::VerifyGrowth(text, text, kKey);
  (void)record::VerifyDisclosure(text, kKey);
  return 0;
}
