// Parts of a Content as canonical blocks, of requests and answers alike.
//
//   {"text"}                          TextBlock
//   {"text","thought":true}           ReasoningBlock: Gemini shows summaries of its thoughts
//   {"text","thoughtSignature"}       TextBlock, and behind it a ReasoningBlock that is only a signature
//   {"functionCall","thoughtSignature"}   CallBlock with its signature
//   {"functionResponse"}              ResultBlock
//   {"inlineData"}, {"fileData"}      MediaBlock; Google's own file store gives a file_id
//   anything else                     OpaqueBlock, named after the member that makes it so
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal::gemini {

/// The part's blocks: none for an empty text, two for a signed text. A call's and a result's id is ""
/// when the part has none. kInvalid: "contents[2].parts[0].text: must be a string".
[[nodiscard]] base::Result<std::vector<Block>> ReadPart(base::Json part, const std::string& where);

/// What kind of media a type names: image/*, audio/*, video/*, and documents for all else.
[[nodiscard]] MediaBlock::Kind KindOfMedia(std::string_view media_type);

/// One part that is a text; nothing else stands beside it.
[[nodiscard]] std::string TextPart(std::string_view text);

/// Reasoning to be read, or (with an empty text) only its signature, which is base64 or "".
[[nodiscard]] std::string ThoughtPart(std::string_view text, std::string_view signature);

/// The signature that stood beside a text.
[[nodiscard]] std::string SignaturePart(std::string_view signature);

/// A call; `arguments` is a JSON object.
[[nodiscard]] std::string CallPart(const CallBlock& call, std::string_view arguments,
                                   std::string_view signature);

/// The arguments of a call as an object: none at all are an empty one. kInvalid when they are no object.
[[nodiscard]] base::Result<std::string> ArgumentsObject(std::string_view arguments);

/// Bytes in the part, or where they are.
[[nodiscard]] std::string MediaPart(const MediaBlock& media);

}  // namespace proviso::protocol::internal::gemini
