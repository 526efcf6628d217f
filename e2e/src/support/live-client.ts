import { request, type ClientRequest } from 'node:http';
import { apiBase } from './api.js';
import { eventually } from './eventually.js';
import { readEndpoints } from './platform.js';

/** An event of a stream. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A client of a stream that does nothing by itself when it is cut. */
export class LiveClient {
  readonly events: StreamEvent[] = [];
  lastEventId = '';
  isOver = false;
  status = 0;
  #left = '';
  #request: ClientRequest | undefined;

  /** `path` is behind `/v1`. Resolves when the head of the answer is there. */
  static async open(
    path: string,
    { token = readEndpoints().token, lastEventId = '', base = apiBase() } = {},
  ): Promise<LiveClient> {
    const client = new LiveClient();
    // A stream that is cut before its first event goes on where it was to begin.
    client.lastEventId = lastEventId;
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
    };
    await new Promise<void>((resolve, reject) => {
      client.#request = request(`${base}${path}`, { headers, agent: false }, (response) => {
        client.status = response.statusCode ?? 0;
        response.setEncoding('utf8');
        response.on('data', (piece: string) => client.#take(piece));
        response.on('close', () => (client.isOver = true));
        resolve();
      });
      client.#request.on('error', (error) => {
        client.isOver = true;
        reject(error);
      });
      client.#request.end();
    });
    return client;
  }

  #take(piece: string): void {
    const blocks = (this.#left + piece).split('\n\n');
    this.#left = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
      this.lastEventId = fields.get('id') ?? this.lastEventId;
      const data = fields.get('data');
      if (data === undefined) continue;
      const event = fields.get('event') ?? 'message';
      this.events.push({ event, id: this.lastEventId, data: JSON.parse(data) as StreamEvent['data'] });
    }
  }

  untilPlace(): Promise<unknown> {
    return eventually('the stream has begun', () => this.lastEventId || undefined);
  }

  untilEvent(is: (event: StreamEvent) => boolean): Promise<StreamEvent> {
    return eventually('the event', () => this.events.find(is), { lastSeen: () => this.events.at(-1) });
  }

  untilOver(): Promise<unknown> {
    return eventually('the end of the stream', () => this.isOver || undefined, { timeoutMs: 110_000 });
  }

  close(): void {
    this.#request?.destroy();
  }
}
