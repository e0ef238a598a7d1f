// Equality of short texts without a call: names of attributes and types are compared all the time.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace proviso::cedar::internal {

[[nodiscard]] inline bool SameText(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  const auto eight = [](const char* from) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, sizeof bytes);
    return bytes;
  };
  const auto four = [](const char* from) {
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, from, sizeof bytes);
    return bytes;
  };
  // The first and the last bytes, overlapping where they do.
  if (size >= 8 && size <= 16) {
    return ((eight(a.data()) ^ eight(b.data())) |
            (eight(a.data() + size - 8) ^ eight(b.data() + size - 8))) == 0;
  }
  if (size >= 4 && size < 8) {
    return ((four(a.data()) ^ four(b.data())) | (four(a.data() + size - 4) ^ four(b.data() + size - 4))) == 0;
  }
  if (size > 0 && size < 4) {
    return a.front() == b.front() && a[size / 2] == b[size / 2] && a.back() == b.back();
  }
  return size == 0 || std::memcmp(a.data(), b.data(), size) == 0;
}

}  // namespace proviso::cedar::internal
