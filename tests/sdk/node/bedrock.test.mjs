// AWS's SDK for JavaScript, unchanged, through a gateway: signed requests over HTTP/2, as it sends them.
// bedrock_test.py starts both ends and says, by the environment, where they are.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  AccessDeniedException,
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  ThrottlingException,
} from "@aws-sdk/client-bedrock-runtime";

const { url, region, id, secret, cases, broken, withheld, recorded } = JSON.parse(process.env.BEDROCK);
const client = new BedrockRuntimeClient({
  region,
  endpoint: url,
  credentials: { accessKeyId: id, secretAccessKey: secret },
  maxAttempts: 1,
});
const schema = { type: "object", properties: { mark: { type: "string" } }, required: ["mark"] };
const tools = ["look", "note", "erase_all", "assign_asset"].map((name) => ({
  toolSpec: { name, inputSchema: { json: schema } },
}));
const messages = [{ role: "user", content: [{ text: "Do it." }] }];

/** Text, marks of the calls, and why it stopped. */
async function ask({ model, streams }) {
  const request = { modelId: model, messages, toolConfig: { tools } };
  if (!streams) {
    const answer = await client.send(new ConverseCommand(request));
    const content = answer.output.message.content;
    const calls = content.filter((block) => block.toolUse).map((block) => block.toolUse.input.mark);
    return { text: content.map((block) => block.text ?? "").join(""), calls, stop: answer.stopReason };
  }
  const seen = { text: "", calls: [], stop: undefined };
  const inputs = new Map();
  const answer = await client.send(new ConverseStreamCommand(request));
  for await (const event of answer.stream) {
    const { contentBlockIndex: index, delta } = event.contentBlockDelta ?? {};
    seen.text += delta?.text ?? "";
    if (delta?.toolUse) inputs.set(index, (inputs.get(index) ?? "") + delta.toolUse.input);
    seen.stop = event.messageStop?.stopReason ?? seen.stop;
  }
  seen.calls = [...inputs.values()].map((input) => JSON.parse(input).mark);
  return seen;
}

for (const one of cases) {
  test(`${one.model} arrives without the call that is withheld`, async () => {
    const { text, calls, stop } = await ask(one);
    const rest = [0, 1, 2].filter((index) => index !== one.position).map((index) => `mark-${index}`);
    assert.deepEqual(calls, rest);
    assert.ok(text.startsWith("Three calls.") && text.includes("2.2") && !text.includes(withheld));
    assert.equal(stop, "tool_use");
  });
}

for (const model of recorded) {
  test(`${model} is read to its end`, async () => {
    const answer = await client.send(new ConverseStreamCommand({ modelId: model, messages }));
    const events = [];
    for await (const event of answer.stream) events.push(Object.keys(event)[0]);
    assert.ok(events.includes("messageStop"));
  });
}

test("a refusal is the exception that the SDK knows", async () => {
  const command = new ConverseCommand({ modelId: cases[0].model, messages });
  command.middlewareStack.add(
    (next) => (args) => {
      args.request.headers["proviso-purpose"] = "restricted";
      return next(args);
    },
    { step: "build" },
  );
  await assert.rejects(client.send(command), AccessDeniedException);
});

test("an error in mid-stream is thrown", async () => {
  const answer = await client.send(new ConverseStreamCommand({ modelId: broken, messages }));
  await assert.rejects(async () => {
    for await (const event of answer.stream) assert.ok(event);
  }, (error) => error.name === "ModelStreamErrorException" && !(error instanceof ThrottlingException));
});
