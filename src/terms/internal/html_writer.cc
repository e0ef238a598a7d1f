#include "terms/internal/html_writer.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "terms/internal/plain_text.h"

namespace proviso::terms::internal {
namespace {

/// After these a line ends, so that the source can be read and compared.
constexpr std::array<std::string_view, 19> kOfBlocks = {
    "article", "body", "dd", "details", "div", "dl",      "dt",    "h1", "h2", "h3",
    "h4",      "head", "li", "nav",     "p",   "section", "table", "tr", "ul"};

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : PlainLines(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

HtmlWriter& HtmlWriter::Begin(std::string_view tag, Attributes attributes) {
  out_ += "<" + std::string(tag);
  for (const auto& [name, value] : attributes)
    out_ += " " + std::string(name) + "=\"" + EscapeHtml(value) + "\"";
  out_ += ">";
  open_.emplace_back(tag);
  return *this;
}

HtmlWriter& HtmlWriter::End(std::string_view tag) {
  assert(!open_.empty() && open_.back() == tag);
  out_ += "</" + std::string(tag) + ">";
  if (std::ranges::find(kOfBlocks, tag) != kOfBlocks.end()) out_ += '\n';
  open_.pop_back();
  return *this;
}

HtmlWriter& HtmlWriter::Text(std::string_view text) {
  out_ += EscapeHtml(text);
  return *this;
}

HtmlWriter& HtmlWriter::Element(std::string_view tag, std::string_view text, Attributes attributes) {
  return Begin(tag, attributes).Text(text).End(tag);
}

HtmlWriter& HtmlWriter::Raw(std::string_view html) {
  out_ += html;
  return *this;
}

}  // namespace proviso::terms::internal
