#include "base/toml.h"

#define TOML_EXCEPTIONS 0
#include <toml++/impl/preprocessor.h>
// The library asserts, and in release builds assumes, that a key begins well where hostile text can
// make it not so ("[#"). Without the assumption it goes on to its own check and reports an error.
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expression) static_assert(true)
#include <toml++/toml.h>

#include <sstream>

namespace proviso::base {

Result<std::string> TomlToJson(std::string_view text, std::string_view source_name) {
  const toml::parse_result parsed = toml::parse(text, source_name);
  if (!parsed) {
    const toml::source_position at = parsed.error().source().begin;
    return Fail(ErrorCode::kInvalid, std::string(source_name) + ":" + std::to_string(at.line) + ":" +
                                         std::to_string(at.column) + ": " +
                                         std::string(parsed.error().description()));
  }
  std::ostringstream json;
  json << toml::json_formatter(parsed.table(), toml::format_flags::quote_dates_and_times |
                                                   toml::format_flags::quote_infinities_and_nans);
  return std::move(json).str();
}

}  // namespace proviso::base
