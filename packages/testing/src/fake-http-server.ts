import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** One whole call that the server got. Header names are lower case. */
export interface FakeHttpCall {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As UTF-8. */
  readonly body: string;
  /** The body as it came. */
  readonly bytes: Buffer;
  readonly idempotencyKey: string | undefined;
}

/** What to answer. `hangUp` closes the socket without an answer, after the delay. */
export interface FakeHttpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string and bytes go out as they are, bytes without a content type; anything else goes out as JSON. */
  readonly body?: unknown;
  /** In the place of a body: its pieces, as they come and as fast as they are read; an error of it closes the socket. */
  readonly pieces?: AsyncIterable<string | Uint8Array>;
  readonly delayMs?: number;
  readonly hangUp?: boolean;
  /** Called once the answer has left. */
  readonly afterwards?: () => void;
}

/** An answer, or what makes one from the call and its number on that path, counted from 1. */
export type FakeHttpBehaviour =
  FakeHttpAnswer | ((call: FakeHttpCall, number: number) => FakeHttpAnswer | Promise<FakeHttpAnswer>);

/** Stands for any HTTP service of a third party. Without a behaviour it echoes calls with status 200. */
export class FakeHttpServer {
  readonly calls: FakeHttpCall[] = [];
  readonly #behaviours = new Map<string, FakeHttpBehaviour>();
  #otherwise: FakeHttpBehaviour = ({ bytes: _bytes, ...call }) => ({ body: call });
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.#handle(request, response));
  }

  /** Listens on a free port of the loopback. */
  static async start(): Promise<FakeHttpServer> {
    const server = createServer();
    const fake = new FakeHttpServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sets the responses of a path (without query), from now on. */
  on(path: string, behaviour: FakeHttpBehaviour): this {
    this.#behaviours.set(path, behaviour);
    return this;
  }

  /** Sets the responses of all paths that have none of their own, from now on. */
  otherwise(behaviour: FakeHttpBehaviour): this {
    this.#otherwise = behaviour;
    return this;
  }

  /** Answers of a path one after the other; the last one stays. */
  sequence(path: string, answers: readonly FakeHttpAnswer[]): this {
    if (answers.length === 0) throw new Error('sequence() needs at least one answer.');
    const first = this.#counts.get(path) ?? 0;
    return this.on(path, (_, number) => answers[Math.min(number - first, answers.length) - 1] as FakeHttpAnswer);
  }

  /** The calls of a path (without query). */
  callsTo(path: string): FakeHttpCall[] {
    return this.calls.filter((call) => pathOf(call.path) === path);
  }

  /** How often each idempotency key came, so that a test can distinguish a repetition from a second effect. */
  idempotencyKeys(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { idempotencyKey } of this.calls) {
      if (idempotencyKey !== undefined) counts.set(idempotencyKey, (counts.get(idempotencyKey) ?? 0) + 1);
    }
    return counts;
  }

  /** Resolves once `count` calls have come in all. Throws after `timeoutMs` (60 s). */
  async waitForCalls(count: number, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.calls.length < count) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`Only ${this.calls.length} of ${count} calls came within ${timeoutMs} ms.`);
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#listeners.delete(done);
          resolve();
        };
        const timer = setTimeout(done, left);
        this.#listeners.add(done);
      });
    }
  }

  /** Closes the server and the connections that are open. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A caller that is killed leaves half-open sockets behind.
    response.on('error', () => undefined);
    const bytes = await bodyOf(request);
    if (bytes === undefined) return;
    const key = request.headers['idempotency-key'];
    const call: FakeHttpCall = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: bytes.toString('utf8'),
      bytes,
      idempotencyKey: Array.isArray(key) ? key[0] : key,
    };
    this.calls.push(call);
    const path = pathOf(call.path);
    const number = (this.#counts.get(path) ?? 0) + 1;
    this.#counts.set(path, number);
    this.#listeners.forEach((notify) => notify());

    const behaviour = this.#behaviours.get(path) ?? this.#otherwise;
    const answer = typeof behaviour === 'function' ? await behaviour(call, number) : behaviour;
    if (answer.delayMs) await sleep(answer.delayMs);
    if (answer.hangUp) return void request.socket.destroy();
    if (answer.pieces !== undefined) return void (await sendPieces(response, answer, answer.pieces));
    const { type, content } = contentOf(answer.body);
    response.writeHead(answer.status ?? 200, { ...type, ...answer.headers });
    response.end(content, answer.afterwards);
  }
}

/** The whole body; undefined when the caller is gone before its end. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

/** What goes out for a body, and the header that says what it is. */
function contentOf(body: unknown): { type: Record<string, string>; content: string | Uint8Array } {
  if (body instanceof Uint8Array) return { type: {}, content: body };
  if (typeof body === 'string') return { type: { 'content-type': 'text/plain; charset=utf-8' }, content: body };
  return { type: { 'content-type': 'application/json' }, content: JSON.stringify(body ?? null) };
}

async function sendPieces(
  response: ServerResponse,
  { status = 200, headers }: FakeHttpAnswer,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
  // A failure has closed the socket.
  await pipeline(pieces, response).catch(() => undefined);
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
