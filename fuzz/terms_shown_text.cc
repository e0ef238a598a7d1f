// Reports show what a package's authors wrote. Properties: escaped text has no character that HTML acts on,
// and no control but newlines, and is UTF-8; wrapped text keeps its words; two texts compared by words are
// the texts again.
#include <algorithm>
#include <cstdlib>

#include "base/bytes.h"
#include "base/utf8.h"
#include "terms/internal/html_writer.h"
#include "terms/internal/plain_text.h"
#include "terms/internal/word_diff.h"

namespace {

using namespace proviso::terms::internal;

std::string Joined(const std::vector<TextRun>& runs) {
  std::string text;
  for (const TextRun& run : runs) text += run.text;
  return text;
}

std::string WithoutSpace(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = proviso::base::AsText({bytes, size});
  const std::string escaped = EscapeHtml(text);
  if (escaped.find_first_of("<>\"'") != std::string::npos || !proviso::base::IsUtf8(escaped)) std::abort();
  if (std::ranges::any_of(escaped, [](char c) { return c >= 0 && c < ' ' && c != '\n'; })) std::abort();
  const std::string plain = Plain(text);
  if (Plain(plain) != plain) std::abort();
  if (WithoutSpace(Wrapped(plain, "", "", 20)) != WithoutSpace(plain)) std::abort();
  const std::string_view before = text.substr(0, text.find('\n'));
  const std::string_view after = text.substr(before.size());
  const auto runs = WordDiff(before, after);
  if (Joined(runs.first) != before || Joined(runs.second) != after) std::abort();
  return 0;
}
