// Text for a terminal as it is built: headings, wrapped paragraphs, labelled lines, blocks.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terms/clause.h"
#include "terms/report_text.h"

namespace proviso::terms::internal {

class TextPage {
 public:
  explicit TextPage(const TextOptions& options) : options_(options) {}

  void Heading(std::string_view text);
  /// An empty line, but for one at the beginning or after another.
  void Gap();
  /// Wrapped, `indent` columns from the left.
  void Paragraph(std::size_t indent, std::string_view text);
  void Quiet(std::size_t indent, std::string_view text);
  /// "  * text", wrapped under the text, standing out.
  void Item(std::string_view text);
  /// "    label    text", wrapped under the text; nothing where the text is empty.
  void Field(std::string_view label, std::string_view text);
  /// The label on a line of its own, then the text's lines as they are, indented further and quiet.
  void Block(std::string_view label, std::string_view text);
  void Clauses(std::string_view label, std::span<const Clause* const> clauses);
  void Clauses(std::string_view label, const std::vector<Clause>& clauses);
  /// Columns as wide as their longest cell; the first to the left, the others to the right.
  void Table(const std::vector<std::vector<std::string>>& rows);

  [[nodiscard]] std::string Take() { return std::move(out_); }

 private:
  /// Each line of `lines` emphasised for itself, so that no line leaves the device in another style.
  void Append(Emphasis emphasis, std::string_view lines);

  const TextOptions& options_;
  std::string out_;
};

}  // namespace proviso::terms::internal
