// Why answers stop, in each dialect's own word: one table for the gates, the readers and the writers.
#pragma once

#include <string_view>

#include "protocol/answer.h"
#include "protocol/dialect.h"

namespace proviso::protocol::internal {

/// The dialect's word for why an answer stopped; the nearest one where it has none.
[[nodiscard]] std::string_view StopWord(Dialect dialect, StopClass stop);
/// The class of a dialect's word: kNone for "", kOther for one that is not in the table.
[[nodiscard]] StopClass StopOf(Dialect dialect, std::string_view word);

}  // namespace proviso::protocol::internal
