import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { LoopTurns } from '@millrace/messaging';
import { callerKey } from '../rate-limits/caller-address.js';

const LINE_END = 0x0a;

/** Ends of lines up to which what arrives is handed on at once, as the head of any ordinary request and bodies without line breaks are. */
const FEW_LINES = 64;

/** Ends of lines in what is handed on in one turn. Each header, and each chunk of a body, has one, and costs a microsecond or two however small it is. */
const LINES = 512;

/** Pieces with many lines that are handed on in one turn of the event loop: few, for in each turn one new connection is taken. */
const AT_ONCE = 4;

/** Turns of the event loop that pass for new connections. Nobody who sends ordinary requests waits for them. */
const PASSES = 32;

/**
 * Has what arrives in many lines parsed in turns of the addresses that it comes from. Node parses all that a connection has brought in one go:
 * 64 KiB of chunks of one byte take 15 ms, which a hundred connections that send such chunks take one after the other, before anything else.
 * Connections come first: libuv takes one in a turn of the event loop, and a caller waits behind thousands that somebody else has opened and left.
 */
export function paceArrivals(server: Server): void {
  const turns = new LoopTurns({ atOnce: AT_ONCE, mostPasses: PASSES });
  server.on('connection', (socket) => {
    turns.pass();
    const owner = callerKey(socket.remoteAddress);
    new PacedSocket(socket, (work) => turns.begin(() => owner, work)).begin();
  });
}

/** Comes between what a socket has read and who reads from it. */
class PacedSocket {
  readonly #push: Socket['push'];
  readonly #read: Socket['_read'];
  readonly #waiting: Buffer[] = [];
  #hasEnded = false;
  /** Nobody wants more until `_read` is called. */
  #isFull = false;

  constructor(
    private readonly socket: Socket,
    private readonly inTurn: (work: () => void) => void,
  ) {
    this.#push = socket.push.bind(socket);
    this.#read = socket._read.bind(socket);
  }

  begin(): void {
    // Without a listener Node's parser takes what arrives past the socket.
    this.socket.on('data', () => undefined);
    this.socket.push = (arrived: Buffer | null) => this.#arrive(arrived);
    this.socket._read = (size) => this.#wanted(size);
  }

  /** Whether more is to be read. */
  #arrive(arrived: Buffer | null): boolean {
    const isFirst = this.#waiting.length === 0;
    if (isFirst && (arrived === null || endOfLines(arrived, FEW_LINES) === arrived.length)) return this.#push(arrived);
    if (arrived === null) this.#hasEnded = true;
    else this.#waiting.push(arrived);
    if (isFirst) this.#next();
    return this.#waiting.length === 0 && !this.#isFull;
  }

  #wanted(size: number): void {
    if (this.#waiting.length === 0) {
      this.#isFull = false;
      this.#read(size);
    } else if (this.#isFull) this.#next();
  }

  #next(): void {
    this.#isFull = false;
    this.inTurn(() => this.#handOn());
  }

  #handOn(): void {
    const first = this.#waiting.shift();
    if (first === undefined || this.socket.destroyed) return void this.#waiting.splice(0);
    const end = endOfLines(first, LINES);
    if (end < first.length) this.#waiting.unshift(first.subarray(end));
    this.#isFull = !this.#push(first.subarray(0, end));
    if (this.#waiting.length === 0) {
      if (this.#hasEnded) this.#push(null);
    } else if (!this.#isFull) this.#next();
  }
}

/** Where so many lines end; the end of all where there are fewer. */
function endOfLines(bytes: Buffer, lines: number): number {
  let end = 0;
  for (let count = 0; count < lines; count++) {
    end = bytes.indexOf(LINE_END, end) + 1;
    if (end === 0) return bytes.length;
  }
  return end;
}
