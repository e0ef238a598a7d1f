// Text that may stand on a terminal or a page whatever a package's authors wrote, in lines of a width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace proviso::terms::internal {

/// `text` without what could change what stands around it: controls, bidirectional overrides and other
/// invisible format characters, and bytes that are not UTF-8, each as U+FFFD. Newlines too.
[[nodiscard]] std::string Plain(std::string_view text);
/// The same of text with lines: newlines stay.
[[nodiscard]] std::string PlainLines(std::string_view text);

/// How many characters `text` has: columns, for text of one column a character.
[[nodiscard]] std::size_t ColumnsOf(std::string_view text);

/// `text` in lines of at most `width` columns, each ended: the first after `first`, the others after `rest`.
/// Breaks at spaces alone; a word that is too long stands on a line of its own.
[[nodiscard]] std::string Wrapped(std::string_view text, std::string_view first, std::string_view rest,
                                  std::size_t width);

/// Each line of `text` after `lead`, each ended; empty lines stay empty.
[[nodiscard]] std::string Indented(std::string_view text, std::string_view lead);

}  // namespace proviso::terms::internal
