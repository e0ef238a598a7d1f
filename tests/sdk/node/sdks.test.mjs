// The official JavaScript SDKs, unchanged, through a gateway. sdks_test.py starts both ends and says, by
// the environment, where they are and which models there are.
import assert from "node:assert/strict";
import { test } from "node:test";

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const gateway = process.env.GATEWAY_URL;
const upstream = process.env.UPSTREAM_URL;
const apiKey = process.env.GATEWAY_KEY;
const { recordings, cases, withheld } = JSON.parse(process.env.MODELS);

const clients = (url) => ({
  openai: new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 }),
  anthropic: new Anthropic({ baseURL: url, apiKey, maxRetries: 0 }),
});

const question = [{ role: "user", content: "Say it." }];

/** What the SDK makes of an answer, or the name of the error that it throws. */
async function parsed(url, { model, dialect, streams }) {
  const { openai, anthropic } = clients(url);
  try {
    const answer =
      dialect === "openai-chat"
        ? await openai.chat.completions.create({ model, messages: question, stream: streams })
        : await anthropic.messages.create({ model, max_tokens: 64, messages: question, stream: streams });
    if (!streams) return structuredClone({ ...answer, _request_id: undefined });
    const parts = [];
    for await (const part of answer) parts.push(structuredClone(part));
    return parts;
  } catch (error) {
    return error.constructor.name;
  }
}

for (const recording of recordings) {
  test(`${recording.model} means the same as without a gateway`, async () => {
    assert.deepEqual(await parsed(gateway, recording), await parsed(upstream, recording));
  });
}

const schema = { type: "object", properties: { mark: { type: "string" } }, required: ["mark"] };
const names = ["look", "note", "erase_all", "assign_asset"];

/** Text and calls of one answer, by the SDK's own accumulator where it streams. */
async function askWithTools({ model, dialect, streams }, headers = {}) {
  const { openai, anthropic } = clients(gateway);
  if (dialect === "openai-chat") {
    const tools = names.map((name) => ({ type: "function", function: { name, parameters: schema } }));
    const request = { model, messages: question, tools };
    const answer = streams
      ? await openai.chat.completions.stream(request, { headers }).finalChatCompletion()
      : await openai.chat.completions.create(request, { headers });
    const { message, finish_reason: stop } = answer.choices[0];
    const calls = (message.tool_calls ?? []).map((call) => JSON.parse(call.function.arguments).mark);
    return { text: message.content ?? "", calls, stop };
  }
  const tools = names.map((name) => ({ name, input_schema: schema }));
  const request = { model, max_tokens: 64, messages: question, tools };
  const message = streams
    ? await anthropic.messages.stream(request, { headers }).finalMessage()
    : await anthropic.messages.create(request, { headers });
  const text = message.content.filter((block) => block.type === "text").map((block) => block.text).join("");
  const calls = message.content.filter((block) => block.type === "tool_use").map((block) => block.input.mark);
  return { text, calls, stop: message.stop_reason };
}

for (const one of cases) {
  test(`${one.model}: the forbidden call is withheld, the others arrive`, async () => {
    const { text, calls, stop } = await askWithTools(one);
    assert.equal(calls.length, 2);
    assert.ok(!calls.includes(withheld) && !text.includes(withheld));
    assert.match(text, /2\.2/);
    assert.equal(stop, one.dialect === "openai-chat" ? "tool_calls" : "tool_use");
  });
}

test("a forbidden purpose raises each SDK's PermissionDeniedError", async () => {
  const { openai, anthropic } = clients(gateway);
  const headers = { "Proviso-Purpose": "restricted" };
  const [first] = cases.filter((one) => one.dialect === "openai-chat");
  const [second] = cases.filter((one) => one.dialect !== "openai-chat");
  await assert.rejects(
    openai.chat.completions.create({ model: first.model, messages: question }, { headers }),
    (error) => error instanceof OpenAI.PermissionDeniedError && error.error.proviso.clauses[0] === "2.1",
  );
  await assert.rejects(
    anthropic.messages.create({ model: second.model, max_tokens: 9, messages: question }, { headers }),
    (error) => error instanceof Anthropic.PermissionDeniedError && error.error.error.proviso.clauses[0] === "2.1",
  );
});
