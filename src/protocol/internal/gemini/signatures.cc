#include "protocol/internal/gemini/signatures.h"

#include <charconv>

#include "base/bytes.h"
#include "protocol/origin.h"

namespace proviso::protocol::internal::gemini {

int GenerationOf(std::string_view model) {
  constexpr std::string_view kFamily = "gemini-";
  const std::size_t begin = model.find(kFamily);
  if (begin == std::string_view::npos) return 0;
  int generation = 0;
  std::from_chars(model.data() + begin + kFamily.size(), model.data() + model.size(), generation);
  return generation;
}

bool WantsSignedCalls(std::string_view model) {
  return GenerationOf(model) >= 3;
}

std::string SignatureForClient(std::string_view origin, std::string_view signature) {
  if (origin.empty() && signature.empty()) return "";
  const std::string enclosed = origin.empty() ? std::string(signature) : Enclose(origin, signature);
  return base::FromBase64(enclosed) ? enclosed : base::ToBase64(base::AsBytes(enclosed));
}

}  // namespace proviso::protocol::internal::gemini
