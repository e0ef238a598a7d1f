// The `response` object and the events around it, for answers that we write.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/exchange.h"

namespace proviso::protocol::internal {

/// What stays the same in all tellings of one answer.
struct ResponseHead {
  std::string id;  ///< With the prefix "resp_".
  std::string model;
  std::int64_t created_s = 0;
};

/// `id` with the prefix that the SDKs and later requests expect.
[[nodiscard]] std::string ResponseIdOf(std::string_view id);

struct ResponseBody {
  std::string_view status;          ///< in_progress, completed, incomplete.
  std::string reason = {};          ///< Why it is incomplete; "" otherwise.
  std::string output = {};          ///< Items, joined by commas.
  std::string usage = {};           ///< JSON; "" for null.
  std::vector<Member> others = {};  ///< Further members.
};
[[nodiscard]] std::string WriteResponse(const ResponseHead& head, const ResponseBody& body);

/// {"type":…,"sequence_number":…,<members>}, framed; counts up.
[[nodiscard]] std::string WriteEvent(std::string_view type, std::int64_t& sequence, std::string_view members);

/// response.created and response.in_progress.
[[nodiscard]] std::string WriteOpening(const ResponseHead& head, std::int64_t& sequence);

}  // namespace proviso::protocol::internal
