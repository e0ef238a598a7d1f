// Texts of lines "word value", in one order, that somebody signs: written and read the one way.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::terms::internal {

/// One line that every reader sees alike: UTF-8, not empty, without control characters and without spaces
/// around it.
[[nodiscard]] bool IsPlainLine(std::string_view text);

/// Appends "key value\n". kInvalid, beginning with `what`, when the value is no plain line.
[[nodiscard]] base::Status AppendLine(std::string& text, std::string_view what, std::string_view key,
                                      std::string_view value);

/// Takes the lines of a text in their one order. Borrows the text.
class StatementLines {
 public:
  explicit StatementLines(std::string_view text) : rest_(text) {}

  /// The value of the next line when its word is `key`; nothing, and nothing taken, otherwise.
  std::optional<std::string> Take(std::string_view key);
  [[nodiscard]] bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace proviso::terms::internal
