// proviso cedar authorize, evaluate: a decision, or a value, from files.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/clock.h"
#include "base/json_writer.h"
#include "cedar/authorize.h"
#include "cedar/explain.h"
#include "cedar/parse.h"
#include "cli/cedar_commands.h"
#include "cli/cedar_inputs.h"

namespace proviso::cli {
namespace {

using cedar::Explanation;

struct Options {
  CedarInputs inputs{};
  std::string expression{};
  bool verbose = false;
  bool explain = false;
  bool timing = false;
  bool json = false;
};

/// All that a decision is made on.
struct World {
  cedar::PolicySet policies;
  cedar::Entities entities;
  cedar::Request request;
};

/// Reads everything and reports all that is wrong at once; nothing if anything is.
std::optional<World> ReadWorld(const CedarInputs& inputs, Console& console) {
  CedarReader reader(inputs);
  const auto told = [&console](const auto& result) {
    if (!result) console.Fail(kCedarFailure, result.error().message);
    return result.has_value();
  };
  auto policies = reader.Policies();
  auto schema = reader.Schema();
  const bool schema_read = told(schema);
  const cedar::Schema* guide = schema_read && *schema ? &**schema : nullptr;
  const bool policies_read = told(policies);
  // Without its schema JSON reads otherwise, and what is said about it would mislead.
  if (!schema_read) return std::nullopt;
  auto entities = reader.Entities(guide);
  const bool entities_read = told(entities);
  auto request = reader.Request(guide);
  if (!told(request) || !policies_read || !entities_read) return std::nullopt;
  return World{*std::move(policies), *std::move(entities), *std::move(request)};
}

std::string_view Name(cedar::Outcome outcome) {
  switch (outcome) {
    case cedar::Outcome::kPermitted:
      return "permitted";
    case cedar::Outcome::kForbidden:
      return "forbidden";
    case cedar::Outcome::kNotPermitted:
      break;
  }
  return "not permitted";
}

std::string_view Name(Explanation::Standing standing) {
  switch (standing) {
    case Explanation::Standing::kSatisfied:
      return "satisfied";
    case Explanation::Standing::kNotSatisfied:
      return "not satisfied";
    case Explanation::Standing::kErrs:
      break;
  }
  return "errs";
}

std::string_view Name(Explanation::Part part) {
  switch (part) {
    case Explanation::Part::kPrincipal:
      return "principal";
    case Explanation::Part::kAction:
      return "action";
    case Explanation::Part::kResource:
      return "resource";
    case Explanation::Part::kCondition:
      break;
  }
  return "condition";
}

std::string_view Name(cedar::Effect effect) {
  return effect == cedar::Effect::kPermit ? "permit" : "forbid";
}

std::string Place(const cedar::Policy& policy) {
  const cedar::PolicyBody& body = policy.body();
  return body.source_name + ":" + std::to_string(body.position.line) + ":" +
         std::to_string(body.position.column);
}

std::string_view Sentence(cedar::Outcome outcome) {
  switch (outcome) {
    case cedar::Outcome::kPermitted:
      return "Permitted: these permits hold, and no forbid does.";
    case cedar::Outcome::kForbidden:
      return "Forbidden: these forbids hold, whatever permits do.";
    case cedar::Outcome::kNotPermitted:
      break;
  }
  return "Not permitted: no permit holds, and no forbid does either.";
}

void ExplainText(const World& world, const cedar::Response& response, Console& console) {
  const auto explanations = cedar::Explain(world.policies, world.entities, world.request);
  console.out() << "\n" << Sentence(response.outcome) << "\n";
  for (const cedar::Policy* policy : response.reasons) {
    console.out() << "  " << console.Styled(Style::kBold, policy->id()) << "  " << Place(*policy) << "\n";
    for (const cedar::Annotation& annotation : policy->body().annotations) {
      if (annotation.key != "id")
        console.out() << "      @" << annotation.key << ": " << annotation.value << "\n";
    }
  }
  bool first = true;
  for (const Explanation& one : explanations) {
    if (std::ranges::find(response.reasons, one.policy) != response.reasons.end()) continue;
    if (first) console.out() << "\nThe other policies:\n";
    first = false;
    console.out() << "  " << console.Styled(Style::kBold, one.policy->id()) << "  "
                  << Name(one.policy->effect()) << ", " << Name(one.standing);
    if (one.standing == Explanation::Standing::kNotSatisfied)
      console.out() << " for its " << Name(one.part) << ": " << one.Text();
    if (one.standing == Explanation::Standing::kErrs) console.out() << ", and so left out: " << one.error;
    console.out() << "\n";
  }
}

void PrintText(const World& world, const cedar::Response& response, const Options& options,
               Console& console) {
  const bool allowed = response.decision == cedar::Decision::kAllow;
  console.out() << (allowed ? console.Styled(Style::kGood, "ALLOW") : console.Styled(Style::kBad, "DENY"))
                << "\n";
  for (const cedar::PolicyError& error : response.errors)
    console.err() << "proviso: a policy was left out, as its evaluation erred: " << error.message << "\n";
  if (options.verbose && !options.explain) {
    console.out() << "\n";
    if (response.reasons.empty()) {
      console.out() << "note: no policies applied to this request\n";
    } else {
      console.out() << "note: this decision was due to the following policies:\n";
      for (const cedar::Policy* policy : response.reasons) console.out() << "  " << policy->id() << "\n";
    }
  }
  if (options.explain) ExplainText(world, response, console);
}

void PrintJson(const World& world, const cedar::Response& response, const Options& options,
               Console& console) {
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  json.BeginObject();
  json.Key("decision").String(response.decision == cedar::Decision::kAllow ? "allow" : "deny");
  json.Key("outcome").String(Name(response.outcome));
  json.Key("reasons").BeginArray();
  for (const cedar::Policy* policy : response.reasons) json.String(policy->id());
  json.EndArray().Key("errors").BeginArray();
  for (const cedar::PolicyError& error : response.errors) {
    json.BeginObject().Key("policy").String(error.policy->id());
    json.Key("message").String(error.message).EndObject();
  }
  json.EndArray();
  if (options.explain) {
    json.Key("policies").BeginArray();
    for (const Explanation& one : cedar::Explain(world.policies, world.entities, world.request)) {
      json.BeginObject().Key("id").String(one.policy->id()).Key("effect").String(Name(one.policy->effect()));
      json.Key("source").String(Place(*one.policy)).Key("standing").String(Name(one.standing));
      if (one.standing != Explanation::Standing::kSatisfied)
        json.Key("part").String(Name(one.part)).Key("why").String(one.Text());
      json.EndObject();
    }
    json.EndArray();
  }
  console.out() << json.EndObject().Take() << "\n";
}

void RunAuthorize(const Options& options, Console& console) {
  const auto world = ReadWorld(options.inputs, console);
  if (!world) return;
  const base::SystemClock clock;
  const std::int64_t began_ns = clock.MonotonicNs();
  const cedar::Response response = cedar::Authorize(world->policies, world->entities, world->request);
  const std::int64_t took_us = (clock.MonotonicNs() - began_ns) / 1'000;
  if (options.json) {
    PrintJson(*world, response, options, console);
  } else {
    PrintText(*world, response, options, console);
  }
  if (options.timing) console.err() << "Authorization Time (micro seconds) : " << took_us << "\n";
  if (response.decision == cedar::Decision::kDeny) console.exit = kCedarDeny;
}

void RunEvaluate(const Options& options, Console& console) {
  const auto fail = [&console](const base::Error& error) { console.Fail(kCedarFailure, error.message); };
  CedarReader reader(options.inputs);
  const auto expression = cedar::ParseExpression(options.expression, "EXPRESSION");
  if (!expression) return fail(expression.error());
  const auto schema = reader.Schema();
  if (!schema) return fail(schema.error());
  const cedar::Schema* guide = *schema ? &**schema : nullptr;
  const auto entities = reader.Entities(guide);
  if (!entities) return fail(entities.error());
  const auto request = reader.Request(guide);
  if (!request) return fail(request.error());
  const auto value = cedar::Evaluate(**expression, *entities, *request);
  if (!value) return fail({value.error().code, "EXPRESSION:" + value.error().message});
  console.out() << value->Text() << "\n";
}

}  // namespace

void AddCedarAuthorize(CLI::App& cedar, Console& console) {
  CLI::App* command = cedar.add_subcommand("authorize", "Decide one request, and say why");
  command->footer(
      "Exits 0 on ALLOW, 2 on DENY, and 1 if something cannot be read: as the reference CLI does.\n"
      "Examples:\n"
      "  proviso cedar authorize -p policies.cedar --entities entities.json \\\n"
      "    -l 'User::\"alice\"' -a 'Action::\"view\"' -r 'Photo::\"vacation.jpg\"' --explain\n"
      "  proviso cedar authorize -p policies.cedar -s schema.cedarschema --entities entities.json \\\n"
      "    --request-json - < request.json");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  AddRequestOptions(*command, options->inputs);
  AddPolicyOptions(*command, options->inputs);
  AddSchemaOptions(*command, options->inputs, Presence::kOptional);
  AddEntityOptions(*command, options->inputs, Presence::kRequired);
  command->add_flag("-v,--verbose", options->verbose, "Also print the ids of the policies that decided");
  command->add_flag("--explain", options->explain,
                    "Also say for each policy what made it hold or not: forbidden, or not permitted?");
  command->add_flag("-t,--timing", options->timing, "Also print how long the decision took");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options, &console] { RunAuthorize(*options, console); });
}

void AddCedarEvaluate(CLI::App& cedar, Console& console) {
  CLI::App* command = cedar.add_subcommand("evaluate", "Print what an expression comes to in a request");
  command->footer(
      "Exits 1 if it errs or cannot be read.\nExample:\n"
      "  proviso cedar evaluate -l 'User::\"alice\"' -a 'Action::\"view\"' -r 'Photo::\"p\"' \\\n"
      "    --entities entities.json 'principal.age + 1'");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  AddRequestOptions(*command, options->inputs);
  AddSchemaOptions(*command, options->inputs, Presence::kOptional);
  AddEntityOptions(*command, options->inputs, Presence::kOptional);
  command->add_option("EXPRESSION", options->expression, "What to evaluate")->required();
  command->callback([options, &console] { RunEvaluate(*options, console); });
}

}  // namespace proviso::cli
