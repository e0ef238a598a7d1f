// Proofs about one log, as texts that other tools read.
#pragma once

#include <string>
#include <string_view>

#include "record/checkpoint.h"
#include "record/tiles.h"

namespace proviso::record {

/// That the entry `index` is in the log: C2SP `tlog-proof` v1 (conventionally *.tlog-proof).
///
///   c2sp.org/tlog-proof@v1
///   index 41
///   <base64 of each hash, one a line>
///
///   <the checkpoint>
///
/// The log's own files are checked on the way: kCorrupt when they do not lead to the checkpoint.
[[nodiscard]] base::Result<std::string> ProveEntry(const Fetch& fetch, const keys::VerifyKey& key,
                                                   std::uint64_t index);

struct ProvenEntry {
  Checkpoint checkpoint;
  std::uint64_t index = 0;
};
/// Checks such a text for the entry with these bytes.
[[nodiscard]] base::Result<ProvenEntry> VerifyEntryProof(std::string_view proof, base::ByteView entry,
                                                         const keys::VerifyKey& key);

/// That the log of an older checkpoint is a beginning of the present one, in the form that a witness
/// takes (C2SP `tlog-witness`): "old <size>", the hashes, a blank line, the checkpoint.
[[nodiscard]] base::Result<std::string> ProveGrowth(const Fetch& fetch, const keys::VerifyKey& key,
                                                    std::string_view old_checkpoint);
/// Checks it; returns the newer checkpoint.
[[nodiscard]] base::Result<Checkpoint> VerifyGrowth(std::string_view proof, std::string_view old_checkpoint,
                                                    const keys::VerifyKey& key);

}  // namespace proviso::record
