#include "terms/schema.h"

#include <algorithm>
#include <array>

#include "cedar/print.h"

namespace proviso::terms {
namespace {

constexpr std::string_view kTypes =
    R"(// Proviso's built-in schema. Extend it in an agreement; do not fork it.
entity Organization;
entity Application in [Organization];
entity Role;
entity Person in [Role, Organization];
entity Provider;
entity Enclave;
entity Model in [Provider, Enclave];
entity ToolServer;
entity Tool in [ToolServer];
entity UseCase in [UseCase];
entity Gateway;

// A legal basis. `signed` is true only for a statement that an issuer named in the agreement signed.
type Authority = {
  kind: String, signed: Bool, case?: String, issuer?: String, subject_cap?: Long, expires?: datetime,
};
// What people decided on exactly this call.
type PersonsDecision = {
  count: Long, roles: Set<String>, approvers: Set<Person>, call_digest_matches: Bool,
};
// Aggregate use in the windows that the ledger keeps.
type Ledger = {
  persons_day?: Long, persons_week?: Long, deep_persons_week?: Long,
};
// Facets of the act, in permille of certainty.
type Act = {
  build?: Long, operate?: Long, advise?: Long, discuss?: Long,
};
// What a request offers the model to call.
type OfferedTools = {
  offered: Long, uncatalogued: Long, effects: Set<String>,
};
type Qualification = {
  suite: String, lower_bound_permille?: Long, passed: datetime,
};
)";

struct BuiltIn {
  std::string_view name;
  std::string_view type;
  std::string_view source;
};

/// In the order of the schema's text.
constexpr std::array kFacts = {
    BuiltIn{"purpose", "UseCase", "party"},     BuiltIn{"on_behalf_of", "String", "party"},
    BuiltIn{"authority", "Authority", "party"}, BuiltIn{"label", "String", "party"},
    BuiltIn{"enclave", "Enclave", "gateway"},   BuiltIn{"network", "String", "gateway"},
    BuiltIn{"model", "Model", "gateway"},       BuiltIn{"tools", "OfferedTools", "gateway"},
    BuiltIn{"effect", "String", "gateway"},     BuiltIn{"now", "datetime", "gateway"},
    BuiltIn{"standing", "String", "gateway"},   BuiltIn{"qualification", "Set<Qualification>", "gateway"},
    BuiltIn{"act", "Act", "detector"},          BuiltIn{"findings", "Findings", "detector"},
    BuiltIn{"ledger", "Ledger", "ledger"},      BuiltIn{"decision", "PersonsDecision", "person"},
};

void AppendFact(std::string& text, std::string_view name, std::string_view type, std::string_view source) {
  text += "  @asserted_by(" + cedar::QuoteString(source) + ") " + std::string(name) +
          "?: " + std::string(type) + ",\n";
}

std::string_view SourceOf(const BuiltIn& fact, const std::vector<FactDeclaration>& facts) {
  const auto named = std::ranges::find(facts, fact.name, &FactDeclaration::name);
  return named == facts.end() ? fact.source : std::string_view(named->asserted_by);
}

}  // namespace

std::vector<std::string> BuiltInFacts() {
  std::vector<std::string> names{"input"};
  for (const BuiltIn& fact : kFacts) names.emplace_back(fact.name);
  std::ranges::sort(names);
  return names;
}

std::string_view BuiltInSource(std::string_view fact) {
  if (fact == "input") return "gateway";
  const auto found = std::ranges::find(kFacts, fact, &BuiltIn::name);
  return found == kFacts.end() ? std::string_view() : found->source;
}

std::string SchemaText(const std::vector<FactDeclaration>& facts, std::string_view extension) {
  std::string text(kTypes);
  if (!extension.contains("type Findings"))
    text += "// Detector name to permille; an agreement names its detectors.\ntype Findings = {};\n";
  if (!extension.contains("type Input"))
    text += "// The arguments of the tools that the agreement's clauses read.\ntype Input = {};\n";
  text += "type Facts = {\n";
  for (const BuiltIn& fact : kFacts) AppendFact(text, fact.name, fact.type, SourceOf(fact, facts));
  AppendFact(text, "input", "Input", "gateway");
  for (const FactDeclaration& fact : facts) {
    if (!fact.type.empty()) AppendFact(text, fact.name, fact.type, fact.asserted_by);
  }
  text += R"(};
action generate, embed appliesTo { principal: [Application], resource: [Model], context: Facts };
action call_tool appliesTo { principal: [Application], resource: [Tool], context: Facts };
action release appliesTo { principal: [Application], resource: [Model], context: Facts };
action administer appliesTo { principal: [Person], resource: [Gateway], context: Facts };
)";
  text += extension;
  return text;
}

}  // namespace proviso::terms
