#include "terms/internal/text_page.h"

#include <algorithm>

#include "terms/internal/plain_text.h"
#include "terms/internal/report_parts.h"

namespace proviso::terms::internal {
namespace {

constexpr std::size_t kFieldIndent = 4;
constexpr std::size_t kLabelColumns = 10;
constexpr std::size_t kBlockIndent = 6;
constexpr std::size_t kWidthMin = 40;

std::string Spaces(std::size_t count) {
  return std::string(count, ' ');
}

std::string PaddedRight(std::string text, std::size_t columns) {
  const std::size_t has = ColumnsOf(text);
  return has < columns ? text + Spaces(columns - has) : text;
}

}  // namespace

void TextPage::Append(Emphasis emphasis, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    out_ += line.substr(0, indent);
    const std::string_view rest = line.substr(indent);
    if (!rest.empty()) out_ += options_.emphasise ? options_.emphasise(emphasis, rest) : std::string(rest);
    out_ += '\n';
  }
}

void TextPage::Heading(std::string_view text) {
  Append(Emphasis::kHeading, Wrapped(Plain(text), "", "", std::max(options_.width, kWidthMin)));
}

void TextPage::Gap() {
  if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
}

void TextPage::Paragraph(std::size_t indent, std::string_view text) {
  out_ += Wrapped(Plain(text), Spaces(indent), Spaces(indent), std::max(options_.width, kWidthMin));
}

void TextPage::Quiet(std::size_t indent, std::string_view text) {
  Append(Emphasis::kQuiet,
         Wrapped(Plain(text), Spaces(indent), Spaces(indent), std::max(options_.width, kWidthMin)));
}

void TextPage::Item(std::string_view text) {
  Append(Emphasis::kAttention, Wrapped(Plain(text), "  * ", "    ", std::max(options_.width, kWidthMin)));
}

void TextPage::Field(std::string_view label, std::string_view text) {
  if (text.empty()) return;
  const std::string first = Spaces(kFieldIndent) + PaddedRight(std::string(label), kLabelColumns);
  out_ +=
      Wrapped(Plain(text), first, Spaces(kFieldIndent + kLabelColumns), std::max(options_.width, kWidthMin));
}

void TextPage::Block(std::string_view label, std::string_view text) {
  if (text.empty()) return;
  out_ += Spaces(kFieldIndent) + std::string(label) + "\n";
  Append(Emphasis::kQuiet, Indented(PlainLines(text), Spaces(kBlockIndent)));
}

void TextPage::Clauses(std::string_view label, std::span<const Clause* const> clauses) {
  for (const Clause* clause : clauses) {
    Field(label, InWords(*clause));
    label = "";
  }
}

void TextPage::Clauses(std::string_view label, const std::vector<Clause>& clauses) {
  std::vector<const Clause*> borrowed;
  for (const Clause& clause : clauses) borrowed.push_back(&clause);
  Clauses(label, borrowed);
}

void TextPage::Table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> columns;
  for (const std::vector<std::string>& row : rows) {
    columns.resize(std::max(columns.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) columns[i] = std::max(columns[i], ColumnsOf(row[i]));
  }
  for (const std::vector<std::string>& row : rows) {
    std::string line = "  " + PaddedRight(row.front(), columns.front());
    for (std::size_t i = 1; i < row.size(); ++i)
      line += "  " + Spaces(columns[i] - ColumnsOf(row[i])) + row[i];
    out_ += line + "\n";
  }
}

}  // namespace proviso::terms::internal
