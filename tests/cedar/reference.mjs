// What the reference engine says about a case: refused, and at which part, or a decision for each request.
//
// CEDAR_REFERENCE may name the module of another version.
export const cedar = await import(process.env.CEDAR_REFERENCE ?? "@cedar-policy/cedar-wasm/nodejs");

// The engine takes objects and turns them into text with JSON.stringify. A number of JavaScript cannot
// hold 64 bits, and an object cannot hold a key twice, so we hand over the text itself.
const stringify = JSON.stringify;
export class Text {
  constructor(text) {
    this.text = text;
  }
}
JSON.stringify = (value, ...rest) => (value instanceof Text ? value.text : stringify(value, ...rest));

export const version = cedar.getCedarVersion();

function accepts(answer) {
  return answer.type === "success";
}

function call(members) {
  const fields = Object.entries(members).filter(([, text]) => text !== undefined);
  return new Text(`{${fields.map(([key, text]) => `${stringify(key)}: ${text}`).join(", ")}}`);
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether an object of the text has a key twice: a case file could not be read with it. */
function repeatsKey(text) {
  let keys = 0;
  JSON.parse(text, (key, value) => {
    keys += value !== null && typeof value === "object" && !Array.isArray(value) ? Object.keys(value).length : 0;
    return value;
  });
  return keys !== (text.match(/"(?:\\.|[^"\\])*"\s*:/g) ?? []).length;
}

/** Whether the text is JSON, and the check accepts it; the engine throws where it cannot read its input. */
function parsesJson(text, check) {
  if (!isJson(text)) return false;
  try {
    return accepts(check());
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return false;
  }
}

const parsesPolicies = (text) => accepts(cedar.policySetTextToParts(text));
const parsesSchema = (text) => accepts(cedar.checkParseSchema(text));
const parsesEntities = (entities, schema) =>
  parsesJson(entities, () => cedar.checkParseEntities(call({ entities, schema })));
const parsesContext = (context, schema, action) =>
  parsesJson(context, () => cedar.checkParseContext(call({ context, schema, action })));

/** The part that is refused for what it is ("policies", "schema", "entities"), or undefined. Entities that are
 *  read, but are not as the schema says, are a verdict and no refusal. */
function refusedPart({ policies, schema, entities }) {
  if (schema !== undefined && !parsesSchema(schema)) return "schema";
  if (!parsesPolicies(policies)) return "policies";
  return parsesEntities(entities) ? undefined : "entities";
}

const refusal = { decision: "refused", reason: [], errors: [] };
const unreadable = /^failed to parse (principal|action|resource)/;

/** The answer to a request; undefined where the reference has none that we would have to share. */
function decide({ policies, schema, entities }, request, validateRequest = "false") {
  const schemaText = schema && stringify(schema);
  const { principal, action, resource, context } = request;
  if (!parsesContext(context, schemaText, schemaText && action)) {
    return parsesContext(context) ? undefined : refusal;
  }
  const answer = cedar.isAuthorized(
    call({
      principal, action, resource, context, schema: schemaText, entities,
      policies: stringify({ staticPolicies: staticPolicies(policies), templates: {}, templateLinks: [] }),
      validateRequest,
    }),
  );
  if (!accepts(answer) && answer.errors.every((each) => unreadable.test(each.message))) return refusal;
  if (!accepts(answer)) throw new Error(stringify(answer.errors));
  const { decision, diagnostics } = answer.response;
  return {
    decision,
    reason: diagnostics.reason.sort(),
    errors: diagnostics.errors.map((error) => error.policyId).sort(),
  };
}

/** What the engine takes as static policies: the text, or with templates in it, the others by their ids
 *  (which count the templates too). */
function staticPolicies(text) {
  const { policies, policy_templates: templates } = cedar.policySetTextToParts(text);
  if (templates.length === 0) return text;
  const byId = {};
  let rest = text;
  for (let number = 0; policies.length + templates.length > 0; ++number) {
    const at = (list) => (list.length === 0 ? Infinity : rest.indexOf(list[0]));
    const list = at(policies) < at(templates) ? policies : templates;
    rest = rest.slice(at(list) + list[0].length);
    const policy = list.shift();
    if (list === policies) byId[`policy${number}`] = policy;
  }
  return byId;
}

/** The strict verdict on each policy and on all. The module has no permissive mode. */
function policyVerdicts({ policies, schema }) {
  const { policies: texts, policy_templates: templates } = cedar.policySetTextToParts(policies);
  const answer = cedar.validate({
    validationSettings: { mode: "strict" }, schema,
    policies: templates.length === 0
      ? { staticPolicies: policies }
      : { staticPolicies: staticPolicies(policies), templates: {}, templateLinks: [] },
  });
  if (!accepts(answer)) throw new Error(stringify(answer.errors));
  const wrong = new Set(answer.validationErrors.map((error) => error.policyId));
  const ids = templates.length === 0 ? texts.map((_, index) => `policy${index}`) : Object.keys(staticPolicies(policies));
  const perPolicy = Object.fromEntries(ids.map((id) => [id, { strict: !wrong.has(id) }]));
  // With templates, which are not handed over, nothing is known of all of them.
  return templates.length === 0 ? { strict: wrong.size === 0, perPolicy } : { perPolicy };
}

/** Whether the request is one that the schema allows. */
function isValidRequest(given, { principal, action, resource, context }) {
  const answer = cedar.isAuthorized(
    call({
      principal, action, resource, context, schema: stringify(given.schema), entities: "[]", validateRequest: "true",
      policies: stringify({ staticPolicies: "", templates: {}, templateLinks: [] }),
    }),
  );
  return accepts(answer);
}

/** The case with the reference's answers: {refused}, or {requests} and with a schema {validation}. A request
 *  that the reference cannot decide, for what the schema says, has only a verdict. */
export function judge(given) {
  const refused = refusedPart(given);
  if (refused !== undefined) return { ...given, refused, requests: [] };
  const readable = given.requests.filter(({ context }) => isJson(context) && !repeatsKey(context));
  if (given.schema === undefined) {
    return { ...given, requests: readable.map((request) => ({ ...request, ...decide(given, request) })) };
  }
  const fit = parsesEntities(given.entities, stringify(given.schema));
  const requests = readable.map((request) => ({ ...request, ...(fit ? decide(given, request) : undefined) }));
  const validation = {
    policyValidation: policyVerdicts(given),
    entityValidation: { all: fit },
    requestValidation: requests.map((request) => ({ strict: isValidRequest(given, request) })),
  };
  return { ...given, requests, validation };
}
