#include "terms/internal/entity_literals.h"

#include <algorithm>

#include "cedar/core_tree.h"
#include "terms/internal/gateway_conditions.h"

namespace proviso::terms::internal {
namespace {

constexpr std::string_view kServerType = "ToolServer";

void AddServersOf(const cedar::PolicySet& policies, std::set<std::string>& servers) {
  for (const cedar::Policy& policy : policies.policies()) {
    const auto tree = cedar::CoreTree::Build(policy.body());
    if (!tree) continue;  // too big to be compiled: its questions are unknown
    for (const cedar::CoreNode& node : tree->nodes()) {
      if (node.entity != nullptr && node.entity->type() == kServerType) servers.insert(node.entity->id());
    }
  }
}

}  // namespace

std::set<std::string> ToolServersNamed(std::span<const Package* const> packages) {
  std::set<std::string> servers;
  for (const Package* package : packages) {
    AddServersOf(package->deciding(), servers);
    AddServersOf(package->advising(), servers);
    AddServersOf(package->safeguard_policies(), servers);
    // The gateway's own conditions name the server of what providers run (gateway_conditions.cc).
    const auto is_providers = [](const CatalogueTool& tool) { return tool.server == kProviderServer; };
    if (std::ranges::any_of(package->agreement().tools, is_providers)) servers.emplace(kProviderServer);
  }
  servers.erase("");
  return servers;
}

}  // namespace proviso::terms::internal
