#include "record/internal/write_ahead.h"

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "keys/digest.h"
#include "record/internal/crc32c.h"

namespace proviso::record::internal {
namespace {

using base::ErrorCode;
using base::Fail;

// A segment begins with: magic[8], u64 first index, SHA-256 of the origin, u32 CRC-32C of these,
// zeros.
constexpr std::string_view kMagic{"PVWAL1\0\0", 8};
constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kIndexDigits = 20;
constexpr std::size_t kAlignment = 8;
constexpr std::string_view kSpare = "spare";

std::string Header(std::uint64_t first, std::string_view origin) {
  std::string header(kMagic);
  for (unsigned i = 0; i < 8; ++i) header += static_cast<char>(first >> (8 * i) & 0xFFU);
  header += base::AsText(keys::Sha256(origin));
  const std::uint32_t sum = Crc32c(base::AsBytes(header));
  for (unsigned i = 0; i < 4; ++i) header += static_cast<char>(sum >> (8 * i) & 0xFFU);
  header.resize(kHeaderBytes, '\0');
  return header;
}

bool AllZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

struct Segment {
  std::string name;
  std::uint64_t first = 0;
};

base::Result<std::vector<Segment>> ListSegments(const std::filesystem::path& directory) {
  std::vector<Segment> segments;
  const auto files = base::ListFiles(directory, "");
  if (!files) return std::unexpected(files.error());
  for (const auto& path : *files) {
    Segment segment{path.filename().string(), 0};
    const char* end = segment.name.data() + segment.name.size();
    const auto parsed = std::from_chars(segment.name.data(), end, segment.first);
    if (segment.name.size() == kIndexDigits && parsed.ec == std::errc() && parsed.ptr == end) {
      segments.push_back(std::move(segment));
    }
  }
  return segments;
}

/// Whether bytes after a damaged place prove that the frame `index`, which belongs there, was once
/// durable: a later whole frame says so.
bool WasDurable(std::string_view bytes, std::uint64_t index) {
  for (std::size_t at = 0; at + kAlignment <= bytes.size(); at += kAlignment) {
    if (AllZero(bytes.substr(at, 4))) continue;
    const auto read = ParseFrame(bytes.substr(at));
    if (read && read->frame.index > index && read->frame.durable > index) return true;
  }
  return false;
}

/// Walks the segments in order and collects frames.
class Walk {
 public:
  Walk(const std::filesystem::path& directory, std::string_view origin, std::uint64_t from,
       std::uint64_t first)
      : directory_(directory), origin_(origin), from_(from), next_(first) {}

  base::Status Read(const Segment& segment, const Segment* next) {
    const std::filesystem::path path = directory_ / segment.name;
    const auto bytes = base::ReadFile(path);
    if (!bytes) return std::unexpected(bytes.error());
    const std::string_view header = std::string_view(*bytes).substr(0, std::min(kHeaderBytes, bytes->size()));
    // A crash may come between naming the last segment and writing to it.
    if (next == nullptr && AllZero(*bytes)) return {};
    if (header != Header(segment.first, origin_)) {
      return Fail(ErrorCode::kCorrupt, path.string() + ": byte 0: not a segment of the log " +
                                           std::string(origin_) + " from entry " +
                                           std::to_string(segment.first) + " on");
    }
    if (segment.first != next_) return Missing(path);
    const std::size_t end = ReadFrames(*bytes);
    // What follows the frames that the next segment continues was given up at an earlier start.
    if (next != nullptr) return next->first == next_ ? base::Status() : Damaged(path, end);
    const std::string_view rest = std::string_view(*bytes).substr(end);
    if (WasDurable(rest, next_)) return Damaged(path, end);
    const auto last = rest.find_last_not_of('\0');
    found_.torn_bytes = last == std::string_view::npos ? 0 : last + 1;
    return {};
  }

  WriteAhead Take() { return std::move(found_); }

 private:
  /// Returns where the good frames end.
  std::size_t ReadFrames(std::string_view bytes) {
    std::size_t at = kHeaderBytes;
    while (at < bytes.size()) {
      auto read = ParseFrame(bytes.substr(at));
      if (!read || read->frame.index != next_) break;
      at = std::min(bytes.size(), at + read->bytes);
      if (next_ >= from_) found_.frames.push_back(std::move(read->frame));
      ++next_;
    }
    return at;
  }

  [[nodiscard]] base::Status Damaged(const std::filesystem::path& path, std::size_t at) const {
    return Fail(ErrorCode::kCorrupt,
                path.string() + ": byte " + std::to_string(at) + ": the frame of entry " +
                    std::to_string(next_) +
                    " is damaged, though it was durable; restore the directory from a copy");
  }

  [[nodiscard]] base::Status Missing(const std::filesystem::path& path) const {
    return Fail(ErrorCode::kCorrupt, path.string() + ": the segment with entry " + std::to_string(next_) +
                                         " is missing before it; restore the directory from a copy");
  }

  std::filesystem::path directory_;
  std::string_view origin_;
  std::uint64_t from_;
  std::uint64_t next_;
  WriteAhead found_;
};

}  // namespace

std::string SegmentName(std::uint64_t first) {
  const std::string digits = std::to_string(first);
  return std::string(kIndexDigits - digits.size(), '0') + digits;
}

base::Result<WriteAhead> ReadWriteAhead(const std::filesystem::path& directory, std::string_view origin,
                                        std::uint64_t from) {
  const auto segments = ListSegments(directory);
  if (!segments) return std::unexpected(segments.error());
  // Segments that end before `from` were retired; a crash may have brought them back.
  std::size_t begin = 0;
  while (begin + 1 < segments->size() && (*segments)[begin + 1].first <= from) ++begin;
  if (!segments->empty() && (*segments)[begin].first > from) {
    return Fail(ErrorCode::kCorrupt,
                directory.string() + ": begins with entry " + std::to_string(segments->front().first) +
                    ", but entry " + std::to_string(from) + " is not yet published; restore the directory");
  }
  Walk walk(directory, origin, from, (*segments).empty() ? 0 : (*segments)[begin].first);
  for (std::size_t i = begin; i < segments->size(); ++i) {
    const Segment* next = i + 1 < segments->size() ? &(*segments)[i + 1] : nullptr;
    if (auto read = walk.Read((*segments)[i], next); !read) return std::unexpected(read.error());
  }
  WriteAhead found = walk.Take();
  for (const Segment& segment : *segments) found.segments.push_back(segment.name);
  return found;
}

base::Status WriteAheadWriter::Rotate(std::uint64_t first) {
  file_.reset();
  const std::filesystem::path spare = directory_ / kSpare;
  const std::filesystem::path path = directory_ / SegmentName(first);
  {
    const std::lock_guard lock(spare_mutex_);
    if (auto made = MakeSpare(); !made) return made;
    if (auto renamed = storage_.Rename(spare, path); !renamed) return renamed;
  }
  auto file = storage_.OpenSegment(path);
  if (!file) return std::unexpected(file.error());
  file_ = std::move(*file);
  written_ = 0;
  buffer_ = Header(first, origin_);
  return {};
}

base::Status WriteAheadWriter::PrepareSpare() {
  const std::lock_guard lock(spare_mutex_);
  return MakeSpare();
}

base::Status WriteAheadWriter::MakeSpare() {
  const std::filesystem::path unfinished = directory_ / (std::string(kSpare) + ".new");
  std::error_code failure;
  if (std::filesystem::exists(directory_ / kSpare, failure)) return {};
  if (auto made = storage_.Allocate(unfinished, segment_bytes_); !made) return made;
  return storage_.Rename(unfinished, directory_ / kSpare);
}

base::Status WriteAheadWriter::Flush() {
  if (buffer_.empty()) return {};
  if (auto wrote = file_->WriteAt(written_, base::AsBytes(buffer_)); !wrote) return wrote;
  written_ += buffer_.size();
  buffer_.clear();
  return file_->Sync();
}

}  // namespace proviso::record::internal
