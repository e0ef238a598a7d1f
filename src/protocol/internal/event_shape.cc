#include "protocol/internal/event_shape.h"

#include <array>

#include "base/utf8.h"

namespace proviso::protocol::internal {
namespace {

constexpr std::array<bool, 256> Breakers() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table['"'] = true;
  table['\\'] = true;
  return table;
}
constexpr std::array<bool, 256> kBreaks = Breakers();

struct Inside {
  std::size_t bytes;
  std::size_t unescaped;
};

/// The inside of a JSON string that begins at `text`; nothing when it is not simple and whole.
std::optional<Inside> ScanString(std::string_view text) {
  std::size_t at = 0;
  std::size_t escapes = 0;
  while (true) {
    while (at < text.size() && !kBreaks[static_cast<unsigned char>(text[at])]) ++at;
    if (at == text.size()) return std::nullopt;
    if (text[at] == '"') break;
    if (text[at] != '\\' || at + 1 == text.size()) return std::nullopt;
    if (std::string_view("\"\\/bfnrt").find(text[at + 1]) == std::string_view::npos) return std::nullopt;
    ++escapes;
    at += 2;
  }
  if (!base::IsUtf8(text.substr(0, at))) return std::nullopt;
  return Inside{.bytes = at, .unescaped = at - escapes};
}

/// A whole number; nothing when its end is not there yet.
std::optional<Inside> ScanNumber(std::string_view text) {
  constexpr std::size_t kDigitsMax = 15;
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == std::string_view::npos || digits == 0 || digits > kDigitsMax) return std::nullopt;
  if (text[0] == '0' && digits > 1) return std::nullopt;
  return Inside{.bytes = digits, .unescaped = digits};
}

}  // namespace

void EventShape::Learn(std::string_view event, std::span<const Hole> holes) {
  literals_.clear();
  contents_.clear();
  std::size_t at = 0;
  for (const Hole& hole : holes) {
    literals_.emplace_back(event.substr(at, hole.begin - at));
    contents_.push_back(hole.content);
    at = hole.end;
  }
  literals_.emplace_back(event.substr(at));
}

std::optional<EventShape::Match> EventShape::Find(std::string_view bytes) const {
  if (literals_.empty()) return std::nullopt;
  Match match{.bytes = 0, .text_bytes = 0};
  for (std::size_t i = 0; i < literals_.size(); ++i) {
    if (!bytes.substr(match.bytes).starts_with(literals_[i])) return std::nullopt;
    match.bytes += literals_[i].size();
    if (i == contents_.size()) break;
    const bool number = contents_[i] == Content::kNumber;
    const std::string_view rest = bytes.substr(match.bytes);
    const auto inside = number ? ScanNumber(rest) : ScanString(rest);
    if (!inside) return std::nullopt;
    match.bytes += inside->bytes;
    if (contents_[i] == Content::kText) match.text_bytes += inside->unescaped;
  }
  return match;
}

}  // namespace proviso::protocol::internal
