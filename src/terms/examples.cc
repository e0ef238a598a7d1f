#include "terms/examples.h"

#include <algorithm>

#include "base/toml.h"
#include "terms/package.h"

namespace proviso::terms {
namespace {

using base::Fields;
using base::Json;

std::optional<std::string> ReadNeeds(Fields& table, const Agreement& agreement) {
  if (!table.Has("needs")) return std::nullopt;
  std::string needs = table.Text("needs", "");
  std::vector<std::string> known;
  for (const ApproverProfile& profile : agreement.approver_profiles) known.push_back(profile.name);
  if (std::ranges::find(known, needs) == known.end()) {
    const std::string meant = base::DidYouMean(needs, known);
    table.Error("needs", needs + " is not an [[approver_profile]]" +
                             (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  return needs;
}

Outcome OutcomeNamed(std::string_view name) {
  if (name == NameOf(Outcome::kPermit)) return Outcome::kPermit;
  return name == NameOf(Outcome::kHold) ? Outcome::kHold : Outcome::kForbid;
}

Example ReadExample(const Json& json, const std::string& where, const Agreement& agreement,
                    const cedar::Schema& schema, std::vector<std::string>& errors) {
  Fields table(json, where, errors);
  Example example;
  example.where = where;
  example.name = table.RequiredText("name");
  example.request = ReadWorkedRequest(table, agreement, schema, errors);
  if (!table.Has("expect")) table.Error("expect", "is missing: permit, hold or forbid");
  example.expect = OutcomeNamed(table.Choice("expect", "forbid", {"permit", "hold", "forbid"}));
  if (table.Has("clauses")) {
    example.clauses = table.Texts("clauses");
    std::ranges::sort(*example.clauses);
  }
  example.needs = ReadNeeds(table, agreement);
  if (example.needs && example.expect != Outcome::kHold)
    table.Error("needs", "stands only where hold is expected");
  table.RefuseOthers();
  return example;
}

std::string Joined(const std::vector<std::string>& ids) {
  std::string joined;
  for (const std::string& id : ids) joined += (joined.empty() ? "" : ", ") + id;
  return joined.empty() ? "none" : joined;
}

std::vector<std::string> Differences(const Example& example, const Decision& decision) {
  std::vector<std::string> differences;
  if (decision.outcome != example.expect) {
    differences.push_back("expected " + std::string(NameOf(example.expect)) + ", and it is " +
                          std::string(NameOf(decision.outcome)));
  }
  std::vector<std::string> made_by;
  for (const Clause& clause : decision.clauses) made_by.push_back(clause.id);
  std::ranges::sort(made_by);
  if (example.clauses && *example.clauses != made_by) {
    differences.push_back("expected by clauses " + Joined(*example.clauses) + ", and it is by " +
                          Joined(made_by));
  }
  const std::string need = decision.need ? decision.need->name : "no one";
  if (example.needs && *example.needs != need)
    differences.push_back("expected to need " + *example.needs + ", and it needs " + need);
  return differences;
}

}  // namespace

std::vector<Example> ReadExamples(std::string_view toml, std::string_view path, const Agreement& agreement,
                                  const cedar::Schema& schema, std::vector<std::string>& errors) {
  const auto json = base::TomlToJson(toml, path);
  const auto document = json ? base::JsonDocument::Parse(*json) : std::unexpected(json.error());
  if (!document) {
    errors.push_back(document.error().message);
    return {};
  }
  const std::string file(path);
  std::vector<std::string> found;
  Fields root(document->root(), "", found);
  const std::vector<Json> tables = root.Tables("example");
  root.RefuseOthers();
  std::vector<Example> examples;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string where = "example[" + std::to_string(i) + "]";
    examples.push_back(ReadExample(tables[i], where, agreement, schema, found));
    examples.back().where.insert(0, file + ": ");
  }
  for (const std::string& error : found) errors.push_back(file + ": " + error);
  return examples;
}

std::size_t ExampleReport::Failed() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      results, [](const ExampleResult& result) { return !result.differences.empty(); }));
}

ExampleReport RunExamples(const Package& package) {
  ExampleReport report;
  for (const Example& example : package.examples()) {
    Decision decision = DecideWorked(package, example.request);
    std::vector<std::string> differences = Differences(example, decision);
    report.results.push_back({&example, std::move(decision), std::move(differences)});
  }
  return report;
}

}  // namespace proviso::terms
