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

}  // namespace proviso::oversight
