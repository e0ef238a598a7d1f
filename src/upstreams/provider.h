// A provider of models, as configured: a name, what it speaks, where it is, and our key for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "upstreams/credential.h"
#include "upstreams/endpoint.h"

namespace proviso::upstreams {

struct Provider {
  std::string name;
  /// Names of dialects that it speaks, such as "openai-chat" and "anthropic-messages".
  std::vector<std::string> dialects;
  Endpoint endpoint;
  std::optional<Credential> credential;
};

}  // namespace proviso::upstreams
