// Text from a model, made safe to show to the person who decides on it.
//
// A hostile argument must not repaint the screen, reorder what is read, or hide in characters
// without ink. Such code points are written as JSON escapes (\u001b, \u202e, \ud83c\udff4…); all
// other text, of any script, stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace proviso::oversight {

/// True for control, bidirectional, invisible, unassigned-by-design and otherwise inkless code
/// points: C0 and C1 controls, soft hyphen, joiners, fillers, variation selectors, marks of
/// direction, line and paragraph separators, odd spaces, tags, private use, noncharacters.
[[nodiscard]] bool IsDeceptive(char32_t code_point);

/// Whether backslashes that are already there are doubled. In a JSON text they are escapes of its
/// own and stay; in any other text doubling keeps "\u202e" typed as six characters apart.
enum class Backslashes : std::uint8_t { kKeep, kDouble };

/// Replaces every deceptive code point of `text` by its JSON escape. Bytes that are not UTF-8
/// become \ufffd. A JSON text stays the same JSON value (with kKeep).
[[nodiscard]] std::string MakeVisible(std::string_view text, Backslashes backslashes);

/// A JSON string literal of `text`, escaped where JSON needs it and where MakeVisible would.
[[nodiscard]] std::string VisibleJsonString(std::string_view text);

}  // namespace proviso::oversight
