#include "cedar/conformance.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "cedar/compiled.h"
#include "cedar/internal/conformance_case.h"

namespace proviso::cedar {
namespace {

namespace fs = std::filesystem;
using base::Json;
using internal::LoadedCase;

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

std::set<std::string> Texts(Json array) {
  std::set<std::string> texts;
  for (const Json element : array.elements()) texts.insert(element.text());
  return texts;
}

Outcome DecideCompiled(const CompiledPolicies& compiled, const Entities& entities, const Request& request) {
  thread_local CompiledPolicies::Scratch scratch;
  const Verdict& verdict = compiled.Decide(request, entities, scratch);
  Outcome outcome{
      .decision = verdict.decision == Decision::kAllow ? "allow" : "deny", .reasons = {}, .errors = {}};
  for (const Policy* policy : verdict.reasons()) outcome.reasons.insert(policy->id());
  for (const Policy* policy : verdict.errors) outcome.errors.insert(policy->id());
  return outcome;
}

Outcome Decide(const LoadedCase& loaded, const Request& request) {
  const Response response = Authorize(*loaded.policies, loaded.entities, request);
  Outcome outcome{
      .decision = response.decision == Decision::kAllow ? "allow" : "deny", .reasons = {}, .errors = {}};
  for (const Policy* policy : response.reasons) outcome.reasons.insert(policy->id());
  for (const PolicyError& error : response.errors) outcome.errors.insert(error.policy->id());
  return outcome;
}

void RunCase(const fs::path& path, Json root, ConformanceReport& report) {
  ++report.cases;
  report.requests += root.Find("requests").size();
  const auto loaded = internal::LoadCase(path, root);
  if (const std::string refused = root.Find("refused").text(); !refused.empty()) {
    if (loaded || !loaded.error().message.starts_with(refused)) {
      report.mismatches.push_back(path.string() + ": expected its " + refused + " to be refused, got " +
                                  (loaded ? "them read" : loaded.error().message));
    }
    return;
  }
  if (!loaded && loaded.error().message.starts_with("entities") && internal::ExpectsUnfitEntities(path)) {
    ++report.verdicts;
    return;
  }
  if (!loaded) {
    report.mismatches.push_back(path.string() + ": expected to load, got " + loaded.error().message);
    return;
  }
  const CompiledPolicies compiled(loaded->policies);
  std::size_t number = 0;
  for (const Json request : root.Find("requests").elements()) {
    if (request.Find("decision").missing()) continue;  // the case has only a verdict on it
    const Outcome expected{request.Find("decision").text(), Texts(request.Find("reason")),
                           Texts(request.Find("errors"))};
    const std::string what = path.string() + ": request " + std::to_string(number) + " (" +
                             request.Find("description").text() + "): expected " + expected.Text() + ", got ";
    ++number;
    const auto read = internal::ReadRequest(*loaded, request);
    if (!read) {
      if (expected.decision != kRefused) report.mismatches.push_back(what + read.error().message);
      continue;
    }
    const Outcome plain = Decide(*loaded, *read);
    if (plain != expected) report.mismatches.push_back(what + plain.Text());
    const Outcome fast = DecideCompiled(compiled, loaded->entities, *read);
    if (fast != plain) report.mismatches.push_back(what + fast.Text() + " of the compiled evaluator");
  }
  internal::CompareVerdicts(path, root, *loaded, report);
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
         std::to_string(verdicts) + " verdicts, " + std::to_string(mismatches.size()) + " mismatches\n";
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
