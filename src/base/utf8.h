// Whether text is UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF.
#pragma once

#include <string_view>

namespace proviso::base {

/// Any length; empty text is UTF-8. Runs of ASCII are read eight bytes at a time.
[[nodiscard]] bool IsUtf8(std::string_view text);

}  // namespace proviso::base
