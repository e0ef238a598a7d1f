#include "cli/cedar_inputs.h"

#include <CLI/CLI.hpp>

#include "base/fields.h"
#include "base/file.h"
#include "base/json.h"
#include "cedar/limits.h"
#include "cedar/parse.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Json;
using base::Result;
using base::Status;

Result<cedar::EntityUid> UidFrom(std::string_view where, const std::string& text) {
  auto uid = cedar::ParseEntityUid(text);
  if (uid) return uid;
  return Fail(ErrorCode::kInvalid, std::string(where) + ": `" + text +
                                       "` is no entity: " + uid.error().message +
                                       "; write it as User::\"alice\" (in a shell: 'User::\"alice\"')");
}

/// "User::\"a\"" as the reference CLI has it, or {"type", "id"}.
Result<cedar::EntityUid> UidFrom(std::string_view where, Json value) {
  if (value.is_string()) return UidFrom(where, value.text());
  if (value.missing()) return Fail(ErrorCode::kInvalid, std::string(where) + ": missing");
  auto uid = cedar::EntityUidFromJson(value);
  return uid ? uid : base::Within(where, uid.error());
}

/// The same policies under the ids that their annotations give.
Result<cedar::PolicySet> NamedByAnnotation(const cedar::PolicySet& policies, const std::string& source) {
  cedar::PolicySet named;
  const auto id_of = [](const cedar::PolicyBody& body, const std::string& otherwise) {
    for (const cedar::Annotation& annotation : body.annotations) {
      if (annotation.key == "id") return annotation.value;
    }
    return otherwise;
  };
  for (const cedar::Template& one : policies.templates()) {
    const auto added = named.AddTemplate(id_of(*one.body, one.id), *one.body);
    if (!added) return base::Within(source, added.error());
  }
  for (const cedar::Policy& policy : policies.policies()) {
    const auto added = named.Add(id_of(policy.body(), policy.id()), policy.body());
    if (!added) return base::Within(source, added.error());
  }
  return named;
}

Result<cedar::SlotValues> SlotsFrom(Json arguments) {
  cedar::SlotValues slots;
  for (const auto& [key, value] : arguments.members()) {
    auto uid = UidFrom("args." + key.text(), value);
    if (!uid) return std::unexpected(uid.error());
    if (key.equals("?principal")) {
      slots.principal = *std::move(uid);
    } else if (key.equals("?resource")) {
      slots.resource = *std::move(uid);
    } else {
      return Fail(ErrorCode::kInvalid,
                  "args." + key.text() + ": no such slot; there are ?principal and ?resource");
    }
  }
  return slots;
}

Status AddLink(cedar::PolicySet& policies, Json link) {
  const Json template_id = link.Find("template_id");
  const Json link_id = link.Find("link_id");
  if (!template_id.is_string() || !link_id.is_string() || !link.Find("args").is_object()) {
    return Fail(ErrorCode::kInvalid,
                link.Where() + R"(: expected {"template_id": "…", "link_id": "…", "args": {…}})");
  }
  auto slots = SlotsFrom(link.Find("args"));
  if (!slots) return base::Within(link.Where(), slots.error());
  auto linked = policies.Link(template_id.text(), link_id.text(), *std::move(slots));
  return linked ? linked : base::Within(link.Where(), linked.error());
}

Result<cedar::Value> ContextFrom(Json object, const cedar::Schema* schema, const cedar::EntityUid& action) {
  auto record = cedar::ContextFromJson(object, schema, action);
  if (!record) return base::Within("context", record.error());
  return cedar::Value::FromRecord(*std::move(record));
}

}  // namespace

std::string SourceName(const std::string& path) {
  return path == "-" ? "<stdin>" : path;
}

void AddPolicyOptions(CLI::App& command, CedarInputs& inputs) {
  command.add_option("-p,--policies", inputs.policies, "Policies and templates; standard input if left out")
      ->type_name("FILE");
  command.add_option("--policy-format", inputs.policy_format, "What --policies is written in")
      ->check(CLI::IsMember({"cedar", "json"}))
      ->capture_default_str();
  command
      .add_option("-k,--template-linked", inputs.links,
                  R"(Links: [{"template_id": "t", "link_id": "l", "args": {"?principal": "User::\"a\""}}])")
      ->type_name("FILE");
}

void AddSchemaOptions(CLI::App& command, CedarInputs& inputs, Presence presence) {
  command.add_option("-s,--schema", inputs.schema, "The schema")
      ->type_name("FILE")
      ->required(presence == Presence::kRequired);
  command.add_option("--schema-format", inputs.schema_format, "What --schema is written in")
      ->check(CLI::IsMember({"cedar", "json"}))
      ->capture_default_str();
}

void AddEntityOptions(CLI::App& command, CedarInputs& inputs, Presence presence) {
  command.add_option("--entities", inputs.entities, "The entities, a JSON array")
      ->type_name("FILE")
      ->required(presence == Presence::kRequired);
}

void AddRequestOptions(CLI::App& command, CedarInputs& inputs) {
  auto* principal = command.add_option("-l,--principal", inputs.principal, "Who asks: User::\"alice\"");
  auto* action = command.add_option("-a,--action", inputs.action, "What for: Action::\"view\"");
  auto* resource = command.add_option("-r,--resource", inputs.resource, "On what: File::\"notes.txt\"");
  auto* context = command.add_option("-c,--context", inputs.context, "The context, a JSON object; else {}");
  context->type_name("FILE");
  command
      .add_option("--request-json", inputs.request_json,
                  "In place of these: a JSON object of principal, action, resource and context")
      ->type_name("FILE")
      ->excludes(principal)
      ->excludes(action)
      ->excludes(resource)
      ->excludes(context);
  command
      .add_option("--request-validation", inputs.validate_request,
                  "Whether a request that is not as the schema says is refused (with --schema)")
      ->capture_default_str();
}

Result<std::string> CedarReader::Text(const std::string& path, std::string_view option) {
  if (path != "-") return base::ReadFile(path);
  if (!stdin_option_.empty()) {
    return Fail(ErrorCode::kInvalid, std::string(option) + ": standard input was read for " + stdin_option_ +
                                         " already; name a file for one of them");
  }
  stdin_option_ = option;
  return base::ReadFile("/dev/stdin");
}

Result<cedar::PolicySet> CedarReader::Policies() {
  const auto text = Text(inputs_.policies, "--policies");
  if (!text) return std::unexpected(text.error());
  const std::string source = SourceName(inputs_.policies);
  const auto parsed = cedar::ParsePolicies(*text, source);
  if (!parsed) return std::unexpected(parsed.error());
  auto policies = NamedByAnnotation(*parsed, source);
  if (!policies) return policies;
  if (auto linked = AddLinks(*policies); !linked) return std::unexpected(linked.error());
  return policies;
}

Status CedarReader::AddLinks(cedar::PolicySet& policies) {
  if (inputs_.links.empty()) return {};
  const std::string source = SourceName(inputs_.links);
  const auto text = Text(inputs_.links, "--template-linked");
  if (!text) return std::unexpected(text.error());
  const auto document = base::JsonDocument::Parse(*text);
  if (!document) return base::Within(source, document.error());
  if (!document->root().is_array()) return Fail(ErrorCode::kInvalid, source + ": expected an array of links");
  for (const Json link : document->root().elements()) {
    if (auto added = AddLink(policies, link); !added) return base::Within(source, added.error());
  }
  return {};
}

Result<std::optional<cedar::Schema>> CedarReader::Schema() {
  if (inputs_.schema.empty()) return std::nullopt;
  const auto text = Text(inputs_.schema, "--schema");
  if (!text) return std::unexpected(text.error());
  const std::string source = SourceName(inputs_.schema);
  auto schema = inputs_.schema_format == "json" ? cedar::Schema::ParseJson(*text, source)
                                                : cedar::Schema::Parse(*text, source);
  if (!schema) return std::unexpected(schema.error());
  return *std::move(schema);
}

Result<cedar::Entities> CedarReader::Entities(const cedar::Schema* schema) {
  if (inputs_.entities.empty()) return cedar::EntitiesFromJson("[]", "no entities", schema);
  const auto text = Text(inputs_.entities, "--entities");
  if (!text) return std::unexpected(text.error());
  return cedar::EntitiesFromJson(*text, SourceName(inputs_.entities), schema);
}

Result<cedar::Request> CedarReader::Request(const cedar::Schema* schema) {
  return inputs_.request_json.empty() ? RequestFromOptions(schema) : RequestFromFile(schema);
}

Result<cedar::Request> CedarReader::RequestFromFile(const cedar::Schema* schema) {
  const std::string source = SourceName(inputs_.request_json);
  const auto text = Text(inputs_.request_json, "--request-json");
  if (!text) return std::unexpected(text.error());
  const auto document = base::JsonDocument::Parse(*text);
  if (!document) return base::Within(source, document.error());
  std::vector<std::string> errors;
  base::Fields fields(document->root(), "", errors);
  const auto principal = UidFrom("principal", fields.Any("principal"));
  const auto action = UidFrom("action", fields.Any("action"));
  const auto resource = UidFrom("resource", fields.Any("resource"));
  const Json context = fields.Any("context");
  for (const auto* uid : {&principal, &action, &resource}) {
    if (!*uid) errors.push_back(uid->error().message);
  }
  if (!context.is_object()) errors.emplace_back("context: expected an object; {} if there is nothing in it");
  fields.RefuseOthers();
  if (!errors.empty()) return Fail(ErrorCode::kInvalid, source + ": " + base::JoinLines(errors));
  auto value = ContextFrom(context, schema, *action);
  if (!value) return base::Within(source, value.error());
  return cedar::Request{*principal, *action, *resource, *std::move(value)};
}

Result<cedar::Request> CedarReader::RequestFromOptions(const cedar::Schema* schema) {
  if (inputs_.principal.empty() || inputs_.action.empty() || inputs_.resource.empty()) {
    return Fail(ErrorCode::kInvalid,
                "a request needs --principal, --action and --resource, or all of it by --request-json");
  }
  const auto principal = UidFrom("--principal", inputs_.principal);
  if (!principal) return std::unexpected(principal.error());
  const auto action = UidFrom("--action", inputs_.action);
  if (!action) return std::unexpected(action.error());
  const auto resource = UidFrom("--resource", inputs_.resource);
  if (!resource) return std::unexpected(resource.error());
  cedar::Request request{*principal, *action, *resource};
  if (inputs_.context.empty()) return request;
  const std::string source = SourceName(inputs_.context);
  const auto text = Text(inputs_.context, "--context");
  if (!text) return std::unexpected(text.error());
  const auto document = base::JsonDocument::Parse(*text);
  if (!document) return base::Within(source, document.error());
  auto value = ContextFrom(document->root(), schema, *action);
  if (!value) return base::Within(source, value.error());
  request.context = *std::move(value);
  return request;
}

}  // namespace proviso::cli
