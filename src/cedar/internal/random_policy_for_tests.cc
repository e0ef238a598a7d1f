#include "cedar/internal/random_policy_for_tests.h"

namespace proviso::cedar::internal {
namespace {

const std::vector<std::string> kNames = {"a", "b", "count", "owner", "groups", "when_made", "name"};
const std::vector<std::string> kTypes = {"User", "Team", "Doc"};
const std::vector<std::string> kIds = {"0", "1", "2", "3"};

}  // namespace

std::string RandomCase::Policies(std::size_t count) {
  std::string text;
  const std::size_t wanted = 1 + Below(count);
  for (std::size_t i = 0; i < wanted; ++i) text += Policy();
  return text;
}

std::string RandomCase::Policy() {
  std::string text = Pick({"permit", "permit", "forbid"}) + "(" + Scope("principal") + ", ";
  text += Pick({"action", "action == Action::\"0\"", "action in Action::\"1\"",
                "action in [Action::\"0\", Action::\"2\"]", "action in []"});
  text += ", " + Scope("resource") + ")";
  while (!Chance(3)) text += Pick({" when { ", " unless { "}) + (Chance(20) ? Any(3) : Bool(4)) + " }";
  return text + ";\n";
}

std::string RandomCase::Scope(const std::string& variable) {
  const std::string uid = Pick(kTypes) + "::\"" + Pick(kIds) + "\"";
  switch (Below(6)) {
    case 0:
      return variable + " == " + uid;
    case 1:
      return variable + " in " + uid;
    case 2:
      return variable + " is " + Pick(kTypes);
    case 3:
      return variable + " is " + Pick(kTypes) + " in " + uid;
    default:
      return variable;
  }
}

std::string RandomCase::Bool(int depth) {
  if (depth <= 0) return Pick({"true", "false", "context.a", "(principal has owner)", "(resource is Doc)"});
  const int d = depth - 1;
  switch (Below(17)) {
    case 0:
      return "(" + Bool(d) + " && " + Bool(d) + ")";
    case 1:
      return "(" + Bool(d) + " || " + Bool(d) + ")";
    case 2:
      return "!(" + Bool(d) + ")";
    case 3:
      return "(if " + Bool(d) + " then " + Bool(d) + " else " + Bool(d) + ")";
    case 4:
      return "(" + Long(d) + Pick({" < ", " <= ", " > ", " >= ", " == ", " != "}) + Long(d) + ")";
    case 5:
      return "(" + Any(d) + Pick({" == ", " != "}) + Any(d) + ")";
    case 6:
      return "(" + EntityText(d) + " in " + (Chance(2) ? EntityText(d) : SetText(d)) + ")";
    case 7:
      return "(" + EntityText(d) + " is " + Pick(kTypes) + (Chance(2) ? " in " + EntityText(d) : "") + ")";
    case 8:
      return "(" + Any(d) + " has " + Pick(kNames) + (Chance(3) ? "." + Pick(kNames) : "") + ")";
    case 9:
      return SetText(d) + ".contains(" + Any(d) + ")";
    case 10:
      return SetText(d) + Pick({".containsAll(", ".containsAny("}) + SetText(d) + ")";
    case 11:
      return "(" + Text(d) + " like " + Pick({"\"*\"", "\"a*\"", "\"*b*\"", "\"\"", "\"\\*\""}) + ")";
    case 12:
      return EntityText(d) + ".hasTag(" + Text(d) + ")";
    case 13:
      return SetText(d) + ".isEmpty()";
    case 14:
      return "(" + Time(d) + Pick({" < ", " >= ", " == "}) + Time(d) + ")";
    case 15:
      return Extension(d);
    default:
      return Chance(8) ? Any(d) : Bool(d);
  }
}

std::string RandomCase::Long(int depth) {
  if (depth <= 0) return Pick({"0", "1", "9223372036854775807", "context.count"});
  const int d = depth - 1;
  switch (Below(6)) {
    case 0:
      return "(" + Long(d) + Pick({" + ", " - ", " * "}) + Long(d) + ")";
    case 1:
      return "-(" + Long(d) + ")";
    case 2:
      return EntityText(d) + ".count";
    case 3:
      return "(if " + Bool(d) + " then " + Long(d) + " else " + Long(d) + ")";
    case 4:
      return "duration(\"36h\")" + Pick({".toHours()", ".toDays()", ".toMilliseconds()"});
    default:
      return Long(0);
  }
}

std::string RandomCase::Text(int depth) {
  if (depth <= 0 || Chance(2)) return Pick({"\"\"", "\"a\"", "\"abc\"", "context.name", "principal.name"});
  return Chance(2) ? EntityText(depth - 1) + ".name"
                   : EntityText(depth - 1) + ".getTag(" + Text(depth - 1) + ")";
}

std::string RandomCase::EntityText(int depth) {
  if (depth <= 0 || Chance(2)) return Pick({"principal", "action", "resource", "context.owner"});
  if (Chance(2)) return Pick(kTypes) + "::\"" + Pick(kIds) + "\"";
  return EntityText(depth - 1) + ".owner";
}

std::string RandomCase::SetText(int depth) {
  if (depth <= 0) return Pick({"[1, 2]", "[\"a\"]", "context.groups", "principal.groups", "[]"});
  switch (Below(4)) {
    case 0:
      return "[" + Any(depth - 1) + ", " + Any(depth - 1) + "]";
    case 1:
      return "[" + EntityText(depth - 1) + ", " + EntityText(depth - 1) + "]";
    case 2:
      return EntityText(depth - 1) + ".groups";
    default:
      return SetText(0);
  }
}

std::string RandomCase::RecordText(int depth) {
  if (depth <= 0) return Pick({"context", "{}", "{a: 1, \"b\": true}"});
  return "{" + Pick(kNames) + ": " + Any(depth - 1) + "}";
}

std::string RandomCase::Time(int depth) {
  const std::string start =
      Pick({"datetime(\"2024-10-15\")", "context.when_made", "resource.when_made", "datetime(context.name)"});
  if (depth <= 0) return start;
  switch (Below(4)) {
    case 0:
      return start + ".offset(duration(\"" + Pick({"1d", "-1ms", "100000000000d"}) + "\"))";
    case 1:
      return start + ".toDate()";
    case 2:
      return Pick({start + ".toTime()", start + ".durationSince(" + Time(depth - 1) + ")"});
    default:
      return start;
  }
}

std::string RandomCase::Extension(int depth) {
  switch (Below(4)) {
    case 0:
      return "decimal(\"1.5\").lessThan(" + Pick({"decimal(\"2.0\")", "decimal(context.name)", Any(depth)}) +
             ")";
    case 1:
      return "ip(" + Pick({"\"10.0.0.1\"", "context.name", "\"x\""}) + ").isInRange(ip(\"10.0.0.0/8\"))";
    case 2:
      return Any(depth) + Pick({".isIpv4()", ".isLoopback()"});
    default:
      return "decimal(\"1.0\")" + Pick({".greaterThanOrEqual(decimal(\"1.0\"))", ".greaterThan(1)"});
  }
}

std::string RandomCase::Any(int depth) {
  switch (Below(8)) {
    case 0:
      return Bool(depth);
    case 1:
      return Long(depth);
    case 2:
      return Text(depth);
    case 3:
      return EntityText(depth);
    case 4:
      return SetText(depth);
    case 5:
      return RecordText(depth);
    case 6:
      return Time(depth);
    default:
      return "context." + Pick(kNames);
  }
}

EntityUid RandomCase::Uid() {
  return {Pick(kTypes), Pick(kIds)};
}

Value RandomCase::RandomValue(int depth) {
  switch (Below(depth > 0 ? 9 : 7)) {
    case 0:
      return Value::Bool(Chance(2));
    case 1:
      return Value::Long(static_cast<std::int64_t>(Below(3)));
    case 2:
      return Value::String(Pick({"", "a", "abc", "10.1.2.3", "1.25", "2024-10-15"}));
    case 3:
    case 4:
      return Value::Entity(Uid());
    case 5:
      return Value::FromDatetime({static_cast<std::int64_t>(Below(2)) * 1'728'950'400'000});
    case 6:
      return Value::FromDecimal({static_cast<std::int64_t>(Below(3)) * 10'000});
    case 7: {
      std::vector<Value> elements;
      const bool entities = Chance(2);
      for (std::size_t i = Below(12); i > 0; --i) {
        elements.push_back(entities ? Value::Entity(Uid()) : RandomValue(depth - 1));
      }
      return Value::FromElements(std::move(elements));
    }
    default:
      return Value::FromRecord(RandomRecord(depth - 1));
  }
}

Record RandomCase::RandomRecord(int depth) {
  std::vector<Attribute> attributes;
  for (const std::string& name : kNames) {
    if (Chance(3)) continue;
    // Mostly of the kind that the policies expect, so that they get far.
    if (name == "count" && !Chance(5)) {
      attributes.push_back({name, Value::Long(static_cast<std::int64_t>(Below(3)))});
    } else if (name == "owner" && !Chance(5)) {
      attributes.push_back({name, Value::Entity(Uid())});
    } else {
      attributes.push_back({name, RandomValue(depth)});
    }
  }
  return Record(std::move(attributes));
}

Entities RandomCase::MakeEntities() {
  std::vector<Entity> entities;
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    for (std::size_t j = 0; j < kIds.size(); ++j) {
      if (Chance(4)) continue;
      Entity entity{EntityUid(kTypes[i], kIds[j]), {}, RandomRecord(2), RandomRecord(1)};
      // Only upwards in the order of making, so that there is no cycle.
      for (std::size_t up = i * kIds.size() + j + 1; up < kTypes.size() * kIds.size(); ++up) {
        if (Chance(4)) entity.parents.emplace_back(kTypes[up / kIds.size()], kIds[up % kIds.size()]);
      }
      entities.push_back(std::move(entity));
    }
  }
  entities.push_back({EntityUid("Action", "0"), {EntityUid("Action", "1")}, {}, {}});
  auto built = Entities::Build(std::move(entities));
  return std::move(*built);
}

Request RandomCase::MakeRequest() {
  const bool broken = Chance(30);
  return {Uid(), EntityUid("Action", Pick(kIds)), Uid(),
          broken ? RandomValue(2) : Value::FromRecord(RandomRecord(2))};
}

}  // namespace proviso::cedar::internal
