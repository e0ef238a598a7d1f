// A JSON value that can be changed: schemas are rewritten in it. Numbers and literals keep the text
// that they had.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace proviso::protocol::internal::schema {

struct Value {
  base::JsonKind kind = base::JsonKind::kNull;
  std::string text;  ///< A string's content; a number's or literal's JSON.
  std::vector<Value> items;
  std::vector<std::pair<std::string, Value>> members;  ///< In order.

  bool operator==(const Value&) const = default;

  [[nodiscard]] static Value Of(base::Json json);
  [[nodiscard]] static Value Object() {
    return {.kind = base::JsonKind::kObject, .text = "", .items = {}, .members = {}};
  }
  [[nodiscard]] static Value Array(std::vector<Value> items) {
    return {.kind = base::JsonKind::kArray, .text = "", .items = std::move(items), .members = {}};
  }
  [[nodiscard]] static Value String(std::string_view text) {
    return {.kind = base::JsonKind::kString, .text = std::string(text), .items = {}, .members = {}};
  }
  /// `true`, `null`, `-3`.
  [[nodiscard]] static Value Literal(base::JsonKind kind, std::string_view json) {
    return {.kind = kind, .text = std::string(json), .items = {}, .members = {}};
  }
  [[nodiscard]] static Value Integer(std::int64_t number) {
    return Literal(base::JsonKind::kNumber, std::to_string(number));
  }

  [[nodiscard]] bool is_object() const { return kind == base::JsonKind::kObject; }
  [[nodiscard]] bool is_array() const { return kind == base::JsonKind::kArray; }
  [[nodiscard]] bool is_string() const { return kind == base::JsonKind::kString; }
  [[nodiscard]] bool is_number() const { return kind == base::JsonKind::kNumber; }
  [[nodiscard]] bool is_bool() const { return kind == base::JsonKind::kBool; }
  [[nodiscard]] bool is_true() const { return is_bool() && text == "true"; }
  [[nodiscard]] bool is_false() const { return is_bool() && text == "false"; }
  /// An integer, also one written 3.0.
  [[nodiscard]] std::optional<std::int64_t> integer() const;

  /// The member, or nullptr; also for what is no object.
  [[nodiscard]] const Value* Find(std::string_view key) const;
  [[nodiscard]] Value* Find(std::string_view key);
  void Set(std::string_view key, Value value);
  void Erase(std::string_view key);
  /// Erases the member and gives it away; nothing when there is none.
  std::optional<Value> Take(std::string_view key);

  [[nodiscard]] std::string ToJson() const;
  /// All values in it, itself among them.
  [[nodiscard]] std::size_t CountNodes() const;
};

}  // namespace proviso::protocol::internal::schema
