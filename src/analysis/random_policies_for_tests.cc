#include "analysis/internal/random_policies_for_tests.h"

#include "analysis/internal/corpus_for_tests.h"
#include "cedar/parse.h"

namespace proviso::analysis::internal {
namespace {

constexpr std::string_view kSchema = R"(
entity Org;
entity Group in [Group, Org];
entity Folder in [Folder];
entity Color enum ["red", "green", "blue"];
entity User in [Group] {
  name: String, age?: Long, boss?: User, rank: Color, group?: Group,
  home: { city: String, zip?: Long },
} tags String;
entity Doc in [Folder] {
  owner: User, label?: String, readers: Set<User>, host?: ipaddr, made?: datetime, price?: decimal,
  colors?: Set<Color>,
};
type Facts = {
  n: Long, m?: Long, s?: String, flag: Bool, user?: User, color?: Color, group?: Group,
  longs: Set<Long>, texts?: Set<String>, users?: Set<User>, groups?: Set<Group>, colors?: Set<Color>,
  point?: { x: Long, y: Long }, points?: Set<{ x: Long, y: Long }>, nested?: { a: String, b?: Bool },
  sets?: Set<Set<Long>>, ip?: ipaddr, net?: ipaddr, at?: datetime, span?: duration, price?: decimal,
};
action read;
action view in [read] appliesTo { principal: [User], resource: [Doc], context: Facts };
action edit appliesTo { principal: [User], resource: [Doc, Folder], context: Facts };
)";

}  // namespace

const cedar::Schema& SmallSchema() {
  static const cedar::Schema kRead = *cedar::Schema::Parse(kSchema, "small.cedarschema");
  return kRead;
}

cedar::PolicySet RandomPolicies::Next() {
  while (true) {
    text_ = Policy();
    auto policies = cedar::ParsePolicies(text_, "random");
    if (policies && IsValidForAnalysis(*policies, SmallSchema())) return std::move(*policies);
  }
}

cedar::PolicySet RandomPolicies::Any() {
  while (true) {
    text_ = Policy();
    // Kinds are mixed up by putting names in each other's places.
    const std::vector<std::string> names = {"context.n", "context.s", "principal", "context.longs",
                                            "context.flag"};
    const std::string from = Pick(names);
    if (const auto at = text_.rfind(from); at != std::string::npos)
      text_.replace(at, from.size(), Pick(names));
    auto policies = cedar::ParsePolicies(text_, "random");
    if (policies) return std::move(*policies);
  }
}

std::string RandomPolicies::Policy() {
  std::string text = Pick({"permit", "forbid"}) + "(";
  text += Pick({"principal", "principal", "principal", "principal == User::\"u0\"",
                "principal in Group::\"g0\"", "principal is User", "principal in Org::\"o0\""}) +
          ", ";
  const bool views = !Chance(4);
  text +=
      views
          ? Pick({"action == Action::\"view\"", "action in Action::\"read\"", "action in [Action::\"read\"]"})
          : Pick({"action", "action == Action::\"edit\"", "action in [Action::\"edit\", Action::\"view\"]"});
  text += ", ";
  text += views ? Pick({"resource", "resource", "resource == Doc::\"d0\"", "resource in Folder::\"f0\""})
                : Pick({"resource is Doc", "resource is Doc in Folder::\"f1\""});
  text += ")";
  do {
    text += Pick({" when { ", " when { ", " unless { "}) + Bool(3) + " }";
  } while (Chance(3));
  return text + ";";
}

std::string RandomPolicies::Bool(int depth) {
  if (depth <= 0) return Chance(3) ? "context.flag" : Comparison(0);
  const int d = depth - 1;
  switch (Below(16)) {
    case 14:
    case 15:
      return ExtensionQuestion(d);
    case 12:
    case 13:
      return Contradiction(d);
    case 0:
    case 1:
      return "(" + Bool(d) + " && " + Bool(d) + ")";
    case 2:
      return "(" + Bool(d) + " || " + Bool(d) + ")";
    case 3:
      return "!(" + Bool(d) + ")";
    case 4:
      return "(if " + Bool(d) + " then " + Bool(d) + " else " + Bool(d) + ")";
    case 5:
    case 6:
      return Guarded(d);
    case 7:
      return Membership(d);
    case 8:
      return SetQuestion(d);
    case 9:
      return ExtensionQuestion(d);
    default:
      return Comparison(d);
  }
}

/// What no request can make true, or only one that errs or has some odd value: the solver must see it.
std::string RandomPolicies::Contradiction(int depth) {
  const std::string a = Long(0);
  const std::string b = Long(depth);
  const std::string user = User(0);
  const std::string users = Pick({"context.users", "resource.readers"});
  const std::string text = Text(0);
  const std::string ip = Pick({"context.ip", "context.net", "resource.host"});
  const std::string time = Pick({"context.at", "resource.made"});
  switch (Below(13)) {
    case 0:
      return "(" + a + " < " + b + " && " + b + " < " + a + ")";
    case 1:
      return "(" + a + " + 1 " + Pick({"<= ", "== "}) + a + ")";
    case 2:
      return "(" + users + ".containsAll(context.users) && context.users.contains(" + user + ") && !" +
             users + ".contains(" + user + "))";
    case 3:
      return "(" + user + " in context.group && context.group in Group::\"g0\" && !(" + user +
             " in Group::\"g0\"))";
    case 4:
      return "(" + text + " like \"a*\" && " + text + " like \"" + Pick({"b*", "*a", "*b"}) + "\")";
    case 5:
      return "(" + ip + ".isInRange(ip(\"10.0.0.0/8\")) && " + ip +
             Pick({".isLoopback())", ".isInRange(context.net))", ".isInRange(ip(\"10.1.2.3/16\")))"});
    case 6:
      return "(" + time + ".toDate() " + Pick({"> ", "== "}) + time + ")";
    case 7:
      return "(" + time + ".toTime() " +
             Pick({"< duration(\"0ms\"))", "== duration(\"1d\"))", "> duration(\"23h\"))"});
    case 8:
      return "(context.groups.contains(Group::\"g1\") && " + user + " in Group::\"g1\" && !(" + user +
             " in context.groups))";
    case 9:
      return "(context.group in Group::\"g0\" && Group::\"g0\" in context.group && context.group != "
             "Group::\"g0\")";
    case 10:
      return "(context.colors.containsAll([Color::\"red\", Color::\"green\"]) && "
             "!context.colors.contains(Color::\"blue\") && "
             "context.colors != [Color::\"green\", Color::\"red\"])";
    case 11:
      return "(context.span.toHours() == 0 && context.span " +
             Pick({"< duration(\"-59m\"))", "> duration(\"1h\"))", "== duration(\"-1h\"))"});
    default:
      return "(" + user + " == " + User(0) + " && " + user + ".name != " + User(0) + ".name)";
  }
}

/// Asks whether something is there, mostly before it reads it.
std::string RandomPolicies::Guarded(int depth) {
  switch (Below(10)) {
    case 0:
      return "(context has m && context.m " + Pick({"<", "==", ">"}) + " " + Long(depth) + ")";
    case 1:
      return "(context has s && context.s like " + Pick({"\"a*\"", "\"*b\"", "\"a\\**\"", "\"*\""}) + ")";
    case 2:
      return "(context has user && " + Pick({"context.user == principal", "context.user.name == \"a\""}) +
             ")";
    case 3:
      return "(principal has age && principal.age + 1 > " + Long(0) + ")";
    case 4:
      return "(principal.hasTag(" + Text(0) + ") && principal.getTag(" + Text(0) + ") == " + Text(0) + ")";
    case 5:
      return "(principal has boss.home.zip && principal.boss.home.zip == " + Long(0) + ")";
    case 6:
      return "(context has nested.b && context.nested.b)";
    case 7:
      return "(resource has label && context has s && resource.label == context.s)";
    case 8:
      return "(context has point && context.point == " + Point(depth) + ")";
    default:
      return "(context has " + Pick({"m", "user", "texts", "net", "none"}) + ")";
  }
}

std::string RandomPolicies::Comparison(int depth) {
  switch (Below(7)) {
    case 0:
    case 1:
      return "(" + Long(depth) + Pick({" < ", " <= ", " > ", " >= ", " == ", " != "}) + Long(depth) + ")";
    case 2:
      return "(" + Text(depth) + Pick({" == ", " != "}) + Text(depth) + ")";
    case 3:
      return "(" + User(depth) + Pick({" == ", " != "}) + User(depth) + ")";
    case 4:
      return "(" + Pick({"principal.rank", "context.color", User(depth) + ".rank"}) + Pick({" == ", " != "}) +
             Pick({"Color::\"red\"", "Color::\"blue\"", "principal.rank"}) + ")";
    case 5:
      return "(" + Longs(depth) + Pick({" == ", " != "}) + Longs(depth) + ")";
    default:
      return "(" + Text(depth) + " like " + Pick({"\"*\"", "\"a*\"", "\"*a*b\"", "\"\"", "\"\\*\""}) + ")";
  }
}

std::string RandomPolicies::Membership(int depth) {
  const std::string group = Pick({"Group::\"g0\"", "Group::\"g1\"", "context.group", "principal.group"});
  switch (Below(7)) {
    case 0:
      return "(" + User(depth) + " in " + group + ")";
    case 1:
      return "(" + User(depth) + " in [Group::\"g1\", " + group + "])";
    case 2:
      return "(" + User(depth) + " in context.groups)";
    case 3:
      return "(" + group + " in " + Pick({"Group::\"g0\"", "Org::\"o0\"", "context.groups"}) + ")";
    case 4:
      return "(resource in " + Pick({"Folder::\"f0\"", "Folder::\"f1\""}) + ")";
    case 5:
      return "(" + User(depth) + " is User in " + group + ")";
    default:
      return "(" + User(depth) + " in " + Pick({"Org::\"o0\"", "User::\"u1\"", "context.users"}) + ")";
  }
}

std::string RandomPolicies::SetQuestion(int depth) {
  const std::string many = Pick({".containsAll(", ".containsAny("});
  switch (Below(11)) {
    case 0:
      return Longs(depth) + ".contains(" + Long(depth) + ")";
    case 1:
      return Longs(depth) + many + Longs(depth) + ")";
    case 2:
      return Texts(depth) + ".contains(" + Text(depth) + ")";
    case 3:
      return Texts(depth) + many + Texts(depth) + ")";
    case 4:
      return Users(depth) + ".contains(" + User(depth) + ")";
    case 5:
      return Users(depth) + many + Users(depth) + ")";
    case 6:
      return Pick({Longs(depth), Texts(depth), Users(depth), "context.points", "context.colors"}) +
             ".isEmpty()";
    case 7:
      return "context.points.contains(" + Point(depth) + ")";
    case 8:
      return "context.sets.contains(" + Longs(depth) + ")";
    case 9:
      return Pick({"context.colors", "resource.colors"}) + many +
             Pick({"[Color::\"red\", Color::\"green\"]", "context.colors",
                   "[Color::\"red\", Color::\"green\", Color::\"blue\"]"}) +
             ")";
    default:
      return "(" + Users(depth) + " == " + Users(depth) + ")";
  }
}

std::string RandomPolicies::ExtensionQuestion(int depth) {
  switch (Below(8)) {
    case 0:
      return Address() + ".isInRange(" + Address() + ")";
    case 1:
      return Address() + Pick({".isIpv4()", ".isIpv6()", ".isLoopback()", ".isMulticast()"});
    case 2:
      return "(" + Address() + " == " + Address() + ")";
    case 3:
      return "(" + Time(depth) + Pick({" < ", " <= ", " > ", " == "}) + Time(depth) + ")";
    case 4:
      return "(" + Span(depth) + Pick({" < ", " <= ", " >= ", " != "}) + Span(depth) + ")";
    case 5:
      return "(" + Span(depth) +
             Pick({".toDays()", ".toHours()", ".toMinutes()", ".toSeconds()", ".toMilliseconds()"}) +
             Pick({" < ", " == ", " > "}) + Long(0) + ")";
    default:
      return Pick({"context.price", "resource.price", "decimal(\"1.5\")"}) +
             Pick({".lessThan(", ".lessThanOrEqual(", ".greaterThan(", ".greaterThanOrEqual("}) +
             Pick({"decimal(\"1.5\")", "decimal(\"-0.0001\")", "context.price"}) + ")";
  }
}

std::string RandomPolicies::Long(int depth) {
  if (depth <= 0 || Chance(3)) {
    return Pick({"0", "1", "-1", "7", "9223372036854775807", "-9223372036854775808", "context.n", "context.n",
                 "context.n", "context.m", "principal.age", "context.point.x"});
  }
  const int d = depth - 1;
  switch (Below(6)) {
    case 0:
    case 1:
      return "(" + Long(d) + Pick({" + ", " - "}) + Long(d) + ")";
    case 2:
      return "(" + Pick({"2", "-3", "0"}) + " * " + Long(d) + ")";
    case 3:
      return "(-(" + Long(d) + "))";
    case 4:
      return "(if " + Bool(d) + " then " + Long(d) + " else " + Long(d) + ")";
    default:
      return User(d) + Pick({".age", ".home.zip"});
  }
}

std::string RandomPolicies::Text(int depth) {
  if (depth <= 0 || Chance(2)) {
    return Pick({"\"\"", "\"a\"", "\"b\"", "\"ab\"", "context.s", "principal.name", "resource.label",
                 "context.nested.a"});
  }
  const int d = depth - 1;
  if (Chance(3)) return User(d) + ".getTag(" + Text(d) + ")";
  if (Chance(3)) return "(if " + Bool(d) + " then " + Text(d) + " else " + Text(d) + ")";
  return User(d) + Pick({".name", ".home.city"});
}

std::string RandomPolicies::User(int depth) {
  if (depth <= 0 || Chance(2)) {
    return Pick({"principal", "principal", "resource.owner", "context.user", "User::\"u0\"", "User::\"u1\""});
  }
  if (Chance(3)) {
    return "(if " + Bool(depth - 1) + " then " + User(depth - 1) + " else " + User(depth - 1) + ")";
  }
  return User(depth - 1) + ".boss";
}

std::string RandomPolicies::Longs(int depth) {
  if (Chance(2)) return "context.longs";
  if (Chance(4)) {
    return "(if " + Bool(depth - 1) + " then context.longs else [" + Long(depth - 1) + "])";
  }
  return "[" + Long(depth - 1) + (Chance(2) ? ", " + Long(depth - 1) : "") + "]";
}

std::string RandomPolicies::Texts(int depth) {
  return Chance(2) ? "context.texts" : "[" + Text(depth - 1) + ", " + Text(0) + "]";
}

std::string RandomPolicies::Users(int depth) {
  return Chance(3) ? "[" + User(depth - 1) + ", " + User(0) + "]"
                   : Pick({"context.users", "resource.readers"});
}

std::string RandomPolicies::Point(int depth) {
  return Chance(4) ? "context.point" : "{x: " + Long(depth - 1) + ", y: " + Long(0) + "}";
}

std::string RandomPolicies::Address() {
  return Pick({"context.ip", "context.net", "resource.host", "ip(\"10.0.0.0/8\")", "ip(\"10.1.2.3\")",
               "ip(\"::1\")", "ip(\"ff00::/8\")"});
}

std::string RandomPolicies::Time(int depth) {
  const std::string start = Pick({"context.at", "context.at", "resource.made",
                                  "datetime(\"1970-01-02T00:00:01Z\")", "datetime(\"1969-12-31\")"});
  if (depth <= 0 || Chance(2)) return start;
  return Chance(2) ? start + ".toDate()" : start + ".offset(" + Span(depth - 1) + ")";
}

std::string RandomPolicies::Span(int depth) {
  if (depth <= 0 || Chance(2))
    return Pick({"context.span", "duration(\"1d\")", "duration(\"-1h30m\")", "duration(\"0ms\")"});
  return Chance(2) ? Time(depth - 1) + ".toTime()"
                   : Time(depth - 1) + ".durationSince(" + Time(depth - 1) + ")";
}

}  // namespace proviso::analysis::internal
