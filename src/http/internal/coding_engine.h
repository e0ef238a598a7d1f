// One content coding at a time, by zlib or Brotli: bytes in, text out, no bounds.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "http/content_decoding.h"

namespace proviso::http::internal {

class CodingEngine {
 public:
  virtual ~CodingEngine() = default;
  CodingEngine(const CodingEngine&) = delete;
  CodingEngine& operator=(const CodingEngine&) = delete;

  /// Decodes from the front of `bytes`, and removes what was taken. Returns how much text it wrote into
  /// `out`; less than all of `out` only when it took all bytes. kInvalid when they are not of the coding.
  [[nodiscard]] virtual base::Result<std::size_t> Step(std::string_view& bytes, std::span<char> out) = 0;
  /// Whether the text may end here.
  [[nodiscard]] virtual bool at_end() const = 0;

 protected:
  CodingEngine() = default;
};

/// Null for kIdentity.
[[nodiscard]] std::unique_ptr<CodingEngine> MakeCodingEngine(ContentCoding coding);

}  // namespace proviso::http::internal
