#include "cli/console.h"

#include <unistd.h>

#include <cstdlib>
#include <ostream>

namespace proviso::cli {
namespace {

bool WantsColours() {
  return isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

std::string_view Code(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kGood:
      return "\x1b[32m";
    case Style::kWarn:
      return "\x1b[33m";
    case Style::kBad:
      break;
  }
  return "\x1b[31m";
}

Exit ExitFor(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::kNotFound:
    case base::ErrorCode::kUnavailable:
    case base::ErrorCode::kIo:
    case base::ErrorCode::kInternal:
      return Exit::kUnavailable;
    case base::ErrorCode::kInvalid:
    case base::ErrorCode::kLimit:
      return Exit::kBadInput;
    case base::ErrorCode::kConflict:
    case base::ErrorCode::kDenied:
    case base::ErrorCode::kExpired:
    case base::ErrorCode::kCorrupt:
      break;
  }
  return Exit::kNo;
}

}  // namespace

Console::Console(std::ostream& out, std::ostream& err) : out_(out), err_(err), colours_(WantsColours()) {}

std::string Console::Styled(Style style, std::string_view text) const {
  if (!colours_ || style == Style::kPlain) return std::string(text);
  return std::string(Code(style)) + std::string(text) + "\x1b[0m";
}

Exit Console::Fail(Exit code, std::string_view message) {
  err_ << "proviso: " << message << "\n";
  exit = code;
  return code;
}

Exit Console::Fail(const base::Error& error) {
  return Fail(ExitFor(error.code), error.message);
}

}  // namespace proviso::cli
