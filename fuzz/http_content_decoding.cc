// A compressed content, fed whole and cut in two, must give the same text or the same refusal, within
// the bounds. The input's first byte chooses the coding and the cut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/content_decoding.h"

namespace {

using proviso::http::ContentCoding;
using proviso::http::ContentDecoder;

constexpr std::size_t kTextBytesMax = 8U << 20U;

struct Outcome {
  bool whole = false;
  std::string text;
};

Outcome Decode(ContentCoding coding, std::string_view bytes, std::size_t cut) {
  ContentDecoder decoder(coding, kTextBytesMax);
  Outcome outcome;
  bool fed = true;
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    fed = fed && decoder.Feed(piece, outcome.text).has_value();
  }
  outcome.whole = decoder.Finish().has_value();
  if (outcome.whole && !fed) std::abort();
  const std::size_t allowed =
      proviso::http::kDecodedFreeBytes + (bytes.size() + 1) * proviso::http::kDecodedRatioMax;
  if (coding != ContentCoding::kIdentity && outcome.text.size() > allowed) std::abort();
  if (outcome.text.size() > kTextBytesMax) std::abort();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ContentCoding coding = static_cast<ContentCoding>(data[0] % 4);
  const std::size_t cut = bytes.size() * (data[0] / 4U) / 64U;
  const Outcome whole = Decode(coding, bytes, 0);
  const Outcome halves = Decode(coding, bytes, cut);
  // The ratio counts what came so far, so that a cut may refuse what the whole does not.
  if (halves.whole && !whole.whole) std::abort();
  if (halves.whole && halves.text != whole.text) std::abort();
  return 0;
}
