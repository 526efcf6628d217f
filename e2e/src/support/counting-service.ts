import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call that a step made. */
export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly key: string | undefined;
  readonly body: unknown;
}

/** Decides what to answer; the default is 200 with `{ok: true, call: n}`. A promise holds the answer back. */
export type Responder = (call: RecordedCall, number: number) => Promise<Reply | undefined> | Reply | undefined;

/** An answer, `afterwards` runs once it has left. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly afterwards?: () => void;
}

/** A third-party HTTP service: it remembers every call that reached it, which is what crash tests count. */
export class CountingService {
  readonly calls: RecordedCall[] = [];
  private responder: Responder = () => undefined;

  private constructor(private readonly server: Server) {}

  /** Listens on a free port of this machine. */
  static async start(): Promise<CountingService> {
    const server = createServer();
    const service = new CountingService(server);
    server.on('request', (request, response) => void service.receive(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers from now on as `responder` says. */
  answerWith(responder: Responder): void {
    this.responder = responder;
  }

  /** The calls whose path begins so. */
  callsTo(path: string): RecordedCall[] {
    return this.calls.filter((call) => call.path.startsWith(path));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Steps whose executor is killed leave half-open sockets behind.
    response.on('error', () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const call: RecordedCall = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      key: single(request.headers['idempotency-key']),
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.calls.push(call);
    const number = this.calls.length;
    const reply = (await this.responder(call, number)) ?? {};
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify(reply.body ?? { ok: true, call: number }), reply.afterwards);
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
