#include "gateway/internal/request_headers.h"

namespace proviso::gateway::internal {

base::Result<std::optional<std::string>> OneHeader(const http::RequestHead& head, std::string_view name) {
  if (http::CountHeaders(head.headers, name) > 1) {
    return base::Fail(base::ErrorCode::kInvalid, std::string(name) + ": stands more than once; send it once");
  }
  const std::string* value = http::FindHeader(head.headers, name);
  return value == nullptr ? std::optional<std::string>() : std::optional<std::string>(*value);
}

base::Result<enforcement::Declarations> ReadDeclarationHeaders(const http::RequestHead& head) {
  struct Row {
    std::string_view header;
    std::optional<std::string> enforcement::Declarations::* into;
  };
  static constexpr Row kRows[] = {{"Proviso-Purpose", &enforcement::Declarations::purpose},
                                  {"Proviso-Authority", &enforcement::Declarations::authority},
                                  {"Proviso-On-Behalf-Of", &enforcement::Declarations::on_behalf_of},
                                  {"Proviso-Facts", &enforcement::Declarations::facts}};
  enforcement::Declarations declarations;
  for (const Row& row : kRows) {
    auto value = OneHeader(head, row.header);
    if (!value) return std::unexpected(value.error());
    declarations.*row.into = std::move(*value);
  }
  return declarations;
}

}  // namespace proviso::gateway::internal
