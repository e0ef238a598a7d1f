#include "http/internal/http2_watch.h"

#include <algorithm>

#include "http/limits.h"

namespace proviso::http::internal {
namespace {

// RFC 9113, 6.
constexpr unsigned char kData = 0x0;
constexpr unsigned char kHeaders = 0x1;
constexpr unsigned char kContinuation = 0x9;
constexpr unsigned char kEndHeaders = 0x4;

}  // namespace

bool Allowance::Spend(SteadyTime now) {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - counted_);
  const auto grown =
      passed.count() <= 0 ? 0 : static_cast<std::uint64_t>(passed.count()) * per_second_ / 1'000;
  if (grown != 0) {
    counted_ = now;
    Earn(grown);
  }
  if (left_ == 0) return false;
  --left_;
  return true;
}

void Allowance::Earn(std::uint64_t count) {
  left_ = std::min(max_, left_ + std::min(count, max_));
}

Http2Watch::Http2Watch(SteadyTime now) : idle_frames_(kHttp2IdleFramesMax, kHttp2IdleFramesPerSecond, now) {}

bool Http2Watch::Read(std::string_view bytes, SteadyTime now) {
  while (!bytes.empty()) {
    if (header_bytes_ == header_.size()) {
      const std::size_t skipped = std::min<std::size_t>(payload_left_, bytes.size());
      bytes.remove_prefix(skipped);
      payload_left_ -= static_cast<std::uint32_t>(skipped);
      if (payload_left_ == 0) header_bytes_ = 0;
      continue;
    }
    header_[header_bytes_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (header_bytes_ < header_.size()) continue;
    if (!NoteFrame(now)) return false;
    if (payload_left_ == 0) header_bytes_ = 0;
  }
  return true;
}

bool Http2Watch::NoteFrame(SteadyTime now) {
  payload_left_ = (std::uint32_t{header_[0]} << 16U) | (std::uint32_t{header_[1]} << 8U) | header_[2];
  const unsigned char type = header_[3];
  const bool header_block = type == kHeaders || type == kContinuation;
  header_block_open_ = header_block && (header_[4] & kEndHeaders) == 0;
  // HEADERS are counted as streams, CONTINUATION by nghttp2, DATA by NoteEmptyData.
  return header_block || type == kData || idle_frames_.Spend(now);
}

void Http2Watch::NoteWork() {
  idle_frames_.Earn(kHttp2IdleFramesPerWork);
}

bool Http2Watch::mid_head() const {
  if (header_block_open_) return true;
  if (header_bytes_ == 0) return false;
  return header_bytes_ < header_.size() || header_[3] != kData;
}

}  // namespace proviso::http::internal
