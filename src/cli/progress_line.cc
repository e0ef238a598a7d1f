#include "cli/progress_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <ostream>
#include <string>

namespace proviso::cli {
namespace {

constexpr std::size_t kColumnsOtherwise = 100;
constexpr std::string_view kToStartAndErase = "\r\x1b[K";

}  // namespace

std::size_t TerminalColumns(int descriptor) {
  if (const char* told = std::getenv("COLUMNS"); told != nullptr) {
    std::size_t columns = 0;
    const std::string_view text(told);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), columns);
    if (read.ec == std::errc() && columns > 0) return columns;
  }
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kColumnsOtherwise;
}

ProgressLine::ProgressLine(Console& console)
    : console_(console), is_on_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  Clear();
}

void ProgressLine::Show(std::size_t done, std::size_t of, std::string_view what) {
  if (!is_on_terminal_) return;
  std::string line = "[" + std::to_string(done) + "/" + std::to_string(of) + "] ";
  const std::size_t columns_max = TerminalColumns(STDERR_FILENO) - 1;
  std::size_t columns = line.size();
  for (const char c : what) {
    const auto byte = static_cast<unsigned char>(c);
    columns += (byte & 0xc0U) != 0x80U ? 1 : 0;
    if (columns > columns_max) break;
    if (byte >= ' ' && byte != 0x7f) line += c;
  }
  console_.err() << kToStartAndErase << line << std::flush;
  is_shown_ = true;
}

void ProgressLine::Clear() {
  if (is_shown_) console_.err() << kToStartAndErase << std::flush;
  is_shown_ = false;
}

}  // namespace proviso::cli
