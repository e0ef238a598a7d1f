#include "terms/report_html.h"

#include <algorithm>
#include <set>

#include "terms/internal/html_page.h"
#include "terms/package.h"
#include "terms/report_json.h"

namespace proviso::terms {
namespace {

using internal::Content;
using internal::HtmlWriter;
using internal::InWords;
using internal::QuestionCount;

bool IsCard(const Finding& finding) {
  return finding.is_remarkable || finding.answer == FindingAnswer::kUnknown;
}

std::string Capital(std::string_view text) {
  std::string capital(text);
  if (!capital.empty() && capital[0] >= 'a' && capital[0] <= 'z')
    capital[0] = static_cast<char>(capital[0] - 32);
  return capital;
}

Content ContentOf(const CheckedPackage& checked, CheckQuestion question) {
  const auto cards = std::ranges::count_if(checked.report.findings, [&](const Finding& finding) {
    return finding.question == question && IsCard(finding);
  });
  return {"q" + std::to_string(static_cast<int>(question)), Capital(NameOf(question)),
          static_cast<std::size_t>(cards)};
}

std::string JsonOf(const CheckedPackage& checked, const Finding& finding) {
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  WriteFinding(json, checked, finding);
  return json.Take();
}

/// Where a clause stands in the package; its wording is shown under this anchor.
std::string AnchorIn(const Package& package, const Clause& clause) {
  return "c" + std::to_string(&clause - package.clauses().data());
}

/// Every safeguard that a card is of, in the order of the package.
std::set<const Safeguard*> SafeguardsOfCards(const CheckedPackage& checked) {
  std::set<const Safeguard*> named;
  for (const Finding& finding : checked.report.findings) {
    const Safeguard* safeguard = IsCard(finding) ? internal::SafeguardOf(checked.package, finding) : nullptr;
    if (safeguard != nullptr) named.insert(safeguard);
  }
  return named;
}

/// Every clause that a card names, in the order of the package.
std::set<const Clause*> NamedByCards(const CheckedPackage& checked) {
  std::set<const Clause*> named;
  for (const Finding& finding : checked.report.findings) {
    if (!IsCard(finding)) continue;
    for (const Clause* clause : internal::ClausesOf(checked.package, finding)) named.insert(clause);
  }
  return named;
}

void PutTags(HtmlWriter& html, const CheckedPackage& checked, const Finding& finding) {
  html.Begin("p", {{"class", "tags"}});
  if (!finding.subject.empty()) {
    const std::string kind(internal::NameOf(internal::KindOfSubject(checked.package, finding)));
    html.Element("span", kind + " " + finding.subject);
  }
  html.Element("span", "answer: " + std::string(terms::NameOf(finding.answer)));
  html.Element("span", "known by: " + std::string(NameOf(finding.basis)));
  if (finding.is_acknowledged) html.Element("span", "acknowledged in the agreement");
  html.End("p");
}

void PutWitness(HtmlWriter& html, std::string_view term, const Witness& witness) {
  html.Element("dt", term).Begin("dd").Element("p", witness.sentence);
  PutDecision(html, witness.decision);
  html.End("dd");
}

/// Who, why not, and what becomes of the requests.
void PutTerms(HtmlWriter& html, const CheckedPackage& checked, const Finding& finding) {
  const std::string who = Capital(internal::ByWhom(finding.party, finding.facts));
  const std::string reason = finding.answer == FindingAnswer::kUnknown ? finding.reason : "";
  const std::string_view known = internal::AcknowledgedBecause(checked.package, finding);
  const Safeguard* safeguard = internal::SafeguardOf(checked.package, finding);
  if (who.empty() && reason.empty() && known.empty() && safeguard == nullptr && finding.witnesses.empty())
    return;
  const bool is_pair = finding.witnesses.size() == 2;
  html.Begin("dl");
  internal::PutTerm(html, "Who", who);
  internal::PutTerm(html, "Unknown because", reason);
  internal::PutTerm(html, "Acknowledged because", known);
  if (safeguard != nullptr) internal::PutTerm(html, "Safeguard", InWords(*safeguard));
  for (std::size_t i = 0; i < finding.witnesses.size(); ++i)
    PutWitness(html, !is_pair ? "For example" : i == 0 ? "Before" : "After", finding.witnesses[i]);
  html.End("dl");
}

void PutFinding(HtmlWriter& html, const CheckedPackage& checked, const Finding& finding) {
  html.Begin("article", {{"class", "card"}}).Raw("\n").Element("h3", finding.sentence);
  PutTags(html, checked, finding);
  PutTerms(html, checked, finding);
  if (checked.package != nullptr) {
    const bool is_pair = finding.witnesses.size() == 2;
    for (std::size_t i = 0; i < finding.witnesses.size(); ++i) {
      internal::PutRequest(
          html,
          !is_pair ? "The request"
          : i == 0 ? "The request before"
                   : "The request after",
          internal::ExampleToml(*checked.package, finding.witnesses[i].question,
                                internal::ExampleName(finding, i), finding.witnesses[i].decision.outcome));
    }
  }
  internal::PutClauses(html, "Clauses", internal::ClausesOf(checked.package, finding),
                       [&](const Clause& clause) { return AnchorIn(*checked.package, clause); });
  internal::PutJson(html, JsonOf(checked, finding));
  html.End("article");
}

/// What needs no card, folded into a table.
void PutOthers(HtmlWriter& html, const CheckReport& report, CheckQuestion question) {
  std::vector<const Finding*> others;
  for (const Finding& finding : report.findings)
    if (finding.question == question && !IsCard(finding)) others.push_back(&finding);
  if (others.empty()) return;
  html.Begin("details").Element(
      "summary", Capital(NameOf(question)) + ": " + internal::Counted(others.size(), "answer", "answers"));
  html.Element("p", internal::MeaningOf(question), {{"class", "meaning"}});
  html.Begin("div", {{"class", "scroll"}}).Begin("table").Begin("tr");
  for (const std::string_view column : {"Of", "Answer", "Known by", "In words"})
    html.Element("th", column, {{"scope", "col"}});
  html.End("tr");
  for (const Finding* finding : others) {
    html.Begin("tr").Element("td", finding->subject).Element("td", terms::NameOf(finding->answer));
    html.Element("td", NameOf(finding->basis)).Element("td", finding->sentence).End("tr");
  }
  html.End("table").End("div").End("details");
}

void PutCounts(HtmlWriter& html, const CheckedPackage& checked, const std::vector<QuestionCount>& counts) {
  html.Begin("div", {{"class", "scroll"}}).Begin("table").Begin("tr");
  html.Element("th", "Question", {{"scope", "col"}});
  for (const std::string_view column : {"Asked", "Yes", "No", "Unknown", "Proved", "Remarkable"})
    html.Element("th", column, {{"scope", "col"}, {"class", "n"}});
  html.End("tr");
  for (const QuestionCount& count : counts) {
    html.Begin("tr").Begin("td");
    const Content content = ContentOf(checked, count.question);
    html.Element("a", content.title, {{"href", "#" + (content.count > 0 ? content.anchor : "others")}});
    html.End("td");
    for (const std::size_t number :
         {count.asked, count.yes, count.no, count.unknown, count.proved, count.remarkable})
      html.Element("td", std::to_string(number), {{"class", "n"}});
    html.End("tr");
  }
  html.End("table").End("div");
}

void PutChecked(HtmlWriter& html, const CheckedPackage& checked, std::int64_t made_ms) {
  BeginSection(html, {"what", "What was checked"});
  html.Begin("dl");
  if (checked.package != nullptr) internal::PutPackage(html, *checked.package);
  internal::PutHowMade(html, made_ms, checked.report.solver, checked.report.took_ms);
  html.End("dl").End("section").Raw("\n");
}

void PutCheckSummary(HtmlWriter& html, const CheckedPackage& checked,
                     const std::vector<QuestionCount>& counts) {
  BeginSection(html, {"summary", "Summary"});
  html.Element("p", internal::SummaryOf(checked.report));
  if (checked.package != nullptr && internal::TellsWhetherItMayLoad(checked) && !checked.report.MayLoad()) {
    html.Element("p", "Against loading it stand:").Begin("ul");
    for (const Finding* obstacle : checked.report.Obstacles())
      html.Element("li", std::string(NameOf(obstacle->question)) + ": " + obstacle->sentence);
    html.End("ul");
  }
  PutCounts(html, checked, counts);
  html.End("section").Raw("\n");
}

void PutQuestion(HtmlWriter& html, const CheckedPackage& checked, CheckQuestion question) {
  BeginSection(html, ContentOf(checked, question));
  html.Element("p", internal::MeaningOf(question), {{"class", "meaning"}});
  for (const Finding& finding : checked.report.findings)
    if (finding.question == question && IsCard(finding)) PutFinding(html, checked, finding);
  html.End("section").Raw("\n");
}

void PutWordings(HtmlWriter& html, const CheckedPackage& checked) {
  const std::set<const Safeguard*> safeguards = SafeguardsOfCards(checked);
  const std::set<const Clause*> clauses = NamedByCards(checked);
  if (safeguards.empty() && clauses.empty()) return;
  const Package& package = *checked.package;
  BeginSection(html, {"wordings", "Wording of what is named"});
  for (const Safeguard* one : safeguards) internal::PutWording(html, package, *one);
  for (const Clause* one : clauses) internal::PutWording(html, package, *one, AnchorIn(package, *one));
  html.End("section").Raw("\n");
}

std::string TitleOf(const Package& package) {
  return package.agreement().title.empty() ? package.agreement().name : package.agreement().title;
}

Content ContentOf(const Difference& difference, std::size_t index) {
  return {"d" + std::to_string(index), Capital(InWords(difference.direction)), difference.examples.size()};
}

/// Two packages with the clauses that they do not word alike.
struct Wordings {
  const ComparedPackages& compared;
  std::vector<internal::WordingChange> changes;

  /// Of the clause of either package.
  [[nodiscard]] std::string AnchorOf(const Clause& clause) const {
    const auto found = std::ranges::find(changes, clause.id, &internal::WordingChange::id);
    return found == changes.end() ? "" : "w" + std::to_string(found - changes.begin());
  }
};

void PutExample(HtmlWriter& html, const Wordings& wordings, const Difference::Example& example) {
  const ComparedPackages& compared = wordings.compared;
  html.Begin("article", {{"class", "card"}}).Raw("\n").Element("h3", example.sentence);
  html.Begin("dl").Element("dt", "Before").Begin("dd");
  internal::PutDecision(html, example.before);
  html.End("dd").Element("dt", "After").Begin("dd");
  internal::PutDecision(html, example.after);
  html.End("dd");
  for (const auto& [party, facts] : example.by_party)
    internal::PutTerm(html, "Who", Capital(internal::ByWhom(party, facts)));
  html.End("dl");
  internal::PutRequest(
      html, "The request",
      internal::ExampleToml(compared.after, example.question, example.sentence, example.after.outcome));
  const auto anchor_of = [&wordings](const Clause& clause) { return wordings.AnchorOf(clause); };
  internal::PutClauses(html, "Clauses that decided it before",
                       internal::ClausesNamed(compared.before, example.clauses_before), anchor_of);
  internal::PutClauses(html, "Clauses that decide it after",
                       internal::ClausesNamed(compared.after, example.clauses_after), anchor_of);
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  WriteExample(json, compared, example);
  internal::PutJson(html, json.Take());
  html.End("article");
}

/// What was found in a direction, in some words.
std::string FoundIn(const Difference& difference) {
  switch (difference.answer) {
    case FindingAnswer::kYes:
      return internal::Counted(difference.examples.size(), "kind of request", "kinds of request");
    case FindingAnswer::kNo:
      return "none: proved";
    case FindingAnswer::kUnknown:
      break;
  }
  return "unknown";
}

/// A direction whose requests are shown, or about which something is not known, has a section of its own.
bool HasSection(const Difference& difference) {
  return difference.answer != FindingAnswer::kNo;
}

void PutDiffSummary(HtmlWriter& html, const DiffReport& report) {
  BeginSection(html, {"summary", "Summary"});
  html.Begin("div", {{"class", "scroll"}}).Begin("table").Begin("tr");
  for (const std::string_view column : {"Before", "After", "Requests"})
    html.Element("th", column, {{"scope", "col"}});
  html.End("tr");
  for (std::size_t i = 0; i < report.differences.size(); ++i) {
    const Difference& difference = report.differences[i];
    html.Begin("tr");
    for (const Outcome outcome : {difference.direction.from, difference.direction.to}) {
      html.Begin("td").Element("span", NameOf(outcome),
                               {{"class", "outcome " + std::string(NameOf(outcome))}});
      html.End("td");
    }
    html.Begin("td");
    if (HasSection(difference)) {
      html.Element("a", FoundIn(difference), {{"href", "#" + ContentOf(difference, i).anchor}});
    } else {
      html.Text(FoundIn(difference));
    }
    html.End("td").End("tr");
  }
  html.End("table").End("div");
  if (!report.notes.empty()) html.Element("h4", "Besides the clauses").Begin("ul");
  for (const std::string& note : report.notes) html.Element("li", note);
  if (!report.notes.empty()) html.End("ul");
  html.End("section").Raw("\n");
}

void PutDifference(HtmlWriter& html, const Wordings& wordings, std::size_t index) {
  const Difference& difference = wordings.compared.report.differences[index];
  BeginSection(html, ContentOf(difference, index));
  if (difference.answer == FindingAnswer::kUnknown) html.Element("p", "Unknown: " + difference.reason);
  for (const Difference::Example& example : difference.examples) PutExample(html, wordings, example);
  html.End("section").Raw("\n");
}

void PutCompared(HtmlWriter& html, const ComparedPackages& compared, std::int64_t made_ms) {
  BeginSection(html, {"what", "What was compared"});
  html.Begin("div", {{"class", "sides"}});
  for (const auto& [heading, package] :
       {std::pair{"Before", &compared.before}, std::pair{"After", &compared.after}}) {
    html.Begin("div").Element("h4", heading).Begin("dl");
    internal::PutPackage(html, *package);
    html.End("dl").End("div");
  }
  html.End("div").Begin("dl");
  internal::PutHowMade(html, made_ms, compared.report.solver, compared.report.took_ms);
  html.End("dl");
  html.End("section").Raw("\n");
}

}  // namespace

std::string CheckHtml(const CheckedPackage& checked, std::int64_t made_ms) {
  const std::vector<QuestionCount> counts = internal::CountsOf(checked.report);
  std::vector<Content> contents{{"what", "What was checked"}, {"summary", "Summary"}};
  for (const QuestionCount& count : counts)
    if (const Content content = ContentOf(checked, count.question); content.count > 0)
      contents.push_back(content);
  if (!NamedByCards(checked).empty() || !SafeguardsOfCards(checked).empty())
    contents.push_back({"wordings", "Wording of what is named"});
  const Content others{"others", "As one would suppose"};
  contents.push_back(others);
  HtmlWriter html;
  internal::BeginPage(html, "Terms check",
                      checked.package == nullptr ? checked.name : TitleOf(*checked.package),
                      internal::VerdictOf(checked), contents);
  PutChecked(html, checked, made_ms);
  PutCheckSummary(html, checked, counts);
  for (const QuestionCount& count : counts)
    if (ContentOf(checked, count.question).count > 0) PutQuestion(html, checked, count.question);
  PutWordings(html, checked);
  BeginSection(html, others);
  html.Element("p", "Every other answer. None of them asks for a look.", {{"class", "meaning"}});
  for (const QuestionCount& count : counts) PutOthers(html, checked.report, count.question);
  html.End("section").Raw("\n");
  internal::EndPage(html);
  return html.Take();
}

std::string DiffHtml(const ComparedPackages& compared, std::int64_t made_ms) {
  const DiffReport& report = compared.report;
  const Wordings wordings{compared, internal::WordingChanges(compared.before, compared.after)};
  std::vector<Content> contents{{"what", "What was compared"}, {"summary", "Summary"}};
  for (std::size_t i = 0; i < report.differences.size(); ++i)
    if (HasSection(report.differences[i])) contents.push_back(ContentOf(report.differences[i], i));
  const Content of_wordings{"wordings", "Clauses worded otherwise", wordings.changes.size()};
  if (!wordings.changes.empty()) contents.push_back(of_wordings);
  HtmlWriter html;
  internal::BeginPage(html, "Terms compared", TitleOf(compared.before) + " → " + TitleOf(compared.after),
                      internal::VerdictOf(report), contents);
  PutCompared(html, compared, made_ms);
  PutDiffSummary(html, report);
  for (std::size_t i = 0; i < report.differences.size(); ++i)
    if (HasSection(report.differences[i])) PutDifference(html, wordings, i);
  if (!wordings.changes.empty()) {
    BeginSection(html, of_wordings);
    for (std::size_t i = 0; i < wordings.changes.size(); ++i)
      internal::PutWording(html, wordings.changes[i], "w" + std::to_string(i));
    html.End("section").Raw("\n");
  }
  internal::EndPage(html);
  return html.Take();
}

}  // namespace proviso::terms
