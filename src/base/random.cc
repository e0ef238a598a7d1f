#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace proviso::base {
namespace {

constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";

}  // namespace

void FillRandom(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = getrandom(out.data() + done, out.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      std::fputs("proviso: the kernel gave no randomness; stopping\n", stderr);
      std::abort();
    }
    done += static_cast<std::size_t>(got);
  }
}

std::string NewId(std::string_view prefix, std::int64_t wall_ms) {
  std::array<std::uint8_t, 16> bits{};
  FillRandom(std::span(bits).subspan(6));
  for (std::size_t i = 0; i < 6; ++i) {
    bits[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(wall_ms) >> (40U - 8U * i) & 0xFFU);
  }
  std::string id(prefix);
  id.push_back('_');
  // 128 bits as 26 digits of five, the first of which holds three.
  for (int digit = 25; digit >= 0; --digit) {
    unsigned value = 0;
    for (int bit = 4; bit >= 0; --bit) {
      const int position = digit * 5 + bit;
      if (position > 127) continue;
      const auto byte = bits[static_cast<std::size_t>(15 - position / 8)];
      value = value << 1U | (static_cast<unsigned>(byte) >> (position % 8) & 1U);
    }
    id.push_back(kCrockford[value]);
  }
  return id;
}

}  // namespace proviso::base
