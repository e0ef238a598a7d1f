// Every policy of the conformance corpus as terms: what a solver says it can do, it does. Some of them each
// time; PROVISO_CROSS_CHECKS set to a number takes all.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "analysis/internal/cross_check_for_tests.h"
#include "base/file.h"
#include "cedar/parse.h"
#include "cedar/validate.h"

namespace proviso::analysis {
namespace {

namespace fs = std::filesystem;
using internal::CrossCheck;

/// Kinds of request that one policy is asked about.
constexpr std::size_t kKindsMax = 3;

/// The conformance cases, unpacked into a folder that goes when the test does.
class Corpus {
 public:
  Corpus() : path_(fs::temp_directory_path() / ("proviso_corpus_" + std::to_string(getpid()))) {
    fs::create_directories(path_);
    const char* named = std::getenv("PROVISO_SHARED_DATA");
    const fs::path data =
        named != nullptr ? fs::path(named) : fs::path(PROVISO_SOURCE_DIR) / ".." / "shared" / "data";
    const fs::path archive = data / "cedar" / "cedar-conformance.tar.gz";
    if (!fs::exists(archive)) return;
    const std::string command = "tar -xzf '" + archive.string() + "' -C '" + path_.string() + "'";
    if (std::system(command.c_str()) != 0) return;
    for (const fs::path& path : *base::ListFiles(path_, ".cedarschema")) schemas_.push_back(path);
    std::ranges::sort(schemas_);
  }
  ~Corpus() { fs::remove_all(path_); }
  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;

  /// X.cedarschema for each case that has X.cedar and X.entities.json beside it.
  [[nodiscard]] const std::vector<fs::path>& schemas() const { return schemas_; }

 private:
  fs::path path_;
  std::vector<fs::path> schemas_;
};

struct CorpusCase {
  cedar::Schema schema;
  cedar::PolicySet policies;
  cedar::Entities entities;
};

std::optional<CorpusCase> Load(fs::path path) {
  const auto schema_text = base::ReadFile(path);
  const auto policy_text = base::ReadFile(path.replace_extension(".cedar"));
  const auto entity_text = base::ReadFile(path.replace_extension(".entities.json"));
  if (!schema_text || !policy_text || !entity_text) return std::nullopt;
  auto schema = cedar::Schema::Parse(*schema_text, "schema");
  auto policies = cedar::ParsePolicies(*policy_text, path.filename().string());
  if (!schema || !policies) return std::nullopt;
  auto entities = cedar::EntitiesFromJson(*entity_text, "entities", &*schema);
  if (!entities || !cedar::ValidateEntities(*entities, *schema)) return std::nullopt;
  return CorpusCase{std::move(*schema), std::move(*policies), std::move(*entities)};
}

bool IsValid(const cedar::PolicySet& policies, const cedar::Schema& schema) {
  const auto report = cedar::Validate(policies, schema);
  return std::ranges::all_of(report.findings, [](const cedar::ValidationFinding& finding) {
    return finding.kind == cedar::FindingKind::kUnguardedAttribute ||
           finding.kind == cedar::FindingKind::kUnguardedTag ||
           finding.kind == cedar::FindingKind::kImpossible;
  });
}

std::vector<std::shared_ptr<const cedar::PolicySet>> ValidPoliciesOf(const CorpusCase& loaded) {
  std::vector<std::shared_ptr<const cedar::PolicySet>> valid;
  for (const cedar::Policy& policy : loaded.policies.policies()) {
    if (!policy.template_id().empty()) continue;
    auto alone = std::make_shared<cedar::PolicySet>();
    EXPECT_TRUE(alone->Add(policy.id(), policy.body()));
    if (IsValid(*alone, loaded.schema)) valid.push_back(std::move(alone));
  }
  return valid;
}

TEST(CorpusReplay, EveryPolicyDoesWhatASolverSaysItCan) {
  const Corpus corpus;
  if (corpus.schemas().empty()) {
    GTEST_SKIP() << "the shared data is not here; set PROVISO_SHARED_DATA to its folder";
  }
  const std::size_t step = std::getenv("PROVISO_CROSS_CHECKS") != nullptr ? 1 : 40;
  SolverOptions options;
  options.time_ms_max = 20'000;
  Solver solver(options);
  std::size_t cases = 0;
  CrossCheck::Counts closed;
  CrossCheck::Counts open;
  for (std::size_t at = 0; at < corpus.schemas().size(); at += step) {
    const fs::path& path = corpus.schemas()[at];
    const auto loaded = Load(path);
    if (!loaded) continue;
    ++cases;
    for (const World::Kind kind : {World::Kind::kClosed, World::Kind::kOpen}) {
      CrossCheck check(loaded->schema, World{kind, &loaded->entities}, solver, nullptr,
                       kind == World::Kind::kClosed ? closed : open);
      const auto kinds = RequestKindsOf(loaded->schema);
      for (const auto& policies : ValidPoliciesOf(*loaded)) {
        for (const RequestKind& each : std::span(kinds).first(std::min(kKindsMax, kinds.size()))) {
          check.Add({policies, path.stem().string(),
                     MakeRequest(check.terms(), loaded->schema, each, check.NextName())});
        }
      }
      check.Run();
    }
  }
  std::cerr << cases << " cases\nclosed: " << closed.Text() << "open: " << open.Text();
}

}  // namespace
}  // namespace proviso::analysis
