import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { waitUntil } from '@millrace/testing';

/** An event of a stream as its client gets it. */
export interface SeenEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** A client of a stream. */
export class StreamClient {
  readonly events: SeenEvent[] = [];
  /** What EventSource sends as `Last-Event-ID`. */
  lastEventId = '';
  comments = 0;
  isOver = false;
  status = 0;
  headers: IncomingMessage['headers'] = {};
  text = '';
  #left = '';
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;

  /** Resolves when the head of the answer is there. */
  static async open(
    url: string,
    token: string,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<StreamClient> {
    const client = new StreamClient();
    await client.#open(url, method, { authorization: `Bearer ${token}`, ...headers });
    return client;
  }

  #open(url: string, method: string, headers: Record<string, string>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#request = request(url, { method, headers, agent: false }, (response) => {
        this.status = response.statusCode ?? 0;
        this.headers = response.headers;
        this.#response = response;
        response.setEncoding('utf8');
        response.on('data', (piece: string) => this.#take(piece));
        response.on('close', () => (this.isOver = true));
        resolve();
      });
      this.#request.on('error', reject).on('error', () => (this.isOver = true));
      this.#request.end();
    });
  }

  #take(piece: string): void {
    this.text += piece;
    const blocks = (this.#left + piece).split('\n\n');
    this.#left = blocks.pop() ?? '';
    for (const block of blocks) this.#block(block);
  }

  #block(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.comments += 1;
      else fields.set(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2));
    }
    const id = fields.get('id');
    if (id !== undefined) this.lastEventId = id;
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({
      event: fields.get('event') ?? '',
      id: this.lastEventId,
      data: JSON.parse(data) as Record<string, unknown>,
    });
  }

  get types(): string[] {
    return this.events.map(({ event }) => event);
  }

  untilEvents(count: number): Promise<unknown> {
    return waitUntil(`${count} events`, () => this.events.length >= count);
  }

  untilOver(): Promise<unknown> {
    return waitUntil('the end of the stream', () => this.isOver);
  }

  /** Takes nothing any more. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  close(): void {
    this.#request?.destroy();
  }
}
