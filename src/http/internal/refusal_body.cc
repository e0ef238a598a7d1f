#include "http/internal/refusal_body.h"

#include "base/json_writer.h"

namespace proviso::http::internal {

std::string RefusalBody(std::string_view reason) {
  base::JsonWriter json;
  json.BeginObject().Key("type").String("error").Key("error").BeginObject();
  json.Key("type").String("invalid_request_error").Key("message").String(reason);
  json.EndObject().EndObject();
  return json.Take();
}

}  // namespace proviso::http::internal
