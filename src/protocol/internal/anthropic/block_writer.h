// Writes the content blocks of Anthropic's requests, out of blocks of any dialect.
//
//   image       base64 of image/jpeg, png, gif or webp, or a URL
//   document    base64 of application/pdf, the text of any text/*, or a URL
//   call        tool_use; its arguments must be a JSON object ("" stands for {})
//   result      tool_result, with text, images and documents in it
//   refusal     text
// Text that is empty is left out: Anthropic refuses it, and it says nothing.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal::anthropic {

/// Writes blocks of one request. Borrows both.
class BlockWriter {
 public:
  BlockWriter(const ExchangeRequest& request, WriteContext& context)
      : own_(request.dialect == Dialect::kAnthropicMessages), context_(context) {}

  /// Appends the block, or nothing when it says nothing. kInvalid names `path` for what Anthropic
  /// does not take.
  [[nodiscard]] base::Status Write(const Block& block, const std::string& path, base::JsonWriter& json);

  /// Whether Write would append something.
  [[nodiscard]] static bool Says(const Block& block);

 private:
  void WriteText(const Block& block, std::string_view text, base::JsonWriter& json);
  void WriteReasoning(const ReasoningBlock& reasoning, const std::string& path, base::JsonWriter& json);
  [[nodiscard]] base::Status WriteCall(const Block& block, const CallBlock& call, const std::string& path,
                                       base::JsonWriter& json);
  [[nodiscard]] base::Status WriteResult(const Block& block, const ResultBlock& result,
                                         const std::string& path, base::JsonWriter& json);
  [[nodiscard]] base::Status WriteMedia(const Block& block, const MediaBlock& media, const std::string& path,
                                        base::JsonWriter& json);
  [[nodiscard]] base::Status WriteInline(const MediaBlock& media, const std::string& path,
                                         base::JsonWriter& json);

  bool own_;  // the blocks' originals are in this dialect
  WriteContext& context_;
};

/// {"type":"ephemeral"}, with a ttl when it is not the usual one.
void WriteCacheMark(std::int64_t cache_s, base::JsonWriter& json);

}  // namespace proviso::protocol::internal::anthropic
