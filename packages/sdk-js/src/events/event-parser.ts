/** What a stream sends at once: an event, or only where it has come to. */
export interface StreamMessage {
  /** Of the last event so far; empty before the first. */
  readonly id: string;
  /** Undefined when no event came. */
  readonly data: string | undefined;
}

/** Reads a stream of server-sent events, in whatever pieces it comes. */
export class EventParser {
  /** How long the server asks to wait before another stream is opened, in milliseconds. */
  retry: number | undefined;
  #id: string;
  #data: string[] = [];
  #isMoved = false;
  #rest = '';

  constructor(lastEventId: string) {
    this.#id = lastEventId;
  }

  /** The messages that are whole with this piece. */
  push(piece: string): StreamMessage[] {
    const lines = (this.#rest + piece).split(/\r\n|\n/);
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#take(line) ?? []);
  }

  #take(line: string): StreamMessage | undefined {
    if (line === '') return this.#end();
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.startsWith(' ', colon + 1) ? colon + 2 : colon + 1);
    if (name === 'data') this.#data.push(value);
    else if (name === 'id') {
      this.#isMoved = true;
      this.#id = value;
    } else if (name === 'retry' && /^\d{1,6}$/.test(value)) this.retry = Number(value);
    return undefined;
  }

  #end(): StreamMessage | undefined {
    const message = { id: this.#id, data: this.#data.length > 0 ? this.#data.join('\n') : undefined };
    const isSaid = this.#isMoved || message.data !== undefined;
    [this.#data, this.#isMoved] = [[], false];
    return isSaid ? message : undefined;
  }
}
