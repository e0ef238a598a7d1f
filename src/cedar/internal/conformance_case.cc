#include "cedar/internal/conformance_case.h"

#include "base/file.h"
#include "cedar/parse.h"

namespace proviso::cedar::internal {
namespace {

namespace fs = std::filesystem;
using base::Json;

constexpr std::string_view kCorpusPrefix = "corpus-tests/";

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

}  // namespace

base::Result<LoadedCase> LoadCase(const fs::path& path, Json root) {
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
  auto entity_text = ReadNamed(path, root.Find("entities"));
  if (!entity_text) return base::Within("entities", entity_text.error());
  auto entities = EntitiesFromJson(*entity_text, "entities", loaded.schema ? &*loaded.schema : nullptr);
  if (!entities) return std::unexpected(entities.error());
  loaded.entities = std::move(*entities);
  return loaded;
}

base::Result<Request> ReadRequest(const LoadedCase& loaded, Json json) {
  auto principal = EntityUidFromJson(json.Find("principal"));
  if (!principal) return base::Within("principal", principal.error());
  auto action = EntityUidFromJson(json.Find("action"));
  if (!action) return base::Within("action", action.error());
  auto resource = EntityUidFromJson(json.Find("resource"));
  if (!resource) return base::Within("resource", resource.error());
  auto context = ContextFromJson(json.Find("context"), loaded.schema ? &*loaded.schema : nullptr, *action);
  if (!context) return base::Within("context", context.error());
  return Request{*principal, *action, *resource, Value::FromRecord(std::move(*context))};
}

}  // namespace proviso::cedar::internal
