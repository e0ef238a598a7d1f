// rooms: terms analysis cedar keys base
//
// How long does `terms check` take, by question and by the number of clauses? Each question is asked alone,
// without a cache, and then all together. Not a benchmark of many rounds: each number is one run.
//
//   how_long_does_a_check_take [clauses…]          10 50 200 500 when none are given
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "keys/signing.h"
#include "terms/check.h"

namespace {

using namespace proviso;

std::string Agreement() {
  std::string toml = R"([agreement]
name = "bench"
version = "1"
third_parties = ["court"]
[[party]]
id = "provider"
[[party]]
id = "customer"
[[fact]]
name = "determination"
type = "{ necessary?: Bool, lawful?: Bool }"
asserted_by = "customer"
[[approver_profile]]
name = "two"
count = 2
roles = ["commander"]
)";
  for (int i = 0; i < 4; ++i) {
    const std::string person = "person-" + std::to_string(i);
    toml += "[[approver]]\nperson = \"" + person + "\"\nroles = [\"commander\"]\nkey = \"" +
            keys::SigningKey::Generate(person)->verifier().Text() + "\"\n";
  }
  toml += "[[authority_issuer]]\nid = \"court\"\nkey = \"" +
          keys::SigningKey::Generate("court")->verifier().Text() + "\"\n";
  for (int i = 0; i < 6; ++i) {
    toml += "[[application]]\nid = \"desk-" + std::to_string(i) +
            "\"\norganization = \"agency\"\nparty = \"customer\"\npurposes = [";
    for (int p = 0; p < 12; ++p) toml += (p == 0 ? "\"use-" : ", \"use-") + std::to_string(p) + "\"";
    toml += "]\n";
  }
  const char* const effects[] = {"observe", "communicate", "modify", "engage"};
  for (int i = 0; i < 12; ++i) {
    toml += "[[tool]]\nname = \"tool-" + std::to_string(i) + "\"\neffect = \"" + effects[i % 4] + "\"\n";
  }
  return toml;
}

/// Forbids like those of a contract, each with a threshold or a name of its own.
std::string Clause(int i) {
  const std::string n = std::to_string(i);
  const std::string use = "UseCase::\"use-" + std::to_string(i % 12) + "\"";
  const std::string head = "@id(\"" + n + "\") forbid (principal, action";
  switch (i % 8) {
    case 0:
      return head +
             R"( == Action::"call_tool", resource) when { context has effect && context.effect == "engage" &&
  context has purpose && context.purpose == )" +
             use + " } unless { context has decision && context.decision.count >= 2 };\n";
    case 1:
      return head +
             ", resource) when { context has ledger && context.ledger has persons_day && "
             "context.ledger.persons_day > " +
             std::to_string(1000 - i) + " && context has purpose && context.purpose == " + use + " };\n";
    case 2:
      return head +
             R"( == Action::"generate", resource) when { context has findings && context.findings has weapons &&
  context.findings.weapons > )" +
             std::to_string(900 - i) + " && context has label && context.label == \"label-" + n + "\" };\n";
    case 3:
      return head + ", resource) when { context has label && context.label == \"label-" + n +
             "\" } unless { context has enclave && context.enclave == Enclave::\"enclave-" +
             std::to_string(i % 5) + "\" };\n";
    case 4:
      return head + R"(, resource) when { context has purpose && context.purpose == )" + use +
             " && context has on_behalf_of && context.on_behalf_of like \"unit-" + n +
             "-*\" } unless { context has authority && context.authority.signed };\n";
    case 5:
      return head +
             R"( == Action::"call_tool", resource) when { context has input && context.input has amount &&
  context.input.amount > )" +
             std::to_string(10'000 + i) + " && resource == Tool::\"tool-" + std::to_string(i % 12) +
             "\" };\n";
    case 6:
      return "@id(\"" + n +
             "\") permit (principal, action == Action::\"release\", resource == Model::\"model-" + n +
             "\");\n";
    default:
      return head + ", resource) when { context has network && context.network == \"network-" + n +
             "\" } unless { context has determination && context.determination has necessary && "
             "context.determination.necessary };\n";
  }
}

constexpr const char* kSafeguards = R"(
@safeguard("a person decides") permit (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" && context has purpose && context.purpose == UseCase::"use-0" &&
  !(context has decision) };
@safeguard("no mass surveillance") permit (principal, action, resource)
when { context has ledger && context.ledger has persons_day && context.ledger.persons_day > 5000 };
)";

std::shared_ptr<const terms::Package> Make(int clauses) {
  std::string text =
      "@id(\"p\") permit (principal in Organization::\"agency\", action in [Action::\"generate\", "
      "Action::\"embed\", Action::\"call_tool\"], resource);\n";
  for (int i = 0; i + 1 < clauses; ++i) text += Clause(i);
  auto package = terms::Package::FromFiles({{"agreement.toml", Agreement()},
                                            {"schema.cedarschema",
                                             "type Findings = { weapons?: Long };\n"
                                             "type Input = { amount?: Long };\n"},
                                            {"clauses/a.cedar", text},
                                            {"safeguards/a.cedar", kSafeguards}});
  if (!package) std::fprintf(stderr, "%s\n", package.error().message.c_str());
  return package ? *package : nullptr;
}

void Measure(const terms::Package& package, const char* name, const std::set<terms::CheckQuestion>& only) {
  analysis::Solver solver({.time_ms_max = 60'000});
  const terms::CheckReport report = terms::Check(package, solver, {.only = only});
  int remarkable = 0;
  int unknown = 0;
  for (const terms::Finding& finding : report.findings) {
    remarkable += finding.is_remarkable ? 1 : 0;
    unknown += finding.answer == terms::FindingAnswer::kUnknown ? 1 : 0;
    if (!finding.reason.empty()) std::printf("    %s\n", finding.sentence.c_str());
  }
  std::printf("  %-24s %7lld ms  %5llu asked  %4zu findings  %4d remarkable  %3d unknown\n", name,
              static_cast<long long>(report.took_ms), static_cast<unsigned long long>(solver.counts().asked),
              report.findings.size(), remarkable, unknown);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::atoi(argv[i]));
  if (sizes.empty()) sizes = {10, 50, 200, 500};
  for (const int size : sizes) {
    const auto package = Make(size);
    if (package == nullptr) return 1;
    std::printf("%d clauses\n", size);
    for (std::size_t q = 1; q < terms::kCheckQuestions; ++q) {
      const auto question = static_cast<terms::CheckQuestion>(q);
      Measure(*package, std::string(NameOf(question)).c_str(), {question});
    }
    Measure(*package, "all", {});
  }
  return 0;
}
