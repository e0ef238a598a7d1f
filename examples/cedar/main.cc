// May Ada publish? The smallest whole use of the library; <proviso/cedar/cedar.h> explains each step.
#include <proviso/cedar/cedar.h>

#include <iostream>

int main() {
  namespace cedar = proviso::cedar;
  const auto policies = cedar::ParsePolicies(R"(
    permit (principal in Team::"press", action == Action::"publish", resource)
    unless { resource.embargoed };)",
                                             "press.cedar");
  const auto entities = cedar::EntitiesFromJson(R"([
    {"uid": {"type": "User", "id": "ada"}, "attrs": {}, "parents": [{"type": "Team", "id": "press"}]},
    {"uid": {"type": "Story", "id": "scoop"}, "attrs": {"embargoed": false}, "parents": []}])",
                                                "world.json", nullptr);
  if (!policies || !entities) {
    std::cerr << (policies ? entities.error() : policies.error()).message << "\n";
    return 1;
  }
  const auto response =
      cedar::Authorize(*policies, *entities, {{"User", "ada"}, {"Action", "publish"}, {"Story", "scoop"}});
  std::cout << (response.decision == cedar::Decision::kAllow ? "allowed by" : "denied by");
  for (const cedar::Policy* reason : response.reasons) std::cout << " " << reason->id();
  std::cout << "\n";
}
