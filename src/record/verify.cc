#include "record/verify.h"

#include <algorithm>
#include <set>
#include <utility>

#include "record/limits.h"

namespace proviso::record {
namespace {

using FileKind = TileName::Kind;

/// One walk over all bundles, in order.
class Walk {
 public:
  Walk(const Fetch& fetch, Contents contents, LogReport& report)
      : fetch_(fetch), contents_(contents), report_(report), size_(report.checkpoint.size) {}

  void Run() {
    const std::uint64_t bundles = size_ / kTileWidth + (size_ % kTileWidth == 0 ? 0 : 1);
    for (std::uint64_t number = 0; number < bundles && !fatal_; ++number) ReadBundle(number);
    if (fatal_) return;
    for (unsigned level = 0; level <= kTileLevelMax; ++level) CheckRow(level);
    CheckRoot();
    report_.open_intents.assign(open_intents_.begin(), open_intents_.end());
  }

 private:
  /// A break after which there is nothing sensible to go on with.
  void Fatal(LogBreak broken) {
    fatal_ = true;
    if (!report_.broken) report_.broken = std::move(broken);
  }

  void ReadBundle(std::uint64_t number) {
    const std::uint64_t width = TileWidthIn(size_, 0, number);
    file_ = TilePath({FileKind::kEntries, 0, number, width});
    const auto bundle = FetchBundle(fetch_, size_, number);
    if (!bundle) return Fatal({file_, number * kTileWidth, {}, "cannot be read: " + bundle.error().message});
    const auto entries = DecodeBundle(*bundle, width);
    if (!entries) return Fatal({file_, {}, {}, entries.error().message});
    ++report_.files;
    const auto tile = FetchTile(fetch_, size_, 0, number);
    for (std::uint64_t i = 0; i < width && !fatal_; ++i) {
      const std::string_view entry = (*entries)[i];
      const auto byte = static_cast<std::uint64_t>(entry.data() - bundle->data());
      const Hash leaf = LeafHash(base::AsBytes(entry));
      if (tile) CompareWithTile(*tile, i, leaf, byte);
      AddLeaf(leaf);
      if (contents_ == Contents::kEntries) CheckEntry(number * kTileWidth + i, entry, byte);
    }
  }

  /// An entry that is not what the tile says: which of the two is wrong is known at the end.
  void CompareWithTile(std::string_view tile, std::uint64_t i, const Hash& leaf, std::uint64_t byte) {
    const std::string_view expected = tile.substr(i * sizeof(Hash), sizeof(Hash));
    if (expected == base::AsText(leaf) || suspect_) return;
    const std::uint64_t index = edge_.size();
    suspect_ = LogBreak{file_, index, byte,
                        "the entry hashes to " + base::ToHex(leaf) + ", but the log committed to " +
                            base::ToHex(base::AsBytes(expected))};
  }

  void AddLeaf(const Hash& leaf) {
    edge_.Append(leaf, [this](unsigned level, std::uint64_t, const Hash& hash) {
      if (level % kTileHeight != 0) return;
      std::string& row = rows_.at(level / kTileHeight);
      row += base::AsText(hash);
      if (row.size() == kTileWidth * sizeof(Hash)) CheckRow(level / kTileHeight);
    });
  }

  /// Compares a finished row with its tile and starts the next.
  void CheckRow(unsigned level) {
    const std::string row = std::exchange(rows_.at(level), {});
    if (row.empty()) return;
    const std::uint64_t number = numbers_.at(level)++;
    const std::string file = TilePath({FileKind::kHashes, level, number, row.size() / sizeof(Hash)});
    const auto tile = FetchTile(fetch_, size_, level, number);
    ++report_.files;
    if (tile && *tile == row) return;
    if (bad_tile_) return;
    if (!tile) {
      bad_tile_ = LogBreak{file, {}, {}, "cannot be read: " + tile.error().message};
      return;
    }
    const auto differ = static_cast<std::uint64_t>(std::ranges::mismatch(row, *tile).in1 - row.begin());
    const std::uint64_t hash = number * kTileWidth + differ / sizeof(Hash);
    bad_tile_ = LogBreak{file, level == 0 ? std::optional(hash) : std::nullopt, differ,
                         "hash " + std::to_string(hash) + " of level " + std::to_string(level) +
                             " is not that of the entries below it"};
  }

  void CheckEntry(std::uint64_t index, std::string_view bytes, std::uint64_t byte) {
    const auto entry = DecodeEntry(bytes);
    if (!entry) return Blame(index, byte, "not an entry: " + entry.error().message);
    if (entry->seq != index) {
      return Blame(index, byte,
                   "its seq is " + std::to_string(entry->seq) + ": an entry is missing or misplaced");
    }
    if (entry->pair && open_intents_.erase(*entry->pair) == 0) {
      return Blame(index, byte,
                   "an OUTCOME for entry " + std::to_string(*entry->pair) + ", which is no open INTENT");
    }
    if (entry->kind == Kind::kIntent) open_intents_.insert(index);
    ++report_.by_kind.at(static_cast<std::size_t>(entry->kind));
    if (index == 0) report_.first_ms = entry->t_ms;
    const std::int64_t silence = index == 0 ? 0 : entry->t_ms - report_.last_ms;
    if (silence > report_.longest_silence_ms) {
      report_.longest_silence_ms = silence;
      report_.longest_silence_index = index;
    }
    report_.last_ms = entry->t_ms;
  }

  /// A broken promise of an entry; hashing goes on, to tell a changed file from a lying log.
  void Blame(std::uint64_t index, std::uint64_t byte, std::string message) {
    if (!blamed_) blamed_ = LogBreak{file_, index, byte, std::move(message)};
  }

  void CheckRoot() {
    const bool root_holds = edge_.Root() == report_.checkpoint.root;
    if (!root_holds && suspect_) {
      report_.broken = std::move(suspect_);
    } else if (!root_holds) {
      report_.broken =
          LogBreak{"checkpoint",
                   {},
                   {},
                   "says the root of " + std::to_string(size_) + " entries is " +
                       base::ToHex(report_.checkpoint.root) + ", but they have " + base::ToHex(edge_.Root())};
    } else if (bad_tile_) {
      report_.broken = std::move(bad_tile_);
    } else if (blamed_) {
      report_.broken = std::move(blamed_);
    }
  }

  const Fetch& fetch_;
  Contents contents_;
  LogReport& report_;
  std::uint64_t size_;
  std::string file_;
  bool fatal_ = false;
  TreeEdge edge_;
  std::array<std::string, kTileLevelMax + 1> rows_;
  std::array<std::uint64_t, kTileLevelMax + 1> numbers_{};
  std::set<std::uint64_t> open_intents_;
  std::optional<LogBreak> suspect_;   ///< an entry that its tile contradicts
  std::optional<LogBreak> bad_tile_;  ///< a tile that the entries contradict
  std::optional<LogBreak> blamed_;    ///< an entry that breaks a promise
};

}  // namespace

std::string LogBreak::Text() const {
  std::string text = file + ": ";
  if (index) text += "entry " + std::to_string(*index) + (byte ? ", " : ": ");
  if (byte) text += "byte " + std::to_string(*byte) + ": ";
  return text + message;
}

LogReport VerifyLog(const Fetch& fetch, const keys::VerifyKey& key, Contents contents) {
  LogReport report;
  const auto note = fetch("checkpoint");
  const auto checkpoint =
      note ? OpenCheckpoint(*note, key) : base::Result<Checkpoint>(std::unexpected(note.error()));
  if (!checkpoint) {
    report.broken = LogBreak{"checkpoint", {}, {}, checkpoint.error().message};
    return report;
  }
  report.checkpoint = *checkpoint;
  report.files = 1;
  Walk(fetch, contents, report).Run();
  return report;
}

}  // namespace proviso::record
