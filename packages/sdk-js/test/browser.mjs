// Runs the built client with nothing but what browsers have: node --experimental-vm-modules browser.mjs DIST
// The modules are evaluated in a context whose globals are those of the language and the ones listed here; there is no
// `process`, `Buffer` or `require`, and an import of anything but the client's own files fails. The result is one line of JSON.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, resolve } from 'node:path';
import vm from 'node:vm';

const { fetch, crypto, performance, queueMicrotask, structuredClone } = globalThis;
const { AbortController, AbortSignal, DOMException, Event, EventTarget } = globalThis;
const { Blob, FormData, Headers, Request, Response, URL, URLSearchParams } = globalThis;
const { ReadableStream, TextDecoder, TextDecoderStream, TextEncoder, TransformStream, WritableStream } = globalThis;
const { atob, btoa, clearInterval, clearTimeout, setInterval, setTimeout } = globalThis;
const context = vm.createContext({
  ...{ fetch, crypto, performance, queueMicrotask, structuredClone },
  ...{ AbortController, AbortSignal, DOMException, Event, EventTarget },
  ...{ Blob, FormData, Headers, Request, Response, URL, URLSearchParams },
  ...{ ReadableStream, TextDecoder, TextDecoderStream, TextEncoder, TransformStream, WritableStream },
  ...{ atob, btoa, clearInterval, clearTimeout, setInterval, setTimeout },
});

const PROGRAM = `
import { WorkflowClient } from 'client';
export async function run(baseURL) {
  const client = new WorkflowClient({ apiKey: 'k', baseURL, webhookSecret: 's3cret' });
  const created = await client.workflows.create({ name: 'W', steps: [] });
  const types = [];
  for await (const { type } of client.executions.events('exec_1')) types.push(type);
  const payload = '{"event":"x"}';
  const signature = await client.webhooks.sign(payload);
  const verified = await client.webhooks.verify({ payload, signature });
  const forged = await client.webhooks.verify({ payload: payload + ' ', signature });
  return { globals: [typeof process, typeof Buffer, typeof require], created, types, verified, forged };
}`;

/**
 * What was asked, in order.
 *
 * @type {string[]}
 */
const asked = [];
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  request.resume();
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('id: 1-0\ndata: {"id":"1-0","type":"started"}\n\nid: 2-0\nda');
    response.end('ta: {"id":"2-0","type":"completed"}\n\n');
    return;
  }
  const isFirst = asked.length === 1;
  const headers = { 'content-type': 'application/json', ...(isFirst ? { 'retry-after': '0' } : {}) };
  const error = { code: 'SERVICE_UNAVAILABLE', message: 'x', details: {}, request_id: 'req_1' };
  response.writeHead(isFirst ? 503 : 201, headers).end(JSON.stringify(isFirst ? { error } : { id: 'wf_1' }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');

/** @type {Map<string, vm.SourceTextModule>} */
const modules = new Map();
/** @param {string} identifier @param {string} [text] */
function moduleOf(identifier, text = readFileSync(identifier, 'utf8')) {
  let found = modules.get(identifier);
  if (found === undefined) {
    /** @param {string} specifier */
    const importModuleDynamically = (specifier) => {
      throw new Error(`A browser has no module ${specifier}`);
    };
    found = new vm.SourceTextModule(text, { context, identifier, importModuleDynamically });
    modules.set(identifier, found);
  }
  return found;
}

const client = resolve(process.argv[2] ?? '', 'esm/index.js');
const program = moduleOf('program', PROGRAM);
await program.link((specifier, referrer) => {
  if (specifier === 'client') return moduleOf(client);
  if (!specifier.startsWith('.')) throw new Error(`A browser has no module ${specifier}`);
  return moduleOf(resolve(dirname(referrer.identifier), specifier));
});
await program.evaluate();
const { run } = /** @type {{ run: (baseURL: string) => Promise<object> }} */ (program.namespace);
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const result = await run(`http://127.0.0.1:${port}/v1`);
process.stdout.write(`${JSON.stringify({ ...result, asked })}\n`);
server.closeAllConnections();
server.close();
