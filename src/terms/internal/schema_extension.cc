#include "terms/internal/schema_extension.h"

#include <algorithm>
#include <array>
#include <optional>

namespace proviso::terms::internal {
namespace {

constexpr std::string_view kFacts = "Facts";

/// A word, a string with its quotes, "::", or one other character.
struct Token {
  std::string_view text;
  std::size_t begin = 0;

  [[nodiscard]] std::size_t end() const { return begin + text.size(); }
  [[nodiscard]] bool IsString() const { return text.front() == '"'; }
};

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t EndOfString(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

std::size_t EndOfToken(std::string_view text, std::size_t at) {
  if (text[at] == '"') return EndOfString(text, at);
  if (text.substr(at).starts_with("::")) return at + 2;
  if (!IsWordByte(text[at])) return at + 1;
  while (at < text.size() && IsWordByte(text[at])) ++at;
  return at;
}

std::vector<Token> Tokens(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    if (std::string_view(" \t\r\n").contains(text[at])) {
      ++at;
    } else if (text.substr(at).starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
    } else {
      const std::size_t end = EndOfToken(text, at);
      tokens.push_back({text.substr(at, end - at), at});
      at = end;
    }
  }
  return tokens;
}

int DepthChange(const Token& token) {
  if (token.text == "{" || token.text == "(" || token.text == "[" || token.text == "<") return 1;
  if (token.text == "}" || token.text == ")" || token.text == "]" || token.text == ">") return -1;
  return 0;
}

/// The token that closes what `open` opens.
std::optional<std::size_t> Closing(const std::vector<Token>& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    depth += DepthChange(tokens[i]);
    if (depth == 0) return i;
  }
  return std::nullopt;
}

/// Where the annotations before the token begin.
std::size_t WithAnnotations(const std::vector<Token>& tokens, std::size_t first) {
  while (true) {
    if (first >= 2 && tokens[first - 2].text == "@") {
      first -= 2;
    } else if (first >= 5 && tokens[first - 1].text == ")" && tokens[first - 5].text == "@") {
      first -= 5;
    } else {
      return first;
    }
  }
}

/// Names of the members of the record whose braces these are.
std::vector<std::string> MemberNames(const std::vector<Token>& tokens, std::size_t open, std::size_t close) {
  std::vector<std::string> names;
  int depth = 0;
  for (std::size_t i = open; i < close; ++i) {
    depth += DepthChange(tokens[i]);
    if (depth != 1 || tokens[i].text != ":" || i < open + 2) continue;
    const std::string_view name = tokens[tokens[i - 1].text == "?" ? i - 2 : i - 1].text;
    names.emplace_back(name.starts_with('"') && name.size() >= 2 ? name.substr(1, name.size() - 2) : name);
  }
  return names;
}

/// Blanks keep the places of what follows.
void Blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

}  // namespace

SchemaExtension ReadExtension(std::string_view text) {
  SchemaExtension extension{std::string(text), "", {}, {}};
  const std::vector<Token> tokens = Tokens(text);
  int depth = 0;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    depth += DepthChange(tokens[i]);
    const bool declares = depth == 0 && tokens[i].text == "type" && tokens[i + 2].text == "=";
    if (!declares) continue;
    const std::string name(tokens[i + 1].text);
    const bool first = extension.types.insert(name).second;
    if (name != kFacts || !first || i + 3 >= tokens.size() || tokens[i + 3].text != "{") continue;
    const auto close = Closing(tokens, i + 3);
    if (!close || *close + 1 >= tokens.size() || tokens[*close + 1].text != ";") continue;
    const std::size_t body = tokens[i + 3].end();
    extension.facts = text.substr(body, tokens[*close].begin - body);
    if (*close > i + 4) extension.facts += tokens[*close - 1].text == "," ? "\n" : ",\n";
    extension.fact_names = MemberNames(tokens, i + 3, *close);
    Blank(extension.text, tokens[WithAnnotations(tokens, i)].begin, tokens[*close + 1].end());
  }
  return extension;
}

}  // namespace proviso::terms::internal
