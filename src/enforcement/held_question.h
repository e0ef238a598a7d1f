// What it takes to decide a held call again when other terms come into force: what the request declared, who
// asked, and what it offered, as they came. Kept sealed with the hold (oversight/hold_store.h), as JSON
// "proviso.held-question/v1"; the call itself stands in the statement.
//
// Deciding again is deciding the same request as if it arrived under the new terms: declarations are checked
// anew, tools are matched with the new catalogue, and nobody has decided anything.
#pragma once

#include <string>
#include <string_view>

#include "enforcement/case.h"
#include "oversight/desk.h"
#include "protocol/answer.h"
#include "terms/decide.h"

namespace proviso::enforcement {

/// For a call that must wait, or (with no call) for a request.
[[nodiscard]] std::string HeldQuestionOf(const Case& the_case, const protocol::ToolCall* call);

/// A held call under other terms.
struct DecidedAgain {
  Case the_case;
  protocol::ToolCall call;  ///< Empty for a request.
  terms::Decision decision;
};

/// Decides what `hold` holds under `terms`. `target` is the model as it is configured now, nullptr when it is
/// not configured any more (of a tool server's call it does not matter). kInvalid when the question was not
/// kept or cannot be read: then it cannot be decided, and nothing may come of it.
[[nodiscard]] base::Result<DecidedAgain> DecideAgain(const oversight::Hold& hold,
                                                     const oversight::HeldCall& held,
                                                     std::shared_ptr<const terms::Package> terms,
                                                     const Target* target, const base::Clock& clock);

/// The same for the desk.
[[nodiscard]] oversight::Redecision RedecisionOf(const DecidedAgain& again);

/// A sentence for whoever asked: why it is forbidden.
[[nodiscard]] std::string WhyForbidden(const terms::Decision& decision);

}  // namespace proviso::enforcement
