// Reading a table of a configuration file: every key is asked for by name, everything wrong is
// collected, and what nobody asked for is wrong too (a misspelt limit must not mean "no limit").
//
//   std::vector<std::string> errors;
//   Fields table(document.root().Find("listen"), "listen", errors);
//   options.port = table.Integer("port", 8080, 1, 65535);
//   options.address = table.Text("address", "127.0.0.1");
//   table.RefuseOthers();   // "listen.prot: unknown key; did you mean port?"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace proviso::base {

/// One table. Borrows the JSON and the list of errors. A missing table reads as an empty one.
class Fields {
 public:
  Fields(Json table, std::string path, std::vector<std::string>& errors);

  [[nodiscard]] bool Has(std::string_view key);
  [[nodiscard]] std::string Text(std::string_view key, std::string_view otherwise);
  [[nodiscard]] std::string RequiredText(std::string_view key);
  [[nodiscard]] std::int64_t Integer(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                     std::int64_t most);
  [[nodiscard]] bool Boolean(std::string_view key, bool otherwise);
  [[nodiscard]] std::vector<std::string> Texts(std::string_view key);
  /// One of `choices`; anything else is an error that names them all.
  [[nodiscard]] std::string Choice(std::string_view key, std::string_view otherwise,
                                   const std::vector<std::string_view>& choices);
  /// A sub-table, or a missing value; wrong kinds are errors.
  [[nodiscard]] Json Table(std::string_view key);
  /// The tables of an array of tables, with their paths "key[0]", ….
  [[nodiscard]] std::vector<Json> Tables(std::string_view key);
  /// Anything, unchecked; the key counts as asked for.
  [[nodiscard]] Json Any(std::string_view key);

  /// Adds an error for each key that was never asked for. Call last.
  void RefuseOthers();
  /// Adds "path.key: what".
  void Error(std::string_view key, std::string_view what);
  [[nodiscard]] std::string PathOf(std::string_view key) const;

 private:
  Json table_;
  std::string path_;
  std::vector<std::string>& errors_;
  std::vector<std::string> asked_;
};

/// The candidate nearest to `word` by edits, if it is near enough to be meant; "" otherwise.
[[nodiscard]] std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates);

/// Joins error lines into one message, each on its own line.
[[nodiscard]] std::string JoinLines(const std::vector<std::string>& lines);

}  // namespace proviso::base
