#include "record/internal/recovery.h"

#include "base/file.h"

namespace proviso::record::internal {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::string_view kAdvice =
    "; nothing was changed: restore the directory from a copy, and find out who or what removed entries";

base::Result<std::optional<Checkpoint>> ReadCheckpoint(const LogSetup& setup) {
  const std::filesystem::path path = setup.directory / "checkpoint";
  const auto note = base::ReadFile(path);
  if (!note && note.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!note) return std::unexpected(note.error());
  auto checkpoint = OpenCheckpoint(*note, setup.key.verifier());
  if (!checkpoint) return base::Within(path.string(), checkpoint.error());
  if (checkpoint->origin != setup.origin) {
    return Fail(ErrorCode::kCorrupt,
                path.string() + ": is of the log " + checkpoint->origin + ", not " + setup.origin);
  }
  return *checkpoint;
}

base::Status CheckSizes(const LogSetup& setup, const Recovered& found) {
  const std::string where = (setup.directory / "checkpoint").string();
  if (!found.checkpoint) {
    if (found.state.size == 0) return {};
    return Fail(ErrorCode::kCorrupt, where + ": is missing, though " + std::to_string(found.state.size) +
                                         " entries were published" + std::string(kAdvice));
  }
  if (found.checkpoint->size < found.state.size) {
    return Fail(ErrorCode::kCorrupt, where + ": covers " + std::to_string(found.checkpoint->size) +
                                         " entries, but " + std::to_string(found.state.size) +
                                         " were published: it was rolled back" + std::string(kAdvice));
  }
  if (found.checkpoint->size > found.size) {
    return Fail(ErrorCode::kCorrupt, "the log is shorter than its last checkpoint: it has " +
                                         std::to_string(found.size) + " entries, and " + where + " covers " +
                                         std::to_string(found.checkpoint->size) + std::string(kAdvice));
  }
  return {};
}

/// Recomputes the tree from what is published and the write-ahead log, and compares it at the two
/// sizes whose roots are known.
base::Status CheckRoots(const LogSetup& setup, const Recovered& found) {
  TileNodes nodes(found.state.size, FetchFromDirectory(setup.directory.string()));
  auto edge = TreeEdge::Read(found.state.size, nodes.reader());
  if (!edge) return base::Within(setup.directory.string(), edge.error());
  if (edge->Root() != found.state.root) {
    return Fail(ErrorCode::kCorrupt,
                setup.directory.string() + "/tile: the tiles do not lead to the root of the " +
                    std::to_string(found.state.size) + " published entries" + std::string(kAdvice));
  }
  if (!found.checkpoint) return {};
  for (const Frame& frame : found.write_ahead.frames) {
    if (edge->size() == found.checkpoint->size) break;
    edge->Append(LeafHash(base::AsBytes(frame.entry)));
  }
  if (edge->Root() == found.checkpoint->root) return {};
  return Fail(ErrorCode::kCorrupt, "the log does not match its last checkpoint: the root of its first " +
                                       std::to_string(found.checkpoint->size) + " entries is " +
                                       base::ToBase64(edge->Root()) + ", and the checkpoint says " +
                                       base::ToBase64(found.checkpoint->root) + std::string(kAdvice));
}

}  // namespace

base::Result<Recovered> Recover(const LogSetup& setup) {
  Recovered found;
  auto state = ReadState(setup.directory);
  if (!state) return std::unexpected(state.error());
  found.state = std::move(*state);
  auto checkpoint = ReadCheckpoint(setup);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  found.checkpoint = std::move(*checkpoint);
  auto write_ahead = ReadWriteAhead(setup.directory / "wal", setup.origin, found.state.size);
  if (!write_ahead) return std::unexpected(write_ahead.error());
  found.write_ahead = std::move(*write_ahead);
  found.size = found.state.size + found.write_ahead.frames.size();
  if (auto sizes = CheckSizes(setup, found); !sizes) return std::unexpected(sizes.error());
  if (auto roots = CheckRoots(setup, found); !roots) return std::unexpected(roots.error());
  return found;
}

}  // namespace proviso::record::internal
