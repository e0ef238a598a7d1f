// JSON text, written without concatenation by hand: keys and strings are always escaped.
//
//   JsonWriter json;
//   json.BeginObject().Key("error").String(message).Key("code").Integer(400).EndObject();
//   Send(json.Take());
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::base {

/// Appends `text` to `out` as a JSON string with quotes. Escapes `"`, `\`, and controls; other
/// bytes pass as they are, so UTF-8 in is UTF-8 out.
void AppendJsonString(std::string& out, std::string_view text);
[[nodiscard]] std::string JsonString(std::string_view text);

/// Builds one JSON value. Calls must come in an order that JSON allows; a wrong order is a bug
/// and asserts in development builds.
class JsonWriter {
 public:
  /// Indents by two spaces a level when `kPretty`.
  enum class Layout : std::uint8_t { kCompact, kPretty };
  explicit JsonWriter(Layout layout = Layout::kCompact) : layout_(layout) {}

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view value);
  JsonWriter& Integer(std::int64_t value);
  JsonWriter& Number(double value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  /// Puts a text that is already one JSON value.
  JsonWriter& Raw(std::string_view json);

  [[nodiscard]] std::string Take() { return std::move(out_); }

 private:
  void Separate();
  void NewLine();
  JsonWriter& Begin(char bracket);
  JsonWriter& End(char bracket);

  Layout layout_;
  std::string out_;
  std::vector<bool> has_items_;
  bool after_key_ = false;
};

}  // namespace proviso::base
