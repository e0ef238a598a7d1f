#include "terms/report_text.h"

#include "terms/internal/report_parts.h"
#include "terms/internal/text_page.h"
#include "terms/package.h"

namespace proviso::terms {
namespace {

using internal::Counted;
using internal::InWords;
using internal::QuestionCount;
using internal::TextPage;

std::string Seconds(std::int64_t took_ms) {
  const std::int64_t tenths = (took_ms + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string Version(const Package& package) {
  return package.agreement().name + " version " + package.agreement().version;
}

std::string HowLong(const std::string& solver, std::int64_t took_ms) {
  return (solver.empty() ? "Without a solver" : "By " + solver) + ", in " + Seconds(took_ms) + ".";
}

/// What stands before a decision in the witnesses of a finding.
std::string_view LabelOf(const Finding& finding, std::size_t witness) {
  if (finding.witnesses.size() != 2) return "so";
  return witness == 0 ? "before" : "after";
}

void AppendWitness(TextPage& page, const Package& package, const Finding& finding, std::size_t index) {
  const Witness& witness = finding.witnesses[index];
  page.Field(LabelOf(finding, index), witness.sentence);
  page.Field("", "→ " + InWords(witness.decision));
  for (const ClauseError& error : witness.decision.errors) page.Field("", error.message);
  page.Block("request",
             internal::ExampleToml(package, witness.question, internal::ExampleName(finding, index),
                                   witness.decision.outcome));
}

void AppendFinding(TextPage& page, const CheckedPackage& checked, const Finding& finding) {
  page.Item(finding.sentence);
  if (finding.is_acknowledged) {
    const std::string_view why = internal::AcknowledgedBecause(checked.package, finding);
    page.Field("known", "acknowledged in the agreement" + (why.empty() ? "" : ": " + std::string(why)));
  }
  if (finding.answer == FindingAnswer::kUnknown) page.Field("unknown", finding.reason);
  page.Field("who", internal::ByWhom(finding.party, finding.facts));
  if (checked.package != nullptr) {
    for (std::size_t i = 0; i < finding.witnesses.size(); ++i)
      AppendWitness(page, *checked.package, finding, i);
  }
  if (const Safeguard* safeguard = internal::SafeguardOf(checked.package, finding))
    page.Field("safeguard", InWords(*safeguard));
  page.Clauses("clauses", internal::ClausesOf(checked.package, finding));
}

bool IsShown(const Finding& finding, TextOptions::Detail detail) {
  return detail == TextOptions::Detail::kAll || finding.is_remarkable ||
         finding.answer == FindingAnswer::kUnknown;
}

void AppendQuestion(TextPage& page, const CheckedPackage& checked, CheckQuestion question,
                    TextOptions::Detail detail) {
  bool is_first = true;
  for (const Finding& finding : checked.report.findings) {
    if (finding.question != question || !IsShown(finding, detail)) continue;
    page.Gap();
    if (is_first) {
      page.Heading(NameOf(question));
      page.Quiet(2, internal::MeaningOf(question));
      page.Gap();
      is_first = false;
    }
    AppendFinding(page, checked, finding);
  }
}

void AppendTable(TextPage& page, const std::vector<QuestionCount>& counts) {
  std::vector<std::vector<std::string>> rows{
      {"question", "asked", "yes", "no", "unknown", "proved", "remarkable"}};
  for (const QuestionCount& count : counts) {
    rows.push_back({std::string(NameOf(count.question)), std::to_string(count.asked),
                    std::to_string(count.yes), std::to_string(count.no), std::to_string(count.unknown),
                    std::to_string(count.proved), std::to_string(count.remarkable)});
  }
  page.Gap();
  page.Heading("what was asked");
  page.Table(rows);
}

void AppendObstacles(TextPage& page, const CheckedPackage& checked) {
  for (const Finding* obstacle : checked.report.Obstacles())
    page.Item(std::string(NameOf(obstacle->question)) + ": " + obstacle->sentence);
}

void AppendExample(TextPage& page, const ComparedPackages& compared, const Difference::Example& example) {
  page.Item(example.sentence);
  page.Field("before", InWords(example.before));
  page.Clauses("", internal::ClausesNamed(compared.before, example.clauses_before));
  page.Field("after", InWords(example.after));
  page.Clauses("", internal::ClausesNamed(compared.after, example.clauses_after));
  for (const auto& [party, facts] : example.by_party) page.Field("who", internal::ByWhom(party, facts));
  page.Block("request", internal::ExampleToml(compared.after, example.question, example.sentence,
                                              example.after.outcome));
}

void AppendDifference(TextPage& page, const ComparedPackages& compared, const Difference& difference) {
  page.Gap();
  page.Heading(InWords(difference.direction));
  if (difference.answer == FindingAnswer::kNo) page.Quiet(2, "None: proved.");
  if (difference.answer == FindingAnswer::kUnknown) page.Paragraph(2, "Unknown: " + difference.reason);
  for (const Difference::Example& example : difference.examples) {
    page.Gap();
    AppendExample(page, compared, example);
  }
}

void AppendWordings(TextPage& page, const ComparedPackages& compared) {
  const auto changes = internal::WordingChanges(compared.before, compared.after);
  if (changes.empty()) return;
  page.Gap();
  page.Heading("clauses worded otherwise");
  for (const internal::WordingChange& change : changes) {
    const std::string_view what = change.before == nullptr  ? "added"
                                  : change.after == nullptr ? "gone"
                                                            : "changed";
    page.Field(what, InWords(change.after == nullptr ? *change.before : *change.after));
  }
}

}  // namespace

std::string CheckText(const CheckedPackage& checked, const TextOptions& options) {
  TextPage page(options);
  page.Heading(internal::VerdictOf(checked));
  if (checked.package == nullptr) {
    for (const Finding& finding : checked.report.findings) page.Item(finding.sentence);
    return page.Take();
  }
  if (internal::TellsWhetherItMayLoad(checked)) AppendObstacles(page, checked);
  page.Paragraph(0, internal::SummaryOf(checked.report));
  page.Quiet(0, Version(*checked.package) + ", " + checked.package->DigestText());
  page.Quiet(0, HowLong(checked.report.solver, checked.report.took_ms));
  const std::vector<QuestionCount> counts = internal::CountsOf(checked.report);
  for (const QuestionCount& count : counts) AppendQuestion(page, checked, count.question, options.detail);
  if (!counts.empty()) AppendTable(page, counts);
  return page.Take();
}

std::string DiffText(const ComparedPackages& compared, const TextOptions& options) {
  TextPage page(options);
  page.Heading(internal::VerdictOf(compared.report));
  page.Quiet(0, "before: " + Version(compared.before));
  page.Quiet(2, compared.before.DigestText());
  page.Quiet(0, "after: " + Version(compared.after));
  page.Quiet(2, compared.after.DigestText());
  page.Quiet(0, HowLong(compared.report.solver, compared.report.took_ms));
  for (const Difference& difference : compared.report.differences)
    AppendDifference(page, compared, difference);
  AppendWordings(page, compared);
  if (!compared.report.notes.empty()) {
    page.Gap();
    page.Heading("besides the clauses");
    for (const std::string& note : compared.report.notes) page.Paragraph(2, note);
  }
  return page.Take();
}

}  // namespace proviso::terms
