// A request, fed whole and cut in two, must give the same outcome; whatever is accepted has one
// Host and one length. The input's first byte chooses the cut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/limits.h"
#include "http/parser.h"

namespace {

using proviso::http::RequestHead;
using proviso::http::RequestParser;

struct Outcome {
  int refused_with = 0;
  bool done = false;
  RequestHead head;
  std::string body;
};

Outcome Read(std::string_view bytes, std::size_t cut) {
  RequestParser parser;
  Outcome outcome;
  std::string waiting;
  bool in_body = false;
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    waiting.append(piece);
    if (!in_body) {
      const auto used = parser.ParseHead(waiting, outcome.head);
      if (!used) {
        outcome.refused_with = used.error().status;
        return outcome;
      }
      in_body = *used != 0;
      waiting.erase(0, *used);
    }
    if (!in_body) continue;
    const auto used = parser.ParseBody(waiting, outcome.body, proviso::http::kBodyBytesMax);
    if (!used) {
      outcome.refused_with = used.error().status;
      return outcome;
    }
    waiting.erase(0, *used);
  }
  outcome.done = in_body && parser.BodyDone();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = bytes.empty() ? 0 : data[0] * bytes.size() / 256;
  const Outcome whole = Read(bytes, 0);
  const Outcome halves = Read(bytes, cut);
  if ((whole.refused_with != 0) != (halves.refused_with != 0) || whole.done != halves.done) std::abort();
  if (whole.done && whole.body != halves.body) std::abort();
  if (!whole.done) return 0;
  if (whole.head.target.empty() || whole.head.target.front() != '/') std::abort();
  if (CountHeaders(whole.head.headers, "host") != 1) std::abort();
  const bool has_coding = CountHeaders(whole.head.headers, "transfer-encoding") != 0;
  const bool has_length = CountHeaders(whole.head.headers, "content-length") != 0;
  if (has_coding && has_length) std::abort();
  if (!has_coding && whole.body.size() != whole.head.content_length) std::abort();
  return 0;
}
