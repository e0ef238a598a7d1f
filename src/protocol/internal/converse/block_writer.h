// Writes the content blocks of Converse's requests, out of blocks of any dialect.
//
//   media       bytes of the formats that Converse has, or a place in S3. A document gets a name that
//               obeys its rules; when that changes one, it is found
//   call        toolUse; its arguments must be a JSON object ("" stands for {})
//   result      toolResult, with text, JSON and media in it
//   reasoning   reasoningText, or redactedContent where there is nothing to read
//   refusal     text
// Text that is empty is left out: Converse refuses it, and it says nothing.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/internal/converse/media.h"
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal::converse {

/// Writes blocks of one request. Borrows both.
class BlockWriter {
 public:
  BlockWriter(const ExchangeRequest& request, WriteContext& context)
      : own_(request.dialect == Dialect::kBedrockConverse), context_(context) {}

  /// Appends the block and its cache mark, or nothing when it says nothing. kInvalid names `path`
  /// for what Converse does not take.
  [[nodiscard]] base::Status Write(const Block& block, const std::string& path, base::JsonWriter& json);

  /// Whether Write would append something.
  [[nodiscard]] bool Says(const Block& block) const;

 private:
  void WriteReasoning(const ReasoningBlock& reasoning, base::JsonWriter& json);
  [[nodiscard]] base::Status WriteCall(const CallBlock& call, const std::string& path,
                                       base::JsonWriter& json);
  [[nodiscard]] base::Status WriteResult(const ResultBlock& result, const std::string& path,
                                         base::JsonWriter& json);
  [[nodiscard]] base::Status WriteMediaBlock(const MediaBlock& media, const std::string& path,
                                             base::JsonWriter& json);

  bool own_;  // the blocks' originals are in this dialect
  WriteContext& context_;
  DocumentNames names_;
};

/// {"cachePoint":{"type":"default"}}, with a ttl when it is not the usual one.
void WriteCachePoint(std::int64_t cache_s, base::JsonWriter& json);

/// A text with what it cites, {"citationsContent":…}, or without, {"text":…}. `own` says that the
/// citations' originals are in this dialect.
enum class Citations : std::uint8_t { kOwn, kForeign };
void WriteText(const TextBlock& text, Citations citations, base::JsonWriter& json);
/// One citation as Converse writes them.
[[nodiscard]] std::string CitationJson(const Citation& citation, Citations citations);

}  // namespace proviso::protocol::internal::converse
