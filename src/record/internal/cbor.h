// The little of CBOR (RFC 8949) that the record needs: unsigned integers, byte strings, text strings
// and maps, in the deterministic encoding of §4.2.1 only. The reader accepts nothing else: no longer
// form of a number, no indefinite length, no tags, no floats, no bytes after the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace proviso::record::internal {

enum class CborType : std::uint8_t { kUnsigned = 0, kBytes = 2, kText = 3, kMap = 5 };

/// Appends items. The caller puts map keys in order.
class CborWriter {
 public:
  CborWriter& Unsigned(std::uint64_t value) { return Head(CborType::kUnsigned, value); }
  CborWriter& Bytes(base::ByteView bytes);
  CborWriter& Text(std::string_view text);
  CborWriter& Map(std::uint64_t pairs) { return Head(CborType::kMap, pairs); }
  [[nodiscard]] std::string Take() { return std::move(out_); }

 private:
  CborWriter& Head(CborType type, std::uint64_t value);
  std::string out_;
};

/// Reads items one after another from borrowed bytes. Every error is kCorrupt with the byte.
class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] base::Result<std::uint64_t> Unsigned() { return Head(CborType::kUnsigned); }
  [[nodiscard]] base::Result<std::string_view> Bytes() { return String(CborType::kBytes); }
  [[nodiscard]] base::Result<std::string_view> Text() { return String(CborType::kText); }
  /// The number of pairs that follow.
  [[nodiscard]] base::Result<std::uint64_t> Map() { return Head(CborType::kMap); }
  [[nodiscard]] base::Status End() const;

  [[nodiscard]] std::size_t at() const { return at_; }
  /// The bytes read since `begin`, an earlier at(): an item's own encoding.
  [[nodiscard]] std::string_view Since(std::size_t begin) const { return bytes_.substr(begin, at_ - begin); }
  /// kCorrupt, "byte 12: <what>".
  [[nodiscard]] std::unexpected<base::Error> Refuse(std::string_view what) const;

 private:
  base::Result<std::uint64_t> Head(CborType type);
  base::Result<std::string_view> String(CborType type);
  std::string_view bytes_;
  std::size_t at_ = 0;
};

/// Checks that map keys come once and in bytewise order of their encodings.
class CborKeyOrder {
 public:
  [[nodiscard]] base::Status Next(const CborReader& reader, std::size_t key_begin);

 private:
  std::string_view last_;
};

}  // namespace proviso::record::internal
