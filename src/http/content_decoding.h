// Content-Encoding taken off a provider's answer (RFC 9110, 8.4): gzip, deflate and br, as it comes,
// within bounds. Only what must be read is decoded; all else passes as it is.
//
//   auto coding = ReadContentCoding(head.headers);
//   ContentDecoder decoder(*coding);
//   decoder.Feed(bytes, text);      // again and again
//   decoder.Finish();               // an answer that is cut off is an error, never an end
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/limits.h"
#include "http/message.h"

namespace proviso::http {

enum class ContentCoding : std::uint8_t {
  kIdentity,
  kGzip,     ///< RFC 1952, one member or several
  kDeflate,  ///< RFC 1950, or bare RFC 1951, which some servers send under this name
  kBrotli,   ///< RFC 7932
};

/// The coding that the headers tell: identity when they tell none. kInvalid for one that is not
/// known here, and for more than one.
[[nodiscard]] base::Result<ContentCoding> ReadContentCoding(std::span<const Header> headers);

namespace internal {
class CodingEngine;
}  // namespace internal

/// Decodes one body. The text is the same however the bytes are cut.
class ContentDecoder {
 public:
  /// `text_bytes_max` bounds the whole text. kIdentity passes bytes as they are.
  explicit ContentDecoder(ContentCoding coding, std::size_t text_bytes_max = kAnswerBytesMax);
  ~ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;

  /// Appends the text of these bytes. kInvalid when they are not of their coding, or go on after its
  /// end; kLimit when the text would pass its bound, or is out of proportion to the bytes
  /// (kDecodedRatioMax). After an error it takes no more.
  [[nodiscard]] base::Status Feed(std::string_view bytes, std::string& text);
  /// The body is over. kUnavailable when it was cut off: it is not whole.
  [[nodiscard]] base::Status Finish() const;

 private:
  [[nodiscard]] base::Status Count(std::size_t text_bytes);

  std::unique_ptr<internal::CodingEngine> engine_;  // null: as they are
  std::size_t text_bytes_max_;
  std::size_t bytes_taken_ = 0;
  std::size_t text_bytes_ = 0;
  bool failed_ = false;
};

}  // namespace proviso::http
