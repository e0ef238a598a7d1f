// A held call as the command line shows it, read from the JSON of gateway/hold_json.h.
//
// The JSON may come from another machine. Nothing in it is believed about the call itself but the
// statement, which is read whole, and which alone is rendered and signed; every other text is made
// visible before it is printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oversight/held_call.h"
#include "oversight/hold_state.h"

namespace proviso::cli {

struct HoldView {
  oversight::HeldCall call;  ///< Of the statement.
  std::string statement;
  oversight::HoldState state = oversight::HoldState::kWaiting;
  std::string progress;                ///< "1 of 2: needs another person with role commander"
  std::vector<std::string> decisions;  ///< "alice approve 2026-02-28T09:30:42.500Z  reason"
};

/// The answers to Show and List of a HoldSource. kInvalid when they are not in that form.
[[nodiscard]] base::Result<HoldView> ReadHold(std::string_view json);
[[nodiscard]] base::Result<std::vector<HoldView>> ReadHolds(std::string_view json);

/// A table with a line for each: id, state, tool, application, expires in, progress.
[[nodiscard]] std::string TableOf(const std::vector<HoldView>& holds, std::int64_t now_ms);

/// "9m 50s", "2h 10m", "3d 4h"; "-" for nothing left.
[[nodiscard]] std::string Remaining(std::int64_t ms);

}  // namespace proviso::cli
