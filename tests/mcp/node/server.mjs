// An MCP server with the official TypeScript SDK: node server.mjs PORT [stateless] [json] [resumable].
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CallToolRequestSchema,
  CreateMessageResultSchema,
  ElicitResultSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';

const { tools, page } = JSON.parse(readFileSync(new URL('../tools.json', import.meta.url), 'utf8'));
const [port, ...options] = process.argv.slice(2);
const journal = [];
const text = (words, more = {}) => ({ content: [{ type: 'text', text: words }], ...more });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const sorted = (value) => `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}: ${JSON.stringify(value[k])}`).join(', ')}}`;

async function callTool({ params }, extra) {
  const { name, arguments: given = {} } = params;
  journal.push({ tool: name, arguments: given });
  switch (name) {
    case 'count_stock': {
      const found = { item: given.item, quantity: 7 };
      return text(sorted(found), { structuredContent: found });
    }
    case 'slow': {
      const total = given.steps ?? 3;
      for (let step = 1; step <= total; ++step) {
        const progressToken = params._meta?.progressToken;
        if (progressToken !== undefined)
          await extra.sendNotification({
            method: 'notifications/progress',
            params: { progressToken, progress: step, total, message: `step ${step}` },
          });
        await pause(20);
      }
      return text('done slowly');
    }
    case 'ask':
    case 'engage': {
      const requestedSchema = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };
      const answer = await extra.sendRequest(
        { method: 'elicitation/create', params: { mode: 'form', message: given.question, requestedSchema } },
        ElicitResultSchema,
      );
      return text(`answered ${answer.content.answer}`);
    }
    case 'think': {
      const messages = [{ role: 'user', content: { type: 'text', text: given.prompt } }];
      const thought = await extra.sendRequest(
        { method: 'sampling/createMessage', params: { messages, maxTokens: 10 } },
        CreateMessageResultSchema,
      );
      return text(`thought ${thought.content.text}`);
    }
    case 'interrupted':
      await pause(100);
      extra.closeSSEStream();
      await pause(500);
      return text('told on another stream');
    case 'hang':
      await new Promise((_, stop) => extra.signal.addEventListener('abort', () => stop(new Error('stopped'))))
        .finally(() => journal.push({ cancelled: name }));
  }
  return text(`${name} ${sorted(given)}`);
}

function makeServer() {
  const server = new Server(
    { name: 'node-server', version: '1' },
    { capabilities: { tools: {}, resources: {}, prompts: {} } },
  );
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const begin = Number(params?.cursor ?? 0);
    const end = begin + page;
    return { tools: tools.slice(begin, end), ...(end < tools.length ? { nextCursor: String(end) } : {}) };
  });
  server.setRequestHandler(CallToolRequestSchema, callTool);
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: [{ name: 'list', uri: 'stock://list' }],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => {
    journal.push({ read: params.uri });
    return { contents: [{ uri: params.uri, text: 'seven bolts', mimeType: 'text/plain' }] };
  });
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [{ name: 'count' }] }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    journal.push({ prompt: params.name });
    return { messages: [{ role: 'user', content: { type: 'text', text: 'Count the bolts.' } }] };
  });
  return server;
}

// Keeps every event, so that a stream can be taken up again.
class Events {
  kept = [];
  async storeEvent(stream, message) {
    return String(this.kept.push([stream, message]));
  }
  async getStreamIdForEventId(id) {
    return this.kept[Number(id) - 1]?.[0];
  }
  async replayEventsAfter(id, { send }) {
    const [stream] = this.kept[Number(id) - 1];
    for (let i = Number(id); i < this.kept.length; ++i) {
      const [other, message] = this.kept[i];
      if (other === stream && Object.keys(message).length > 0) await send(String(i + 1), message);
    }
    return stream;
  }
}

const transports = new Map();

async function transportFor(request) {
  if (options.includes('stateless')) {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: options.includes('json'),
    });
    await makeServer().connect(transport);
    return transport;
  }
  const known = transports.get(request.headers['mcp-session-id']);
  if (known || request.headers['mcp-session-id']) return known;
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    enableJsonResponse: options.includes('json'),
    onsessioninitialized: (id) => transports.set(id, transport),
    onsessionclosed: (id) => transports.delete(id),
    ...(options.includes('resumable') ? { eventStore: new Events(), retryInterval: 100 } : {}),
  });
  await makeServer().connect(transport);
  return transport;
}

createServer(async (request, response) => {
  if (request.url === '/journal') {
    response.end(JSON.stringify({ journal }));
    return;
  }
  journal.push({ http: request.method, headers: Object.keys(request.headers).sort() });
  const transport = await transportFor(request);
  if (transport) {
    await transport.handleRequest(request, response);
  } else {
    response.writeHead(404, { 'Content-Type': 'application/json' });
    response.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
  }
}).listen(Number(port), '127.0.0.1');
