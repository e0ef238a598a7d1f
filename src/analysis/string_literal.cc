#include <charconv>

#include "analysis/internal/script_writer.h"
#include "analysis/internal/unicode.h"

namespace proviso::analysis {
namespace {

constexpr char32_t kLastCharacter = 0x2FFFF;

struct Escape {
  char32_t code;
  std::size_t length;  ///< 0: no escape, the backslash stands for itself
};

/// `\ud₃d₂d₁d₀` or `\u{d…}` with one to five digits, at the start of `rest`.
Escape ReadEscape(std::string_view rest) {
  constexpr Escape kNone{0, 0};
  if (!rest.starts_with("\\u")) return kNone;
  const bool is_braced = rest.starts_with("\\u{");
  const std::size_t begin = is_braced ? 3 : 2;
  const std::size_t end = is_braced ? rest.find('}') : std::size_t{6};
  if (end == std::string_view::npos || end > rest.size() || end <= begin || end - begin > 5) return kNone;
  std::uint32_t code = 0;
  const auto [stop, error] = std::from_chars(rest.data() + begin, rest.data() + end, code, 16);
  if (error != std::errc{} || stop != rest.data() + end || code > kLastCharacter) return kNone;
  return {code, is_braced ? end + 1 : end};
}

}  // namespace

bool AppendStringLiteral(std::string& out, std::u32string_view text) {
  out.push_back('"');
  for (const char32_t code : text) {
    if (code > kLastCharacter) return false;
    if (code == U'"') {
      out += "\"\"";
    } else if (code >= 0x20 && code < 0x7F && code != U'\\') {
      out.push_back(static_cast<char>(code));
    } else {
      char digits[8];
      const auto end =
          std::to_chars(digits, digits + sizeof digits, static_cast<std::uint32_t>(code), 16).ptr;
      out.append("\\u{").append(digits, end).push_back('}');
    }
  }
  out.push_back('"');
  return true;
}

bool ReadStringLiteral(std::string_view inside, std::string& utf8) {
  utf8.clear();
  while (!inside.empty()) {
    std::size_t length = 1;
    if (inside[0] == '"') {
      if (!inside.starts_with("\"\"")) return false;
      utf8.push_back('"');
      length = 2;
    } else if (const Escape escape = ReadEscape(inside); escape.length > 0) {
      // A surrogate is a character to a solver and none to Cedar: such a value is not used.
      if (escape.code >= 0xD800 && escape.code <= 0xDFFF) return false;
      AppendUtf8(utf8, escape.code);
      length = escape.length;
    } else {
      const auto byte = static_cast<unsigned char>(inside[0]);
      if (byte < 0x20 || byte > 0x7E) return false;
      utf8.push_back(inside[0]);
    }
    inside.remove_prefix(length);
  }
  return true;
}

}  // namespace proviso::analysis
