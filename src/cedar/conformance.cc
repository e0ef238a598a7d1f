#include "cedar/conformance.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "cedar/compiled.h"
#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

namespace fs = std::filesystem;
using base::Json;

constexpr std::string_view kCorpusPrefix = "corpus-tests/";
/// The decision on a request whose context must not be read.
constexpr std::string_view kRefused = "refused";

/// What a request must give, or gave.
struct Outcome {
  std::string decision;
  std::set<std::string> reasons;
  std::set<std::string> errors;
  bool operator==(const Outcome&) const = default;

  [[nodiscard]] std::string Text() const {
    return decision + " reasons [" + Joined(reasons) + "] errors [" + Joined(errors) + "]";
  }

 private:
  static std::string Joined(const std::set<std::string>& ids) {
    std::string out;
    for (const std::string& id : ids) out += (out.empty() ? "" : " ") + id;
    return out;
  }
};

/// The file that a case names.
base::Result<fs::path> FindNamed(const fs::path& case_path, std::string_view named) {
  const fs::path folder = case_path.parent_path();
  if (named.starts_with(kCorpusPrefix)) return folder / named.substr(kCorpusPrefix.size());
  for (fs::path root = fs::absolute(folder);; root = root.parent_path()) {
    if (fs::exists(root / named)) return root / named;
    if (root == root.root_path()) break;
  }
  return base::Fail(base::ErrorCode::kNotFound,
                    "no directory above has `" + std::string(named) + "`, which the case names");
}

base::Result<std::string> ReadNamed(const fs::path& case_path, Json named) {
  const auto path = FindNamed(case_path, named.text());
  if (!path) return std::unexpected(path.error());
  return base::ReadFile(*path);
}

/// All that the requests of one case share.
struct LoadedCase {
  std::shared_ptr<const PolicySet> policies;
  std::unique_ptr<const CompiledPolicies> compiled;
  std::optional<Schema> schema;
  Entities entities;
};

base::Result<LoadedCase> Load(const fs::path& path, Json root) {
  LoadedCase loaded;
  if (const Json named = root.Find("schema"); !named.missing()) {
    auto text = ReadNamed(path, named);
    if (!text) return base::Within("schema", text.error());
    auto schema =
        named.text().ends_with(".json") ? Schema::ParseJson(*text, "schema") : Schema::Parse(*text, "schema");
    if (!schema) return std::unexpected(schema.error());
    loaded.schema = std::move(*schema);
  }
  auto policy_text = ReadNamed(path, root.Find("policies"));
  if (!policy_text) return base::Within("policies", policy_text.error());
  auto policies = ParsePolicies(*policy_text, "policies");
  if (!policies) return std::unexpected(policies.error());
  loaded.policies = std::make_shared<const PolicySet>(std::move(*policies));
  loaded.compiled = std::make_unique<const CompiledPolicies>(loaded.policies);
  auto entity_text = ReadNamed(path, root.Find("entities"));
  if (!entity_text) return base::Within("entities", entity_text.error());
  auto entities = EntitiesFromJson(*entity_text, "entities", loaded.schema ? &*loaded.schema : nullptr);
  if (!entities) return std::unexpected(entities.error());
  loaded.entities = std::move(*entities);
  return loaded;
}

std::set<std::string> Texts(Json array) {
  std::set<std::string> texts;
  for (const Json element : array.elements()) texts.insert(element.text());
  return texts;
}

Outcome DecideCompiled(const LoadedCase& loaded, const Request& request) {
  thread_local CompiledPolicies::Scratch scratch;
  const Verdict& verdict = loaded.compiled->Decide(request, loaded.entities, scratch);
  Outcome outcome{
      .decision = verdict.decision == Decision::kAllow ? "allow" : "deny", .reasons = {}, .errors = {}};
  for (const Policy* policy : verdict.reasons()) outcome.reasons.insert(policy->id());
  for (const Policy* policy : verdict.errors) outcome.errors.insert(policy->id());
  return outcome;
}

base::Result<Outcome> Decide(const LoadedCase& loaded, Json json) {
  auto principal = EntityUidFromJson(json.Find("principal"));
  if (!principal) return base::Within("principal", principal.error());
  auto action = EntityUidFromJson(json.Find("action"));
  if (!action) return base::Within("action", action.error());
  auto resource = EntityUidFromJson(json.Find("resource"));
  if (!resource) return base::Within("resource", resource.error());
  auto context = ContextFromJson(json.Find("context"), loaded.schema ? &*loaded.schema : nullptr, *action);
  if (!context) return base::Within("context", context.error());
  const Request request{*principal, *action, *resource, Value::FromRecord(std::move(*context))};
  const Response response = Authorize(*loaded.policies, loaded.entities, request);
  Outcome outcome{
      .decision = response.decision == Decision::kAllow ? "allow" : "deny", .reasons = {}, .errors = {}};
  for (const Policy* policy : response.reasons) outcome.reasons.insert(policy->id());
  for (const PolicyError& error : response.errors) outcome.errors.insert(error.policy->id());
  if (const Outcome compiled = DecideCompiled(loaded, request); compiled != outcome) {
    return base::Fail(base::ErrorCode::kInternal,
                      "the evaluators disagree: " + outcome.Text() + ", compiled " + compiled.Text());
  }
  return outcome;
}

void RunCase(const fs::path& path, Json root, ConformanceReport& report) {
  ++report.cases;
  report.requests += root.Find("requests").size();
  const auto loaded = Load(path, root);
  if (const std::string refused = root.Find("refused").text(); !refused.empty()) {
    if (loaded || !loaded.error().message.starts_with(refused)) {
      report.mismatches.push_back(path.string() + ": expected its " + refused + " to be refused, got " +
                                  (loaded ? "them read" : loaded.error().message));
    }
    return;
  }
  if (!loaded) {
    report.mismatches.push_back(path.string() + ": expected to load, got " + loaded.error().message);
    return;
  }
  std::size_t number = 0;
  for (const Json request : root.Find("requests").elements()) {
    const Outcome expected{request.Find("decision").text(), Texts(request.Find("reason")),
                           Texts(request.Find("errors"))};
    const auto got = Decide(*loaded, request);
    const bool agrees = got ? *got == expected : expected.decision == kRefused;
    if (!agrees) {
      report.mismatches.push_back(path.string() + ": request " + std::to_string(number) + " (" +
                                  request.Find("description").text() + "): expected " + expected.Text() +
                                  ", got " + (got ? got->Text() : got.error().message));
    }
    ++number;
  }
}

}  // namespace

std::string ConformanceReport::Text() const {
  std::string out;
  for (const std::string& mismatch : mismatches) {
    std::string line = mismatch;
    std::ranges::replace(line, '\n', ' ');
    out += line + "\n";
  }
  return out + std::to_string(cases) + " cases, " + std::to_string(requests) + " requests, " +
         std::to_string(mismatches.size()) + " mismatches\n";
}

base::Result<ConformanceReport> RunConformance(const fs::path& directory) {
  auto paths = base::ListFiles(directory, ".json");
  if (!paths) return std::unexpected(paths.error());
  ConformanceReport report;
  for (const fs::path& path : *paths) {
    // These belong to a case; they are not one.
    const std::string name = path.filename().string();
    if (name.ends_with(".entities.json") || name.ends_with(".validation.json")) continue;
    auto text = base::ReadFile(path);
    if (!text) return std::unexpected(text.error());
    const auto document = base::JsonDocument::Parse(*text);
    if (!document) {
      ++report.cases;
      report.mismatches.push_back(path.string() + ": " + document.error().message);
    } else if (document->root().Find("requests").is_array()) {
      RunCase(path, document->root(), report);
    }
  }
  if (report.cases == 0) {
    return base::Fail(base::ErrorCode::kNotFound,
                      directory.string() + ": no cases here; a case is a JSON object with \"requests\"");
  }
  return report;
}

}  // namespace proviso::cedar
