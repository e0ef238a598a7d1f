#include "http/internal/refusing.h"

#include "base/json_writer.h"

namespace proviso::http::internal {

std::optional<Refusal> RefuseUnread(const RequestHead& head) {
  const std::string* const expect = FindHeader(head.headers, "expect");
  if (expect != nullptr && !EqualsIgnoringCase(*expect, "100-continue")) {
    return Refusal{417, "Expect: only 100-continue is known"};
  }
  for (const Header& header : head.headers) {
    const bool coded = EqualsIgnoringCase(header.name, "content-encoding");
    if (coded && !EqualsIgnoringCase(header.value, "identity")) {
      return Refusal{415, "Content-Encoding: send the request without compression"};
    }
  }
  return std::nullopt;
}

std::string RefusalBody(std::string_view reason) {
  base::JsonWriter json;
  json.BeginObject().Key("type").String("error").Key("error").BeginObject();
  json.Key("type").String("invalid_request_error").Key("message").String(reason);
  json.EndObject().EndObject();
  return json.Take();
}

std::vector<Header> RefusalHeaders(int status) {
  std::vector<Header> headers{{"Content-Type", "application/json"}};
  if (status == 415) headers.push_back({"Accept-Encoding", "identity"});
  return headers;
}

}  // namespace proviso::http::internal
