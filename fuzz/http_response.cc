// A response, fed whole and cut in two, must give the same outcome, also when the peer closes
// after it. The input's first byte chooses the cut, its low bit the request's kind.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/limits.h"
#include "http/parser.h"

namespace {

using proviso::http::ResponseHead;
using proviso::http::ResponseParser;
using proviso::http::ResponseTo;

enum class End : std::uint8_t { kRefused, kCutOff, kWhole };

struct Outcome {
  End end = End::kRefused;
  std::string body;
};

Outcome Read(std::string_view bytes, std::size_t cut, ResponseTo request) {
  ResponseParser parser;
  ResponseHead head;
  Outcome outcome;
  std::string waiting;
  bool in_body = false;
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    waiting.append(piece);
    if (!in_body) {
      const auto used = parser.ParseHead(waiting, request, head);
      if (!used) return outcome;
      in_body = *used != 0;
      waiting.erase(0, *used);
    }
    if (!in_body) continue;
    const auto used = parser.ParseBody(waiting, outcome.body, proviso::http::kBodyBytesMax);
    if (!used) return outcome;
    waiting.erase(0, *used);
  }
  outcome.end = parser.FinishAtClose() ? End::kWhole : End::kCutOff;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = bytes.empty() ? 0 : data[0] * bytes.size() / 256;
  const ResponseTo request = (data[0] & 1U) != 0 ? ResponseTo::kHead : ResponseTo::kOther;
  const Outcome whole = Read(bytes, 0, request);
  const Outcome halves = Read(bytes, cut, request);
  if (whole.end != halves.end) std::abort();
  if (whole.end == End::kWhole && whole.body != halves.body) std::abort();
  return 0;
}
