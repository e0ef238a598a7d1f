// A checkpoint (C2SP `tlog-checkpoint`): a signed note that says what a log held.
//
//   gateway.example/record        the origin
//   20852163                      the number of entries
//   CsUYapGGPo4dkMgIAUqom/…=      the root of their tree
//
//   — gateway.example/record Az3grlgt…
#pragma once

#include <string>
#include <string_view>

#include "keys/signed_note.h"
#include "record/limits.h"
#include "record/merkle.h"

namespace proviso::record {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};

  bool operator==(const Checkpoint&) const = default;
};

/// The signed part: three lines.
[[nodiscard]] std::string CheckpointText(const Checkpoint& checkpoint);
/// The whole note, signed by `key`. kInvalid when the origin is empty or has a control character.
[[nodiscard]] base::Result<std::string> SignCheckpoint(const Checkpoint& checkpoint,
                                                       const keys::SigningKey& key);

/// Reads a note that `key` signed; lines by others (witnesses) are tolerated, lines of text after
/// the root too. kDenied when `key` did not sign, kCorrupt when its signature is wrong.
[[nodiscard]] base::Result<Checkpoint> OpenCheckpoint(std::string_view note, const keys::VerifyKey& key);

/// The text alone, unverified: for tools that show what a file says.
[[nodiscard]] base::Result<Checkpoint> ParseCheckpointText(std::string_view text);

}  // namespace proviso::record
