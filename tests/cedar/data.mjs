// Entities and requests for the schema of grammar.mjs, as JSON texts in every form that the reference reads.
import { extensionKinds, extensionText } from "./grammar.mjs";

const json = JSON.stringify;
const texts = ['""', '"a"', '"a*b"', '"\\u00e9"', '"é"', '"\\ud83d\\ude00"', '"\\u0000"', '"red"', '"\\""', '"paris"', '"\\/"'];
const oddTexts = ['"\\ud800"', '"\\x"', "'a'", '"\n"'];
const longs = ["0", "1", "2", "7", "-1", "9223372036854775807", "-9223372036854775808"];
const oddNumbers = ["-0", "1.0", "1e2", "9223372036854775808", "-9223372036854775809", "01", "1.5", "18446744073709551615", "+1"];
const colours = ["", "red", "dark green"];

/** Writes values as JSON; `wild` is the chance of what does not belong. */
class JsonWriter {
  constructor(random, wild) {
    this.random = random;
    this.wild = wild;
  }

  odd(probability) {
    return this.random.chance(this.wild * probability);
  }

  text() {
    return this.random.pick(this.odd(0.01) ? oddTexts : texts);
  }

  long() {
    return this.random.pick(this.odd(0.02) ? oddNumbers : longs);
  }

  bool() {
    return this.random.pick(["true", "false"]);
  }

  /** A uid; `escape` is "may" where {"__entity": …} and the bare form both serve. */
  uid(type, id, escape = "may") {
    const order = this.random.chance(0.9) ? `{"type": ${json(type)}, "id": ${json(id)}}` : `{"id": ${json(id)}, "type": ${json(type)}}`;
    if (this.odd(0.004)) return json(`${type}::"${id}"`);
    return escape === "always" || this.random.chance(0.4) ? `{"__entity": ${order}}` : order;
  }

  user(escape) {
    return this.uid("User", this.random.pick(["a", "b", "", "é", 'a"b', "none"]), escape);
  }

  extension(kind, escape = "may") {
    const text = json(extensionText(this.random, kind).replaceAll("\\0", "\0"));
    const good = this.odd(0.1) ? text : json({ decimal: "1.5", ip: "10.0.0.0/8", datetime: "2024-02-29T01:02:03.004+0100", duration: "1d2h" }[kind]);
    const chosen = this.random.chance(0.5) ? good : json({ decimal: "-0.0", ip: "::1", datetime: "1969-12-31", duration: "-1ms" }[kind]);
    const form = this.random.below(escape === "always" ? 1 : 4);
    const called = `{"fn": ${json(this.odd(0.01) ? this.random.pick([...extensionKinds, "isIpv4", "nope"]) : kind)}, "arg": ${chosen}}`;
    return [`{"__extn": ${called}}`, called, chosen, chosen][form];
  }

  set(element) {
    return `[${this.random.some(0, 3, element).join(", ")}]`;
  }

  /** Members that are [key, text], each optional one ("key?") there half the time. */
  object(members) {
    const present = members.filter(([key]) => (key.endsWith("?") ? this.random.chance(0.5) : !this.odd(0.01)));
    const fields = present.map(([key, value]) => `${json(key.replace(/\?$/, ""))}: ${this.odd(0.004) ? "null" : value()}`);
    if (this.odd(0.003) && fields.length > 0) fields.push(fields[0]);
    return `{${fields.join(", ")}}`;
  }

  home() {
    const geo = () => this.object([["lat", () => this.extension("decimal")], ["", () => this.bool()]]);
    return this.object([["city", () => this.text()], ["zip code?", () => this.long()], ["geo?", geo]]);
  }

  userAttributes() {
    return this.object([
      ["name", () => this.text()], ["age", () => this.long()], ["admin?", () => this.bool()], ["boss?", () => this.user()],
      ["friends", () => this.set(() => this.user())], ["home", () => this.home()], ["ip", () => this.extension("ip")],
      ["born", () => this.extension("datetime")], ["shift", () => this.extension("duration")],
      ["score?", () => this.extension("decimal")], ["nets", () => this.set(() => this.extension("ip"))],
      ["mixed?", () => this.set(() => this.set(() => this.long()))],
    ]);
  }

  entity(uid, attributes, parents, tags = "") {
    const list = this.odd(0.01) ? "" : `, "parents": [${parents.join(", ")}]`;
    const members = [`"uid": ${uid}`, `"attrs": ${attributes}`];
    if (this.random.chance(0.1)) members.reverse();
    const more = this.odd(0.003) ? ', "more": {}' : "";
    return `{${members.join(", ")}${list}${tags && `, "tags": ${tags}`}${more}}`;
  }

  group() {
    return this.uid("Group", this.random.pick(["g", "h", "none"]));
  }

  thing() {
    const depth = () => this.object([["n", () => this.long()], ["when?", () => this.extension("datetime")]]);
    const attributes = this.object([["colour", () => this.uid("Colour", this.random.pick(this.odd(0.03) ? ["blue"] : colours))],
      ["depth", depth], ["if?", () => this.long()], ["owner", () => this.user()]]);
    const tags = this.object([["a?", () => this.set(() => this.long())], ["tag 1?", () => this.set(() => this.long())]]);
    return this.entity(this.uid("Up::Down::Thing", "t"), attributes, this.random.some(0, 1, () => this.group()), this.random.chance(0.6) ? tags : "");
  }

  entities() {
    const { random } = this;
    const tags = () => (random.chance(0.6) ? this.object(["a?", "", "é?", "tag 1?"].map((key) => [key, () => this.text()])) : "");
    const users = ["a", "b", "", "é"].map((id) => this.entity(this.uid("User", id), this.userAttributes(), random.some(0, 2, () => this.group()), tags()));
    const groups = [["g", ["i"]], ["h", random.chance(0.5) ? ["g"] : []], ["i", this.odd(0.01) ? ["g"] : []]].map(([id, above]) =>
      this.entity(this.uid("Group", id), "{}", above.map((parent) => this.uid("Group", parent))));
    const boxes = [["x", "Box", "y"], ["y", "Thing", "t"]].map(([id, type, above]) =>
      this.entity(this.uid("Up::Down::Box", id), "{}", random.some(0, 1, () => this.uid(`Up::Down::${type}`, above))));
    const others = [this.entity(this.uid("Colour", "red"), "{}", []),
      this.entity(this.uid("Action", "view"), "{}", [this.uid("Action", "all")])].filter(() => random.chance(0.2));
    if (this.odd(0.02)) others.push(this.entity(this.uid(random.pick(["Action", "Nope", "User", "if", "User ", "Up::Down::Action"]), "view"), "{}", []));
    const all = [...users, ...groups, this.thing(), ...boxes, ...others].filter(() => random.chance(0.95));
    if (this.odd(0.02)) all.push(random.pick(all));
    return `[${all.join(",\n ")}]`;
  }

  request() {
    const { random } = this;
    const kind = random.below(2);
    const at = ["at", () => this.extension("datetime")];
    const shared = [["ip?", () => this.extension("ip")], at, ["n", () => this.long()], ["who?", () => this.user()]];
    const resource = () => this.uid(...random.pick(kind === 0 ? [["Up::Down::Thing", "t"], ["Up::Down::Box", "x"], ["Up::Down::Box", "y"]] : [["User", "b"], ["Colour", "red"], ["Colour", ""]]));
    return {
      principal: kind === 1 && random.chance(0.2) ? this.uid("Group", "g", "never") : `{"type": "User", "id": ${json(random.pick(["a", "b", "", "é", "none"]))}}`,
      action: kind === 0 ? `{"type": "Up::Down::Action", "id": ${json(random.pick(["look", "touch it"]))}}` : `{"type": "Action", "id": ${json(random.pick(["view", "edit"]))}}`,
      resource: random.chance(0.95) ? resource() : this.user(),
      context: this.object(kind === 0 ? [...shared, ["in", () => this.set(() => this.long())]] : shared),
    };
  }
}

export function randomEntities(random, wild) {
  return new JsonWriter(random, wild).entities();
}

export function randomRequest(random, wild) {
  return new JsonWriter(random, wild).request();
}
