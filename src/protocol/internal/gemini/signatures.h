// Thought signatures: opaque bytes, base64 in JSON, bound to the model that made them.
//
// Google's Python SDK decodes them strictly on the way in and writes base64url on the way out, so
// whatever stands in their place must be base64: an envelope (origin.h) is encoded once more.
#pragma once

#include <string>
#include <string_view>

namespace proviso::protocol::internal::gemini {

/// What stands in for the signature of a call that Gemini itself did not make: Google's documented
/// word for a history that comes from elsewhere.
inline constexpr std::string_view kNoSignature = "skip_thought_signature_validator";

/// The generation in "gemini-3-pro-preview": 3; 0 when the name tells none.
[[nodiscard]] int GenerationOf(std::string_view model);

/// From Gemini 3 on, the first call of a step must be signed.
[[nodiscard]] bool WantsSignedCalls(std::string_view model);

/// The signature as a client of Gemini can take it: enclosed with where it came from when `origin`
/// is not empty, and always base64.
[[nodiscard]] std::string SignatureForClient(std::string_view origin, std::string_view signature);

}  // namespace proviso::protocol::internal::gemini
