#include "terms/internal/statement_lines.h"

#include <algorithm>

#include "base/utf8.h"

namespace proviso::terms::internal {

bool IsPlainLine(std::string_view text) {
  const bool plain =
      std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  return plain && !text.empty() && text.front() != ' ' && text.back() != ' ' && base::IsUtf8(text);
}

base::Status AppendLine(std::string& text, std::string_view what, std::string_view key,
                        std::string_view value) {
  if (!IsPlainLine(value)) {
    return base::Fail(base::ErrorCode::kInvalid,
                      std::string(what) + ": " + std::string(key) +
                          " must be one line of UTF-8, not empty, without control characters and without "
                          "spaces around it");
  }
  text.append(key).append(" ").append(value).append("\n");
  return {};
}

std::optional<std::string> StatementLines::Take(std::string_view key) {
  if (!rest_.starts_with(key) || !rest_.substr(key.size()).starts_with(' ')) return std::nullopt;
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string value(rest_.substr(key.size() + 1, end - key.size() - 1));
  rest_.remove_prefix(end + 1);
  return value;
}

}  // namespace proviso::terms::internal
