// proviso cedar validate, check-parse: is it right, before anything is decided with it?
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "base/json_writer.h"
#include "cedar/validate.h"
#include "cli/cedar_commands.h"
#include "cli/cedar_inputs.h"

namespace proviso::cli {
namespace {

using cedar::ValidationFinding;

struct Options {
  CedarInputs inputs{};
  std::string mode = "strict";
  std::optional<std::uint32_t> level{};
  bool deny_warnings = false;
  bool policies_named = false;
  bool json = false;
};

std::string_view Name(ValidationFinding::Severity severity) {
  return severity == ValidationFinding::Severity::kError ? "error" : "warning";
}

void PrintJson(const cedar::ValidationReport& report, bool passed, Console& console) {
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  json.BeginObject().Key("passed").Bool(passed).Key("findings").BeginArray();
  for (const ValidationFinding& finding : report.findings) {
    json.BeginObject().Key("severity").String(Name(finding.severity()));
    json.Key("policy").String(finding.policy_id).Key("source").String(finding.source_name);
    json.Key("line").Integer(finding.position.line).Key("column").Integer(finding.position.column);
    json.Key("message").String(finding.message).EndObject();
  }
  console.out() << json.EndArray().EndObject().Take() << "\n";
}

void PrintText(const cedar::ValidationReport& report, bool passed, Console& console) {
  for (const ValidationFinding& finding : report.findings) console.out() << finding.Text() << "\n";
  console.out() << (passed ? console.Styled(Style::kGood, "policy set validation passed")
                           : console.Styled(Style::kBad, "policy set validation failed"))
                << "\n";
}

void RunValidate(const Options& options, Console& console) {
  CedarReader reader(options.inputs);
  const auto policies = reader.Policies();
  const auto schema = reader.Schema();
  if (!policies) console.Fail(kCedarFailure, policies.error().message);
  if (!schema) console.Fail(kCedarFailure, schema.error().message);
  if (!policies || !schema) return;
  const auto report = cedar::Validate(
      *policies, **schema,
      {.mode = options.mode == "strict" ? cedar::ValidationMode::kStrict : cedar::ValidationMode::kPermissive,
       .level_max = options.level});
  const bool passed = report.passed() && (!options.deny_warnings || report.findings.empty());
  if (options.json) {
    PrintJson(report, passed, console);
  } else {
    PrintText(report, passed, console);
  }
  if (!passed) console.exit = kCedarRejected;
}

void RunCheckParse(const Options& options, Console& console) {
  const CedarInputs& inputs = options.inputs;
  CedarReader reader(inputs);
  const auto told = [&console](const auto& result) {
    if (!result) console.Fail(kCedarFailure, result.error().message);
    return result.has_value();
  };
  if (options.policies_named || (inputs.schema.empty() && inputs.entities.empty())) told(reader.Policies());
  const auto schema = reader.Schema();
  if (!told(schema) || inputs.entities.empty()) return;
  told(reader.Entities(*schema ? &**schema : nullptr));
}

}  // namespace

void AddCedarValidate(CLI::App& cedar, Console& console) {
  CLI::App* command = cedar.add_subcommand("validate", "Check policies against a schema");
  command->footer(
      "Exits 0 if they pass, 3 if they do not, and 1 if something cannot be read: as the reference CLI "
      "does.\n"
      "Examples:\n"
      "  proviso cedar validate -s schema.cedarschema -p policies.cedar\n"
      "  proviso cedar validate -s schema.json --schema-format json -p policies.cedar --level 1 "
      "--deny-warnings");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  AddSchemaOptions(*command, options->inputs, Presence::kRequired);
  AddPolicyOptions(*command, options->inputs);
  command->add_flag("--deny-warnings", options->deny_warnings, "Let warnings fail the validation too");
  command->add_option("--validation-mode", options->mode, "What is refused; the reference has strict alone")
      ->check(CLI::IsMember({"strict", "permissive"}))
      ->capture_default_str();
  command->add_option("--level", options->level, "How many references between entities a policy may follow");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options, &console] { RunValidate(*options, console); });
}

void AddCedarCheckParse(CLI::App& cedar, Console& console) {
  CLI::App* command =
      cedar.add_subcommand("check-parse", "Check that policies, schema or entities can be read");
  command->footer(
      "Reads what is named; policies from standard input if nothing is. Exits 1 if anything is wrong.\n"
      "Example:\n  proviso cedar check-parse -p policies.cedar -s schema.cedarschema --entities "
      "entities.json");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  AddPolicyOptions(*command, options->inputs);
  AddSchemaOptions(*command, options->inputs, Presence::kOptional);
  AddEntityOptions(*command, options->inputs, Presence::kOptional);
  command->callback([options, command, &console] {
    options->policies_named = command->count("--policies") > 0;
    RunCheckParse(*options, console);
  });
}

}  // namespace proviso::cli
