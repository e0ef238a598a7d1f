// A script with what its reader needs: which names it gave to constructors.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "analysis/script.h"

namespace proviso::analysis {

struct ConstructorPlace {
  Sort sort;
  std::uint32_t index;
};

/// Names in scripts are simple symbols: what a symbol cannot hold becomes `_`, and what is no longer unique
/// is numbered. (cvc5 1.0.3 finds no tester of a constructor that needs `|…|`.) Each begins with what it is,
/// so that none is a word of SMT-LIB: `$r.context.tool`, `make.User`, `get.user_id`, `sort.User`, `fun.f`.
using ConstructorNames = std::unordered_map<std::string, ConstructorPlace>;

struct Script {
  std::string text;
  ConstructorNames constructors;
};

[[nodiscard]] base::Result<Script> WriteScript(const Query& query, Dialect dialect);

/// `"…"`: printable ASCII as it is, `""` for a quote, `\u{…}` for the rest and for a backslash. Nothing
/// where a character is past U+2FFFF, the last that the theory of strings knows.
[[nodiscard]] bool AppendStringLiteral(std::string& out, std::u32string_view text);

/// The text between the quotes of a literal, with its escapes read. Nothing where a byte is none of
/// a literal, or an escape is a surrogate.
[[nodiscard]] bool ReadStringLiteral(std::string_view inside, std::string& utf8);

}  // namespace proviso::analysis
