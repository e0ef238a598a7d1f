// The gate for answers that hold no text and no calls: vectors, token counts. They pass whole, as they
// came or rewritten for another dialect, once they are known to be complete JSON and no error.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/answer.h"

namespace proviso::protocol {

/// What the caller is sent for the provider's whole body.
using Rewrite = std::function<base::Result<std::string>(std::string_view body)>;

/// An empty `rewrite` leaves the body as it came.
[[nodiscard]] std::unique_ptr<AnswerGate> MakePlainGate(Rewrite rewrite, AnswerLimits limits = {});

}  // namespace proviso::protocol
