// An MCP client with the official TypeScript SDK: node client.mjs URL MODE, headers and steps as JSON on stdin.
// Prints one JSON line a step: what a program that uses the SDK sees.
import { createInterface } from 'node:readline';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';

const url = process.argv[2];
const lines = createInterface({ input: process.stdin });
const given = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
lines.close();

const client = new Client(
  { name: 'node-client', version: '1' },
  { capabilities: { elicitation: {}, sampling: {} } },
);
client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({
  action: 'accept',
  content: { answer: `yes to ${params.message}` },
}));
client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
  role: 'assistant',
  model: 'm',
  content: { type: 'text', text: `about ${params.messages[0].content.text}` },
}));

function plain(result) {
  const { resultType, _meta = {}, ...seen } = result;
  return Object.keys(_meta).length > 0 ? { ...seen, _meta } : seen;
}

async function call(step) {
  const progress = [];
  const stop = new AbortController();
  if ('cancel_after' in step) setTimeout(() => stop.abort('enough'), step.cancel_after * 1000);
  const params = { name: step.name, arguments: step.arguments ?? {}, ...(step.meta ? { _meta: step.meta } : {}) };
  try {
    const result = await client.callTool(params, undefined, {
      signal: stop.signal,
      ...(step.progress
        ? { onprogress: (p) => progress.push([p.progress, p.total ?? null, p.message ?? null]), resetTimeoutOnProgress: true }
        : {}),
    });
    return { result: plain(result), progress };
  } catch (error) {
    if (stop.signal.aborted) return { cancelled: true };
    throw error;
  }
}

async function take(step) {
  switch (step.do) {
    case 'list': {
      const tools = [];
      for (let cursor; ; ) {
        const page = await client.listTools(cursor === undefined ? {} : { cursor });
        tools.push(...page.tools);
        cursor = page.nextCursor;
        if (cursor === undefined) return { tools };
      }
    }
    case 'call':
      return await call(step);
    case 'read':
      return { result: plain(await client.readResource({ uri: step.uri })) };
    case 'prompt':
      return { result: plain(await client.getPrompt({ name: step.name })) };
    case 'resources':
      return { result: plain(await client.listResources()) };
    case 'ping':
      await client.ping();
      return {};
    case 'version':
      return { version: client.transport.protocolVersion };
    case 'wait':
      await new Promise((done) => setTimeout(done, step.seconds * 1000));
      return {};
  }
  throw new Error(`no step ${step.do}`);
}

const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: given.headers } });
await client.connect(transport);
for (const step of given.steps) {
  let seen;
  try {
    seen = await take(step);
  } catch (error) {
    if (!(error instanceof McpError)) throw error;
    seen = { error: { code: error.code, message: error.message, data: error.data ?? null } };
  }
  console.log(JSON.stringify(seen));
}
await transport.terminateSession();
await client.close();
