#include "protocol/aws_event_stream.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/utf8.h"

namespace proviso::protocol {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::size_t kPreludeBytes = 12;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kFrameBytesMin = kPreludeBytes + kChecksumBytes;

/// Eight tables, so that eight bytes go at a time: tables[k][b] is the checksum of b and k zeros.
constexpr auto MakeTables() {
  constexpr std::uint32_t kPolynomial = 0xEDB88320;  // reflected
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}
constexpr auto kTables = MakeTables();

std::uint64_t ReadNumber(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = (number << 8U) | static_cast<unsigned char>(byte);
  return number;
}

void AppendNumber(std::string& out, std::uint64_t number, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<char>((number >> (8U * i)) & 0xFFU));
}

std::unexpected<base::Error> Corrupt(std::string_view what) {
  return base::Fail(ErrorCode::kCorrupt, "event stream frame: " + std::string(what));
}

std::unexpected<base::Error> TooLarge(std::string_view what, std::size_t bytes_max) {
  return base::Fail(ErrorCode::kLimit, "event stream frame: " + std::string(what) + " larger than " +
                                           std::to_string(bytes_max) + " bytes");
}

struct Prelude {
  std::size_t frame_bytes;
  std::size_t header_bytes;
};

/// `bytes` hold at least kPreludeBytes.
Result<Prelude> ReadPrelude(std::string_view bytes, std::size_t frame_bytes_max) {
  const Prelude prelude{.frame_bytes = ReadNumber(bytes.substr(0, 4)),
                        .header_bytes = ReadNumber(bytes.substr(4, 4))};
  if (Crc32(bytes.substr(0, 8)) != ReadNumber(bytes.substr(8, 4))) {
    return Corrupt("the checksum of its sizes is wrong");
  }
  if (prelude.frame_bytes > frame_bytes_max) return TooLarge("it is", frame_bytes_max);
  if (prelude.header_bytes > kAwsHeaderBytesMax) return TooLarge("its headers are", kAwsHeaderBytesMax);
  if (prelude.frame_bytes < kFrameBytesMin + prelude.header_bytes) {
    return Corrupt("its size is smaller than that of its parts");
  }
  return prelude;
}

/// How many bytes a value of fixed size takes; nothing for the types that name their size.
std::size_t FixedBytes(AwsHeader::Type type) {
  switch (type) {
    case AwsHeader::Type::kTrue:
    case AwsHeader::Type::kFalse:
    case AwsHeader::Type::kBytes:
    case AwsHeader::Type::kText:
      return 0;
    case AwsHeader::Type::kByte:
      return 1;
    case AwsHeader::Type::kShort:
      return 2;
    case AwsHeader::Type::kInteger:
      return 4;
    case AwsHeader::Type::kLong:
    case AwsHeader::Type::kTimestamp:
      return 8;
    case AwsHeader::Type::kUuid:
      return 16;
  }
  return 0;
}

bool NamesItsSize(AwsHeader::Type type) {
  return type == AwsHeader::Type::kBytes || type == AwsHeader::Type::kText;
}

std::int64_t Signed(std::string_view bytes) {
  const std::uint64_t number = ReadNumber(bytes);
  const std::size_t unused_bits = 64 - 8 * bytes.size();
  return static_cast<std::int64_t>(number << unused_bits) >> unused_bits;
}

/// Takes one header off the front of `rest`.
Result<AwsHeader> TakeHeader(std::string_view& rest) {
  const auto take = [&](std::size_t size) {
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(taken.size());
    return taken;
  };
  const std::size_t name_bytes = ReadNumber(take(1));
  AwsHeader header{.name = take(name_bytes)};
  if (header.name.empty() || header.name.size() != name_bytes || rest.empty()) {
    return Corrupt("a header that ends early or has no name");
  }
  if (!base::IsUtf8(header.name)) return Corrupt("a header's name that is not UTF-8");
  const std::size_t type = ReadNumber(take(1));
  if (type > static_cast<std::size_t>(AwsHeader::Type::kUuid)) return Corrupt("a header of an unknown type");
  header.type = static_cast<AwsHeader::Type>(type);
  std::size_t size = FixedBytes(header.type);
  if (NamesItsSize(header.type)) {
    if (rest.size() < 2) return Corrupt("a header that ends early");
    size = ReadNumber(take(2));
  }
  const std::string_view value = take(size);
  if (value.size() != size) return Corrupt("a header that ends early");
  if (NamesItsSize(header.type) || header.type == AwsHeader::Type::kUuid) {
    header.bytes = value;
  } else if (size != 0) {
    header.number = Signed(value);
  }
  if (header.type == AwsHeader::Type::kText && !base::IsUtf8(value)) {
    return Corrupt("a text header that is not UTF-8");
  }
  return header;
}

void AppendHeader(std::string& out, const AwsHeader& header) {
  assert(!header.name.empty() && header.name.size() <= 255);
  AppendNumber(out, header.name.size(), 1);
  out.append(header.name);
  AppendNumber(out, static_cast<std::uint64_t>(header.type), 1);
  if (NamesItsSize(header.type)) {
    assert(header.bytes.size() <= 0xFFFF);
    AppendNumber(out, header.bytes.size(), 2);
    out.append(header.bytes);
  } else if (header.type == AwsHeader::Type::kUuid) {
    assert(header.bytes.size() == FixedBytes(header.type));
    out.append(header.bytes);
  } else {
    AppendNumber(out, static_cast<std::uint64_t>(header.number), FixedBytes(header.type));
  }
}

std::string Make(std::string_view message_type, std::string_view type_header, std::string_view type,
                 std::string_view json) {
  const std::array headers = {
      AwsHeader{.name = type_header, .type = AwsHeader::Type::kText, .bytes = type},
      AwsHeader{.name = ":content-type", .type = AwsHeader::Type::kText, .bytes = "application/json"},
      AwsHeader{.name = ":message-type", .type = AwsHeader::Type::kText, .bytes = message_type}};
  return MakeAwsFrame(headers, json);
}

}  // namespace

std::uint32_t Crc32(std::string_view bytes, std::uint32_t crc) {
  crc = ~crc;
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  while (bytes.size() >= 8) {
    crc ^= at(0) | at(1) << 8U | at(2) << 16U | at(3) << 24U;
    crc = kTables[7][crc & 0xFFU] ^ kTables[6][(crc >> 8U) & 0xFFU] ^ kTables[5][(crc >> 16U) & 0xFFU] ^
          kTables[4][crc >> 24U] ^ kTables[3][at(4)] ^ kTables[2][at(5)] ^ kTables[1][at(6)] ^
          kTables[0][at(7)];
    bytes.remove_prefix(8);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) crc = kTables[0][(crc ^ at(i)) & 0xFFU] ^ (crc >> 8U);
  return ~crc;
}

std::string_view AwsFrame::Text(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &AwsHeader::name);
  return found == headers.end() || found->type != AwsHeader::Type::kText ? std::string_view() : found->bytes;
}

Result<AwsFrame> ParseAwsFrame(std::string_view bytes) {
  if (bytes.size() < kFrameBytesMin) return Corrupt("it ends early");
  const auto prelude = ReadPrelude(bytes, kAwsFrameBytesMax);
  if (!prelude) return std::unexpected(prelude.error());
  if (prelude->frame_bytes != bytes.size()) return Corrupt("it ends early, or something follows it");
  const std::string_view checked = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (Crc32(checked) != ReadNumber(bytes.substr(checked.size()))) return Corrupt("its checksum is wrong");
  AwsFrame frame{
      .bytes = bytes, .headers = {}, .payload = checked.substr(kPreludeBytes + prelude->header_bytes)};
  for (std::string_view rest = checked.substr(kPreludeBytes, prelude->header_bytes); !rest.empty();) {
    const auto header = TakeHeader(rest);
    if (!header) return std::unexpected(header.error());
    if (std::ranges::count(frame.headers, header->name, &AwsHeader::name) != 0) {
      return Corrupt("one header twice");
    }
    if (frame.headers.size() == kAwsHeadersMax) {
      return base::Fail(ErrorCode::kLimit,
                        "event stream frame: more than " + std::to_string(kAwsHeadersMax) + " headers");
    }
    frame.headers.push_back(*header);
  }
  return frame;
}

std::string MakeAwsFrame(std::span<const AwsHeader> headers, std::string_view payload) {
  std::string written;
  for (const AwsHeader& header : headers) AppendHeader(written, header);
  const std::size_t size = kFrameBytesMin + written.size() + payload.size();
  assert(written.size() <= kAwsHeaderBytesMax && size <= kAwsFrameBytesMax);
  std::string out;
  out.reserve(size);
  AppendNumber(out, size, 4);
  AppendNumber(out, written.size(), 4);
  AppendNumber(out, Crc32(out), 4);
  out.append(written).append(payload);
  AppendNumber(out, Crc32(out), 4);
  return out;
}

std::string MakeAwsEvent(std::string_view event_type, std::string_view json) {
  return Make("event", ":event-type", event_type, json);
}

std::string MakeAwsException(std::string_view type, std::string_view json) {
  return Make("exception", ":exception-type", type, json);
}

std::string WithPayload(const AwsFrame& frame, std::string_view payload) {
  return MakeAwsFrame(frame.headers, payload);
}

void AwsFrameReader::Append(std::string_view bytes) {
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.append(bytes);
}

Result<std::string_view> AwsFrameReader::Next() {
  const std::string_view rest = Unread();
  if (rest.size() < kPreludeBytes) return std::string_view();
  const auto prelude = ReadPrelude(rest, frame_bytes_max_);
  if (!prelude) return std::unexpected(prelude.error());
  if (rest.size() < prelude->frame_bytes) return std::string_view();
  return Skip(prelude->frame_bytes);
}

std::string_view AwsFrameReader::Skip(std::size_t size) {
  const std::string_view skipped = Unread().substr(0, size);
  begin_ += skipped.size();
  return skipped;
}

}  // namespace proviso::protocol
