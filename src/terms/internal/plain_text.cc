#include "terms/internal/plain_text.h"

#include "base/utf8.h"

namespace proviso::terms::internal {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// How many bytes the character has that begins with `lead`; 1 for what begins none.
std::size_t LengthAt(unsigned char lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

/// Soft hyphen, zero-width characters, line and paragraph separators, directions, the byte order mark:
/// Unicode's format characters that change how their neighbours are shown.
bool IsInvisible(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]) < ' ' || character[0] == 0x7f;
  if (character.size() == 2)
    return character == "\xc2\xad" || character == "\xd8\x9c" ||
           (character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0);
  if (character.size() != 3) return character.starts_with("\xf3\xa0");
  const auto last = static_cast<unsigned char>(character[2]);
  if (character.starts_with("\xe2\x80"))
    return (last >= 0x8b && last <= 0x8f) || (last >= 0xa8 && last <= 0xae);
  if (character.starts_with("\xe2\x81")) return last >= 0xa0 && last <= 0xaf;
  return character == "\xef\xbb\xbf";
}

std::string Cleaned(std::string_view text, std::string_view kept) {
  std::string clean;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = text.substr(at, LengthAt(static_cast<unsigned char>(text[at])));
    at += character.size();
    if (character.size() == 1 && kept.find(character) != std::string_view::npos) {
      clean += character;
    } else if (!base::IsUtf8(character)) {
      clean += kReplacement;
      at -= character.size() - 1;
    } else {
      clean += IsInvisible(character) ? kReplacement : character;
    }
  }
  return clean;
}

}  // namespace

std::string Plain(std::string_view text) {
  return Cleaned(text, "");
}

std::string PlainLines(std::string_view text) {
  return Cleaned(text, "\n");
}

std::size_t ColumnsOf(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return columns;
}

std::string Wrapped(std::string_view text, std::string_view first, std::string_view rest, std::size_t width) {
  std::string wrapped;
  std::string line(first);
  bool is_empty = true;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (word.empty()) continue;
    if (!is_empty && ColumnsOf(line) + 1 + ColumnsOf(word) > width) {
      wrapped += line + "\n";
      line = rest;
      is_empty = true;
    }
    if (!is_empty) line += ' ';
    line += word;
    is_empty = false;
  }
  return wrapped + line + "\n";
}

std::string Indented(std::string_view text, std::string_view lead) {
  std::string indented;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty()) indented += std::string(lead) + std::string(line);
    indented += '\n';
  }
  return indented;
}

}  // namespace proviso::terms::internal
