#include "protocol_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace proviso::protocol;
  proviso::fuzz::CheckStream(Dialect::kGemini, data, size, Delivery::kStream);
  return 0;
}
