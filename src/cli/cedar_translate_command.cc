// proviso cedar translate: the same policies or schema in the other form.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cedar/policy_json.h"
#include "cedar/print.h"
#include "cedar/schema_translate.h"
#include "cli/cedar_commands.h"
#include "cli/cedar_inputs.h"

namespace proviso::cli {
namespace {

using base::Result;

constexpr const char* kCedarToJson = "cedar-to-json";

struct Options {
  CedarInputs inputs{};
  std::string direction{};
};

Result<std::string> TranslatePolicies(Options& options) {
  const bool to_json = options.direction == kCedarToJson;
  options.inputs.policy_format = to_json ? "cedar" : "json";
  const auto policies = CedarReader(options.inputs).Policies();
  if (!policies) return std::unexpected(policies.error());
  if (to_json) return cedar::ToJson(*policies);
  for (const cedar::Policy& policy : policies->policies()) {
    if (policy.template_id().empty()) continue;
    return base::Fail(base::ErrorCode::kInvalid,
                      SourceName(options.inputs.policies) + ": policy `" + policy.id() +
                          "` links a template, and Cedar's text cannot say that; take the links out and "
                          "give them by --template-linked");
  }
  return cedar::Print(*policies);
}

Result<std::string> TranslateSchema(Options& options) {
  const std::string& path = options.inputs.schema;
  const auto text = CedarReader(options.inputs).Text(path, "--schema");
  if (!text) return std::unexpected(text.error());
  return options.direction == kCedarToJson ? cedar::SchemaTextToJson(*text, SourceName(path))
                                           : cedar::SchemaJsonToText(*text, SourceName(path));
}

using Work = Result<std::string> (*)(Options&);

/// A kind of text that is translated: adds it as `translate NAME`.
CLI::App* Add(CLI::App& translate, Console& console, const char* name, const char* what, const char* footer,
              Work work, const std::shared_ptr<Options>& options) {
  CLI::App* command = translate.add_subcommand(name, what);
  command->footer(footer);
  command->add_option("--direction", options->direction, "From which form to which")
      ->check(CLI::IsMember({kCedarToJson, "json-to-cedar"}))
      ->required();
  command->callback([options, work, &console] {
    const auto translated = work(*options);
    if (translated) {
      console.out() << *translated << (translated->ends_with('\n') ? "" : "\n");
    } else {
      console.Fail(kCedarFailure, translated.error().message);
    }
  });
  return command;
}

}  // namespace

void AddCedarTranslate(CLI::App& cedar, Console& console) {
  CLI::App* translate = cedar.add_subcommand("translate", "Policies or a schema in the other form");
  translate->require_subcommand(1);
  translate->footer(
      "The reference CLI has these as translate-policy and translate-schema. Comments are not kept.\n"
      "Exits 1 if the input cannot be read or the other form cannot say it.");
  const auto options = std::make_shared<Options>();  // shared with the callbacks, which run later
  CLI::App* policy =
      Add(*translate, console, "policy", "Policies, between Cedar and JSON",
          "Example:\n  proviso cedar translate policy --direction cedar-to-json -p policies.cedar",
          TranslatePolicies, options);
  policy->add_option("-p,--policies", options->inputs.policies, "Standard input if left out")
      ->type_name("FILE");
  CLI::App* schema =
      Add(*translate, console, "schema", "A schema, between Cedar and JSON",
          "Example:\n  proviso cedar translate schema --direction json-to-cedar -s schema.json",
          TranslateSchema, options);
  options->inputs.schema = "-";
  schema->add_option("-s,--schema", options->inputs.schema, "Standard input if left out")->type_name("FILE");
}

}  // namespace proviso::cli
