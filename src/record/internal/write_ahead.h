// The write-ahead log: preallocated segments wal/<first index, 20 digits>, written from front to
// back, one write and one sync a batch.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "record/internal/frame.h"
#include "record/storage.h"

namespace proviso::record::internal {

/// What a start finds. Nothing on disk is changed by looking.
struct WriteAhead {
  std::vector<Frame> frames;          ///< consecutive, from `from` on
  std::vector<std::string> segments;  ///< all file names, oldest first
  std::uint64_t torn_bytes = 0;
};

/// Reads every frame from index `from` on. kCorrupt when frames are missing before others that
/// exist, when a frame that was durable is damaged, or when a segment is of another log (`origin`).
[[nodiscard]] base::Result<WriteAhead> ReadWriteAhead(const std::filesystem::path& directory,
                                                      std::string_view origin, std::uint64_t from);

/// Writes it. One thread, but for PrepareSpare.
class WriteAheadWriter {
 public:
  WriteAheadWriter(std::filesystem::path directory, std::string origin, std::size_t segment_bytes,
                   Storage& storage)
      : directory_(std::move(directory)),
        origin_(std::move(origin)),
        segment_bytes_(segment_bytes),
        storage_(storage) {}

  /// Begins a segment whose first frame will be `first`.
  [[nodiscard]] base::Status Rotate(std::uint64_t first);
  /// Writes the `frame` of each of `frames` and syncs; when it succeeds they are durable. Calls
  /// `rotated(first index)` when it had to begin another segment.
  template <typename Frames, typename Rotated>
  [[nodiscard]] base::Status Write(const Frames& frames, const Rotated& rotated);

  /// Allocates the next segment ahead of time; another thread may call it.
  [[nodiscard]] base::Status PrepareSpare();

 private:
  [[nodiscard]] base::Status Flush();
  [[nodiscard]] base::Status MakeSpare();

  std::filesystem::path directory_;
  std::string origin_;
  std::size_t segment_bytes_;
  Storage& storage_;
  std::mutex spare_mutex_;
  std::unique_ptr<SegmentFile> file_;
  std::uint64_t written_ = 0;  ///< of the segment
  std::string buffer_;         ///< not yet written
};

[[nodiscard]] std::string SegmentName(std::uint64_t first);

template <typename Frames, typename Rotated>
base::Status WriteAheadWriter::Write(const Frames& frames, const Rotated& rotated) {
  for (const auto& item : frames) {
    const Frame& frame = item.frame;
    if (written_ + buffer_.size() + FrameBytes(frame) > segment_bytes_) {
      if (auto flushed = Flush(); !flushed) return flushed;
      if (auto begun = Rotate(frame.index); !begun) return begun;
      rotated(frame.index);
    }
    AppendFrame(buffer_, frame);
  }
  return Flush();
}

}  // namespace proviso::record::internal
