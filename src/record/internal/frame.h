// One frame of the write-ahead log: an entry with its sealed opening. Little-endian:
//
//   u32 length of the body   u32 CRC-32C of length and body   body   zeros up to a multiple of 8
//   body: u64 index   u64 durable   u16 length, entry   u8 flags
//         tag[32] of the subject (flag 1)   tag[32] of a destroyed subject (flag 2)
//         u16 length, sealed subject key   u32 length, sealed opening
//
// `durable` is how many entries were known durable when the frame was written. It tells a torn last
// write, which nobody was promised, from damage to a frame that somebody was.
#pragma once

#include <optional>
#include <string>

#include "record/openings.h"

namespace proviso::record::internal {

struct Frame {
  std::uint64_t index = 0;
  std::uint64_t durable = 0;
  std::string entry;
  std::optional<SubjectTag> subject;
  std::optional<SubjectTag> destroyed;  ///< of a SHRED entry: whose key must go
  base::Bytes sealed_key;               ///< empty when the store has it already
  base::Bytes sealed_opening;

  bool operator==(const Frame&) const = default;
};

void AppendFrame(std::string& out, const Frame& frame);
/// Bytes that AppendFrame adds.
[[nodiscard]] std::size_t FrameBytes(const Frame& frame);

struct ReadFrame {
  Frame frame;
  std::size_t bytes = 0;
};
/// The frame at the beginning of `bytes`; nothing when there is no whole, undamaged one.
[[nodiscard]] std::optional<ReadFrame> ParseFrame(std::string_view bytes);

}  // namespace proviso::record::internal
