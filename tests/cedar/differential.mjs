// Writes a folder of cases that the reference engine has decided and validated, for `proviso cedar conformance`.
//
//   node differential.mjs --out DIR [--seed 1] [--cases 300] [--corpus DIR]
//
// The cases are random expressions over one schema, some with one text broken, and where there is a corpus
// (a folder in the layout of the Cedar integration tests) its cases with pieces exchanged. A case that the
// reference refuses says so ("refused": the part), and must be refused by us.
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { randomEntities, randomRequest } from "./data.mjs";
import { schema, Writer } from "./grammar.mjs";
import { exchange, mutate, mutateJson, mutateSchema } from "./mutate.mjs";
import { Random } from "./random.mjs";
import { judge, version } from "./reference.mjs";

const requestsMax = 4;
const textMax = 20_000;

/** One or several policies, and one request or several, over the schema of the grammar. */
function randomCase(random) {
  const wild = random.pick([0, 0.3, 1]);
  const dataWild = random.pick([0, 0, 0, 1]);
  const writer = new Writer(random, wild);
  const policies = random.some(1, random.chance(0.5) ? 8 : 1, () => writer.policy());
  return {
    policies: policies.join("\n"),
    schema: random.chance(0.85) ? schema : undefined,
    entities: randomEntities(random, dataWild),
    requests: random.some(1, requestsMax, () => randomRequest(random, dataWild)),
  };
}

/** A case with one text broken in one place. */
function brokenCase(random, corpus) {
  const given = randomCase(random);
  const other = randomCase(random);
  const part = random.pick(["policies", "policies", "policies", "entities", "schema"]);
  const change = { policies: mutate, entities: mutateJson, schema: mutateSchema }[part];
  const source = part === "schema" && corpus.length > 0 ? random.pick(corpus).schema : (other[part] ?? schema);
  return { ...given, schema: given.schema ?? schema, [part]: change(random, given[part] ?? schema, source) };
}

function readCorpus(folder) {
  const names = fs.readdirSync(folder).filter((name) => /^[0-9a-f]+\.json$/.test(name)).sort();
  return names.map((name) => {
    const read = (ending) => fs.readFileSync(path.join(folder, name.replace(/\.json$/, ending)), "utf8");
    const found = JSON.parse(read(".json"));
    return {
      policies: read(".cedar"), schema: read(".cedarschema"), entities: read(".entities.json"),
      requests: found.requests.slice(0, requestsMax).map(requestTexts),
    };
  }).filter((each) => each.policies.length + each.schema.length + each.entities.length < textMax);
}

function requestTexts({ principal, action, resource, context }) {
  const text = JSON.stringify;
  return { principal: text(principal), action: text(action), resource: text(resource), context: text(context) };
}

/** A case of the corpus with one to three pieces exchanged. */
function recombinedCase(random, corpus) {
  const made = { ...random.pick(corpus) };
  for (let changes = 1 + random.below(3); changes > 0; --changes) {
    const other = random.pick(corpus);
    const part = random.pick(["policies", "policies", "policies", "policies", "entities", "schema", "requests"]);
    const [policies, entities, declarations] = random.chance(0.8)
      ? [exchange, exchange, exchange] : [mutate, mutateJson, mutateSchema];
    if (part === "policies") made.policies = policies(random, made.policies, other.policies);
    if (part === "entities") made.entities = entities(random, made.entities, other.entities);
    if (part === "schema") made.schema = declarations(random, made.schema, other.schema);
    if (part === "requests") {
      made.requests = made.requests.map((request) => ({ ...request, context: mutateContext(random, request.context, other) }));
    }
  }
  return made;
}

function mutateContext(random, context, other) {
  const changed = mutateJson(random, context, other.entities);
  try {
    JSON.parse(changed);
    return changed;
  } catch {
    return context;
  }
}

/** What the reference decided, where it could. */
function answer({ decision, reason, errors }) {
  if (decision === undefined) return "";
  return `,
   "decision": "${decision}", "reason": ${JSON.stringify(reason)}, "errors": ${JSON.stringify(errors)}`;
}

/** Writes a case in the layout of the corpus, with the texts of JSON as they are. */
function write(folder, name, made) {
  const put = (ending, text) => fs.writeFileSync(path.join(folder, name + ending), text);
  put(".cedar", made.policies);
  put(".entities.json", made.entities);
  if (made.schema !== undefined) put(".cedarschema", made.schema);
  const named = (ending) => JSON.stringify(`corpus-tests/${name}${ending}`);
  const requests = made.requests.map(
    (each, index) => `  {"description": "Request ${index}", "principal": ${each.principal}, "action": ${each.action},
   "resource": ${each.resource}, "context": ${each.context}${answer(each)}}`,
  );
  const members = [`"policies": ${named(".cedar")}`, `"entities": ${named(".entities.json")}`];
  if (made.schema !== undefined) members.push(`"schema": ${named(".cedarschema")}`);
  if (made.refused !== undefined) members.push(`"refused": "${made.refused}"`);
  if (made.validation !== undefined) put(".validation.json", JSON.stringify(made.validation));
  put(".json", `{${members.join(", ")},\n "requests": [\n${requests.join(",\n")}]}\n`);
}

const withoutCorpus = [randomCase, randomCase, randomCase, brokenCase];
const withCorpus = [...withoutCorpus, recombinedCase, recombinedCase, recombinedCase];
const { values: options } = parseArgs({
  options: { out: { type: "string" }, seed: { type: "string", default: "1" }, cases: { type: "string", default: "300" }, corpus: { type: "string" } },
});
const corpus = options.corpus === undefined ? [] : readCorpus(options.corpus);
const counts = { cases: 0, requests: 0, refused: 0, invalid: 0 };
fs.mkdirSync(options.out, { recursive: true });
for (let number = 0; number < Number(options.cases); ++number) {
  const random = new Random(Number(options.seed) * 1_000_003 + number);
  const made = random.pick(corpus.length === 0 ? withoutCorpus : withCorpus)(random, corpus);
  const judged = judge(made);
  ++counts.cases;
  counts.requests += judged.requests.length;
  counts.refused += judged.refused !== undefined;
  const strict = Object.values(judged.validation?.policyValidation.perPolicy ?? {});
  counts.invalid += strict.filter((each) => !each.strict).length;
  write(options.out, String(number), judged);
}
console.log(JSON.stringify({ reference: version, ...counts }));
