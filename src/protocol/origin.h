// Reasoning is bound to the model that made it. When it travels to a caller in another dialect, its
// opaque signature is put into an envelope that names the dialect and the model, so that on a later
// turn it goes back to that model, in that model's dialect, and to no other.
//
//   pv1.<base64url of dialect "/" model>.<the signature as it was>
//
// The envelope is no secret and no proof: a caller who changes it only spoils its own reasoning.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/dialect.h"

namespace proviso::protocol {

struct Origin {
  Dialect dialect = Dialect::kOpenAiChat;
  std::string model;      ///< As its provider names it.
  std::string signature;  ///< As the provider gave it.
};

/// `origin` is what OriginName gives.
[[nodiscard]] std::string Enclose(std::string_view origin, std::string_view signature);
/// Nothing when it is no envelope. Takes also the base64 of one, in either alphabet: Gemini's
/// signatures are bytes, and its SDKs decode and encode them.
[[nodiscard]] std::optional<Origin> OpenOrigin(std::string_view signature);
[[nodiscard]] std::string OriginName(Dialect dialect, std::string_view model);

}  // namespace proviso::protocol
