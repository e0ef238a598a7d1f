// Validation: policies under a fixed schema or, after a line of `---`, under one of their own.
//
// What passes strictly passes permissively; what passes at all errs in no valid request, but on
// arithmetic that overflows and on entities that are not there.
#include <cstdlib>
#include <string_view>
#include <vector>

#include "cedar/authorize.h"
#include "cedar/parse.h"
#include "cedar/validate.h"

namespace {

using namespace proviso::cedar;

constexpr std::string_view kSchema = R"(
entity Team in [Team];
entity User in [Team] = {name: String, level: Long, nick?: String, boss?: User, box: {size: Long, hint?: Bool}}
  tags String;
entity Robot = {name: String, level: decimal, seen: datetime, ips: Set<ipaddr>};
entity Device enum ["phone"];
action read in [any] appliesTo {principal: [User, Robot], resource: [User, Device],
                                context: {mfa?: Bool, at: datetime, life: duration, device: Device}};
action any;
)";

constexpr std::string_view kEntities = R"([
{"uid": {"type": "User", "id": "a"}, "parents": [{"type": "Team", "id": "t"}], "tags": {"k": "v"}, "attrs":
  {"name": "a", "level": 1, "nick": "n", "boss": {"__entity": {"type": "User", "id": "b"}},
   "box": {"size": 1, "hint": true}}},
{"uid": {"type": "User", "id": "b"}, "parents": [], "attrs": {"name": "b", "level": -1, "box": {"size": 0}}},
{"uid": {"type": "Robot", "id": "r"}, "parents": [], "attrs": {"name": "r", "level": "1.0", "seen": "2024-01-01",
   "ips": ["::1"]}},
{"uid": {"type": "Team", "id": "t"}, "parents": [], "attrs": {}},
{"uid": {"type": "Device", "id": "phone"}, "parents": [], "attrs": {}}])";

/// Every kind of request, each valid.
std::vector<Request> Requests(const Schema& schema) {
  std::vector<Request> requests;
  for (const EntityUid& principal :
       {EntityUid("User", "a"), EntityUid("User", "b"), EntityUid("Robot", "r")}) {
    for (const EntityUid& resource : {EntityUid("User", "a"), EntityUid("Device", "phone")}) {
      const Value context =
          Value::FromRecord(Record({{"at", Value::FromDatetime({1})},
                                    {"life", Value::FromDuration({2})},
                                    {"device", Value::Entity(EntityUid("Device", "phone"))}}));
      requests.push_back({principal, EntityUid("Action", "read"), resource, context});
      if (!ValidateRequest(requests.back(), schema)) std::abort();
    }
  }
  return requests;
}

void CheckThatNothingErrs(const PolicySet& policies, const Schema& schema) {
  static const Entities kThere = *EntitiesFromJson(kEntities, "entities", &schema);
  static const std::vector<Request> kRequests = Requests(schema);
  if (!ValidateEntities(kThere, schema)) std::abort();
  for (const Request& request : kRequests) {
    for (const PolicyError& error : Authorize(policies, kThere, request).errors) {
      const bool expected = error.message.contains("overflow") || error.message.contains("does not exist");
      if (!expected) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Schema kFixed = *Schema::Parse(kSchema, "schema");
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  constexpr std::string_view kMark = "\n---\n";
  const std::size_t mark = text.find(kMark);
  const bool own_schema = mark != std::string_view::npos;
  const auto policies = ParsePolicies(own_schema ? text.substr(mark + kMark.size()) : text, "policies");
  if (!policies) return 0;
  const auto own = own_schema ? Schema::Parse(text.substr(0, mark), "schema") : Schema();
  if (!own) return 0;
  const Schema& schema = own_schema ? *own : kFixed;
  const bool strict = Validate(*policies, schema, {.level_max = 1}).passed();
  const bool permissive = Validate(*policies, schema, {.mode = ValidationMode::kPermissive}).passed();
  if (strict && !permissive) std::abort();
  if (permissive && !own_schema) CheckThatNothingErrs(*policies, schema);
  return 0;
}
