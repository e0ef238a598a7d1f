// Policies as terms, under a fixed schema or, after a line of `---`, under one of their own; well typed or
// not.
//
// Whatever is compiled can be said to a solver. On a request of nothing but constants all terms fold, to what
// the evaluator says of it.
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "analysis/compile.h"
#include "analysis/script.h"
#include "cedar/parse.h"
#include "cedar/validate.h"

namespace {

using namespace proviso::cedar;
namespace analysis = proviso::analysis;
using analysis::World;

constexpr std::string_view kSchema = R"(
entity Team in [Team];
entity User in [Team] = {name: String, level: Long, nick?: String, boss?: User, box: {size: Long, hint?: Bool}}
  tags String;
entity Robot = {name: String, level: decimal, seen: datetime, ips: Set<ipaddr>};
entity Device enum ["phone"];
action read in [any] appliesTo {principal: [User, Robot], resource: [User, Device],
                                context: {mfa?: Bool, at: datetime, life: duration, device: Device,
                                          counts: Set<Long>, from: ipaddr}};
action any;
)";

constexpr std::string_view kEntities = R"([
{"uid": {"type": "User", "id": "a"}, "parents": [{"type": "Team", "id": "t"}], "tags": {"k": "v"}, "attrs":
  {"name": "a", "level": 1, "nick": "n", "boss": {"__entity": {"type": "User", "id": "b"}},
   "box": {"size": 1, "hint": true}}},
{"uid": {"type": "User", "id": "b"}, "parents": [], "attrs": {"name": "b", "level": -1, "box": {"size": 0}}},
{"uid": {"type": "Robot", "id": "r"}, "parents": [], "attrs": {"name": "r", "level": "1.0", "seen": "2024-01-01",
   "ips": ["::1", "10.0.0.0/8"]}},
{"uid": {"type": "Team", "id": "t"}, "parents": [], "attrs": {}},
{"uid": {"type": "Device", "id": "phone"}, "parents": [], "attrs": {}}])";

/// Kinds of request that one policy is compiled for.
constexpr std::size_t kKindsMax = 4;

std::vector<Request> Requests() {
  std::vector<Request> requests;
  const Value context =
      Value::FromRecord(Record({{"at", Value::FromDatetime({-1})},
                                {"life", Value::FromDuration({3'600'001})},
                                {"device", Value::Entity(EntityUid("Device", "phone"))},
                                {"counts", Value::FromElements({Value::Long(1)})},
                                {"from", Value::FromIpAddress(*IpAddress::Parse("10.1.2.3"))}}));
  for (const EntityUid& principal :
       {EntityUid("User", "a"), EntityUid("User", "b"), EntityUid("User", "c"), EntityUid("Robot", "r")}) {
    requests.push_back({principal, EntityUid("Action", "read"), EntityUid("User", "a"), context});
  }
  return requests;
}

analysis::SymbolicValue Constant(analysis::Terms& terms, const EntityUid& uid) {
  const auto type =
      std::make_shared<const Type>(Type{.kind = Type::Kind::kEntity, .entity_type = uid.type()});
  return analysis::ConstantOf(terms, Value::Entity(uid), type);
}

void CompareWithTheEvaluator(const Policy& policy, const Schema& schema, const Entities& entities,
                             const Request& request) {
  PolicySet alone;
  if (!alone.Add(policy.id(), policy.body())) std::abort();
  analysis::Terms terms;
  const analysis::SymbolicRequest constant{
      .kind = {request.principal.type(), request.action, request.resource.type()},
      .principal = Constant(terms, request.principal),
      .resource = Constant(terms, request.resource),
      .context = analysis::ConstantOf(terms, request.context, schema.FindAction(request.action)->context)};
  analysis::Compiler compiler(terms, schema, World{World::Kind::kClosed, &entities}, constant);
  const auto compiled = compiler.Compile(policy.body());
  if (!compiled) return;
  const Response response = Authorize(alone, entities, request);
  const bool is_satisfied = !response.satisfied_permits.empty() || !response.satisfied_forbids.empty();
  if (compiled->satisfied != terms.Bool(is_satisfied)) std::abort();
  if (compiled->errs != terms.Bool(!response.errors.empty())) std::abort();
}

/// What is compiled can be said, but for characters that solvers do not know.
void Say(const Policy& policy, const Schema& schema, const World& world, const analysis::RequestKind& kind) {
  analysis::Terms terms;
  const analysis::SymbolicRequest request = analysis::MakeRequest(terms, schema, kind, "r");
  analysis::Compiler compiler(terms, schema, world, request);
  const auto compiled = compiler.Compile(policy.body());
  if (!compiled) return;
  analysis::Query query{.assertions = compiler.Assumptions(), .wanted = WantedFor(request, compiler)};
  query.assertions.push_back(compiled->satisfied);
  query.assertions.push_back(compiled->errs);
  const auto script = ScriptOf(query, analysis::Dialect::kCvc5);
  if (!script && !script.error().message.contains("U+2FFFF")) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Schema kFixed = *Schema::Parse(kSchema, "schema");
  static const Entities kThere = *EntitiesFromJson(kEntities, "entities", &kFixed);
  static const std::vector<Request> kRequests = Requests();
  static const Entities kNone;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  constexpr std::string_view kMark = "\n---\n";
  const std::size_t mark = text.find(kMark);
  const bool own_schema = mark != std::string_view::npos;
  const auto policies = ParsePolicies(own_schema ? text.substr(mark + kMark.size()) : text, "policies");
  if (!policies) return 0;
  const auto own = own_schema ? Schema::Parse(text.substr(0, mark), "schema") : Schema();
  if (!own) return 0;
  const Schema& schema = own_schema ? *own : kFixed;
  auto kinds = analysis::RequestKindsOf(schema);
  if (kinds.size() > kKindsMax) kinds.erase(kinds.begin() + kKindsMax, kinds.end());
  for (const Policy& policy : policies->policies()) {
    if (!own_schema) {
      for (const Request& request : kRequests) CompareWithTheEvaluator(policy, schema, kThere, request);
    }
    for (const analysis::RequestKind& kind : kinds) {
      Say(policy, schema, {World::Kind::kOpen, nullptr}, kind);
      Say(policy, schema, {World::Kind::kClosed, own_schema ? &kNone : &kThere}, kind);
    }
  }
  return 0;
}
