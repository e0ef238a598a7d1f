// Where held calls live. Owned here, implemented by `store` (SQLite) and, for tests, by
// MemoryHoldStore; hold_store_contract.h is what each implementation must do.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oversight/approval.h"
#include "oversight/hold_state.h"

namespace proviso::oversight {

/// One person's verified decision, with the note that proves it.
struct Decision {
  std::string person;
  std::string key_name;
  Verdict verdict = Verdict::kDeny;
  std::int64_t signed_ms = 0;    ///< As the approver's note says.
  std::int64_t received_ms = 0;  ///< By the desk's clock.
  std::string reason;
  std::string note;  ///< The signed note as it came.

  bool operator==(const Decision&) const = default;
};

/// A statement and what has happened to it. The statement changes only when other terms come into force and
/// hold the call, too: then nothing that was decided counts any more.
struct Hold {
  std::string id;
  std::string application;  ///< As in the statement; here for filters and bounds.
  std::string statement;
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;
  HoldState state = HoldState::kWaiting;
  std::int64_t changed_ms = 0;      ///< When it came into this state or got its last decision.
  std::string void_reason;          ///< Why it is void; otherwise empty.
  std::vector<Decision> decisions;  ///< In the order in which they came.
  /// What whoever opened it needs to decide it again under other terms; never shown. "" when that was too
  /// much to keep.
  std::string question{};
  /// Digest, in hexadecimal, of terms that came into force later and permit it without people; else "".
  std::string permitted_under{};

  bool operator==(const Hold&) const = default;
};

/// What to write: a new state (or the same one), perhaps with one more decision.
struct HoldChange {
  HoldState state = HoldState::kWaiting;
  std::int64_t changed_ms = 0;
  std::string void_reason;
  std::optional<Decision> decision;
  /// Takes the place of the hold's, and with it go all decisions on the one before.
  std::optional<std::string> statement{};
  std::optional<std::string> permitted_under{};  ///< Takes the place of the hold's.
};

/// Decides on a change while nobody else can write; an error leaves the hold as it is.
using HoldRule = std::function<base::Result<HoldChange>(const Hold&)>;

struct HoldFilter {
  std::optional<HoldState> state;
  std::string application;  ///< Empty: every one.
  std::string after_id;     ///< Only ids after this one, for pages; empty: from the first.
  std::size_t max = 100;    ///< Cut to kListMax.
};

struct HoldBounds {
  std::size_t pending_max;
  std::size_t pending_per_application_max;
};

/// kLimit with a message if one more pending hold would pass a bound. For implementations.
[[nodiscard]] base::Status CheckBounds(std::size_t pending, std::size_t pending_of_application,
                                       const HoldBounds& bounds);

/// One entry of the stream of changes.
struct HoldNews {
  std::string id;
  HoldState state = HoldState::kWaiting;

  bool operator==(const HoldNews&) const = default;
};

struct HoldChanges {
  std::int64_t version = 0;       ///< Ask again with this one.
  std::vector<HoldNews> changed;  ///< Each hold once, oldest change first; at most kChangesMax.
};

/// What is left of `hold` when `change` replaces what stands there; its new decision is not yet in it.
void ReplaceBy(HoldChange& change, Hold& hold);

/// Every operation is one transaction, durable when it returns, and may be called from any thread;
/// several processes may share one store.
class HoldStore {
 public:
  virtual ~HoldStore() = default;

  /// kConflict if the id is taken; kLimit if a bound on pending holds is reached.
  [[nodiscard]] virtual base::Status Insert(const Hold& hold, const HoldBounds& bounds) = 0;
  /// kNotFound if there is none.
  [[nodiscard]] virtual base::Result<Hold> Get(std::string_view id) = 0;
  /// Reads the hold, asks `rule`, and writes its answer, with nobody in between; gives the hold as
  /// written. `rule` must not call the store. kConflict if one person approves, or denies, twice.
  [[nodiscard]] virtual base::Result<Hold> Change(std::string_view id, const HoldRule& rule) = 0;
  /// Sorted by id, which is by time of opening.
  [[nodiscard]] virtual base::Result<std::vector<Hold>> List(const HoldFilter& filter) = 0;
  /// Ids of pending holds with expires_ms <= now_ms, at most kListMax.
  [[nodiscard]] virtual base::Result<std::vector<std::string>> Due(std::int64_t now_ms) = 0;
  /// Holds inserted or changed after `version`; 0 for all. Cheap enough to ask ten times a second.
  [[nodiscard]] virtual base::Result<HoldChanges> ChangesSince(std::int64_t version) = 0;
  /// Removes holds that came to their end before `before_ms`; gives how many.
  [[nodiscard]] virtual base::Result<std::size_t> Forget(std::int64_t before_ms) = 0;
};

}  // namespace proviso::oversight
