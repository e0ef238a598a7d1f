#include "protocol/dialect.h"

namespace proviso::protocol {

std::string_view NameOf(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return "openai-chat";
    case Dialect::kAnthropicMessages:
      return "anthropic-messages";
  }
  return "";
}

}  // namespace proviso::protocol
