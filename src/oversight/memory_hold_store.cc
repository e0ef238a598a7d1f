#include "oversight/memory_hold_store.h"

#include <algorithm>

#include "oversight/limits.h"

namespace proviso::oversight {

using base::ErrorCode;
using base::Fail;

base::Status MemoryHoldStore::Insert(const Hold& hold, const HoldBounds& bounds) {
  const std::lock_guard lock(mutex_);
  std::size_t pending = 0;
  std::size_t of_application = 0;
  for (const auto& [id, row] : rows_) {
    if (!IsPending(row.hold.state)) continue;
    ++pending;
    if (row.hold.application == hold.application) ++of_application;
  }
  if (auto checked = CheckBounds(pending, of_application, bounds); !checked) return checked;
  if (!rows_.emplace(hold.id, Row{hold, version_ + 1}).second) {
    return Fail(ErrorCode::kConflict, hold.id + " exists already");
  }
  ++version_;
  return {};
}

base::Result<Hold> MemoryHoldStore::Get(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end()) return Fail(ErrorCode::kNotFound, "no held call with this id");
  return found->second.hold;
}

base::Result<Hold> MemoryHoldStore::Change(std::string_view id, const HoldRule& rule) {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end()) return Fail(ErrorCode::kNotFound, "no held call with this id");
  Hold& hold = found->second.hold;
  auto change = rule(hold);
  if (!change) return std::unexpected(change.error());
  if (change->decision) {
    const bool twice = std::ranges::any_of(hold.decisions, [&](const Decision& earlier) {
      return earlier.person == change->decision->person && earlier.verdict == change->decision->verdict;
    });
    if (twice) return Fail(ErrorCode::kConflict, "this person has decided so already");
  }
  ReplaceBy(*change, hold);
  if (change->decision) hold.decisions.push_back(*std::move(change->decision));
  found->second.version = ++version_;
  return hold;
}

base::Result<std::vector<Hold>> MemoryHoldStore::List(const HoldFilter& filter) {
  const std::lock_guard lock(mutex_);
  std::vector<Hold> holds;
  for (auto row = rows_.upper_bound(filter.after_id); row != rows_.end(); ++row) {
    if (holds.size() >= std::min(filter.max, kListMax)) break;
    const Hold& hold = row->second.hold;
    if (filter.state && hold.state != *filter.state) continue;
    if (!filter.application.empty() && hold.application != filter.application) continue;
    holds.push_back(hold);
  }
  return holds;
}

base::Result<std::vector<std::string>> MemoryHoldStore::Due(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, row] : rows_) {
    if (ids.size() >= kListMax) break;
    if (IsPending(row.hold.state) && row.hold.expires_ms <= now_ms) ids.push_back(id);
  }
  return ids;
}

base::Result<HoldChanges> MemoryHoldStore::ChangesSince(std::int64_t version) {
  const std::lock_guard lock(mutex_);
  std::map<std::int64_t, HoldNews> by_version;
  for (const auto& [id, row] : rows_) {
    if (row.version > version) by_version.emplace(row.version, HoldNews{id, row.hold.state});
  }
  HoldChanges changes = {.version = version, .changed = {}};
  for (auto& [at, news] : by_version) {
    if (changes.changed.size() >= kChangesMax) break;
    changes.version = at;
    changes.changed.push_back(std::move(news));
  }
  return changes;
}

base::Result<std::size_t> MemoryHoldStore::Forget(std::int64_t before_ms) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(rows_, [before_ms](const auto& entry) {
    const Hold& hold = entry.second.hold;
    return !IsPending(hold.state) && hold.changed_ms < before_ms;
  });
}

}  // namespace proviso::oversight
