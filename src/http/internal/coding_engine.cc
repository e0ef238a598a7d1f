#include "http/internal/coding_engine.h"

#include <brotli/decode.h>
#include <zlib.h>

#include <array>
#include <limits>
#include <new>

namespace proviso::http::internal {
namespace {

using base::ErrorCode;

std::unexpected<base::Error> FailCoding(std::string_view coding, std::string_view why) {
  return base::Fail(ErrorCode::kInvalid, std::string(coding) + ": " + std::string(why));
}

/// gzip, zlib and bare deflate are one decoder with three frames.
class ZlibEngine : public CodingEngine {
 public:
  static constexpr int kGzipFrame = MAX_WBITS + 16;
  static constexpr int kZlibFrame = MAX_WBITS;
  static constexpr int kNoFrame = -MAX_WBITS;

  ZlibEngine() {
    if (inflateInit2(&stream_, kZlibFrame) != Z_OK) throw std::bad_alloc();
  }
  ~ZlibEngine() override { inflateEnd(&stream_); }

  [[nodiscard]] bool at_end() const override { return ended_; }

 protected:
  void Begin(int frame) {
    inflateReset2(&stream_, frame);
    ended_ = false;
  }
  [[nodiscard]] bool ended() const { return ended_; }

  [[nodiscard]] base::Result<std::size_t> Inflate(std::string_view coding, std::string_view& bytes,
                                                  std::span<char> out) {
    const std::size_t fed = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(fed);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    bytes.remove_prefix(fed - stream_.avail_in);
    if (result == Z_STREAM_END) {
      ended_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {  // Z_BUF_ERROR: no progress, more is needed
      return FailCoding(coding, stream_.msg == nullptr ? "not of this coding" : stream_.msg);
    }
    return out.size() - stream_.avail_out;
  }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

class GzipEngine final : public ZlibEngine {
 public:
  GzipEngine() { Begin(kGzipFrame); }

  base::Result<std::size_t> Step(std::string_view& bytes, std::span<char> out) override {
    std::size_t written = 0;
    do {
      if (ended() && !bytes.empty()) Begin(kGzipFrame);  // another member (RFC 1952, 2.2)
      const auto step = Inflate("gzip", bytes, out.subspan(written));
      if (!step) return step;
      written += *step;
    } while (ended() && !bytes.empty() && written < out.size());
    return written;
  }
};

class DeflateEngine final : public ZlibEngine {
 public:
  base::Result<std::size_t> Step(std::string_view& bytes, std::span<char> out) override {
    if (ended() && !bytes.empty()) return FailCoding("deflate", "bytes after its end");
    while (first_bytes_ < first_.size()) {
      if (bytes.empty()) return 0;
      first_[first_bytes_++] = bytes.front();
      bytes.remove_prefix(1);
      if (first_bytes_ < first_.size()) continue;
      Begin(IsZlibHead() ? kZlibFrame : kNoFrame);
      std::string_view first(first_.data(), first_.size());
      const auto begun = Inflate("deflate", first, out);
      if (!begun) return begun;
      if (!first.empty()) return FailCoding("deflate", "bytes after its end");
      if (*begun != 0) return begun;
    }
    const auto written = Inflate("deflate", bytes, out);
    if (written && ended() && !bytes.empty()) return FailCoding("deflate", "bytes after its end");
    return written;
  }

  [[nodiscard]] bool at_end() const override { return first_bytes_ == first_.size() && ended(); }

 private:
  /// RFC 1950, 2.2: method 8, and both bytes together a multiple of 31.
  [[nodiscard]] bool IsZlibHead() const {
    const unsigned method = static_cast<unsigned char>(first_[0]);
    const unsigned flags = static_cast<unsigned char>(first_[1]);
    return (method & 0x0fU) == 8 && (method * 256 + flags) % 31 == 0;
  }

  std::array<char, 2> first_{};
  std::size_t first_bytes_ = 0;
};

class BrotliEngine final : public CodingEngine {
 public:
  BrotliEngine() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) throw std::bad_alloc();
  }
  ~BrotliEngine() override { BrotliDecoderDestroyInstance(state_); }

  base::Result<std::size_t> Step(std::string_view& bytes, std::span<char> out) override {
    if (at_end() && !bytes.empty()) return FailCoding("br", "bytes after its end");
    std::size_t in_left = bytes.size();
    const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t out_left = out.size();
    auto* into = reinterpret_cast<std::uint8_t*>(out.data());
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state_, &in_left, &in, &out_left, &into, nullptr);
    bytes.remove_prefix(bytes.size() - in_left);
    if (result == BROTLI_DECODER_RESULT_ERROR) return FailCoding("br", "not of this coding");
    if (result == BROTLI_DECODER_RESULT_SUCCESS && in_left != 0) {
      return FailCoding("br", "bytes after its end");
    }
    return out.size() - out_left;
  }

  [[nodiscard]] bool at_end() const override { return BrotliDecoderIsFinished(state_) != 0; }

 private:
  BrotliDecoderState* state_;
};

}  // namespace

std::unique_ptr<CodingEngine> MakeCodingEngine(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kIdentity:
      return nullptr;
    case ContentCoding::kGzip:
      return std::make_unique<GzipEngine>();
    case ContentCoding::kDeflate:
      return std::make_unique<DeflateEngine>();
    case ContentCoding::kBrotli:
      break;
  }
  return std::make_unique<BrotliEngine>();
}

}  // namespace proviso::http::internal
