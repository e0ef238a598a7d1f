#include "record/internal/frame.h"

#include <algorithm>

#include "record/internal/crc32c.h"
#include "record/limits.h"

namespace proviso::record::internal {
namespace {

constexpr std::size_t kHeadBytes = 8;
constexpr std::size_t kAlignment = 8;
constexpr unsigned kHasSubject = 1;
constexpr unsigned kHasDestroyed = 2;
constexpr std::size_t kFixedBytes = 8 + 8 + 2 + 1 + 2 + 4;

template <typename Number>
void PutNumber(std::string& out, Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

/// Takes little-endian numbers and strings; after one failure everything fails.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : rest_(bytes) {}

  template <typename Number>
  Number Take() {
    const std::string_view bytes = TakeBytes(sizeof(Number));
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
    return static_cast<Number>(value);
  }

  std::string_view TakeBytes(std::size_t count) {
    if (rest_.size() < count) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  base::Bytes TakeOwned(std::size_t count) {
    const base::ByteView view = base::AsBytes(TakeBytes(count));
    return {view.begin(), view.end()};
  }

  SubjectTag TakeTag() {
    SubjectTag tag{};
    const base::ByteView view = base::AsBytes(TakeBytes(tag.size()));
    std::copy(view.begin(), view.end(), tag.begin());
    return tag;
  }

  [[nodiscard]] bool finished() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::size_t BodyBytes(const Frame& frame) {
  return kFixedBytes + frame.entry.size() + (frame.subject ? sizeof(SubjectTag) : 0) +
         (frame.destroyed ? sizeof(SubjectTag) : 0) + frame.sealed_key.size() + frame.sealed_opening.size();
}

std::size_t Padded(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

constexpr std::size_t kBodyBytesMax =
    kFixedBytes + kEntryBytesMax + 2 * sizeof(SubjectTag) + 65'535 + kOpeningBytesMax;

}  // namespace

std::size_t FrameBytes(const Frame& frame) {
  return Padded(kHeadBytes + BodyBytes(frame));
}

void AppendFrame(std::string& out, const Frame& frame) {
  const std::size_t begin = out.size();
  PutNumber(out, static_cast<std::uint32_t>(BodyBytes(frame)));
  PutNumber(out, std::uint32_t{0});
  PutNumber(out, frame.index);
  PutNumber(out, frame.durable);
  PutNumber(out, static_cast<std::uint16_t>(frame.entry.size()));
  out += frame.entry;
  out += static_cast<char>((frame.subject ? kHasSubject : 0U) | (frame.destroyed ? kHasDestroyed : 0U));
  if (frame.subject) out += base::AsText(*frame.subject);
  if (frame.destroyed) out += base::AsText(*frame.destroyed);
  PutNumber(out, static_cast<std::uint16_t>(frame.sealed_key.size()));
  out += base::AsText(frame.sealed_key);
  PutNumber(out, static_cast<std::uint32_t>(frame.sealed_opening.size()));
  out += base::AsText(frame.sealed_opening);
  // The sum covers the frame with zeros in its own place.
  std::string sum;
  PutNumber(sum, Crc32c(base::AsBytes(std::string_view(out).substr(begin))));
  out.replace(begin + 4, 4, sum);
  out.resize(begin + Padded(out.size() - begin), '\0');
}

std::optional<ReadFrame> ParseFrame(std::string_view bytes) {
  Taker head(bytes.substr(0, kHeadBytes));
  const auto length = head.Take<std::uint32_t>();
  const auto sum = head.Take<std::uint32_t>();
  if (!head.finished() || length < kFixedBytes || length > kBodyBytesMax ||
      bytes.size() - kHeadBytes < length) {
    return std::nullopt;
  }
  std::string whole(bytes.substr(0, kHeadBytes + length));
  whole.replace(4, 4, 4, '\0');
  if (Crc32c(base::AsBytes(whole)) != sum) return std::nullopt;
  Taker body(std::string_view(whole).substr(kHeadBytes));
  ReadFrame read;
  read.frame.index = body.Take<std::uint64_t>();
  read.frame.durable = body.Take<std::uint64_t>();
  read.frame.entry = body.TakeBytes(body.Take<std::uint16_t>());
  const auto flags = body.Take<std::uint8_t>();
  if (flags > (kHasSubject | kHasDestroyed)) return std::nullopt;
  if ((flags & kHasSubject) != 0) read.frame.subject = body.TakeTag();
  if ((flags & kHasDestroyed) != 0) read.frame.destroyed = body.TakeTag();
  read.frame.sealed_key = body.TakeOwned(body.Take<std::uint16_t>());
  read.frame.sealed_opening = body.TakeOwned(body.Take<std::uint32_t>());
  if (!body.finished()) return std::nullopt;
  read.bytes = Padded(kHeadBytes + length);
  return read;
}

}  // namespace proviso::record::internal
