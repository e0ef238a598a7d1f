// The Responses API through a gateway with the official JavaScript SDK, unchanged; started by
// node_sdks_test.py, which says by the environment where both ends are and which models there are.
import assert from "node:assert/strict";
import { test } from "node:test";

import OpenAI from "openai";

const gateway = process.env.GATEWAY_URL;
const upstream = process.env.UPSTREAM_URL;
const { recordings, cases, withheld } = JSON.parse(process.env.MODELS);

const client = (url) => new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.GATEWAY_KEY, maxRetries: 0 });

/** What the SDK makes of an answer, or the name of the error that it throws. */
async function parsed(url, { model, streams }) {
  try {
    const answer = await client(url).responses.create({ model, input: "Say it.", stream: streams });
    if (!streams) return structuredClone({ ...answer, _request_id: undefined });
    const events = [];
    for await (const event of answer) events.push(structuredClone(event));
    return events;
  } catch (error) {
    return error.constructor.name;
  }
}

for (const recording of recordings) {
  test(`${recording.model} means the same as without a gateway`, async () => {
    assert.deepEqual(await parsed(gateway, recording), await parsed(upstream, recording));
  });
}

const parameters = { type: "object", properties: { mark: { type: "string" } }, required: ["mark"] };
const tools = ["look", "note", "erase_all", "assign_asset"].map((name) => ({
  type: "function",
  name,
  parameters,
  strict: false,
}));

for (const { model, streams } of cases) {
  test(`${model}: the forbidden call is withheld, the others arrive`, async () => {
    const request = { model, input: "Do it.", tools };
    const { responses } = client(gateway);
    const answer = streams ? await responses.stream(request).finalResponse() : await responses.create(request);
    const calls = answer.output.filter((item) => item.type === "function_call");
    const parts = answer.output.filter((item) => item.type === "message").flatMap((item) => item.content);
    const text = parts.map((part) => part.text).join(""); // `output_text` is not set by the streaming helper
    const marks = calls.map((call) => JSON.parse(call.arguments).mark);
    assert.equal(marks.length, 2);
    assert.ok(!marks.includes(withheld) && !text.includes(withheld));
    assert.match(text, /2\.2/);
    assert.equal(answer.status, "completed");
  });
}

test("a forbidden purpose raises the SDK's PermissionDeniedError", async () => {
  const headers = { "Proviso-Purpose": "restricted" };
  await assert.rejects(
    client(gateway).responses.create({ model: cases[0].model, input: "Say it." }, { headers }),
    (error) => error instanceof OpenAI.PermissionDeniedError && error.error.proviso.clauses[0] === "2.1",
  );
});
