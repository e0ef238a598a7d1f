// Frames out of any bytes: each that parses is written back the same, however the bytes are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "protocol/aws_event_stream.h"

using proviso::protocol::AwsFrameReader;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0];
  AwsFrameReader whole;
  AwsFrameReader pieces;
  whole.Append(bytes);
  std::size_t fed = 0;
  while (true) {
    const auto expected = whole.Next();
    auto found = pieces.Next();
    while (found && found->empty() && fed < bytes.size()) {
      pieces.Append(bytes.substr(fed, piece));
      fed += piece;
      found = pieces.Next();
    }
    if (found != expected) std::abort();
    if (!expected || expected->empty()) return 0;
    const auto frame = proviso::protocol::ParseAwsFrame(*expected);
    if (frame && proviso::protocol::WithPayload(*frame, frame->payload) != *expected) std::abort();
  }
}
