// What providers answer, as whole HTTP bytes, in each dialect and delivery.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client.h"

namespace proviso::scenarios {

struct Call {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON
};

/// Bodies, without HTTP.
[[nodiscard]] std::string TextBody(Dialect dialect, Delivery delivery, std::string_view text);
[[nodiscard]] std::string CallsBody(Dialect dialect, Delivery delivery, const std::vector<Call>& calls);

/// HTTP/1.1 200 with the content type of the delivery.
[[nodiscard]] std::string AsHttp(Delivery delivery, std::string_view body);

}  // namespace proviso::scenarios
