// The parts that HTML reports of a check and of a diff have in common.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terms/internal/html_writer.h"
#include "terms/internal/report_parts.h"

namespace proviso::terms::internal {

/// An entry of the table of contents.
struct Content {
  std::string anchor;
  std::string title;
  std::size_t count = 0;  ///< shown where it is not 0
};

/// From the doctype to `<main>`.
void BeginPage(HtmlWriter& html, std::string_view kind, std::string_view title, std::string_view verdict,
               const std::vector<Content>& contents);
/// From `</main>` to the end.
void EndPage(HtmlWriter& html);

/// A `<section>` with its heading.
void BeginSection(HtmlWriter& html, const Content& content);

/// `<dt>` and `<dd>`; nothing where the text is empty. Within a `<dl>`.
void PutTerm(HtmlWriter& html, std::string_view term, std::string_view text);
/// Name, version, digest, from when to when. Within a `<dl>`.
void PutPackage(HtmlWriter& html, const Package& package);
void PutHowMade(HtmlWriter& html, std::int64_t made_ms, const std::string& solver, std::int64_t took_ms);

/// The outcome as a badge, then by what, and what erred. Within a `<dd>`.
void PutDecision(HtmlWriter& html, const Decision& decision);
/// The anchor of a clause's wording on the page; "" where there is none.
using AnchorOf = std::function<std::string(const Clause&)>;
/// A table of clauses; nothing where there are none.
void PutClauses(HtmlWriter& html, std::string_view heading, std::span<const Clause* const> clauses,
                const AnchorOf& anchor_of);
void PutRequest(HtmlWriter& html, std::string_view heading, std::string_view toml);
/// JSON, folded away.
void PutJson(HtmlWriter& html, std::string_view json);
/// Two wordings side by side, with what only one of them has marked.
void PutWording(HtmlWriter& html, const WordingChange& change, const std::string& anchor);
/// One safeguard's wording; one clause's.
void PutWording(HtmlWriter& html, const Package& package, const Safeguard& safeguard);
void PutWording(HtmlWriter& html, const Package& package, const Clause& clause, const std::string& anchor);

}  // namespace proviso::terms::internal
