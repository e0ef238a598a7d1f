// Verifying a whole log, offline, with nothing but its public files and its key.
//
// Everything is recomputed: the checkpoint's signature, every entry (strictly decoded, at its own
// position), every hash of every tile, the root; and the promises that entries make to each other:
// each OUTCOME answers one earlier INTENT, once. The answer is what was verified, or where it breaks.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "keys/signing.h"
#include "record/checkpoint.h"
#include "record/entry.h"
#include "record/tiles.h"

namespace proviso::record {

/// The first place where a log is not what it must be.
struct LogBreak {
  std::string file;                    ///< relative to the log
  std::optional<std::uint64_t> index;  ///< of the entry
  std::optional<std::uint64_t> byte;   ///< in the file
  std::string message;                 ///< what was expected and what is there

  /// "tile/entries/000.p/15: entry 7, byte 812: …"
  [[nodiscard]] std::string Text() const;
};

struct LogReport {
  Checkpoint checkpoint;
  std::array<std::uint64_t, kKinds> by_kind{};  ///< indexed by Kind
  std::int64_t first_ms = 0;                    ///< time of the first and of the last entry
  std::int64_t last_ms = 0;
  std::int64_t longest_silence_ms = 0;      ///< between two neighbours
  std::uint64_t longest_silence_index = 0;  ///< of the entry after it
  std::vector<std::uint64_t> open_intents;  ///< without an OUTCOME (yet)
  std::uint64_t files = 0;                  ///< checked
  std::optional<LogBreak> broken;

  [[nodiscard]] bool verified() const { return !broken.has_value(); }
};

/// Whether the entries are ours, or opaque bytes of somebody else's log.
enum class Contents : std::uint8_t { kEntries, kOpaque };

/// Verifies the log that its checkpoint describes. A file that cannot be read is a break too. Memory
/// is one bundle, one tile a level, and the open INTENTs. Blocks as long as `fetch` does.
[[nodiscard]] LogReport VerifyLog(const Fetch& fetch, const keys::VerifyKey& key,
                                  Contents contents = Contents::kEntries);

}  // namespace proviso::record
