// Google's JavaScript SDK, unchanged, through a gateway. gemini_test.py starts both ends and says, by the
// environment, where they are and which models there are.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError, GoogleGenAI } from "@google/genai";

const gateway = process.env.GATEWAY_URL;
const upstream = process.env.UPSTREAM_URL;
const apiKey = process.env.GATEWAY_KEY;
const { recordings, cases, broken, withheld } = JSON.parse(process.env.MODELS);

const schema = { type: "object", properties: { mark: { type: "string" } }, required: ["mark"] };
const names = ["look", "note", "erase_all", "assign_asset"];
const tools = [{ functionDeclarations: names.map((name) => ({ name, parametersJsonSchema: schema })) }];

const models = (baseUrl) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl } }).models;

/** All parts that one answer is told in. */
async function told(url, { model, streams }) {
  const question = { model, contents: "Say it.", config: { tools } };
  if (!streams) return [await models(url).generateContent(question)];
  const chunks = [];
  for await (const chunk of await models(url).generateContentStream(question)) chunks.push(chunk);
  return chunks;
}

/** Without what only HTTP says. */
const plain = (chunks) => chunks.map(({ sdkHttpResponse, ...rest }) => structuredClone(rest));

for (const recording of recordings) {
  test(`${recording.model} means the same as without a gateway`, async () => {
    assert.deepEqual(plain(await told(gateway, recording)), plain(await told(upstream, recording)));
  });
}

for (const { model, streams, calls } of cases) {
  test(`${model} shows the permitted calls and no other`, async () => {
    const chunks = await told(gateway, { model, streams });
    const seen = chunks.flatMap((chunk) => chunk.functionCalls ?? []).map(({ name, args }) => [name, args.mark]);
    assert.deepEqual(seen, calls);
    assert.ok(!JSON.stringify(plain(chunks)).includes(withheld));
  });
}

test("a stream that breaks off is the SDK's error", async () => {
  await assert.rejects(told(gateway, { model: broken, streams: true }), ApiError);
});

test("a model that is not there is the SDK's error", async () => {
  await assert.rejects(told(gateway, { model: "no-such-model", streams: false }), ApiError);
});
