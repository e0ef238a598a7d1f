// What every reader of a provider's or a caller's JSON needs: errors that say where, and member
// names that cannot be mistaken.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace proviso::protocol::internal {

/// A provider that broke its dialect: kCorrupt, "the provider's answer: <where>: <what>".
[[nodiscard]] std::unexpected<base::Error> Broken(std::string_view where, std::string_view what);

/// Parses a JSON object out of an answer.
[[nodiscard]] base::Result<base::JsonDocument> ParseAnswerJson(std::string_view text, std::string_view where);

/// A member of `object` whose name equals one of `names` except for letter case (ASCII, and the
/// two letters, U+017F and U+212A, that fold to s and k); "" when there is none. Some clients and
/// servers match names without case, so such a member would mean one thing here and another there.
[[nodiscard]] std::string DisguisedMember(base::Json object, std::initializer_list<std::string_view> names);

/// Fails as Broken when there is one.
[[nodiscard]] base::Status CheckNames(base::Json object, std::initializer_list<std::string_view> names,
                                      std::string_view where);

/// Missing or null.
[[nodiscard]] inline bool Absent(base::Json value) {
  return value.missing() || value.is_null();
}

/// At most `bytes_max` bytes of valid UTF-8, cut between characters.
[[nodiscard]] std::string Shorten(std::string text, std::size_t bytes_max);

/// A non-negative integer of `object`, or 0.
[[nodiscard]] std::int64_t CountOf(base::Json object, std::string_view key);

/// Turns a provider's own error object into kUnavailable, with its words, cut short.
[[nodiscard]] std::unexpected<base::Error> ProviderError(base::Json error);

/// "path[3]".
[[nodiscard]] std::string At(std::string_view path, std::size_t index);

}  // namespace proviso::protocol::internal
