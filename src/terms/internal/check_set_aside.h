// What one party could set aside alone: two requests, equal in all but the facts that it asserts alone.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "terms/internal/check_words.h"

namespace proviso::terms::internal {

/// A safeguard or a forbid, and where its answer goes. `holds` is the answer to kSafeguardHolds of this act,
/// where it was asked.
struct MaybeSetAside {
  const Subject* subject;
  Part* part;
  const Part* holds = nullptr;
};

/// Why the first request, in a safeguard's scope, is not permitted: a forbid that speaks of what the
/// safeguard speaks of, or, where no forbid applies at all, that nothing permits it. A request that is
/// forbidden for another reason tells nothing of the safeguard.
enum class Bar : std::uint8_t { kForbid, kNoPermit };

/// Which of these the party can set aside in one act; all have the same party. One script for all of them,
/// where it can set aside none. Of kNoPermit only safeguards are asked for which kForbid has shown nothing.
void AskWhatIsSetAside(std::vector<MaybeSetAside> open, Bar bar, Inquiry& inquiry);

/// Nothing for a forbid that the party cannot set aside.
[[nodiscard]] std::optional<Finding> SetAsideFinding(const Subject& subject, Worker& worker);

}  // namespace proviso::terms::internal
