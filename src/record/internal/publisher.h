// Turns durable frames into what the world sees: tiles, bundles, a signed checkpoint; moves sealed
// openings to their store; and retires what the write-ahead log need not keep any longer.
//
// The file `state` says up to where everything is published and synced, so that a start reads only
// the write-ahead log after it: {"size": N, "root": base64, "open": [indexes of open INTENTs]}.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "record/internal/frame.h"
#include "record/internal/subject_keys.h"
#include "record/internal/tree_files.h"
#include "record/log.h"

namespace proviso::record::internal {

struct State {
  std::uint64_t size = 0;
  Hash root = EmptyRoot();
  std::set<std::uint64_t> open_intents;
};

/// An absent file is the state of an empty log.
[[nodiscard]] base::Result<State> ReadState(const std::filesystem::path& directory);

/// A durable frame on its way to the public.
struct Durable {
  Frame frame;
  std::shared_ptr<SubjectKeyInUse> key;  ///< null after a restart, or when openings are not kept
};

/// One thread at a time.
class Publisher {
 public:
  Publisher(const LogSetup& setup, Storage& storage, TreeFiles files, State state)
      : setup_(setup),
        storage_(storage),
        files_(std::move(files)),
        open_intents_(std::move(state.open_intents)) {}

  /// Publishes the entries under one new checkpoint and returns its note. An error is for good.
  [[nodiscard]] base::Result<std::string> Publish(std::vector<Durable> batch);
  /// Moves the openings of published entries to the store; tells `keys` of destroyed subjects.
  /// An error keeps them for the next try.
  [[nodiscard]] base::Status MoveOpenings(SubjectKeys* keys);
  /// Syncs all that is published and writes `state`; then segments before size() may go, if no
  /// opening waits.
  [[nodiscard]] base::Status Settle();

  [[nodiscard]] std::uint64_t size() const { return files_.edge().size(); }
  [[nodiscard]] bool all_moved() const { return waiting_.empty(); }
  [[nodiscard]] const std::set<std::uint64_t>& open_intents() const { return open_intents_; }

 private:
  base::Status Take(const Frame& frame);
  base::Status PutUpTo(std::size_t count);

  const LogSetup& setup_;
  Storage& storage_;
  TreeFiles files_;
  std::set<std::uint64_t> open_intents_;
  std::vector<Durable> waiting_;  ///< published, opening not yet in the store
};

}  // namespace proviso::record::internal
