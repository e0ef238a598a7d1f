#include "oversight/hold_store.h"

namespace proviso::oversight {

base::Status CheckBounds(std::size_t pending, std::size_t pending_of_application, const HoldBounds& bounds) {
  if (pending >= bounds.pending_max) {
    return base::Fail(
        base::ErrorCode::kLimit,
        std::to_string(pending) + " calls are held already; no more fit until some are decided");
  }
  if (pending_of_application >= bounds.pending_per_application_max) {
    return base::Fail(base::ErrorCode::kLimit,
                      std::to_string(pending_of_application) +
                          " calls of this application are held already; no more fit until some are decided");
  }
  return {};
}

void ReplaceBy(HoldChange& change, Hold& hold) {
  hold.state = change.state;
  hold.changed_ms = change.changed_ms;
  hold.void_reason = std::move(change.void_reason);
  if (change.permitted_under) hold.permitted_under = *std::move(change.permitted_under);
  if (!change.statement) return;
  hold.statement = *std::move(change.statement);
  hold.decisions.clear();
}

}  // namespace proviso::oversight
