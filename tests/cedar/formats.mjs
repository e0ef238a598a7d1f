// Compares our formats with the reference engine's: policies as JSON, schemas in both forms, formatted text.
//
//   node formats.mjs --driver build/dev/tests/cedar/cedar_formats_driver [--seed 1] [--cases 300] [--corpus DIR]
//
// Prints a line for each difference, then the counts as JSON; exits 1 if there is a difference.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { isDeepStrictEqual, parseArgs } from "node:util";

import { schema, Writer } from "./grammar.mjs";
import { exchange, mutateSchema } from "./mutate.mjs";
import { Random } from "./random.mjs";
import { cedar, Text } from "./reference.mjs";


/** Our engine, behind a pipe: one answer a question, in order. */
class Driver {
  constructor(file) {
    this.process = spawn(file, { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** {ok} or {error}. */
  async ask(op, text) {
    this.process.stdin.write(`${JSON.stringify({ op, text })}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`the driver ended at ${op} of:\n${text}`);
    return JSON.parse(value);
  }

  end() {
    this.process.stdin.end();
  }
}

const { values: options } = parseArgs({
  options: {
    driver: { type: "string" }, seed: { type: "string", default: "1" }, cases: { type: "string", default: "300" },
    corpus: { type: "string" }, show: { type: "boolean", default: false },
  },
});
const ours = new Driver(options.driver);
const counts = {};
const differences = [];

function count(what, more = 1) {
  counts[what] = (counts[what] ?? 0) + more;
}

function differ(name, what, detail) {
  differences.push(`${name}: ${what}: ${detail}`);
}

const byId = ([a], [b]) => (a < b ? -1 : 1);

/** The reference's JSON of a text: {id: policy} in the order of ids, templates too; undefined if it refuses. */
function referenceJson(text) {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type !== "success") return undefined;
  const convert = (convertOne) => (each) => convertOne(each).json;
  return {
    policies: parts.policies.map(convert(cedar.policyToJson)),
    templates: parts.policy_templates.map(convert(cedar.templateToJson)),
  };
}

const inOrder = (bodies) => Object.entries(bodies).sort(byId).map(([, body]) => body);

async function comparePolicies(name, text) {
  const expected = referenceJson(text);
  const got = await ours.ask("policies-to-json", text);
  if (expected === undefined || got.ok === undefined) {
    count("policies refused");
    if ((expected === undefined) !== (got.ok === undefined)) differ(name, "one refuses", got.error ?? "the reference");
    return;
  }
  count("policy sets");
  const set = JSON.parse(got.ok);
  const sorted = { policies: inOrder(set.staticPolicies), templates: inOrder(set.templates) };
  if (!isDeepStrictEqual(sorted, expected)) {
    differ(name, "policy JSON", `\n  ours ${JSON.stringify(sorted)}\n  reference ${JSON.stringify(expected)}`);
    return;
  }
  await compareBack(name, got.ok, sorted);
  await compareLinks(name, got.ok);
}

/** JSON to text by us and by the reference gives the same JSON again. */
async function compareBack(name, json, sorted) {
  const text = await ours.ask("policies-to-text", json);
  const again = text.ok === undefined ? text : await ours.ask("policies-to-json", text.ok);
  const set = again.ok && JSON.parse(again.ok);
  const same = set && isDeepStrictEqual([...inOrder(set.staticPolicies), ...inOrder(set.templates)].sort(byText),
    [...sorted.policies, ...sorted.templates].sort(byText));
  if (!same) differ(name, "policy JSON to text", text.error ?? text.ok);
  const checked = cedar.checkParsePolicySet(new Text(json));
  if (checked.type !== "success") differ(name, "the reference refuses our JSON", JSON.stringify(checked.errors));
  for (const body of sorted.policies) {
    const theirs = cedar.policyToText(body);
    if (theirs.type !== "success") continue; // a number that JavaScript does not hold
    const reread = await ours.ask("policies-to-json", theirs.text);
    const [back] = reread.ok === undefined ? [] : inOrder(JSON.parse(reread.ok).staticPolicies);
    if (!isDeepStrictEqual(back, body)) differ(name, "the reference's text of our JSON", theirs.text);
  }
}

/** The set with a link for each template: both engines read it, and we write it as it was. */
async function compareLinks(name, json) {
  const slot = (constraint) => constraint.slot ?? constraint.in?.slot;
  const links = Object.entries(JSON.parse(json).templates).map(([id, body]) => ({
    templateId: id, newId: `link of ${id}`,
    values: Object.fromEntries([slot(body.principal), slot(body.resource)].filter((each) => each !== undefined)
      .map((each) => [each, { type: "User", id: each }])),
  }));
  const linked = json.replace(/\[\]\}$/, () => `${JSON.stringify(links)}}`);
  const got = await ours.ask("policies-again", linked);
  if (got.ok !== linked) differ(name, "links", got.error ?? got.ok);
  const checked = cedar.checkParsePolicySet(new Text(linked));
  if (checked.type !== "success") {
    differ(name, "the reference refuses our links", JSON.stringify(checked.errors));
  }
  count("links", links.length);
}

const byText = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Our formatted text is the reference's; ours is the same when formatted again. */
async function compareFormat(name, text) {
  const theirs = cedar.formatPolicies({ policyText: text });
  const got = await ours.ask("format", text);
  if (theirs.type !== "success" || got.ok === undefined) {
    if (theirs.type === "success") differ(name, "we do not format", got.error);
    return;
  }
  count("texts formatted");
  if (theirs.formatted_policy === got.ok) count("formatted as the reference does");
  else if (options.show) console.log(`${name}: ours\n${got.ok}\ntheirs\n${theirs.formatted_policy}`);
  const again = await ours.ask("format", got.ok);
  if (again.ok !== got.ok) differ(name, "formatted twice", again.error ?? again.ok);
}

/** With comments at random places we format what we can read, keep them, and settle at once. */
async function compareCommented(name, text, random) {
  const commented = text.replace(/"(?:\\.|[^"\\])*"|\w+|::|[=!<>]=|&&|\|\||[^\s\w"]/gu, (token) =>
    (random.chance(0.1) ? `${token}${random.pick(["", "\n", " "])}// ${random.below(1000)}\n` : token));
  const got = await ours.ask("format", commented);
  if (got.ok === undefined) return;
  count("commented texts formatted");
  const comments = (of) => (of.replace(/"(?:\\.|[^"\\])*"/gu, '""').match(/\/\/[^\n]*/g) ?? []).join();
  if (comments(got.ok) !== comments(commented)) differ(name, "comments", `${commented}\n${got.ok}`);
  const again = await ours.ask("format", got.ok);
  if (again.ok !== got.ok) differ(name, "formatted twice with comments", `${commented}\n${got.ok}\n${again.error ?? again.ok}`);
}

/** The reference's JSON of a schema's text; undefined if it refuses. */
function referenceSchema(text) {
  const answer = cedar.schemaToJson(text);
  return answer.type === "success" ? answer.json : undefined;
}

async function compareSchemas(name, text) {
  const expected = referenceSchema(text);
  const got = await ours.ask("schema-to-json", text);
  if (expected === undefined || got.ok === undefined) {
    count("schemas refused");
    const known = /is declared twice in this record/.test(got.error ?? "");
    if ((expected === undefined) !== (got.ok === undefined) && !known) differ(name, "one refuses the schema", `${got.error}\n${text}`);
    return;
  }
  count("schemas");
  if (!isDeepStrictEqual(JSON.parse(got.ok), expected)) {
    differ(name, "schema JSON", `\n  ours ${got.ok}\n  reference ${JSON.stringify(expected)}`);
    return;
  }
  await compareSchemaText(name, expected, expected);
  await compareSchemaText(name, typed(expected), undefined);
}

/** Our text of a schema's JSON means to the reference what its own text means, or what `wanted` says. */
async function compareSchemaText(name, json, wanted) {
  const theirs = wanted ?? referenceSchema(cedar.schemaToText(json).text);
  const got = await ours.ask("schema-to-text", JSON.stringify(json));
  const means = got.ok === undefined ? undefined : referenceSchema(got.ok);
  if (means === undefined || !isDeepStrictEqual(bareActions(means), bareActions(theirs))) {
    differ(name, "schema text", `${got.error ?? got.ok}\n  reference ${JSON.stringify(theirs)}`);
  }
}

/** The reference's text says `Action::"a"` where the JSON says {"id": "a"}; both mean the same. */
function bareActions(schema) {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    (value?.type === "Action" && value.id !== undefined ? { id: value.id } : value));
}

/** The schema with `EntityOrCommon` as what it is, where that is plain. */
function typed(schema) {
  const entities = new Set(Object.entries(schema).flatMap(([space, { entityTypes }]) =>
    Object.keys(entityTypes).flatMap((name) => [name, space === "" ? name : `${space}::${name}`])));
  const commons = new Set(Object.entries(schema).flatMap(([space, { commonTypes }]) =>
    Object.keys(commonTypes ?? {}).flatMap((name) => [name, space === "" ? name : `${space}::${name}`])));
  const plain = { Long: "Long", String: "String", Bool: "Boolean" };
  return JSON.parse(JSON.stringify(schema), (key, value) => {
    if (value?.type !== "EntityOrCommon") return value;
    const { name, type, ...rest } = value;
    if (commons.has(name) && !entities.has(name)) return { type: name, ...rest };
    if (entities.has(name) && !commons.has(name)) return { type: "Entity", name, ...rest };
    if (commons.has(name) || entities.has(name)) return value;
    if (plain[name] !== undefined) return { type: plain[name], ...rest };
    return name.startsWith("__cedar::") ? value : { type: "Extension", name, ...rest };
  });
}

function* corpusFiles(folder, ending) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* corpusFiles(file, ending);
    else if (entry.name.endsWith(ending)) yield file;
  }
}

function* policyTexts() {
  if (options.corpus !== undefined) {
    for (const file of corpusFiles(options.corpus, ".cedar")) yield [file, fs.readFileSync(file, "utf8")];
  }
  for (let number = 0; number < Number(options.cases); ++number) {
    const random = new Random(Number(options.seed) * 1_000_003 + number);
    const writer = new Writer(random, random.pick([0, 0.3, 1]));
    yield [`seed ${options.seed} case ${number}`, random.some(1, 4, () => writer.policy()).join("\n")];
  }
}

function* schemaTexts() {
  const texts = options.corpus === undefined ? [] : [...corpusFiles(options.corpus, ".cedarschema")]
    .map((file) => [file, fs.readFileSync(file, "utf8")]);
  yield* texts;
  const sources = [["the grammar's schema", schema], ...texts];
  yield sources[0];
  for (let number = 0; number < Number(options.cases); ++number) {
    const random = new Random(Number(options.seed) * 1_000_003 + number);
    const [[, text], [, other]] = [random.pick(sources), random.pick(sources)];
    yield [`seed ${options.seed} schema ${number}`, random.pick([mutateSchema, exchange])(random, text, other)];
  }
}

for (const [name, text] of schemaTexts()) await compareSchemas(name, text);
for (const [name, text] of policyTexts()) {
  await comparePolicies(name, text);
  await compareFormat(name, text);
  await compareCommented(name, text, new Random(text.length));
}
ours.end();
for (const line of differences) console.log(line);
console.log(JSON.stringify({ reference: cedar.getCedarVersion(), ...counts, differences: differences.length }));
process.exitCode = differences.length > 0 ? 1 : 0;
