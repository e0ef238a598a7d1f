// HTML that cannot be broken by what it shows: every text and every attribute's value is escaped, and every
// element that is begun is ended by name.
//
//   HtmlWriter html;
//   html.Begin("section", {{"id", "summary"}}).Element("h2", clause.title).End("section");
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proviso::terms::internal {

/// For text and for values in double quotes: `&`, `<`, `>`, `"`, `'`; what is invisible becomes U+FFFD
/// (plain_text.h), newlines stay.
[[nodiscard]] std::string EscapeHtml(std::string_view text);

class HtmlWriter {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  HtmlWriter& Begin(std::string_view tag, Attributes attributes = {});
  /// Ends the element that was begun last; another `tag` is a bug and asserts.
  HtmlWriter& End(std::string_view tag);
  HtmlWriter& Text(std::string_view text);
  /// Begin, Text, End.
  HtmlWriter& Element(std::string_view tag, std::string_view text, Attributes attributes = {});
  /// As it is: for constants of this program alone.
  HtmlWriter& Raw(std::string_view html);

  [[nodiscard]] std::string Take() { return std::move(out_); }

 private:
  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace proviso::terms::internal
