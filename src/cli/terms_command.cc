// terms test, show, schema, tool-digest, authority: a package, as its authors work on it.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/canonical_json.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/signing_commands.h"
#include "cli/terms_commands.h"
#include "keys/digest.h"
#include "terms/authority.h"
#include "terms/bundle.h"
#include "terms/examples.h"
#include "terms/explain.h"
#include "terms/finding.h"
#include "terms/package.h"
#include "terms/schema.h"

namespace proviso::cli {
namespace {

constexpr std::size_t kKeyFileBytesMax = 4096;
constexpr std::size_t kSchemaFileBytesMax = 1U << 20U;

/// What the subcommands of `terms` take; each uses its part.
struct Options {
  std::string directory;
  std::string file;
  bool json = false;
  terms::AuthorityStatement statement;
  std::int64_t subject_cap = 0;
  std::string expires;
  CLI::Option* subject_cap_given = nullptr;
};

void WriteResult(base::JsonWriter& json, const terms::Package& package, const terms::ExampleResult& result) {
  json.BeginObject().Key("name").String(result.example->name).Key("where").String(result.example->where);
  json.Key("held").Bool(result.differences.empty()).Key("differences").BeginArray();
  for (const std::string& difference : result.differences) json.String(difference);
  json.EndArray().Key("decision");
  terms::WriteDecision(json, package, result.example->request.question, result.decision);
  json.EndObject();
}

void PrintReportJson(Console& console, const terms::Package& package, const terms::ExampleReport& report) {
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  json.BeginObject().Key("digest").String(package.DigestText());
  json.Key("examples").Integer(static_cast<std::int64_t>(report.results.size()));
  json.Key("failed").Integer(static_cast<std::int64_t>(report.Failed())).Key("results").BeginArray();
  for (const terms::ExampleResult& result : report.results) WriteResult(json, package, result);
  json.EndArray().EndObject();
  console.out() << json.Take() << "\n";
}

void PrintReport(Console& console, const terms::ExampleReport& report) {
  for (const terms::ExampleResult& result : report.results) {
    const bool held = result.differences.empty();
    console.out() << console.Styled(held ? Style::kGood : Style::kBad, held ? "ok  " : "FAIL") << "  "
                  << terms::NameOf(result.decision.outcome) << "  " << result.example->name << "\n";
    for (const std::string& difference : result.differences)
      console.out() << "        " << result.example->where << ": " << difference << "\n";
  }
  console.out() << report.results.size() << " examples, " << report.Failed() << " failed\n";
}

void RunTest(const Options& options, Console& console) {
  const auto package = terms::LoadPackage(options.directory);
  if (!package) {
    console.Fail(package.error());
    return;
  }
  const terms::ExampleReport report = terms::RunExamples(**package);
  if (options.json) {
    PrintReportJson(console, **package, report);
  } else {
    PrintReport(console, report);
  }
  if (report.Failed() > 0) console.exit = Exit::kNo;
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined.empty() ? "-" : joined;
}

void ShowPeople(Console& console, const terms::Agreement& agreement) {
  console.out() << console.Styled(Style::kBold, "approver profiles, weakest first") << "\n";
  for (const terms::ApproverProfile& profile : agreement.approver_profiles) {
    console.out() << "  " << profile.name << ": " << profile.count << " of role " << Joined(profile.roles)
                  << "\n";
  }
  console.out() << console.Styled(Style::kBold, "approvers") << "\n";
  for (const terms::NamedApprover& approver : agreement.approvers)
    console.out() << "  " << approver.person << ": " << Joined(approver.roles) << ", key "
                  << approver.key.Text() << "\n";
  console.out() << console.Styled(Style::kBold, "authority issuers") << "\n";
  for (const terms::AuthorityIssuer& issuer : agreement.authority_issuers)
    console.out() << "  " << issuer.id << ": key " << issuer.key.Text() << "\n";
}

void ShowParties(Console& console, const terms::Agreement& agreement) {
  console.out() << console.Styled(Style::kBold, "parties") << "\n";
  for (const terms::Party& party : agreement.parties)
    console.out() << "  " << party.id << (party.name.empty() ? "" : ": " + party.name) << "\n";
  for (const std::string& party : agreement.third_parties)
    console.out() << "  " << party << " (third party)\n";
  console.out() << console.Styled(Style::kBold, "applications") << "\n";
  for (const terms::ApplicationTerms& application : agreement.applications) {
    console.out() << "  " << application.id << " of " << application.organization << ", for "
                  << application.party << ": " << Joined(application.purposes) << "\n";
  }
  console.out() << console.Styled(Style::kBold, "tools") << "\n";
  for (const terms::CatalogueTool& tool : agreement.tools) {
    console.out() << "  " << (tool.server.empty() ? tool.name : tool.server + "/" + tool.name) << ": "
                  << tool.effect << (tool.schema_digest.empty() ? ", any schema" : ", " + tool.schema_digest)
                  << "\n";
  }
}

void ShowFacts(Console& console, const terms::Package& package) {
  console.out() << console.Styled(Style::kBold, "facts and who asserts them") << "\n";
  const cedar::ActionDeclaration* action =
      package.schema().FindAction(cedar::EntityUid("Action", std::string(NameOf(terms::Act::kCallTool))));
  if (action == nullptr) return;
  for (const cedar::AttributeType& fact : action->context->attributes) {
    console.out() << "  " << fact.name << ": " << package.AsserterOf(fact.name) << "\n";
  }
}

void ShowClauses(Console& console, const terms::Package& package) {
  console.out() << console.Styled(Style::kBold, "clauses") << "\n";
  for (const terms::Clause& clause : package.clauses()) {
    const bool permits = clause.effect == cedar::Effect::kPermit;
    console.out() << "  " << clause.id << "  " << (permits ? "permit" : "forbid")
                  << (clause.modality == terms::Modality::kShould ? " (advice)" : "") << "  " << clause.title
                  << (clause.source.empty() ? "" : ", " + clause.source) << "  " << clause.file << "\n";
  }
}

void ShowSafeguards(Console& console, const terms::Package& package) {
  if (package.safeguards().empty()) return;
  console.out() << console.Styled(Style::kBold, "safeguards, which no permit may pass") << "\n";
  for (const terms::Safeguard& safeguard : package.safeguards()) {
    console.out() << "  " << safeguard.name << (safeguard.source.empty() ? "" : ", " + safeguard.source)
                  << "  " << safeguard.file << "\n";
  }
}

std::string FixedBy(const terms::Reference& reference) {
  std::string text;
  if (!reference.version.empty()) text += ", version " + reference.version;
  if (reference.date_ms) text += ", of " + base::FormatUtc(*reference.date_ms);
  if (!reference.digest.empty()) text += ", " + reference.digest;
  return text + (reference.IsFixed() ? "" : ", floating");
}

void ShowReferences(Console& console, const terms::Agreement& agreement) {
  if (!agreement.references.empty())
    console.out() << console.Styled(Style::kBold, "texts that clauses refer to") << "\n";
  for (const terms::Reference& reference : agreement.references)
    console.out() << "  " << reference.name << FixedBy(reference) << "\n";
  if (!agreement.acknowledgements.empty())
    console.out() << console.Styled(Style::kBold, "findings that the parties accept") << "\n";
  for (const terms::Acknowledgement& one : agreement.acknowledgements) {
    console.out() << "  " << terms::NameOf(one.question) << ", " << one.subject
                  << (one.party.empty() ? "" : ", " + one.party) << ": " << one.reason << "\n";
  }
}

void RunShow(const Options& options, Console& console) {
  const auto package = terms::LoadPackage(options.directory);
  if (!package) {
    console.Fail(package.error());
    return;
  }
  const terms::Agreement& agreement = (*package)->agreement();
  console.out() << console.Styled(Style::kBold, agreement.title) << "\n"
                << "  name    " << agreement.name << ", version " << agreement.version << "\n"
                << "  digest  " << (*package)->DigestText() << "\n"
                << "  begins  "
                << (agreement.effective_ms ? base::FormatUtc(*agreement.effective_ms) : "at once") << "\n"
                << "  ends    " << (agreement.expires_ms ? base::FormatUtc(*agreement.expires_ms) : "never")
                << "\n";
  if (!agreement.supersedes.empty()) console.out() << "  instead of " << agreement.supersedes << "\n";
  ShowParties(console, agreement);
  ShowPeople(console, agreement);
  ShowFacts(console, **package);
  ShowClauses(console, **package);
  ShowSafeguards(console, **package);
  ShowReferences(console, agreement);
}

void RunSchema(const Options& options, Console& console) {
  const auto package = terms::LoadPackage(options.directory);
  if (!package) {
    console.Fail(package.error());
    return;
  }
  console.out() << (*package)->schema_text();
}

void RunToolDigest(const Options& options, Console& console) {
  const auto text = base::ReadFile(options.file, kSchemaFileBytesMax);
  if (!text) {
    console.Fail(text.error());
    return;
  }
  const auto document = base::JsonDocument::Parse(*text);
  if (!document || !document->root().is_object()) {
    console.Fail(Exit::kBadInput, options.file + ": " +
                                      (document ? "must be one JSON object, the tool's input schema"
                                                : document.error().message));
    return;
  }
  console.out() << "sha256:" << base::ToHex(keys::Sha256(base::CanonicalJson(document->root()))) << "\n";
}

/// The signed value for the options, or what is wrong with them.
base::Result<std::string> SignedAuthority(Options& options) {
  if (!options.expires.empty()) {
    const auto time = base::ParseUtc(options.expires);
    if (!time) return base::Within("--expires", time.error());
    options.statement.authority.expires_ms = *time;
  }
  if (options.subject_cap_given->count() > 0) options.statement.authority.subject_cap = options.subject_cap;
  auto text = base::ReadFile(options.file, kKeyFileBytesMax);
  if (!text) return base::Within("--key", text.error());
  while (text->ends_with('\n')) text->pop_back();
  const auto key = keys::SigningKey::Parse(*text);
  if (!key) return base::Within("--key " + options.file, key.error());
  return terms::SignAuthority(options.statement, *key);
}

void RunAuthority(Options& options, Console& console) {
  const auto value = SignedAuthority(options);
  if (!value) {
    console.Fail(value.error());
    return;
  }
  console.out() << *value << "\n";
}

void AddAuthority(CLI::App& terms, const std::shared_ptr<Options>& options, Console& console) {
  CLI::App* authority = terms.add_subcommand(
      "authority",
      "Sign an authority: the value of the header Proviso-Authority (docs/formats/authority.md)");
  authority->add_option("--key", options->file, "File with the issuer's signing key")->required();
  authority->add_option("--kind", options->statement.authority.kind, "What it is: court-order, request, …")
      ->required();
  authority->add_option("--issuer", options->statement.authority.issuer, "The issuer's id in the agreement")
      ->required();
  authority->add_option("--organization", options->statement.organization, "Whom it is made out to")
      ->required();
  authority->add_option("--case", options->statement.authority.reference, "The issuer's reference");
  options->subject_cap_given =
      authority->add_option("--subject-cap", options->subject_cap, "How many people it covers at most");
  authority->add_option("--expires", options->expires, "When it ends: 2026-12-31 or 2026-12-31T12:00:00Z");
  authority->footer(
      "Example:\n  proviso terms authority --key office.key --kind request --case 17-204 \\\n"
      "    --issuer issuing-office --organization agency --expires 2026-12-31");
  authority->callback([options, &console] { RunAuthority(*options, console); });
}

}  // namespace

void AddTermsCommand(CLI::App& app, Console& console) {
  auto options = std::make_shared<Options>();  // shared by the callbacks, which outlive this function
  CLI::App* terms = app.add_subcommand("terms", "Work on a terms package");
  terms->require_subcommand(1);
  CLI::App* test = terms->add_subcommand("test", "Decide the package's examples and compare");
  test->add_flag("--json", options->json, "Print the results, with each decision, as JSON");
  test->footer(
      "Exit codes: 0 all hold, 1 one fails, 3 the package is refused.\n"
      "Example:\n  proviso terms test examples/starter");
  test->callback([options, &console] { RunTest(*options, console); });
  CLI::App* show =
      terms->add_subcommand("show", "Parties, facts with their sources, clauses, approvers, digest");
  show->footer("Example:\n  proviso terms show examples/starter");
  show->callback([options, &console] { RunShow(*options, console); });
  CLI::App* schema = terms->add_subcommand("schema", "The Cedar schema that the clauses are written against");
  schema->footer("Example:\n  proviso terms schema examples/starter > starter.cedarschema");
  schema->callback([options, &console] { RunSchema(*options, console); });
  for (CLI::App* command : {test, show, schema})
    command->add_option("DIR", options->directory, "The package's directory, or a bundle")->required();
  CLI::App* digest = terms->add_subcommand("tool-digest", "Digest of a tool's input schema, for [[tool]]");
  digest->add_option("FILE", options->file, "The input schema, JSON")->required();
  digest->footer("Example:\n  proviso terms tool-digest assign_asset.json");
  digest->callback([options, &console] { RunToolDigest(*options, console); });
  AddAuthority(*terms, options, console);
  AddTermsCheck(*terms, console);
  AddTermsDiff(*terms, console);
  AddTermsNew(*terms, console);
  AddSigningCommands(*terms, console);
  AddActivationCommands(*terms, console);
}

}  // namespace proviso::cli
