#include "terms/report_json.h"

#include <algorithm>

#include "base/clock.h"
#include "terms/explain.h"
#include "terms/internal/report_parts.h"
#include "terms/package.h"
#include "terms/witness_words.h"

namespace proviso::terms {
namespace {

using base::JsonWriter;

void WriteTexts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.Key(key).BeginArray();
  for (const std::string& text : texts) json.String(text);
  json.EndArray();
}

void WriteDate(JsonWriter& json, std::string_view key, const std::optional<std::int64_t>& ms) {
  json.Key(key);
  if (ms) {
    json.String(base::FormatUtc(*ms));
  } else {
    json.Null();
  }
}

void WritePackage(JsonWriter& json, std::string_view key, const Package* package) {
  json.Key(key);
  if (package == nullptr) {
    json.Null();
    return;
  }
  const Agreement& agreement = package->agreement();
  json.BeginObject().Key("name").String(agreement.name).Key("title").String(agreement.title);
  json.Key("version").String(agreement.version).Key("digest").String(package->DigestText());
  WriteDate(json, "effective", agreement.effective_ms);
  WriteDate(json, "expires", agreement.expires_ms);
  json.EndObject();
}

void WriteClause(JsonWriter& json, const Clause& clause) {
  json.BeginObject().Key("id").String(clause.id).Key("title").String(clause.title);
  json.Key("source").String(clause.source).Key("file").String(clause.file).EndObject();
}

void WriteSafeguard(JsonWriter& json, const Safeguard* safeguard) {
  json.Key("safeguard");
  if (safeguard == nullptr) {
    json.Null();
    return;
  }
  json.BeginObject().Key("name").String(safeguard->name).Key("title").String(safeguard->title);
  json.Key("source").String(safeguard->source).Key("file").String(safeguard->file).EndObject();
}

void WriteClauses(JsonWriter& json, std::string_view key, const std::vector<const Clause*>& clauses) {
  json.Key(key).BeginArray();
  for (const Clause* clause : clauses) WriteClause(json, *clause);
  json.EndArray();
}

void WriteWitness(JsonWriter& json, const Package& package, const Witness& witness) {
  json.BeginObject().Key("sentence").String(witness.sentence).Key("request");
  WriteQuestion(json, package, witness.question);
  json.Key("toml").String(WorkedRequestToml(package, witness.question)).Key("decision");
  WriteDecision(json, package, witness.question, witness.decision);
  json.EndObject();
}

void WriteCounts(JsonWriter& json, const CheckReport& report) {
  json.Key("counts").BeginArray();
  for (const internal::QuestionCount& count : internal::CountsOf(report)) {
    json.BeginObject().Key("question").String(NameOf(count.question));
    json.Key("asked").Integer(static_cast<std::int64_t>(count.asked));
    json.Key("yes").Integer(static_cast<std::int64_t>(count.yes));
    json.Key("no").Integer(static_cast<std::int64_t>(count.no));
    json.Key("unknown").Integer(static_cast<std::int64_t>(count.unknown));
    json.Key("proved").Integer(static_cast<std::int64_t>(count.proved));
    json.Key("remarkable").Integer(static_cast<std::int64_t>(count.remarkable)).EndObject();
  }
  json.EndArray();
}

void WriteWordings(JsonWriter& json, const ComparedPackages& compared) {
  json.Key("wordings").BeginArray();
  for (const internal::WordingChange& change : internal::WordingChanges(compared.before, compared.after)) {
    json.BeginObject().Key("id").String(change.id).Key("before");
    change.before == nullptr ? json.Null() : json.String(change.text_before);
    json.Key("after");
    change.after == nullptr ? json.Null() : json.String(change.text_after);
    json.EndObject();
  }
  json.EndArray();
}

void WriteDifference(JsonWriter& json, const ComparedPackages& compared, const Difference& difference) {
  json.BeginObject().Key("from").String(NameOf(difference.direction.from));
  json.Key("to").String(NameOf(difference.direction.to));
  json.Key("answer").String(NameOf(difference.answer)).Key("examples").BeginArray();
  for (const Difference::Example& example : difference.examples) WriteExample(json, compared, example);
  json.EndArray().Key("reason").String(difference.reason);
  WriteTexts(json, "scripts", difference.scripts);
  json.Key("took_ms").Integer(difference.took_ms).EndObject();
}

bool StandsAgainstLoading(const CheckedPackage& checked, const Finding& finding) {
  const std::vector<const Finding*> obstacles = checked.report.Obstacles();
  return std::ranges::find(obstacles, &finding) != obstacles.end();
}

}  // namespace

void WriteFinding(JsonWriter& json, const CheckedPackage& checked, const Finding& finding) {
  json.BeginObject().Key("question").String(NameOf(finding.question)).Key("subject").String(finding.subject);
  json.Key("subject_kind").String(internal::NameOf(internal::KindOfSubject(checked.package, finding)));
  json.Key("answer").String(NameOf(finding.answer)).Key("basis").String(NameOf(finding.basis));
  json.Key("remarkable").Bool(finding.is_remarkable).Key("acknowledged").Bool(finding.is_acknowledged);
  json.Key("acknowledged_because").String(internal::AcknowledgedBecause(checked.package, finding));
  json.Key("stands_against_loading").Bool(StandsAgainstLoading(checked, finding));
  json.Key("sentence").String(finding.sentence).Key("witnesses").BeginArray();
  if (checked.package != nullptr)
    for (const Witness& witness : finding.witnesses) WriteWitness(json, *checked.package, witness);
  json.EndArray().Key("party");
  finding.party.empty() ? json.Null() : json.String(finding.party);
  WriteTexts(json, "facts", finding.facts);
  WriteSafeguard(json, internal::SafeguardOf(checked.package, finding));
  WriteClauses(json, "clauses", internal::ClausesOf(checked.package, finding));
  json.Key("reason").String(finding.reason);
  WriteTexts(json, "scripts", finding.scripts);
  json.Key("took_ms").Integer(finding.took_ms).EndObject();
}

void WriteExample(JsonWriter& json, const ComparedPackages& compared, const Difference::Example& example) {
  json.BeginObject().Key("sentence").String(example.sentence).Key("request");
  WriteQuestion(json, compared.after, example.question);
  json.Key("toml").String(WorkedRequestToml(compared.after, example.question));
  json.Key("before");
  WriteDecision(json, compared.before, example.question, example.before);
  json.Key("after");
  WriteDecision(json, compared.after, example.question, example.after);
  WriteClauses(json, "clauses_before", internal::ClausesNamed(compared.before, example.clauses_before));
  WriteClauses(json, "clauses_after", internal::ClausesNamed(compared.after, example.clauses_after));
  json.Key("by_party").BeginArray();
  for (const auto& [party, facts] : example.by_party) {
    json.BeginObject().Key("party").String(party);
    WriteTexts(json, "facts", facts);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

void WriteCheckReport(JsonWriter& json, const CheckedPackage& checked) {
  const CheckReport& report = checked.report;
  json.BeginObject().Key("format").String("proviso.check/v1").Key("name").String(checked.name);
  WritePackage(json, "package", checked.package);
  json.Key("verdict").String(internal::VerdictOf(checked)).Key("may_load");
  if (checked.package == nullptr) {
    json.Bool(false);
  } else if (internal::TellsWhetherItMayLoad(checked)) {
    json.Bool(report.MayLoad());
  } else {
    json.Null();
  }
  json.Key("clear").Bool(IsClear(checked));
  json.Key("solver").String(report.solver).Key("took_ms").Integer(report.took_ms);
  WriteCounts(json, report);
  json.Key("findings").BeginArray();
  for (const Finding& finding : report.findings) WriteFinding(json, checked, finding);
  json.EndArray().EndObject();
}

void WriteDiffReport(JsonWriter& json, const ComparedPackages& compared) {
  const DiffReport& report = compared.report;
  json.BeginObject().Key("format").String("proviso.diff/v1");
  WritePackage(json, "before", &compared.before);
  WritePackage(json, "after", &compared.after);
  json.Key("verdict").String(internal::VerdictOf(report)).Key("same").Bool(IsSame(report));
  json.Key("solver").String(report.solver).Key("took_ms").Integer(report.took_ms);
  json.Key("differences").BeginArray();
  for (const Difference& difference : report.differences) WriteDifference(json, compared, difference);
  json.EndArray();
  WriteWordings(json, compared);
  WriteTexts(json, "notes", report.notes);
  json.EndObject();
}

}  // namespace proviso::terms
