// What commands share: where output goes, whether it has colours, and exit codes.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::cli {

/// Exit codes, the same for every command.
enum class Exit : std::uint8_t {
  kOk = 0,           ///< Done; the answer is yes.
  kNo = 1,           ///< Done; the answer is no: a mismatch, a failed example, a spoiled record.
  kUsage = 2,        ///< The command line is wrong.
  kBadInput = 3,     ///< A file or a configuration is refused; the message says where.
  kUnavailable = 4,  ///< Something that is needed does not answer or does not exist.
};

enum class Style : std::uint8_t { kPlain, kBold, kDim, kGood, kWarn, kBad };
enum class Format : std::uint8_t { kText, kJson };

/// Standard output and error of one run. Colours only on a terminal, and never with NO_COLOR.
class Console {
 public:
  Console(std::ostream& out, std::ostream& err);

  [[nodiscard]] std::ostream& out() { return out_; }
  [[nodiscard]] std::ostream& err() { return err_; }
  /// `text` in a style for standard output, or as it is when that is no terminal.
  [[nodiscard]] std::string Styled(Style style, std::string_view text) const;
  /// Prints "proviso: message" on standard error and gives the exit code that fits the error.
  Exit Fail(const base::Error& error);
  Exit Fail(Exit code, std::string_view message);

  /// The code that the process exits with; commands set it.
  Exit exit = Exit::kOk;

 private:
  std::ostream& out_;
  std::ostream& err_;
  bool colours_;
};

}  // namespace proviso::cli
