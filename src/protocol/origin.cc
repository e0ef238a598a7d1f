#include "protocol/origin.h"

#include <algorithm>

#include "base/bytes.h"

namespace proviso::protocol {
namespace {

constexpr std::string_view kPrefix = "pv1.";
/// How the base64 of an envelope begins.
constexpr std::string_view kEncodedPrefix = "cHYxL";

/// base64url without padding (RFC 4648 §5) over the strict base64 of the house.
std::string ToBase64Url(std::string_view text) {
  std::string encoded = base::ToBase64(base::AsBytes(text));
  while (encoded.ends_with('=')) encoded.pop_back();
  std::ranges::replace(encoded, '+', '-');
  std::ranges::replace(encoded, '/', '_');
  return encoded;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  while (standard.size() % 4 != 0) standard.push_back('=');
  const auto bytes = base::FromBase64(standard);
  if (!bytes) return std::nullopt;
  return std::string(base::AsText(*bytes));
}

}  // namespace

std::string Enclose(std::string_view origin, std::string_view signature) {
  std::string out(kPrefix);
  out += ToBase64Url(origin);
  out += '.';
  out += signature;
  return out;
}

std::optional<Origin> OpenOrigin(std::string_view signature) {
  if (signature.starts_with(kEncodedPrefix)) {
    std::string bare(signature);
    while (bare.ends_with('=')) bare.pop_back();
    std::ranges::replace(bare, '+', '-');
    std::ranges::replace(bare, '/', '_');
    const auto envelope = FromBase64Url(bare);
    return envelope && envelope->starts_with(kPrefix) ? OpenOrigin(*envelope) : std::nullopt;
  }
  if (!signature.starts_with(kPrefix)) return std::nullopt;
  signature.remove_prefix(kPrefix.size());
  const std::size_t dot = signature.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto name = FromBase64Url(signature.substr(0, dot));
  if (!name) return std::nullopt;
  const std::size_t slash = name->find('/');
  if (slash == std::string::npos || slash + 1 == name->size()) return std::nullopt;
  for (const Dialect dialect : kDialects) {  // only its whole name: an envelope has one spelling
    if (NameOf(dialect) != std::string_view(*name).substr(0, slash)) continue;
    return Origin{.dialect = dialect,
                  .model = name->substr(slash + 1),
                  .signature = std::string(signature.substr(dot + 1))};
  }
  return std::nullopt;
}

std::string OriginName(Dialect dialect, std::string_view model) {
  return std::string(NameOf(dialect)) + "/" + std::string(model);
}

}  // namespace proviso::protocol
