#include "cli/internal/example_texts.h"

#include <utility>

namespace proviso::cli::internal {
namespace {

constexpr const char* kGdrivePolicies =
    R"(// gdrive: documents and folders, shared with people and with groups.
@id("viewers read, directly, through a folder or through a group")
permit (principal, action == Action::"read", resource)
when { resource in principal.documentsAndFoldersWithViewAccess };

@id("owners do all with their documents")
permit (principal, action in [Action::"read", Action::"write", Action::"share", Action::"changeOwner"], resource)
when { principal.ownedDocuments.contains(resource) };

@id("owners of a folder read, write and share what is in it")
permit (principal, action in [Action::"read", Action::"write", Action::"share"], resource)
when { resource in principal.ownedFolders };

@id("owners of a folder create documents in it")
permit (principal, action == Action::"createDocument", resource)
when { resource in principal.ownedFolders };

@id("everybody reads what is public")
permit (principal, action == Action::"read", resource)
when { resource.isPublic };
)";

constexpr const char* kGdriveSchema = R"(entity User in [Group] = {
  documentsAndFoldersWithViewAccess: View,
  ownedDocuments: Set<Document>,
  ownedFolders: Set<Folder>,
};
entity Group;
entity View in [View];
entity Folder in [Folder, View];
entity Document in [Folder, View] = { isPublic: Bool };
action read, write, share, changeOwner appliesTo { principal: User, resource: Document };
action createDocument appliesTo { principal: User, resource: Folder };
)";

constexpr const char* kGithubPolicies =
    R"(// github: five roles on a repository; who has a role has the lesser ones too.
permit (principal, action == Action::"pull", resource) when { principal in resource.readers };
permit (principal, action == Action::"fork", resource) when { principal in resource.readers };
permit (principal, action == Action::"assign_issue", resource) when { principal in resource.triagers };
permit (principal, action == Action::"push", resource) when { principal in resource.writers };
permit (principal, action == Action::"edit_wiki", resource) when { principal in resource.writers };
permit (principal, action == Action::"manage_settings", resource) when { principal in resource.maintainers };
permit (principal, action == Action::"delete_project", resource) when { principal in resource.admins };
permit (principal, action == Action::"add_admin", resource) when { principal in resource.owner.admins };
)";

constexpr const char* kGithubSchema = R"(entity User in [UserGroup, Team];
entity Team in [UserGroup, Team];
entity UserGroup in [UserGroup];
entity Organization = { readers: UserGroup, writers: UserGroup, admins: UserGroup };
entity Repository = {
  owner: Organization,
  readers: UserGroup,
  triagers: UserGroup,
  writers: UserGroup,
  maintainers: UserGroup,
  admins: UserGroup,
};
action pull, fork, assign_issue, push, edit_wiki, manage_settings, delete_project, add_admin
  appliesTo { principal: User, resource: Repository };
)";

constexpr const char* kTinyTodoPolicies = R"(// TinyTodo: lists of tasks, which teams read and edit.
@id("anyone creates a list and sees his lists")
permit (principal, action in [Action::"CreateList", Action::"GetLists"], resource == Application::"TinyTodo");

@id("owners do all with their lists")
permit (principal, action, resource is List in Application::"TinyTodo")
when { resource.owner == principal };

@id("readers and editors see a list")
permit (principal, action == Action::"GetList", resource)
when { principal in resource.readers || principal in resource.editors };

@id("editors change a list and its tasks")
permit (principal, action in [Action::"UpdateList", Action::"CreateTask", Action::"UpdateTask"], resource)
when { principal in resource.editors };

@id("admins do everything")
permit (principal in Team::"admin", action, resource in Application::"TinyTodo");

@id("interns create no lists")
forbid (principal in Team::"interns", action == Action::"CreateList", resource == Application::"TinyTodo");

@id("only seniors in the north share lists of others")
forbid (principal, action == Action::"EditShare", resource)
unless { resource.owner == principal || (principal.joblevel >= 5 && principal.location == "north") };
)";

constexpr const char* kTinyTodoSchema = R"(entity Application;
entity User in [Team, Application] = { joblevel: Long, location: String };
entity Team in [Team, Application];
entity List in [Application] = { owner: User, name: String, readers: Team, editors: Team };
action CreateList, GetLists appliesTo { principal: User, resource: Application };
action GetList, UpdateList, DeleteList, CreateTask, UpdateTask, EditShare
  appliesTo { principal: User, resource: List };
)";

constexpr const char* kPeoplePolicies = R"(// people: few clauses over many people.
permit (principal in Organization::"all", action == Action::"read_tool", resource)
when { principal.clearance >= resource.level };
permit (principal, action in [Action::"read_tool", Action::"call_tool"], resource)
when { principal in resource.owner };
forbid (principal, action == Action::"call_tool", resource)
when { principal.clearance < 1 };
)";

constexpr const char* kPeopleSchema = R"(entity Organization;
entity Department in [Organization];
entity Team in [Department];
entity Person in [Team] = { clearance: Long };
entity Tool = { owner: Department, level: Long };
action read_tool, call_tool appliesTo { principal: Person, resource: Tool };
)";

/// Four shapes of clause in turn, as agreements have them. None depends on another.
std::string Clause(std::size_t number, const std::string& action) {
  const std::string n = std::to_string(number);
  const std::string about = "action == Action::\"" + action + "\"";
  switch (number % 4) {
    case 0:
      return "permit (principal, " + about + ", resource)\nwhen { principal.clearance >= resource.level };\n";
    case 1:
      return "forbid (principal, " + about + ", resource)\nwhen { context.effect == \"effect" + n +
             "\" && context.count >= 2 };\n";
    case 2:
      return "permit (principal in Unit::\"" + std::to_string(number % 10) + "\", " + about +
             ", resource)\nwhen { context.count < " + std::to_string(number % 7) + " };\n";
    default:
      return "forbid (principal, " + about + ", resource is Tool)\nwhen { [\"effect" + n + "\", \"other" + n +
             "\"].contains(context.effect) }\nunless { principal.clearance == 4 };\n";
  }
}

std::string Clauses(CedarExample example, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const bool on_other = example == CedarExample::kClausesOnOthers && i > 0;
    text += Clause(i, on_other ? "other" + std::to_string(i) : "call_tool");
  }
  return text;
}

std::string ClausesSchema(CedarExample example, std::size_t count) {
  std::string text =
      "entity Unit;\nentity Person in [Unit] = { clearance: Long };\nentity Tool = { level: Long };\n"
      "action call_tool";
  for (std::size_t i = 1; example == CedarExample::kClausesOnOthers && i < count; ++i) {
    text += ", other" + std::to_string(i);
  }
  return text +
         "\n  appliesTo { principal: Person, resource: Tool, context: { effect: String, count: Long } };\n";
}

}  // namespace

std::string PoliciesOf(CedarExample example, std::size_t size) {
  switch (example) {
    case CedarExample::kGdrive:
      return kGdrivePolicies;
    case CedarExample::kGithub:
      return kGithubPolicies;
    case CedarExample::kTinyTodo:
      return kTinyTodoPolicies;
    case CedarExample::kClauses:
    case CedarExample::kClausesOnOthers:
      return Clauses(example, size);
    case CedarExample::kPeople:
      return kPeoplePolicies;
  }
  std::unreachable();
}

std::string SchemaOf(CedarExample example, std::size_t size) {
  switch (example) {
    case CedarExample::kGdrive:
      return kGdriveSchema;
    case CedarExample::kGithub:
      return kGithubSchema;
    case CedarExample::kTinyTodo:
      return kTinyTodoSchema;
    case CedarExample::kClauses:
    case CedarExample::kClausesOnOthers:
      return ClausesSchema(example, size);
    case CedarExample::kPeople:
      return kPeopleSchema;
  }
  std::unreachable();
}

}  // namespace proviso::cli::internal
