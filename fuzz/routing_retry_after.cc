// What a provider writes into retry-after-ms and Retry-After, and what a caller writes into Idempotency-Key.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "routing/idempotency.h"
#include "routing/journey.h"
#include "routing/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto newline = text.find('\n');
  const std::string_view first = text.substr(0, newline);
  const std::string_view second = newline == std::string_view::npos ? "" : text.substr(newline + 1);
  const auto wait = proviso::routing::ReadRetryAfter(first, second, 1'790'000'000'000);
  if (wait && (wait->count() < 0 || *wait > proviso::routing::kRetryAfterMax)) std::abort();
  if (proviso::routing::CheckIdempotencyKey(text) &&
      text.size() > proviso::routing::kIdempotencyKeyBytesMax) {
    std::abort();
  }
  return 0;
}
