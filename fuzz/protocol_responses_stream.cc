#include "protocol_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  proviso::fuzz::CheckStream(proviso::protocol::Dialect::kOpenAiResponses, data, size);
  return 0;
}
