// Media in URLs, and text out of blocks, for all dialects.
#include <algorithm>

#include "protocol/internal/dialects.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

constexpr std::string_view kData = "data:";
constexpr std::string_view kBase64 = ";base64";

/// Letters in lower case: schemes and media types are written either way (RFC 3986 §3.1, RFC 6838 §4.2).
std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsBase64(std::string_view text) {
  const std::size_t padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
  if (text.empty() || padding > 2) return false;
  text.remove_suffix(padding);
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

/// RFC 2397, of which only the base64 form with a media type is taken.
base::Result<MediaBlock> FromData(std::string_view url, MediaBlock media) {
  const std::size_t comma = url.find(',');
  const std::string head = Lower(url.substr(0, comma));
  if (comma == std::string_view::npos || !head.ends_with(kBase64)) {
    return Malformed("a data: URL", "must be data:<media type>;base64,<data>");
  }
  std::string_view type =
      std::string_view(head).substr(kData.size(), head.size() - kData.size() - kBase64.size());
  type = type.substr(0, type.find(';'));
  if (!type.contains('/'))
    return Malformed("a data: URL", "must name its media type, as in data:image/png;base64,…");
  media.media_type = type;
  media.base64 = url.substr(comma + 1);
  if (!IsBase64(media.base64)) return Malformed("a data: URL", "its data is not base64 (RFC 4648 §4)");
  return media;
}

}  // namespace

base::Result<MediaBlock> MediaFromUrl(std::string_view url, MediaBlock::Kind kind) {
  MediaBlock media;
  media.kind = kind;
  const std::string scheme = Lower(url.substr(0, std::min(url.find(':'), url.size())));
  if (scheme == "data") return FromData(url, std::move(media));
  if (scheme != "https" && scheme != "http" && scheme != "gs" && scheme != "s3") {
    return Malformed("a URL", "must begin with https:, http:, gs:, s3: or data:");
  }
  media.url = url;
  return media;
}

std::string DataUrl(const MediaBlock& media) {
  const std::string type = media.media_type.empty() ? "application/octet-stream" : media.media_type;
  return std::string(kData).append(type).append(kBase64).append(",").append(media.base64);
}

std::string PlainText(const std::vector<Block>& blocks) {
  std::string out;
  bool first = true;
  for (const Block& block : blocks) {
    const auto* text = std::get_if<TextBlock>(&block.content);
    const auto* refusal = std::get_if<RefusalBlock>(&block.content);
    if (text == nullptr && refusal == nullptr) continue;
    out.append(first ? "" : "\n").append(text != nullptr ? text->text : refusal->text);
    first = false;
  }
  return out;
}

}  // namespace proviso::protocol::internal
