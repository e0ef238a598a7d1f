#include "cli/cedar_examples.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json_writer.h"
#include "cli/internal/example_texts.h"
#include "cli/limits.h"

namespace proviso::cli {
namespace {

using base::JsonWriter;

/// The paper's chance that two entities are connected, and the largest size that it was used at.
constexpr double kConnected = 0.05;
constexpr std::size_t kPaperSizeMax = 50;

struct NamedExample {
  CedarExample example;
  std::string_view name;
};
constexpr std::array kExamples = {
    NamedExample{CedarExample::kGdrive, "gdrive"},
    NamedExample{CedarExample::kGithub, "github"},
    NamedExample{CedarExample::kTinyTodo, "tinytodo"},
    NamedExample{CedarExample::kClauses, "clauses"},
    NamedExample{CedarExample::kClausesOnOthers, "clauses-on-others"},
    NamedExample{CedarExample::kPeople, "people"},
};

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers with every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(Next() % bound); }
  bool Chance(double probability) { return static_cast<double>(Next() >> 11U) * 0x1p-53 < probability; }

 private:
  std::uint64_t state_;
};

struct Uid {
  std::string_view type;
  std::string id;
};

Uid Numbered(std::string_view type, std::size_t number) {
  return {type, std::to_string(number)};
}

/// A store under construction. The order of calls: Begin, attributes, End with the parents.
class StoreWriter {
 public:
  explicit StoreWriter(std::vector<std::string>& texts) : texts_(texts) {}

  void Begin(const Uid& uid) {
    if (count_++ % kEntitiesPerText == 0) {
      Close();
      json_.BeginArray();
      is_open_ = true;
    }
    json_.BeginObject().Key("uid");
    Put(uid);
    json_.Key("attrs").BeginObject();
  }
  void Bool(std::string_view name, bool value) { json_.Key(name).Bool(value); }
  void Integer(std::string_view name, std::int64_t value) { json_.Key(name).Integer(value); }
  void String(std::string_view name, std::string_view value) { json_.Key(name).String(value); }
  void Entity(std::string_view name, const Uid& uid) {
    json_.Key(name);
    Escape(uid);
  }
  void Entities(std::string_view name, const std::vector<Uid>& uids) {
    json_.Key(name).BeginArray();
    for (const Uid& uid : uids) Escape(uid);
    json_.EndArray();
  }
  void End(const std::vector<Uid>& parents) {
    json_.EndObject().Key("parents").BeginArray();
    for (const Uid& parent : parents) Put(parent);
    json_.EndArray().EndObject();
  }
  void Plain(const Uid& uid, const std::vector<Uid>& parents) {
    Begin(uid);
    End(parents);
  }
  void Close() {
    if (is_open_) {
      json_.EndArray();
      texts_.push_back(json_.Take());
      json_ = JsonWriter();
    }
    is_open_ = false;
  }

 private:
  void Put(const Uid& uid) {
    json_.BeginObject().Key("type").String(uid.type).Key("id").String(uid.id).EndObject();
  }
  /// Without a schema a reader needs to be told that this is an entity.
  void Escape(const Uid& uid) {
    json_.BeginObject().Key("__entity");
    Put(uid);
    json_.EndObject();
  }

  std::vector<std::string>& texts_;
  JsonWriter json_;
  std::size_t count_ = 0;
  bool is_open_ = false;
};

class RequestWriter {
 public:
  RequestWriter() { json_.BeginArray(); }

  void Add(const Uid& principal, std::string_view action, const Uid& resource,
           std::string_view context = "{}") {
    json_.BeginObject();
    Put("principal", principal);
    Put("action", {"Action", std::string(action)});
    Put("resource", resource);
    json_.Key("context").Raw(context).EndObject();
  }
  std::string Take() { return json_.EndArray().Take(); }

 private:
  void Put(std::string_view key, const Uid& uid) {
    json_.Key(key).BeginObject().Key("type").String(uid.type).Key("id").String(uid.id).EndObject();
  }
  JsonWriter json_;
};

/// What the writers of one example share.
struct Making {
  const CedarExampleSize& size;
  Dice& dice;
  StoreWriter& store;
  RequestWriter& requests;

  [[nodiscard]] double Probability() const {
    return size.size <= kPaperSizeMax ? kConnected
                                      : kConnected * kPaperSizeMax / static_cast<double>(size.size);
  }
  /// Each of the first `count` entities of a type, with the chance that two are connected.
  void Connect(std::string_view type, std::size_t count, std::vector<Uid>& into) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (dice.Chance(Probability())) into.push_back(Numbered(type, i));
    }
  }
  [[nodiscard]] std::vector<Uid> Some(std::string_view type, std::size_t count) const {
    std::vector<Uid> some;
    Connect(type, count, some);
    return some;
  }
  [[nodiscard]] Uid One(std::string_view type) const { return Numbered(type, dice.Below(size.size)); }
};

/// A view holds what a user may see: documents and folders directly, and the views of his groups.
Uid ViewOf(std::string_view whose, std::size_t number) {
  return {"View", std::string(whose) + " " + std::to_string(number)};
}

void ConnectViews(const Making& making, std::vector<Uid>& parents) {
  for (const std::string_view whose : {"User", "Group"}) {
    for (std::size_t i = 0; i < making.size.size; ++i) {
      if (making.dice.Chance(making.Probability())) parents.push_back(ViewOf(whose, i));
    }
  }
}

void MakeGdrive(const Making& making) {
  const std::size_t n = making.size.size;
  std::vector<std::vector<Uid>> views_of_members(n);
  for (std::size_t user = 0; user < n; ++user) {
    const std::vector<Uid> groups = making.Some("Group", n);
    for (const Uid& group : groups) views_of_members[std::stoul(group.id)].push_back(ViewOf("User", user));
    making.store.Begin(Numbered("User", user));
    making.store.Entity("documentsAndFoldersWithViewAccess", ViewOf("User", user));
    making.store.Entities("ownedDocuments", making.Some("Document", n));
    making.store.Entities("ownedFolders", making.Some("Folder", n));
    making.store.End(groups);
    making.store.Plain(ViewOf("User", user), {});
  }
  for (std::size_t group = 0; group < n; ++group) {
    making.store.Plain(Numbered("Group", group), {});
    making.store.Plain(ViewOf("Group", group), views_of_members[group]);
  }
  for (std::size_t document = 0; document < n; ++document) {
    std::vector<Uid> parents = making.Some("Folder", n);
    ConnectViews(making, parents);
    making.store.Begin(Numbered("Document", document));
    making.store.Bool("isPublic", making.dice.Chance(0.5));
    making.store.End(parents);
  }
  for (std::size_t folder = 0; folder < n; ++folder) {
    std::vector<Uid> parents = making.Some("Folder", folder);  // only earlier ones: no cycles
    ConnectViews(making, parents);
    making.store.Plain(Numbered("Folder", folder), parents);
  }
  constexpr std::array<std::string_view, 5> kActions = {"read", "write", "share", "changeOwner",
                                                        "createDocument"};
  for (std::size_t i = 0; i < making.size.requests; ++i) {
    const std::string_view action = kActions[making.dice.Below(kActions.size())];
    making.requests.Add(making.One("User"), action,
                        making.One(action == "createDocument" ? "Folder" : "Document"));
  }
}

constexpr std::array<std::string_view, 5> kRoles = {"readers", "triagers", "writers", "maintainers",
                                                    "admins"};
constexpr std::array<std::string_view, 3> kOrganizationRoles = {"readers", "writers", "admins"};

Uid RoleGroup(std::string_view of, std::size_t number, std::string_view role) {
  return {"UserGroup", std::string(of) + " " + std::to_string(number) + " " + std::string(role)};
}

/// Roles on every repository and organization, each with the chance that two are connected.
std::vector<Uid> SomeRoles(const Making& making) {
  std::vector<Uid> groups;
  for (std::size_t i = 0; i < making.size.size; ++i) {
    for (const std::string_view role : kRoles) {
      if (making.dice.Chance(making.Probability())) groups.push_back(RoleGroup("Repository", i, role));
    }
    for (const std::string_view role : kOrganizationRoles) {
      if (making.dice.Chance(making.Probability())) groups.push_back(RoleGroup("Organization", i, role));
    }
  }
  return groups;
}

void MakeRepository(const Making& making, std::size_t repository,
                    std::vector<std::vector<std::size_t>>& owned) {
  const std::size_t owner = making.dice.Below(making.size.size);
  owned[owner].push_back(repository);
  making.store.Begin(Numbered("Repository", repository));
  making.store.Entity("owner", Numbered("Organization", owner));
  for (const std::string_view role : kRoles) {
    making.store.Entity(role, RoleGroup("Repository", repository, role));
  }
  making.store.End({});
  // Who has a role has the lesser ones too.
  making.store.Plain(RoleGroup("Repository", repository, kRoles[0]), {});
  for (std::size_t i = 1; i < kRoles.size(); ++i) {
    making.store.Plain(RoleGroup("Repository", repository, kRoles[i]),
                       {RoleGroup("Repository", repository, kRoles[i - 1])});
  }
}

void MakeGithub(const Making& making) {
  const std::size_t n = making.size.size;
  for (std::size_t user = 0; user < n; ++user) {
    std::vector<Uid> parents = SomeRoles(making);
    making.Connect("Team", n, parents);
    making.store.Plain(Numbered("User", user), parents);
  }
  for (std::size_t team = 0; team < n; ++team) {
    std::vector<Uid> parents = SomeRoles(making);
    making.Connect("Team", team, parents);
    making.store.Plain(Numbered("Team", team), parents);
  }
  std::vector<std::vector<std::size_t>> owned(n);
  for (std::size_t repository = 0; repository < n; ++repository) MakeRepository(making, repository, owned);
  for (std::size_t organization = 0; organization < n; ++organization) {
    making.store.Begin(Numbered("Organization", organization));
    for (const std::string_view role : kOrganizationRoles) {
      making.store.Entity(role, RoleGroup("Organization", organization, role));
    }
    making.store.End({});
    for (const std::string_view role : kOrganizationRoles) {
      std::vector<Uid> parents;
      for (const std::size_t repository : owned[organization]) {
        parents.push_back(RoleGroup("Repository", repository, role));
      }
      making.store.Plain(RoleGroup("Organization", organization, role), parents);
    }
  }
  constexpr std::array<std::string_view, 8> kActions = {
      "pull", "fork", "assign_issue", "push", "edit_wiki", "manage_settings", "delete_project", "add_admin"};
  for (std::size_t i = 0; i < making.size.requests; ++i) {
    making.requests.Add(making.One("User"), kActions[making.dice.Below(kActions.size())],
                        making.One("Repository"));
  }
}

void MakeTinyTodo(const Making& making) {
  const std::size_t n = making.size.size;
  const Uid application{"Application", "TinyTodo"};
  making.store.Plain(application, {});
  making.store.Plain({"Team", "admin"}, {application});
  making.store.Plain({"Team", "interns"}, {application});
  for (std::size_t user = 0; user < n; ++user) {
    std::vector<Uid> parents = making.Some("Team", n);
    parents.push_back(application);
    if (making.dice.Chance(kConnected)) parents.push_back({"Team", "admin"});
    if (making.dice.Chance(kConnected)) parents.push_back({"Team", "interns"});
    making.store.Begin(Numbered("User", user));
    making.store.Integer("joblevel", static_cast<std::int64_t>(making.dice.Below(10)));
    making.store.String("location", making.dice.Chance(0.5) ? "north" : "south");
    making.store.End(parents);
  }
  for (std::size_t team = 0; team < n; ++team) {
    std::vector<Uid> parents = making.Some("Team", team);
    parents.push_back(application);
    making.store.Plain(Numbered("Team", team), parents);
  }
  for (std::size_t list = 0; list < n; ++list) {
    making.store.Begin(Numbered("List", list));
    making.store.Entity("owner", making.One("User"));
    making.store.String("name", "list " + std::to_string(list));
    making.store.Entity("readers", making.One("Team"));
    making.store.Entity("editors", making.One("Team"));
    making.store.End({application});
  }
  constexpr std::array<std::string_view, 8> kActions = {"CreateList", "GetLists",   "GetList",
                                                        "UpdateList", "DeleteList", "CreateTask",
                                                        "UpdateTask", "EditShare"};
  for (std::size_t i = 0; i < making.size.requests; ++i) {
    const std::string_view action = kActions[making.dice.Below(kActions.size())];
    const bool on_application = action == "CreateList" || action == "GetLists";
    making.requests.Add(making.One("User"), action, on_application ? application : making.One("List"));
  }
}

/// A fixed store of a hundred people and ten tools, for examples whose size counts clauses.
void MakeClauses(const Making& making) {
  constexpr std::size_t kPeople = 100;
  constexpr std::size_t kTools = 10;
  for (std::size_t unit = 0; unit < 10; ++unit) making.store.Plain(Numbered("Unit", unit), {});
  for (std::size_t person = 0; person < kPeople; ++person) {
    making.store.Begin(Numbered("Person", person));
    making.store.Integer("clearance", static_cast<std::int64_t>(making.dice.Below(5)));
    making.store.End({Numbered("Unit", making.dice.Below(10))});
  }
  for (std::size_t tool = 0; tool < kTools; ++tool) {
    making.store.Begin(Numbered("Tool", tool));
    making.store.Integer("level", static_cast<std::int64_t>(making.dice.Below(5)));
    making.store.End({});
  }
  for (std::size_t i = 0; i < making.size.requests; ++i) {
    const std::string context = "{\"effect\":\"effect" + std::to_string(making.dice.Below(1'000)) +
                                "\",\"count\":" + std::to_string(making.dice.Below(10)) + "}";
    making.requests.Add(Numbered("Person", making.dice.Below(kPeople)), "call_tool",
                        Numbered("Tool", making.dice.Below(kTools)), context);
  }
}

void MakePeople(const Making& making) {
  const std::size_t n = making.size.size;
  const std::size_t teams = std::max<std::size_t>(n / 20, 1);
  const std::size_t departments = std::max<std::size_t>(teams / 20, 1);
  constexpr std::size_t kTools = 50;
  making.store.Plain({"Organization", "all"}, {});
  for (std::size_t i = 0; i < departments; ++i) {
    making.store.Plain(Numbered("Department", i), {{"Organization", "all"}});
  }
  for (std::size_t i = 0; i < teams; ++i) {
    making.store.Plain(Numbered("Team", i), {Numbered("Department", i % departments)});
  }
  for (std::size_t i = 0; i < kTools; ++i) {
    making.store.Begin(Numbered("Tool", i));
    making.store.Entity("owner", Numbered("Department", making.dice.Below(departments)));
    making.store.Integer("level", static_cast<std::int64_t>(making.dice.Below(5)));
    making.store.End({});
  }
  for (std::size_t i = 0; i < n; ++i) {
    making.store.Begin(Numbered("Person", i));
    making.store.Integer("clearance", static_cast<std::int64_t>(making.dice.Below(5)));
    making.store.End({Numbered("Team", making.dice.Below(teams))});
  }
  for (std::size_t i = 0; i < making.size.requests; ++i) {
    making.requests.Add(making.One("Person"), making.dice.Chance(0.5) ? "call_tool" : "read_tool",
                        Numbered("Tool", making.dice.Below(kTools)));
  }
}

}  // namespace

std::string_view NameOf(CedarExample example) {
  return std::ranges::find(kExamples, example, &NamedExample::example)->name;
}

std::optional<CedarExample> FindCedarExample(std::string_view name) {
  const auto* const found = std::ranges::find(kExamples, name, &NamedExample::name);
  return found == kExamples.end() ? std::nullopt : std::optional(found->example);
}

std::vector<std::string> CedarExampleNames() {
  std::vector<std::string> names;
  for (const NamedExample& one : kExamples) names.emplace_back(one.name);
  return names;
}

std::size_t SizeMaxOf(CedarExample example) {
  switch (example) {
    case CedarExample::kGdrive:
    case CedarExample::kGithub:
    case CedarExample::kTinyTodo:
      return kExampleOfEachKindMax;
    case CedarExample::kClauses:
    case CedarExample::kClausesOnOthers:
      return kExampleClausesMax;
    case CedarExample::kPeople:
      return kExamplePeopleMax;
  }
  std::unreachable();
}

CedarWorkload MakeCedarWorkload(CedarExample example, const CedarExampleSize& size) {
  CedarWorkload workload;
  workload.policies = internal::PoliciesOf(example, size.size);
  workload.schema = internal::SchemaOf(example, size.size);
  Dice dice(size.seed);
  StoreWriter store(workload.entities);
  RequestWriter requests;
  const Making making{size, dice, store, requests};
  switch (example) {
    case CedarExample::kGdrive:
      MakeGdrive(making);
      break;
    case CedarExample::kGithub:
      MakeGithub(making);
      break;
    case CedarExample::kTinyTodo:
      MakeTinyTodo(making);
      break;
    case CedarExample::kClauses:
    case CedarExample::kClausesOnOthers:
      MakeClauses(making);
      break;
    case CedarExample::kPeople:
      MakePeople(making);
      break;
  }
  store.Close();
  workload.requests = requests.Take();
  return workload;
}

}  // namespace proviso::cli
