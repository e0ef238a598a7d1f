// Random Cedar over one schema: every operator, extension function, and kind of value, mostly typed as
// it should be, and now and then not.

export const schema = `
entity Group in [Group];
entity User in [Group] {
  name: String, age: Long, admin?: Bool, boss?: User, friends: Set<User>,
  home: { city: String, "zip code"?: Long, geo?: { lat: decimal, "": Bool } },
  ip: ipaddr, born: datetime, shift: duration, score?: decimal, nets: Set<ipaddr>, mixed?: Set<Set<Long>>
} tags String;
entity Colour enum ["", "red", "dark green"];
type Depth = { n: Long, when?: __cedar::datetime };
namespace Up::Down {
  entity Thing in [Group] = { colour: Colour, depth: Depth, "if"?: Long, owner: User } tags Set<Long>;
  entity Box in [Thing, Box];
  action look, "touch it" appliesTo { principal: [User], resource: [Thing, Box],
    context: { ip?: ipaddr, at: __cedar::datetime, n: Long, "in": Set<Long>, who?: User } };
}
action all;
action view, edit in [all] appliesTo { principal: [User, Group], resource: [User, Colour],
  context: { ip?: ipaddr, at: datetime, n: Long, who?: User } };
`;

const actions = ['Action::"view"', 'Action::"edit"', 'Action::"all"', 'Up::Down::Action::"look"',
  'Up::Down::Action::"touch it"', 'Action::"none"'];
const users = ['User::"a"', 'User::"b"', 'User::""', 'User::"\\u{e9}"', 'User::"a\\"b"', 'User::"none"'];
const groups = ['Group::"g"', 'Group::"h"', 'Group::"i"', 'Group::"none"'];
const things = ['Up::Down::Thing::"t"', 'Up::Down::Box::"x"', 'Up::Down::Box::"y"', 'Colour::"red"',
  'Colour::""', 'Colour::"blue"', 'Down::Thing::"t"'];
export const entityTypes = ["User", "Group", "Colour", "Up::Down::Thing", "Up::Down::Box", "Thing", "Action",
  "Up::Down::Action", "Nope"];
const strings = ["", "a", "ab", "aab", "a*b", "*", "\\\\", "a\\\\*b", "\\u{e9}", "é", "日本", "😀", "\\u{1F600}", "\\0",
  "\\x41", "A", "\\'", "\\\"", "\\n", "\\u{10FFFF}", "e\\u{301}", "red", "paris", "tag 1", "if", "  ", "\\u{00}", "\\r", "\\t"];
const badStrings = ["\\u{D800}", "\\u{110000}", "\\x80", "\\q", "\\u{}", "\\*", "\\u41", "\\u{0000041}", "\\xZZ", "\n", "\\u{e 9}"];
const names = ["name", "age", "admin", "boss", "friends", "home", "ip", "born", "shift", "score", "nets", "mixed",
  "colour", "depth", "owner", "n", "at", "who", "city", "geo", "lat", "when", "zip", "principal", "true_", "_", "_9", "permit"];
const longs = ["0", "1", "2", "-1", "7", "-0", "007", "9223372036854775807", "-9223372036854775808",
  "9223372036854775806", "4611686018427387904", "3037000500", "1000"];
const badLongs = ["9223372036854775808", "1.5", "1_000", "0x1", "1e3", "99999999999999999999"];

const pieces = {
  decimal: [["", "", "", "-", "+", "--", " "], ["0", "1", "12", "922337203685477", "00", "", "922337203685478"], [".", ".", ".", "", ",", ".."],
    ["0", "5", "50", "5000", "5807", "5808", "", "12345", "00000", "1a"]],
  duration: [["", "", "-", "+", "--"], ["", "", "1d", "0d", "106751991167d", "106751991168d", "01d", "d", "-1d"], ["", "", "2h", "24h", "99h", "2562047788015h"],
    ["", "3m", "60m", "1m1m"], ["", "", "4s", "9223372036854775s", "9223372036854776s"],
    ["", "", "5ms", "807ms", "808ms", "9223372036854775807ms", "9223372036854775808ms", "5", "1s", "ms", " "]],
  ip: [["10.0.0.1", "10.0.0.0", "127.0.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255", "256.0.0.1", "1.2.3", "01.2.3.4",
    "1.2.3.4.5", "::", "::1", "ff00::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::2::3", "::ffff:1.2.3.4", "FFEE::a", "12345::",
    "fe80::1%eth0", "1:2:3:4:5:6:7:8:9", "::0001", "1.2.3.4 ", "", ":", ":::", "1:2:3:4:5:6:7", "0.0.0.0", "a", "1:2:3:4::5:6:7:8",
    "2001:db8::", "0:0:0:0:0:0:0:1", "::01.2.3.4", "[::1]", "1.2.3.4:80", "::00001", "1:2:3:4:5:6:1.2.3.4"],
  ["", "", "", "", "/8", "/32", "/0", "/33", "/128", "/129", "/08", "/", "/-1", "/+8", "/64", "/24", "/1.2", "/ 8", "/00", "/4", "/127", "/008", "/1000"]],
  datetime: [["2024", "1970", "0000", "9999", "24", "02024", "1969", "2023", "1900", "2000", "-2024", "+2024", "２０２４"], ["-", "-", "-", "-", "/", ""],
    ["01", "02", "12", "00", "13", "1", "06"], ["-", "-", "-", "-", ""], ["01", "28", "29", "30", "31", "00", "32", "1"],
    ["", "", "", "T00:00:00", "T23:59:59", "T24:00:00", "T12:60:00", "T12:00:60", "T1:00:00", "t12:00:00", " 12:00:00", "T12:00", "T12:00:00", "T12:34:56"],
    ["", "", ".000", ".999", ".5", ".1234", ".", ",000"],
    ["Z", "Z", "", "z", "+0000", "-0000", "+2359", "-2359", "+2400", "+0160", "+01:00", "+01", "-1", "+100", "Z ", "+0100", "-0130", "+-100"]],
};
const goodTexts = {
  decimal: ["0.0", "1.0", "-1.0", "1.5", "12.3456", "922337203685477.5807", "-922337203685477.5808", "1.50", "-0.0"],
  duration: ["0ms", "1d", "-1d", "1d2h3m4s5ms", "24h", "9223372036854775807ms", "-9223372036854775808ms", "86400s", "1ms", "-1ms", "106751991167d"],
  ip: ["10.0.0.1", "10.0.0.0/8", "127.0.0.1", "127.0.0.0/7", "224.0.0.0/4", "::1", "::1/127", "ff00::/8", "::", "::/0", "0.0.0.0/0", "10.0.0.1/32", "ffee::a", "1:2:3:4:5:6:7::"],
  datetime: ["1970-01-01", "2024-02-29", "2024-10-15T11:35:00Z", "1969-12-31T23:59:59.999Z", "0000-01-01", "9999-12-31T23:59:59.999Z",
    "2024-10-15T11:35:00+2359", "2024-10-15T00:35:00.001-0100", "0000-01-01T00:00:00+2359", "9999-12-31T23:59:59.999-2359"],
};

/** The text of an extension value of this kind: well formed two times in three. */
export function extensionText(random, kind) {
  if (random.chance(0.66)) return random.pick(goodTexts[kind]);
  const text = pieces[kind].map((choices) => random.pick(choices)).join("");
  if (random.chance(0.7)) return text;
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(["", "", " ", "-", "0", "9", ".", ":", "é", "d", "\\0"]) + text.slice(at + random.below(2));
}

export const extensionKinds = Object.keys(pieces);
const kinds = ["bool", "long", "string", "entity", "set", "record", ...extensionKinds];

/** Writes expressions. `wild` is the chance that something is of another kind, or badly written. */
export class Writer {
  constructor(random, wild) {
    this.random = random;
    this.wild = wild;
  }

  string() {
    const text = () => this.random.pick(this.random.chance(this.wild * 0.05) ? badStrings : strings);
    return `"${this.random.chance(0.8) ? text() : text() + text()}"`;
  }

  pattern() {
    const parts = this.random.some(0, 4, () => this.random.pick([...strings.slice(0, 12), "*", "*", "\\*", "a", "b", "é", "?", "**"]));
    return `"${parts.join("")}"`;
  }

  entity() {
    if (this.random.chance(0.05)) return `${this.random.pick(entityTypes)}::${this.string()}`;
    return this.random.pick(this.random.pick([users, groups, things, actions]));
  }

  /** An expression of this kind, as a rule. */
  write(kind, depth) {
    const { random } = this;
    if (random.chance(this.wild * 0.12)) kind = random.pick(kinds);
    if (depth <= 0) return this.leaf(kind);
    const inner = (of) => this.write(of, depth - 1);
    const any = () => inner(random.pick(kinds));
    if (random.chance(0.06)) return `(if ${inner("bool")} then ${inner(kind)} else ${inner(kind)})`;
    if (random.chance(0.06)) return `{${random.pick(["a", '"b c"', "_1"])}: ${any()}, k: ${inner(kind)}}${random.pick([".k", '["k"]', ".k", ".a"])}`;
    if (random.chance(0.05)) return this.attribute(depth);
    if (random.chance(0.1)) return this.leaf(kind);
    return this.operation(kind, inner, any, depth);
  }

  operation(kind, inner, any, depth) {
    const { random } = this;
    switch (kind) {
      case "bool":
        return this.condition(inner, any, depth);
      case "long":
        return random.pick([
          () => `(${inner("long")} ${random.pick(["+", "-", "*"])} ${inner("long")})`,
          () => `(${this.leaf("long")} ${random.pick(["+", "-", "*"])} ${this.leaf("long")} ${random.pick(["+", "-", "*"])} ${this.leaf("long")})`,
          () => `(${"-".repeat(1 + random.below(4))}${inner("long")})`,
          () => `${inner("duration")}.${random.pick(["toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"])}()`,
        ])();
      case "string":
        return random.pick([() => this.string(), () => `${inner("entity")}.getTag(${inner("string")})`, () => `${inner("entity")}.name`])();
      case "entity":
        return random.pick([() => this.entity(), () => this.attribute(depth)])();
      case "set":
        return this.set(inner, any);
      case "record":
        return `{${random.some(0, 3, (_, i) => `${random.pick(["a", "b", '"c d"', '""', "geo", "lat"])}: ${any()}`).filter((field, i, all) => all.findIndex((other) => other.split(":")[0] === field.split(":")[0]) === i || random.chance(0.02)).join(", ")}}`;
      case "datetime":
        return random.pick([() => `${inner("datetime")}.offset(${inner("duration")})`, () => `${inner("datetime")}.toDate()`, () => this.leaf(kind)])();
      case "duration":
        return random.pick([() => `${inner("datetime")}.durationSince(${inner("datetime")})`, () => `${inner("datetime")}.toTime()`, () => this.leaf(kind)])();
      default:
        return this.leaf(kind);
    }
  }

  set(inner, any) {
    const { random } = this;
    const kind = random.pick(kinds);
    const element = random.chance(0.2) ? any : () => inner(kind);
    return `[${random.some(0, 3, element).join(", ")}]`;
  }

  condition(inner, any, depth) {
    const { random } = this;
    const kind = random.pick(kinds);
    const both = (of, op) => `${inner(of)} ${op} ${inner(of)}`;
    const method = (of, name, argument) => `${inner(of)}.${name}(${argument ? inner(argument) : ""})`;
    const ordered = random.pick(["long", "datetime", "duration", "long"]);
    const variable = random.pick(["principal", "resource", "context", "action", this.entity()]);
    return `(${random.pick([
      () => both("bool", random.pick(["&&", "||"])),
      () => both("bool", random.pick(["&&", "||"])),
      () => `${"!".repeat(1 + random.below(random.chance(0.02) ? 5 : 2))}${inner("bool")}`,
      () => both(kind, random.pick(["==", "!="])),
      () => both(ordered, random.pick(["<", "<=", ">", ">="])),
      () => `${inner("entity")} in ${random.chance(0.5) ? inner("entity") : `[${random.some(0, 3, () => inner("entity")).join(", ")}]`}`,
      () => `${inner("entity")} is ${random.pick(entityTypes)}${random.chance(0.4) ? ` in ${inner(random.pick(["entity", "entity", "set"]))}` : ""}`,
      () => `${inner("string")} like ${this.pattern()}`,
      () => `${random.chance(0.5) ? variable : inner(random.pick(["entity", "record"]))} has ${this.path()}`,
      () => `${variable} has ${random.pick(names)} && ${variable}.${random.pick(names)} == ${any()}`,
      () => method("set", "contains", kind),
      () => method("set", random.pick(["containsAll", "containsAny"]), "set"),
      () => method("set", "isEmpty"),
      () => method("entity", "hasTag", "string"),
      () => `${inner("entity")}.getTag(${this.string()}) == ${any()}`,
      () => method("ip", random.pick(["isIpv4", "isIpv6", "isLoopback", "isMulticast"])),
      () => method("ip", "isInRange", "ip"),
      () => method("decimal", random.pick(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"]), "decimal"),
    ])()})`;
  }

  path() {
    const { random } = this;
    if (random.chance(0.25)) return this.string();
    return random.some(1, 3, () => random.pick([...names, "home", "geo", "city"])).join(".");
  }

  attribute(depth) {
    const { random } = this;
    const of = random.chance(0.7) ? random.pick(["principal", "resource", "context", ...users]) : this.write("record", depth - 1);
    const steps = random.some(1, 2, () => (random.chance(0.8) ? `.${random.pick(names)}` : `[${random.pick(['"name"', '"zip code"', '""', '"if"', '"in"', this.string()])}]`));
    return of + steps.join("");
  }

  leaf(kind) {
    const { random } = this;
    switch (kind) {
      case "bool":
        return random.pick(["true", "false", "true", "principal.admin", "principal.home.geo[\"\"]"]);
      case "long":
        return random.pick(["principal.age", "context.n", random.pick(random.chance(this.wild * 0.05) ? badLongs : longs), random.pick(longs)]);
      case "string":
        return random.pick([this.string(), this.string(), "principal.name", "principal.home.city"]);
      case "entity":
        return random.pick(["principal", "resource", "action", "principal.boss", "context.who", this.entity(), this.entity()]);
      case "set":
        return random.pick(["[]", "principal.friends", "principal.nets", "principal.mixed", "[1, 2]", "[[1], [2, 1]]", 'context["in"]', "[true, 1, \"a\", User::\"a\"]"]);
      case "record":
        return random.pick(["context", "principal.home", "{}", "{a: 1}", "{\"a\": 1, b: {c: true}}", "resource.depth"]);
      default:
        if (random.chance(0.2)) return { decimal: "principal.score", ip: random.pick(["principal.ip", "context.ip"]), datetime: random.pick(["principal.born", "context.at"]), duration: "principal.shift" }[kind];
        return random.chance(0.02) ? `${kind}(${this.leaf("string")})` : `${kind}("${extensionText(random, kind)}")`;
    }
  }

  scope() {
    const { random } = this;
    const target = (name, choices) => random.pick(["", "", "", ` == ${random.pick(choices)}`, ` in ${random.pick([...groups, ...choices])}`,
      ` is ${random.pick(entityTypes)}`, ` is ${random.pick(entityTypes)} in ${random.pick([...groups, ...choices])}`,
      random.chance(0.2) ? ` ${random.pick(["==", "in", "is User in"])} ?${random.chance(0.9) ? name : "principal"}` : ""]);
    const action = random.pick(["", "", "", ` == ${random.pick(actions)}`, ` in ${random.pick(actions)}`, ` in [${random.some(0, 3, () => random.pick(actions)).join(", ")}]`]);
    return `principal${target("principal", users)}, action${action}, resource${target("resource", [...things, ...users])}`;
  }

  policy() {
    const { random } = this;
    const conditions = random.some(1, random.chance(0.2) ? 3 : 1, () => `${random.chance(0.8) ? "when" : "unless"} { ${this.write("bool", 1 + random.below(4))} }`);
    const note = random.chance(0.1) ? random.pick(['@id("x") ', "@note ", '@if("\\n") ', '@a("1") @b("2") ']) : "";
    const scope = random.chance(0.4) ? "principal, action, resource" : this.scope();
    return `${note}${random.chance(0.75) ? "permit" : "forbid"}(${scope}) ${conditions.join(" ")};`;
  }
}
