import { FakeHttpServer, type FakeHttpAnswer, type FakeHttpCall } from '@millrace/testing';

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
  #responder: Responder = () => undefined;

  private constructor(private readonly server: FakeHttpServer) {
    server.otherwise((call) => this.#answer(call));
  }

  /** Listens on a free port of this machine. */
  static async start(): Promise<CountingService> {
    return new CountingService(await FakeHttpServer.start());
  }

  get url(): string {
    return this.server.url;
  }

  /** Responds from now on as `responder` says. */
  answerWith(responder: Responder): void {
    this.#responder = responder;
  }

  /** The calls whose path begins so. */
  callsTo(path: string): RecordedCall[] {
    return this.calls.filter((call) => call.path.startsWith(path));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  async #answer({ method, path, headers, idempotencyKey: key, body }: FakeHttpCall): Promise<FakeHttpAnswer> {
    const call = { method, path, headers, key, body: bodyOf(body, headers['content-type']) };
    const number = this.calls.push(call);
    const reply = (await this.#responder(call, number)) ?? {};
    return {
      ...reply,
      headers: { 'content-type': 'application/json', ...reply.headers },
      body: JSON.stringify(reply.body ?? { ok: true, call: number }),
    };
  }
}

/** JSON parsed, anything else as it is. */
function bodyOf(text: string, type: unknown): unknown {
  if (text === '') return undefined;
  const isOther = typeof type === 'string' && !type.includes('json');
  return isOther ? text : (JSON.parse(text) as unknown);
}
