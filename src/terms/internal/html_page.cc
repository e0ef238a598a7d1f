#include "terms/internal/html_page.h"

#include "base/clock.h"
#include "terms/internal/report_style.h"
#include "terms/internal/word_diff.h"
#include "terms/package.h"

namespace proviso::terms::internal {
namespace {

constexpr std::string_view kHead =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<meta name=\"generator\" content=\"proviso\">\n";

/// "2026-02-28 09:30 UTC"
std::string Instant(std::int64_t ms) {
  const std::string utc = base::FormatUtc(ms);
  return utc.substr(0, 10) + " " + utc.substr(11, 5) + " UTC";
}

void PutRuns(HtmlWriter& html, const std::vector<TextRun>& runs) {
  html.Begin("pre");
  for (const TextRun& run : runs) {
    if (run.is_common) {
      html.Text(run.text);
    } else {
      html.Element("mark", run.text);
    }
  }
  html.End("pre");
}

void PutSide(HtmlWriter& html, std::string_view heading, const Clause* clause,
             const std::vector<TextRun>& runs) {
  html.Begin("div").Element("h4", heading);
  if (clause == nullptr) {
    html.Element("p", "There is no such clause.", {{"class", "absent"}});
  } else {
    PutRuns(html, runs);
    html.Element("p", clause->file, {{"class", "under"}});
  }
  html.End("div");
}

void BeginWording(HtmlWriter& html, const Clause& clause, const std::string& anchor) {
  html.Begin("article", {{"class", "card"}, {"id", anchor}}).Raw("\n");
  html.Element("h3", clause.id + " " + clause.title);
  if (!clause.source.empty()) html.Element("p", clause.source, {{"class", "tags"}});
}

}  // namespace

void BeginPage(HtmlWriter& html, std::string_view kind, std::string_view title, std::string_view verdict,
               const std::vector<Content>& contents) {
  html.Raw(kHead);
  html.Element("title", std::string(kind) + ": " + std::string(title)).Raw("\n<style>");
  html.Raw(kReportStyle).Raw("</style>\n</head>\n");
  html.Begin("body").Raw("\n").Begin("header").Raw("\n");
  html.Element("p", kind, {{"class", "kind"}}).Element("h1", title);
  html.Element("p", verdict, {{"class", "verdict"}}).End("header").Raw("\n");
  html.Begin("div", {{"class", "layout"}}).Raw("\n").Begin("nav", {{"aria-label", "Contents"}});
  html.Element("h2", "Contents").Begin("ul").Raw("\n");
  for (const Content& content : contents) {
    html.Begin("li").Element("a", content.title, {{"href", "#" + content.anchor}});
    if (content.count > 0) html.Element("span", " " + std::to_string(content.count), {{"class", "count"}});
    html.End("li");
  }
  html.End("ul").End("nav").Begin("main").Raw("\n");
}

void EndPage(HtmlWriter& html) {
  html.End("main").Raw("\n").End("div").Begin("footer").Element(
      "p",
      "This report states what the wording says. “Proved” and every request shown are certain: each request "
      "was "
      "decided by the code that decides requests. “Unknown” is neither yes nor no.");
  html.End("footer").Raw("\n").End("body").Raw("</html>\n");
}

void BeginSection(HtmlWriter& html, const Content& content) {
  html.Begin("section", {{"id", content.anchor}, {"aria-labelledby", content.anchor + "-title"}}).Raw("\n");
  html.Element("h2", content.title, {{"id", content.anchor + "-title"}});
}

void PutTerm(HtmlWriter& html, std::string_view term, std::string_view text) {
  if (!text.empty()) html.Element("dt", term).Element("dd", text);
}

void PutPackage(HtmlWriter& html, const Package& package) {
  const Agreement& agreement = package.agreement();
  PutTerm(html, "Agreement", agreement.title);
  PutTerm(html, "Name", agreement.name + ", version " + agreement.version);
  html.Element("dt", "Digest").Element("dd", package.DigestText(), {{"class", "digest"}});
  PutTerm(html, "In force from",
          agreement.effective_ms ? Instant(*agreement.effective_ms) : "no date is set");
  PutTerm(html, "In force until", agreement.expires_ms ? Instant(*agreement.expires_ms) : "no date is set");
  std::vector<std::string> parties;
  for (const Party& party : agreement.parties)
    parties.push_back(party.name.empty() ? party.id : party.id + " (" + party.name + ")");
  PutTerm(html, "Parties", InWords(parties));
}

void PutHowMade(HtmlWriter& html, std::int64_t made_ms, const std::string& solver, std::int64_t took_ms) {
  PutTerm(html, "Made", Instant(made_ms));
  PutTerm(
      html, "By",
      (solver.empty() ? "proviso" : "proviso with " + solver) + ", in " + std::to_string(took_ms) + " ms");
}

void PutDecision(HtmlWriter& html, const Decision& decision) {
  const std::string_view outcome = terms::NameOf(decision.outcome);
  html.Element("span", outcome, {{"class", "outcome " + std::string(outcome)}});
  html.Text(InWords(decision).substr(outcome.size()));
  for (const ClauseError& error : decision.errors) html.Element("p", error.message, {{"class", "under"}});
}

void PutClauses(HtmlWriter& html, std::string_view heading, std::span<const Clause* const> clauses,
                const AnchorOf& anchor_of) {
  if (clauses.empty()) return;
  html.Element("h4", heading).Begin("div", {{"class", "scroll"}}).Begin("table").Begin("tr");
  for (const std::string_view column : {"Clause", "Title", "Place in the contract", "File"})
    html.Element("th", column, {{"scope", "col"}});
  html.End("tr");
  for (const Clause* clause : clauses) {
    html.Begin("tr").Begin("td");
    if (const std::string anchor = anchor_of(*clause); anchor.empty()) {
      html.Text(clause->id);
    } else {
      html.Element("a", clause->id, {{"href", "#" + anchor}});
    }
    html.End("td").Element("td", clause->title).Element("td", clause->source);
    html.Element("td", clause->file, {{"class", "place"}}).End("tr");
  }
  html.End("table").End("div");
}

void PutRequest(HtmlWriter& html, std::string_view heading, std::string_view toml) {
  html.Element("h4", heading).Element("pre", toml).Raw("\n");
}

void PutJson(HtmlWriter& html, std::string_view json) {
  html.Begin("details", {{"class", "json"}})
      .Element("summary", "The same as JSON")
      .Element("pre", json)
      .End("details");
}

void PutWording(HtmlWriter& html, const WordingChange& change, const std::string& anchor) {
  BeginWording(html, change.after == nullptr ? *change.before : *change.after, anchor);
  html.Begin("div", {{"class", "sides"}});
  if (change.before != nullptr && change.after != nullptr) {
    const auto runs = WordDiff(change.text_before, change.text_after);
    PutSide(html, "Before", change.before, runs.first);
    PutSide(html, "After", change.after, runs.second);
  } else {
    PutSide(html, "Before", change.before, {{change.text_before, true}});
    PutSide(html, "After", change.after, {{change.text_after, true}});
  }
  html.End("div").End("article");
}

void PutWording(HtmlWriter& html, const Package& package, const Safeguard& safeguard) {
  html.Begin("article", {{"class", "card"}}).Raw("\n").Element("h3", "Safeguard " + InWords(safeguard));
  PutRuns(html, {{TextOf(package, safeguard), true}});
  html.End("article");
}

void PutWording(HtmlWriter& html, const Package& package, const Clause& clause, const std::string& anchor) {
  BeginWording(html, clause, anchor);
  PutRuns(html, {{TextOf(package, clause.id), true}});
  html.Element("p", clause.file, {{"class", "under"}}).End("article");
}

}  // namespace proviso::terms::internal
