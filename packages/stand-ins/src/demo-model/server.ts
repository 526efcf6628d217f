// The demo model: a program that `npm start` runs while no provider of models is configured. It listens on this machine alone.
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerByTools, answerTo, tokensOf, withinTokens, type Question, type Tools } from './answers.js';

const LARGEST_BODY = 2 * 1024 * 1024;
/** Between some words and the next ones of an answer that is streamed. */
const PAUSE_MS = 20;
const port = Number(process.argv[2]);

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const send = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.method === 'GET' && path === '/health/ready') return send(200, { status: 'ok' });
  if (request.method === 'GET' && path === '/v1/models')
    return send(200, { object: 'list', data: [{ id: 'demo', object: 'model', owned_by: 'millrace' }] });
  if (request.method !== 'POST' || path !== '/v1/chat/completions')
    return send(404, {
      error: { code: 'not_found', message: 'The demo model has /v1/chat/completions and /v1/models' },
    });
  read(request).then(
    (text) => {
      const question = questionIn(text);
      if (question === undefined)
        return send(400, { error: { code: 'invalid_request', message: 'messages are missing' } });
      const answer = answerOf(question);
      if (question.streams) return void stream(response, question.prompt, answer);
      return send(200, completion(question.prompt, answer));
    },
    () => send(413, { error: { code: 'too_large', message: 'The body is too large' } }),
  );
});
server.listen(port, '127.0.0.1');
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}

async function read(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface ChatRequest {
  readonly messages: readonly { readonly role: string; readonly content: string | { text?: string }[] }[];
  readonly stream?: boolean;
  readonly max_tokens?: number;
  /** Its later name. */
  readonly max_completion_tokens?: number;
  readonly tools?: readonly { readonly function: NonNullable<Tools['offered']> }[];
  readonly response_format?: { readonly json_schema?: { readonly schema?: unknown } };
}

function textIn({ content }: ChatRequest['messages'][number]): string {
  return typeof content === 'string' ? content : content.map((one) => one.text ?? '').join('\n');
}

/** What is asked last, and for what shape; undefined for a request that is none. */
function questionIn(text: string): Asked | undefined {
  try {
    const {
      messages,
      tools,
      stream: streams = false,
      response_format: format,
      ...rest
    } = JSON.parse(text) as ChatRequest;
    const last = messages.filter((one) => one.role === 'user').at(-1);
    if (last === undefined) return undefined;
    const prompt = textIn(last);
    const returned = messages.filter(({ role }) => role === 'tool').map((one) => textIn(one));
    const used = { offered: tools?.[0]?.function, returned, prompt };
    const tokens = rest.max_completion_tokens ?? rest.max_tokens ?? Infinity;
    return { prompt, schema: format?.json_schema?.schema, tools: used, streams, tokens };
  } catch {
    return undefined;
  }
}

/** What is asked, and what the answer has to be like. */
interface Asked extends Question {
  readonly tools: Tools;
  readonly streams: boolean;
  /** The answer has so many at most. */
  readonly tokens: number;
}

/** A message of the model, and why it ends there. */
interface Answer {
  readonly message: { readonly role: 'assistant'; readonly content: string | null; readonly tool_calls?: object[] };
  readonly finish_reason: 'stop' | 'tool_calls' | 'length';
}

function answerOf(question: Asked): Answer {
  const byTools = answerByTools(question.tools);
  if (byTools === undefined || 'text' in byTools) {
    const whole = byTools?.text ?? answerTo(question);
    const content = withinTokens(whole, question.tokens);
    return { message: { role: 'assistant', content }, finish_reason: content === whole ? 'stop' : 'length' };
  }
  // A call that is cut off is none.
  if (tokensOf(byTools.input) > question.tokens)
    return { message: { role: 'assistant', content: '' }, finish_reason: 'length' };
  const { name, input } = byTools;
  const call = { id: 'call_demo', type: 'function', function: { name, arguments: input } };
  return { message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' };
}

/** Of what the model has written; of the call of a tool it is what that gets. */
function tokensOfAnswer({ content, tool_calls: calls }: Answer['message']): number {
  return tokensOf(content ?? JSON.stringify(calls));
}

function completion(prompt: string, { message, finish_reason }: Answer): object {
  const [asked, answered] = [tokensOf(prompt), tokensOfAnswer(message)];
  return {
    id: 'chatcmpl-demo',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1_000),
    model: 'demo',
    choices: [{ index: 0, message, finish_reason }],
    usage: { prompt_tokens: asked, completion_tokens: answered, total_tokens: asked + answered },
  };
}

/** Sends an answer a few words at a time, as a model writes. */
async function stream(response: ServerResponse, prompt: string, { message, finish_reason }: Answer): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const { content, tool_calls: calls, role } = message;
  const send = (choices: object[], rest: object = {}): void => {
    const chunk = {
      id: 'chatcmpl-demo',
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1_000),
      model: 'demo',
    };
    response.write(`data: ${JSON.stringify({ ...chunk, choices, ...rest })}\n\n`);
  };
  const tools = calls?.map((call, index) => ({ index, ...call }));
  send([{ index: 0, delta: { role, content: '', ...(tools && { tool_calls: tools }) }, finish_reason: null }]);
  for (const words of (content ?? '').match(/(?:\S+\s*){1,3}|\s+/g) ?? []) {
    send([{ index: 0, delta: { content: words }, finish_reason: null }]);
    await sleep(PAUSE_MS);
  }
  send([{ index: 0, delta: {}, finish_reason }]);
  const [asked, answered] = [tokensOf(prompt), tokensOfAnswer(message)];
  send([], { usage: { prompt_tokens: asked, completion_tokens: answered, total_tokens: asked + answered } });
  response.end('data: [DONE]\n\n');
}
