// Every caller's JavaScript SDK before every provider: it reads what the provider's own SDK reads without a
// gateway. matrix_test.py starts both ends and says, by the environment, where they are and what is recorded.
import assert from "node:assert/strict";
import { test } from "node:test";

import Anthropic from "@anthropic-ai/sdk";
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
import { GoogleGenAI } from "@google/genai";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import OpenAI from "openai";

const { gateway, upstream, apiKey, region, id, secret, recordings } = JSON.parse(process.env.MATRIX);
const words = "Say it.";

/** The keys of objects in order, all the way down: arguments are compared as values. */
const canonical = (value) =>
  JSON.stringify(value, (_, one) =>
    one && typeof one === "object" && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort()) : one,
  );

/** What a developer would compare; calls as [name, arguments, id]. */
const nothing = () => ({ text: "", reasoning: "", calls: [], input: 0, output: 0 });

async function readChat(url, model, streams) {
  const seen = nothing();
  const chat = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 }).chat.completions;
  const request = { model, messages: [{ role: "user", content: words }] };
  const calls = [];
  const add = (message) => {
    const parts = Array.isArray(message.content) ? message.content : [{ type: "text", text: message.content ?? "" }];
    for (const part of parts) {
      if (part.type === "text") seen.text += part.text;
      for (const thought of part.thinking ?? []) seen.reasoning += thought.text ?? "";
    }
    seen.text += message.refusal ?? "";
    seen.reasoning += message.reasoning_content ?? message.reasoning ?? "";
    for (const [place, call] of (message.tool_calls ?? []).entries()) {
      const kept = (calls[call.index ?? place] ??= { name: "", text: "", id: "" });
      kept.name ||= call.function?.name ?? "";
      kept.text += call.function?.arguments ?? "";
      kept.id ||= call.id ?? "";
    }
  };
  const count = (usage) => {
    if (!usage) return;
    [seen.input, seen.output] = [usage.prompt_tokens, usage.completion_tokens];
    const thoughts = usage.completion_tokens_details?.reasoning_tokens ?? 0;
    if (thoughts && usage.total_tokens === seen.input + seen.output + thoughts) seen.output += thoughts;
  };
  if (streams) {
    const stream = await chat.create({ ...request, stream: true, stream_options: { include_usage: true } });
    for await (const chunk of stream) {
      if (chunk.choices[0]) add(chunk.choices[0].delta);
      count(chunk.usage ?? chunk.x_groq?.usage);
    }
  } else {
    const answer = await chat.create(request);
    add(answer.choices[0].message);
    count(answer.usage);
  }
  seen.calls = calls.map((call) => [call.name, canonical(JSON.parse(call.text || "{}")), call.id]);
  return seen;
}

async function readResponses(url, model, streams) {
  const seen = nothing();
  const { responses } = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  let answer;
  if (streams) {
    for await (const event of await responses.create({ model, input: words, stream: true })) {
      answer = event.response ?? answer;
    }
  } else {
    answer = await responses.create({ model, input: words });
  }
  for (const item of answer.output) {
    if (item.type === "message") for (const part of item.content) seen.text += part.text ?? part.refusal;
    if (item.type === "reasoning") {
      for (const part of [...(item.summary ?? []), ...(item.content ?? [])]) seen.reasoning += part.text;
    }
    if (item.type === "function_call") {
      seen.calls.push([item.name, canonical(JSON.parse(item.arguments || "{}")), item.call_id]);
    }
  }
  [seen.input, seen.output] = [answer.usage?.input_tokens ?? 0, answer.usage?.output_tokens ?? 0];
  return seen;
}

async function readAnthropic(url, model, streams) {
  const seen = nothing();
  const { messages } = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
  const request = { model, max_tokens: 64, messages: [{ role: "user", content: words }] };
  const answer = streams ? await messages.stream(request).finalMessage() : await messages.create(request);
  for (const block of answer.content) {
    if (block.type === "text") seen.text += block.text;
    if (block.type === "thinking") seen.reasoning += block.thinking;
    if (block.type === "tool_use") seen.calls.push([block.name, canonical(block.input), block.id]);
  }
  const { usage } = answer;
  const cache = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
  [seen.input, seen.output] = [usage.input_tokens + cache, usage.output_tokens];
  return seen;
}

async function readGemini(url, model, streams) {
  const seen = nothing();
  const { models } = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
  const request = { model, contents: words };
  const told = streams ? await models.generateContentStream(request) : [await models.generateContent(request)];
  for await (const one of told) {
    for (const part of one.candidates?.[0]?.content?.parts ?? []) {
      if (part.thought) seen.reasoning += part.text ?? "";
      else seen.text += part.text ?? "";
      const call = part.functionCall;
      if (call) seen.calls.push([call.name, canonical(call.args ?? {}), call.id ?? ""]);
    }
    const usage = one.usageMetadata;
    if (!usage) continue;
    seen.input = (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0);
    seen.output = (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0);
  }
  return seen;
}

async function readBedrock(url, model, streams) {
  const seen = nothing();
  const credentials = { accessKeyId: id, secretAccessKey: secret };
  const settings = { region, endpoint: url, credentials, maxAttempts: 1 };
  // The scripted provider speaks HTTP/1.1 only; to the gateway the SDK speaks as it does by itself.
  if (url === upstream) settings.requestHandler = new NodeHttpHandler();
  const client = new BedrockRuntimeClient(settings);
  const request = { modelId: model, messages: [{ role: "user", content: [{ text: words }] }] };
  let usage;
  try {
    if (!streams) {
      const answer = await client.send(new ConverseCommand(request));
      usage = answer.usage;
      for (const block of answer.output.message.content) {
        seen.text += block.text ?? (block.citationsContent?.content ?? []).map((part) => part.text).join("");
        seen.reasoning += block.reasoningContent?.reasoningText?.text ?? "";
        const use = block.toolUse;
        if (use) seen.calls.push([use.name, canonical(use.input), use.toolUseId]);
      }
    } else {
      const uses = new Map();
      for await (const event of (await client.send(new ConverseStreamCommand(request))).stream) {
        const { contentBlockIndex: index, delta, start } = event.contentBlockDelta ?? event.contentBlockStart ?? {};
        if (start?.toolUse) uses.set(index, { ...start.toolUse, text: "" });
        seen.text += delta?.text ?? "";
        seen.reasoning += delta?.reasoningContent?.text ?? "";
        if (delta?.toolUse) uses.get(index).text += delta.toolUse.input;
        usage = event.metadata?.usage ?? usage;
      }
      seen.calls = [...uses.values()].map((use) => [
        use.name,
        canonical(JSON.parse(use.text || "{}")),
        use.toolUseId,
      ]);
    }
  } finally {
    client.destroy();
  }
  const cache = (usage?.cacheReadInputTokens ?? 0) + (usage?.cacheWriteInputTokens ?? 0);
  [seen.input, seen.output] = [(usage?.inputTokens ?? 0) + cache, usage?.outputTokens ?? 0];
  return seen;
}

const readers = {
  "openai-chat": readChat,
  "openai-responses": readResponses,
  "anthropic-messages": readAnthropic,
  "google-generate-content": readGemini,
  "bedrock-converse": readBedrock,
};

/** Gemini's own calls have no ids. */
const withoutIds = (seen) => ({ ...seen, calls: seen.calls.map(([name, text]) => [name, text]) });

for (const { name, dialect, streams, model } of recordings) {
  for (const [caller, read] of Object.entries(readers)) {
    test(`${name} means the same to ${caller}`, async () => {
      const own = await readers[dialect](upstream, `replay-${model}`, streams);
      const seen = await read(gateway, model, streams);
      const gemini = caller !== dialect && [caller, dialect].includes("google-generate-content");
      assert.deepEqual(...(gemini ? [withoutIds(seen), withoutIds(own)] : [seen, own]));
    });
  }
}
