#include "record/internal/crc32c.h"

#include <array>

namespace proviso::record::internal {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected
using Table = std::array<std::array<std::uint32_t, 256>, 8>;

/// Row k advances a byte over k more zero bytes, so that eight bytes are looked up at once.
constexpr Table MakeTable() {
  Table table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0);
    table[0][i] = crc;
  }
  for (std::size_t row = 1; row < 8; ++row) {
    for (std::size_t i = 0; i < 256; ++i) {
      table[row][i] = (table[row - 1][i] >> 8U) ^ table[0][table[row - 1][i] & 0xFFU];
    }
  }
  return table;
}

constexpr Table kTable = MakeTable();

}  // namespace

std::uint32_t Crc32c(base::ByteView bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  while (bytes.size() >= 8) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      next ^= kTable[7 - i][(bytes[i] ^ (crc >> (8 * i))) & 0xFFU] ^ kTable[3 - i][bytes[4 + i]];
    }
    crc = next;
    bytes = bytes.subspan(8);
  }
  for (const std::uint8_t byte : bytes) crc = (crc >> 8U) ^ kTable[0][(crc ^ byte) & 0xFFU];
  return ~crc;
}

}  // namespace proviso::record::internal
