// What an HTTP/2 client costs without asking for anything: counted here, frame by frame, before
// nghttp2 reads it, so that a flood ends the connection and not the core.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proviso::http::internal {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A number that is spent one by one, grows back with time, and by what is earned; never over its bound.
class Allowance {
 public:
  Allowance(std::uint64_t max, std::uint64_t per_second, SteadyTime now)
      : max_(max), per_second_(per_second), left_(max), counted_(now) {}

  /// False when there is none left.
  [[nodiscard]] bool Spend(SteadyTime now);
  void Earn(std::uint64_t count);

 private:
  std::uint64_t max_;
  std::uint64_t per_second_;
  std::uint64_t left_;
  SteadyTime counted_;  // up to when growth is in left_
};

/// Follows the frames of the bytes that a client sends (RFC 9113, 4.1). `bytes` begin behind the
/// preface.
class Http2Watch {
 public:
  explicit Http2Watch(SteadyTime now);

  /// False once the client sent more idle frames than it may; then nothing more should be read.
  [[nodiscard]] bool Read(std::string_view bytes, SteadyTime now);
  /// For a stream begun or a DATA frame sent: frames that may follow from it.
  void NoteWork();
  /// For a DATA frame without content, which the frame's own length does not tell (padding).
  [[nodiscard]] bool NoteEmptyData(SteadyTime now) { return idle_frames_.Spend(now); }

  /// Whether a frame that is not DATA, or a header block, is begun and not yet whole: the rest must
  /// come soon.
  [[nodiscard]] bool mid_head() const;

 private:
  [[nodiscard]] bool NoteFrame(SteadyTime now);

  std::array<unsigned char, 9> header_{};
  std::size_t header_bytes_ = 0;
  std::uint32_t payload_left_ = 0;
  bool header_block_open_ = false;
  Allowance idle_frames_;
};

}  // namespace proviso::http::internal
