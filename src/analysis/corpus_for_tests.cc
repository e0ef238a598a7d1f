#include "analysis/internal/corpus_for_tests.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/json.h"
#include "cedar/parse.h"
#include "cedar/validate.h"

namespace proviso::analysis::internal {
namespace {

namespace fs = std::filesystem;

std::vector<cedar::Request> RequestsOf(const base::JsonDocument& document, const cedar::Schema& schema) {
  std::vector<cedar::Request> requests;
  for (const base::Json json : document.root().Find("requests").elements()) {
    const auto principal = cedar::EntityUidFromJson(json.Find("principal"));
    const auto action = cedar::EntityUidFromJson(json.Find("action"));
    const auto resource = cedar::EntityUidFromJson(json.Find("resource"));
    if (!principal || !action || !resource) continue;
    auto context = cedar::ContextFromJson(json.Find("context"), &schema, *action);
    if (!context) continue;
    cedar::Request request{*principal, *action, *resource, cedar::Value::FromRecord(std::move(*context))};
    if (cedar::ValidateRequest(request, schema)) requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace

bool IsValidForAnalysis(const cedar::PolicySet& policies, const cedar::Schema& schema) {
  const auto report = cedar::Validate(policies, schema);
  return std::ranges::all_of(report.findings, [](const cedar::ValidationFinding& finding) {
    return finding.kind == cedar::FindingKind::kUnguardedAttribute ||
           finding.kind == cedar::FindingKind::kUnguardedTag ||
           finding.kind == cedar::FindingKind::kImpossible;
  });
}

std::vector<std::shared_ptr<const cedar::PolicySet>> CorpusCase::ValidPolicies() const {
  std::vector<std::shared_ptr<const cedar::PolicySet>> valid;
  for (const cedar::Policy& policy : policies.policies()) {
    if (!policy.template_id().empty()) continue;
    auto alone = std::make_shared<cedar::PolicySet>();
    EXPECT_TRUE(alone->Add(policy.id(), policy.body()));
    if (IsValidForAnalysis(*alone, schema)) valid.push_back(std::move(alone));
  }
  return valid;
}

Corpus::Corpus() {
  std::string pattern = (fs::temp_directory_path() / "proviso_corpus_XXXXXX").string();
  path_ = mkdtemp(pattern.data());
  const char* named = std::getenv("PROVISO_SHARED_DATA");
  const fs::path data =
      named != nullptr ? fs::path(named) : fs::path(PROVISO_SOURCE_DIR) / ".." / "shared" / "data";
  const fs::path archive = data / "cedar" / "cedar-conformance.tar.gz";
  if (!fs::exists(archive)) return;
  const std::string command = "tar -xzf '" + archive.string() + "' -C '" + path_.string() + "'";
  if (std::system(command.c_str()) != 0) return;
  const auto files = base::ListFiles(path_, ".cedarschema");
  if (files) schemas_ = *files;
  std::ranges::sort(schemas_);
}

Corpus::~Corpus() {
  fs::remove_all(path_);
}

std::optional<CorpusCase> Corpus::Load(std::size_t index) const {
  fs::path path = schemas_[index];
  const auto schema_text = base::ReadFile(path);
  const auto policy_text = base::ReadFile(path.replace_extension(".cedar"));
  const auto entity_text = base::ReadFile(path.replace_extension(".entities.json"));
  path = schemas_[index];
  const auto case_text = base::ReadFile(path.replace_extension(".json"));
  if (!schema_text || !policy_text || !entity_text || !case_text) return std::nullopt;
  auto schema = cedar::Schema::Parse(*schema_text, "schema");
  auto policies = cedar::ParsePolicies(*policy_text, path.filename().string());
  const auto document = base::JsonDocument::Parse(*case_text);
  if (!schema || !policies || !document) return std::nullopt;
  auto entities = cedar::EntitiesFromJson(*entity_text, "entities", &*schema);
  if (!entities || !cedar::ValidateEntities(*entities, *schema)) return std::nullopt;
  auto requests = RequestsOf(*document, *schema);
  return CorpusCase{path.stem().string(), std::move(*schema), std::move(*policies), std::move(*entities),
                    std::move(requests)};
}

}  // namespace proviso::analysis::internal
