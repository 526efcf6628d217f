import { WorkflowClient } from './client.js';
import type { ClientOptions } from './options.js';
import type { RawBody } from './webhooks/raw-body.js';

/** A call that a client under test has made. */
export interface MockCall {
  /** `GET`, `POST`, … */
  readonly method: string;
  /** Behind the base URL, such as `/workflows/wf_1`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** As JSON, or the text of what is none; undefined without a body. */
  readonly body: unknown;
}

/** What the mock API returns: the JSON of an answer with success, a `Response`, or a function that makes one of these. */
export type MockAnswer = MockResult | MockMaker;
type MockResult = object | null | Response;
type MockMaker = (call: MockCall) => MockResult | Promise<MockResult>;

/** Answers by method and path: `GET /workflows/{id}`. A name in braces is any one segment. */
export type MockAnswers = Readonly<Record<string, MockAnswer>>;

/** A client whose calls go nowhere. */
export class MockClient extends WorkflowClient {
  /** What was called, in that order; a repetition is one more call. */
  readonly calls: readonly MockCall[];

  constructor(answers: MockAnswers, options: ClientOptions = {}) {
    const calls: MockCall[] = [];
    const settings = { apiKey: 'mock', baseURL: BASE, maxRetries: 0, webhookSecret: 'mock', ...options };
    super({
      ...settings,
      fetch: (input, init) => answered(new Request(input, init), settings.baseURL, answers, calls),
    });
    this.calls = calls;
  }
}

/** A client for tests: each call gets the answer that is given for it, and one that has none fails with `MOCK_WITHOUT_ANSWER`. */
export function createMockClient(answers: MockAnswers, options?: ClientOptions): MockClient {
  return new MockClient(answers, options);
}

/** An error as the API sends it, to be given as an answer. */
export function mockError(status: number, code: string, message: string, details: object = {}): () => Response {
  // A response can be read only once, and a call may be repeated.
  return () => Response.json({ error: { code, message, details } }, { status });
}

/** The signature of a delivery as a sender makes it, for `X-Webhook-Signature`. */
export function signWebhook(body: RawBody, secret: string): Promise<string> {
  return new WorkflowClient({ baseURL: BASE, webhookSecret: secret }).webhooks.sign(body);
}

const BASE = 'http://mock.invalid/v1';

async function answered(request: Request, base: string, answers: MockAnswers, calls: MockCall[]): Promise<Response> {
  const url = new URL(request.url);
  const text = await request.text();
  const call: MockCall = {
    method: request.method,
    path: url.pathname.slice(new URL(base).pathname.length),
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: text === '' ? undefined : parsed(text),
  };
  calls.push(call);
  const name = Object.keys(answers).find((pattern) => fits(call, pattern));
  const answer = name === undefined ? without(call, answers) : (answers[name] ?? null);
  const result = isMaker(answer) ? await answer(call) : answer;
  if (result instanceof Response) return result.clone();
  return result === null ? new Response(null, { status: 204 }) : Response.json(result);
}

function isMaker(answer: MockAnswer): answer is MockMaker {
  return typeof answer === 'function';
}

function fits({ method, path }: MockCall, pattern: string): boolean {
  const [wantedMethod, wantedPath = ''] = pattern.split(' ', 2);
  const [wanted, found] = [wantedPath.split('/'), path.split('/')];
  if (wantedMethod !== method || wanted.length !== found.length) return false;
  return wanted.every((segment, at) => segment === found[at] || (/^\{\w+\}$/.test(segment) && found[at] !== ''));
}

function without({ method, path }: MockCall, answers: MockAnswers): Response {
  const message = `The mock client has no answer for ${method} ${path}; it has some for ${Object.keys(answers).join(', ') || 'nothing'}`;
  return Response.json({ error: { code: 'MOCK_WITHOUT_ANSWER', message, details: {} } }, { status: 501 });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
