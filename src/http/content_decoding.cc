#include "http/content_decoding.h"

#include <array>
#include <utility>

#include "http/internal/coding_engine.h"

namespace proviso::http {

using base::ErrorCode;

base::Result<ContentCoding> ReadContentCoding(std::span<const Header> headers) {
  struct Row {
    std::string_view name;
    ContentCoding coding;
  };
  static constexpr std::array<Row, 5> kCodings = {{{"identity", ContentCoding::kIdentity},
                                                   {"gzip", ContentCoding::kGzip},
                                                   {"x-gzip", ContentCoding::kGzip},
                                                   {"deflate", ContentCoding::kDeflate},
                                                   {"br", ContentCoding::kBrotli}}};
  const std::size_t count = CountHeaders(headers, "content-encoding");
  if (count == 0) return ContentCoding::kIdentity;
  const std::string& name = *FindHeader(headers, "content-encoding");
  if (count > 1 || name.contains(',')) {
    return base::Fail(ErrorCode::kInvalid, "Content-Encoding: more than one coding; only one is decoded");
  }
  for (const Row& row : kCodings) {
    if (EqualsIgnoringCase(name, row.name)) return row.coding;
  }
  return base::Fail(ErrorCode::kInvalid, "Content-Encoding: not gzip, deflate or br");
}

ContentDecoder::ContentDecoder(ContentCoding coding, std::size_t text_bytes_max)
    : engine_(internal::MakeCodingEngine(coding)), text_bytes_max_(text_bytes_max) {}

ContentDecoder::~ContentDecoder() = default;

base::Status ContentDecoder::Feed(std::string_view bytes, std::string& text) {
  if (failed_) return base::Fail(ErrorCode::kInvalid, "the content failed to decode before this");
  bytes_taken_ += bytes.size();
  if (!engine_) {
    if (auto counted = Count(bytes.size()); !counted) return counted;
    text.append(bytes);
    return {};
  }
  std::array<char, kReadBytes> out;
  std::size_t written = out.size();
  // A full `out` may mean that the engine holds back more.
  while (!bytes.empty() || written == out.size()) {
    const auto step = engine_->Step(bytes, out);
    if (!step) {
      failed_ = true;
      return base::Within("content coding", step.error());
    }
    written = *step;
    if (auto counted = Count(written); !counted) return counted;
    text.append(out.data(), written);
  }
  return {};
}

base::Status ContentDecoder::Count(std::size_t text_bytes) {
  text_bytes_ += text_bytes;
  failed_ = true;
  if (text_bytes_ > text_bytes_max_) {
    return base::Fail(ErrorCode::kLimit,
                      "the content decodes to more than " + std::to_string(text_bytes_max_) + " bytes");
  }
  if (text_bytes_ > kDecodedFreeBytes &&
      (text_bytes_ - kDecodedFreeBytes) / kDecodedRatioMax > bytes_taken_) {
    return base::Fail(ErrorCode::kLimit, "the content decodes to more than " +
                                             std::to_string(kDecodedRatioMax) + " times its bytes");
  }
  failed_ = false;
  return {};
}

base::Status ContentDecoder::Finish() const {
  if (!failed_ && (!engine_ || engine_->at_end())) return {};
  return base::Fail(ErrorCode::kUnavailable, "the compressed content is cut off before its end");
}

}  // namespace proviso::http
