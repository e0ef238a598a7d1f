// How far something long has come: one line on standard error, rewritten in place. Nothing where that is no
// terminal.
#pragma once

#include <cstddef>
#include <string_view>

#include "cli/console.h"

namespace proviso::cli {

/// Columns of the terminal on `descriptor`; COLUMNS where it is set; 100 where there is none.
[[nodiscard]] std::size_t TerminalColumns(int descriptor);

class ProgressLine {
 public:
  explicit ProgressLine(Console& console);
  /// Clears the line.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// "[3/40] what". Cut to the terminal's width; controls are left out.
  void Show(std::size_t done, std::size_t of, std::string_view what);
  void Clear();

 private:
  Console& console_;
  bool is_on_terminal_;
  bool is_shown_ = false;
};

}  // namespace proviso::cli
