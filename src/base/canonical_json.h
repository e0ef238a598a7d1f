// One text for each JSON value, so that equal values have equal digests.
//
// Promise: two texts give the same canonical text exactly when they are the same value: same
// structure, same strings, same members in any order, same numbers *as exact decimals* (no value
// passes through a double, so 0.1 and 0.10000000000000000001 stay different, and 1.0, 1e0, 10e-1
// are one). Form: no space; members sorted by the bytes of the unescaped key; strings escape only
// `"`, `\` and controls (json_writer.h); numbers in the shape of ECMAScript's Number::toString
// (plain from 1e-6 up to 21 digits, else d.ddde+X), negative zero as 0. It is RFC 8785 except that
// keys sort by UTF-8 bytes, controls \b and \f are \u0008 and \u000c, and numbers keep all digits.
// One exception: a number whose exponent has more than 15 digits stays as written, so that equal
// ones may have different texts; different ones never share one.
#pragma once

#include <string>

#include "base/json.h"

namespace proviso::base {

/// Canonical text of `value`; "" for a missing value. Recursion is bounded by the parse's depth.
[[nodiscard]] std::string CanonicalJson(Json value);

}  // namespace proviso::base
