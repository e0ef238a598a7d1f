#include "record/internal/cbor.h"

namespace proviso::record::internal {
namespace {

// The low five bits of the first byte: a value below 24, or how many bytes follow.
constexpr unsigned kOneByte = 24;
constexpr unsigned kEightBytes = 27;

}  // namespace

CborWriter& CborWriter::Head(CborType type, std::uint64_t value) {
  const auto first = static_cast<unsigned>(type) << 5U;
  if (value < kOneByte) {
    out_ += static_cast<char>(first | value);
    return *this;
  }
  unsigned form = kOneByte;
  unsigned bytes = 1;
  while (bytes < 8 && (value >> (8 * bytes)) != 0) {
    bytes *= 2;
    ++form;
  }
  out_ += static_cast<char>(first | form);
  for (unsigned i = bytes; i-- > 0;) out_ += static_cast<char>(value >> (8 * i) & 0xFFU);
  return *this;
}

CborWriter& CborWriter::Bytes(base::ByteView bytes) {
  Head(CborType::kBytes, bytes.size());
  out_ += base::AsText(bytes);
  return *this;
}

CborWriter& CborWriter::Text(std::string_view text) {
  Head(CborType::kText, text.size());
  out_ += text;
  return *this;
}

std::unexpected<base::Error> CborReader::Refuse(std::string_view what) const {
  return base::Fail(base::ErrorCode::kCorrupt, "byte " + std::to_string(at_) + ": " + std::string(what));
}

base::Result<std::uint64_t> CborReader::Head(CborType type) {
  if (at_ >= bytes_.size()) return Refuse("the bytes end too early");
  const auto first = static_cast<unsigned char>(bytes_[at_]);
  if (first >> 5U != static_cast<unsigned>(type)) return Refuse("another type than expected");
  const unsigned form = first & 0x1FU;
  if (form < kOneByte) {
    ++at_;
    return form;
  }
  if (form > kEightBytes) return Refuse("an indefinite or reserved length");
  const std::size_t bytes = std::size_t{1} << (form - kOneByte);
  if (bytes_.size() - at_ - 1 < bytes) return Refuse("the bytes end too early");
  std::uint64_t value = 0;
  for (std::size_t i = 1; i <= bytes; ++i) value = value << 8U | static_cast<unsigned char>(bytes_[at_ + i]);
  const std::uint64_t smallest = form == kOneByte ? kOneByte : std::uint64_t{1} << (4 * bytes);
  if (value < smallest) return Refuse("a number in a longer form than it needs");
  at_ += 1 + bytes;
  return value;
}

base::Result<std::string_view> CborReader::String(CborType type) {
  const auto length = Head(type);
  if (!length) return std::unexpected(length.error());
  if (bytes_.size() - at_ < *length) return Refuse("the bytes end inside a string");
  const std::string_view string = bytes_.substr(at_, *length);
  at_ += *length;
  return string;
}

base::Status CborReader::End() const {
  if (at_ != bytes_.size()) return Refuse("bytes after the end");
  return {};
}

base::Status CborKeyOrder::Next(const CborReader& reader, std::size_t key_begin) {
  const std::string_view key = reader.Since(key_begin);
  if (!last_.empty() && key <= last_) return reader.Refuse("a key twice or out of order");
  last_ = key;
  return {};
}

}  // namespace proviso::record::internal
