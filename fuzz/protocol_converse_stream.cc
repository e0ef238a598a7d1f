// A Converse stream of any events: each line is an event's name, a space and its payload, and is framed
// here, for no mutation would find the checksums. Frames themselves: protocol_aws_event_stream.cc.
#include "protocol/aws_event_stream.h"
#include "protocol_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string framed(1, static_cast<char>(data[0]));
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || space > 255) continue;
    framed += proviso::protocol::MakeAwsEvent(line.substr(0, space), line.substr(space + 1));
  }
  proviso::fuzz::CheckStream(proviso::protocol::Dialect::kBedrockConverse,
                             reinterpret_cast<const std::uint8_t*>(framed.data()), framed.size());
  return 0;
}
