// What each target takes of JSON Schema, as a table.
//
// Sources, as of 2026: the providers' public guides on function calling and structured outputs (OpenAI,
// Anthropic, Google, AWS). What a guide does not name is counted as refused where the guide gives a
// closed list (strict modes, Gemini), and as taken where it refers to JSON Schema as such.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "protocol/dialect.h"

namespace proviso::protocol::internal::schema {

enum class Takes : bool { kNo, kYes };

struct Rules {
  std::string_view who;  ///< For messages: "OpenAI's strict mode".
  /// Assertions (keywords that can refuse an instance) that it takes; all when empty. Annotations
  /// that are not among them are left out: they refuse nothing.
  std::span<const std::string_view> keywords;
  std::span<const std::string_view> formats;  ///< That it knows; all when empty.
  Takes references;                           ///< $ref within the schema; else they are inlined.
  Takes recursion;
  Takes any_enum;    ///< Values of every kind; else strings and numbers.
  Takes type_lists;  ///< "type": ["string", "integer"]; else anyOf. One type with "null" is always taken.
  Takes bare;        ///< Arrays whose items, and objects whose properties, nothing is said of.
  Takes open_objects;
  Takes optional_properties;
  Takes any_root;          ///< The root may be something else than an object.
  Takes root_combination;  ///< anyOf, oneOf, allOf, not or enum at the root.
  std::size_t depth_max;   ///< Of nested schemas.
};

/// Whether the provider is asked to hold the model to the schema.
enum class Held : bool { kNo, kYes };

/// For the input of a tool.
[[nodiscard]] const Rules& RulesForTool(Dialect target, Held held);
/// For the answer.
[[nodiscard]] const Rules& RulesForAnswer(Dialect target, Held held);

[[nodiscard]] bool TakesKeyword(const Rules& rules, std::string_view keyword);

/// Whether the keyword can refuse an instance (JSON Schema 2020-12, and draft 7's `definitions`).
[[nodiscard]] bool IsAssertion(std::string_view keyword);

}  // namespace proviso::protocol::internal::schema
