// Any body is refused or read, in three dialects; replacing the model changes only the model.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace proviso::protocol;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const Dialect dialect :
       {Dialect::kOpenAiChat, Dialect::kAnthropicMessages, Dialect::kOpenAiResponses}) {
    const auto request = ReadRequest(dialect, body);
    if (!request) continue;
    const std::string sent = WithModel(body, *request, "other \"model\"");
    const auto again = ReadRequest(dialect, sent);
    const bool same_elsewhere = sent.starts_with(body.substr(0, request->model_begin)) &&
                                sent.ends_with(body.substr(request->model_end));
    if (!same_elsewhere || !again || again->model != "other \"model\"" ||
        again->messages != request->messages || again->tools.size() != request->tools.size() ||
        again->delivery != request->delivery) {
      std::abort();
    }
  }
  return 0;
}
