// Members of an assistant's message that OpenAI does not have and others do, written alike in requests,
// answers and streams. The official SDKs keep members that they do not know, so a caller who gives the
// message back gives these back too.
//
//   reasoning_content                  DeepSeek's, vLLM's and xAI's: the reasoning in words
//   reasoning_details                  OpenRouter's: one entry for each block, with its signature
//   extra_content.google.…             Google's: the signature of a call
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal {

/// {"index":0,"type":"reasoning.text","text":"…","signature":"…"}; summaries and redacted blocks as
/// `reasoning.summary` and `reasoning.encrypted`.
void WriteReasoningDetail(const ReasoningBlock& reasoning, std::int64_t index, base::JsonWriter& json);

/// "extra_content":{"google":{"thought_signature":"…"}}
void WriteCallSignature(std::string_view signature, base::JsonWriter& json);

/// {"type":"image_url","image_url":{"url":"…"}}, an element of `images`.
void WriteImage(std::string_view url, base::JsonWriter& json);

/// A citation as an annotation, JSON: as it came when it came in this dialect; a URL's citation
/// otherwise; "" for what Chat Completions has no form for (a document's). `text` is its block's;
/// `characters_before` stand before that in the message.
[[nodiscard]] std::string AnnotationOf(const Citation& citation, std::string_view text,
                                       std::size_t characters_before, Dialect from);

/// Members of an answer that only Chat Completions has, found again by where they stand.
class OtherMembers {
 public:
  explicit OtherMembers(std::vector<Member> members) : members_(std::move(members)) {}

  /// Writes those directly within `prefix` ("", "choices[0].", "choices[0].message.").
  void Write(std::string_view prefix, base::JsonWriter& json) const;
  [[nodiscard]] bool Has(std::string_view path) const;
  [[nodiscard]] bool empty() const { return members_.empty(); }

 private:
  std::vector<Member> members_;
};

}  // namespace proviso::protocol::internal
