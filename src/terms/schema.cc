#include "terms/schema.h"

#include <algorithm>
#include <array>

#include "cedar/print.h"
#include "terms/internal/schema_extension.h"

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

/// How far an agreement may go with a built-in fact.
enum class Hold : std::uint8_t {
  kFixed,  ///< The gateway makes it or reads it: an agreement may name another source, never another type.
  kOpen,   ///< A word to say clauses with: an agreement may give it a type of its own.
};

struct BuiltIn {
  std::string_view name;
  std::string_view type;
  std::string_view source;
  Hold hold = Hold::kFixed;
};

/// What the gateway itself makes or reads.
constexpr std::array kFacts = {
    BuiltIn{"purpose", "UseCase", "party"},     BuiltIn{"on_behalf_of", "String", "party"},
    BuiltIn{"authority", "Authority", "party"}, BuiltIn{"label", "String", "party"},
    BuiltIn{"enclave", "Enclave", "gateway"},   BuiltIn{"network", "String", "gateway"},
    BuiltIn{"model", "Model", "gateway"},       BuiltIn{"tools", "OfferedTools", "gateway"},
    BuiltIn{"effect", "String", "gateway"},     BuiltIn{"now", "datetime", "gateway"},
    BuiltIn{"standing", "String", "gateway"},   BuiltIn{"qualification", "Set<Qualification>", "gateway"},
    BuiltIn{"act", "Act", "detector"},          BuiltIn{"findings", "Findings", "detector"},
    BuiltIn{"ledger", "Ledger", "ledger"},      BuiltIn{"decision", "PersonsDecision", "person"},
    BuiltIn{"input", "Input", "gateway"}};

struct Vocabulary {
  std::string_view comment;
  BuiltIn fact;
};

/// What clauses of the usual kinds speak of besides (docs/operating/clauses.md says which kind each is for).
constexpr std::array kVocabulary = {
    Vocabulary{"What the party says the law makes of this request.",
               {"determination",
                "{ lawful?: Bool, necessary?: Bool, human_control_required?: Bool, law?: String,\n"
                "    law_dated?: datetime }",
                "party", Hold::kOpen}},
    Vocabulary{"Why it is needed: a citation.", {"justification", "String", "party", Hold::kOpen}},
    Vocabulary{"The person behind the request.",
               {"user", "{ nationality?: String, clearance?: String, clearance_level?: Long }", "party",
                Hold::kOpen}},
    Vocabulary{"Whom it is about: \"citizen\", \"resident\", …; \"minors\", \"journalists\", …; what they "
               "agreed to.",
               {"subjects", "{ status?: Set<String>, classes?: Set<String>, consent?: Bool }", "party",
                Hold::kOpen}},
    Vocabulary{"How it is learnt about them. mode: \"intentional\", \"incidental\"; technique: \"location\", "
               "\"emotion\",\n"
               "  // \"face\", …; place: \"public\", \"workplace\", …; territory: \"domestic\", \"foreign\".",
               {"collection",
                "{ mode?: String, technique?: String, place?: String, territory?: String,\n    live?: Bool }",
                "party", Hold::kOpen}},
    Vocabulary{
        "Where the data come from (\"purchased\", \"public\", \"customer\", …), and how old the oldest of "
        "them are.",
        {"data", "{ sources?: Set<String>, private?: Bool, collected?: datetime }", "party", Hold::kOpen}},
    Vocabulary{"Who will get the answer.", {"recipient", "String", "party", Hold::kOpen}},
    Vocabulary{"\"law-enforcement\", \"intelligence\", …", {"mission", "String", "party", Hold::kOpen}},
    Vocabulary{"What a decision about people is about: \"employment\", \"credit\", \"housing\", …",
               {"area", "String", "party", Hold::kOpen}},
    Vocabulary{"What is tested or acted upon, whose it is, and whether its owner agreed.",
               {"target", "{ id?: String, owner?: String, authorised?: Bool, until?: datetime }", "party",
                Hold::kOpen}},
    Vocabulary{"What an answer is: \"score\", \"profile\", \"inference\", …; of which traits.",
               {"output", "{ kind?: String, traits?: Set<String> }", "detector", Hold::kOpen}},
    Vocabulary{"How high label and enclave stand, to compare them.",
               {"label_level", "Long", "party", Hold::kOpen}},
    Vocabulary{"", {"enclave_level", "Long", "gateway", Hold::kOpen}},
    Vocabulary{"How the model is run. endpoint: \"cloud\", \"edge\", …; what it is made of.",
               {"deployment", "{ endpoint?: String, tier?: String, components?: Set<String> }", "gateway",
                Hold::kOpen}},
    Vocabulary{
        "What is attested of the model's service, and when.",
        {"attestation",
         "{ safety_stack?: Bool, single_tenant?: Bool, trains_on_inputs?: Bool,\n    attested?: datetime }",
         "gateway", Hold::kOpen}},
    Vocabulary{"Verification and validation of model and use.",
               {"certificate", "{ kind?: String, issuer?: String, issued?: datetime, expires?: datetime }",
                "gateway", Hold::kOpen}},
    Vocabulary{
        "What prohibits or restricts a source. state: \"proposed\", \"effective\", \"stayed\", \"waived\".",
        {"order",
         "{ id?: String, component?: String, state?: String, effective?: datetime,\n"
         "    waived_until?: datetime }",
         "gateway", Hold::kOpen}},
    Vocabulary{"What an `administer` would change (\"filters\", \"model\", …), and at whose request.",
               {"change", "{ kind?: String, requested_by?: String, announced?: datetime, due?: datetime }",
                "gateway", Hold::kOpen}},
    Vocabulary{
        "What happened, and when it was reported.",
        {"incident", "{ kind?: String, occurred?: datetime, reported?: datetime }", "gateway", Hold::kOpen}},
    Vocabulary{
        "What is handed over at the end.",
        {"handover", "{ complete?: Bool, manifest?: String, due?: datetime }", "gateway", Hold::kOpen}},
};

const BuiltIn* FindBuiltIn(std::string_view name) {
  const auto fixed = std::ranges::find(kFacts, name, &BuiltIn::name);
  if (fixed != kFacts.end()) return &*fixed;
  const auto open =
      std::ranges::find_if(kVocabulary, [name](const Vocabulary& one) { return one.fact.name == name; });
  return open == kVocabulary.end() ? nullptr : &open->fact;
}

void AppendFact(std::string& text, std::string_view name, std::string_view type, std::string_view source) {
  text += "  @asserted_by(" + cedar::QuoteString(source) + ") " + std::string(name) +
          "?: " + std::string(type) + ",\n";
}

std::string_view SourceOf(const BuiltIn& fact, const std::vector<FactDeclaration>& facts) {
  const auto named = std::ranges::find(facts, fact.name, &FactDeclaration::name);
  return named == facts.end() ? fact.source : std::string_view(named->asserted_by);
}

/// Whether the agreement gives this fact a type of its own.
bool IsRetyped(const BuiltIn& fact, const std::vector<FactDeclaration>& facts,
               const internal::SchemaExtension& extension) {
  const auto named = std::ranges::find(facts, fact.name, &FactDeclaration::name);
  return std::ranges::find(extension.fact_names, fact.name) != extension.fact_names.end() ||
         (named != facts.end() && !named->type.empty());
}

void AppendVocabulary(std::string& text, const std::vector<FactDeclaration>& facts,
                      const internal::SchemaExtension& extension) {
  for (const Vocabulary& one : kVocabulary) {
    if (IsRetyped(one.fact, facts, extension)) continue;
    if (!one.comment.empty()) text += "  // " + std::string(one.comment) + "\n";
    AppendFact(text, one.fact.name, one.fact.type, SourceOf(one.fact, facts));
  }
}

}  // namespace

std::vector<std::string> BuiltInFacts() {
  std::vector<std::string> names;
  for (const BuiltIn& fact : kFacts) names.emplace_back(fact.name);
  for (const Vocabulary& one : kVocabulary) names.emplace_back(one.fact.name);
  std::ranges::sort(names);
  return names;
}

std::string_view BuiltInSource(std::string_view fact) {
  const BuiltIn* found = FindBuiltIn(fact);
  return found == nullptr ? std::string_view() : found->source;
}

bool MayBeRetyped(std::string_view fact) {
  const BuiltIn* found = FindBuiltIn(fact);
  return found == nullptr || found->hold == Hold::kOpen;
}

std::string SchemaText(const std::vector<FactDeclaration>& facts, std::string_view extension_text) {
  const internal::SchemaExtension extension = internal::ReadExtension(extension_text);
  std::string text(kTypes);
  if (!extension.types.contains("Findings"))
    text += "// Detector name to permille; an agreement names its detectors.\ntype Findings = {};\n";
  if (!extension.types.contains("Input"))
    text += "// The arguments of the tools that the agreement's clauses read.\ntype Input = {};\n";
  text += "type Facts = {\n";
  for (const BuiltIn& fact : kFacts) AppendFact(text, fact.name, fact.type, SourceOf(fact, facts));
  AppendVocabulary(text, facts, extension);
  for (const FactDeclaration& fact : facts) {
    if (!fact.type.empty()) AppendFact(text, fact.name, fact.type, fact.asserted_by);
  }
  text += extension.facts;
  text += R"(};
action generate, embed appliesTo { principal: [Application], resource: [Model], context: Facts };
action call_tool appliesTo { principal: [Application], resource: [Tool], context: Facts };
action release appliesTo { principal: [Application], resource: [Model], context: Facts };
action administer appliesTo { principal: [Person], resource: [Gateway], context: Facts };
)";
  text += extension.text;
  return text;
}

}  // namespace proviso::terms
