import type { Response } from 'express';
import { measureNow } from '../http/request-metrics.js';
import type { Principal } from '../auth/principal.js';
import { streamsEnded, type StreamEnd } from './live.metrics.js';

/** How long a client waits before it comes again, in milliseconds: not all of a gateway that stops at once. */
const RETRY_MS = 500;
const RETRY_SPREAD_MS = 2_000;

/** An answer that stays open. What its client does not take is waited for, and not gathered. */
export class EventStream {
  /** Of the token that opened it. */
  readonly tokenHash: string;
  readonly principal: Principal;
  readonly openedAt = performance.now();
  #lastSent = performance.now();
  #end: StreamEnd | undefined;
  #isOpen = false;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly response: Response,
    caller: { readonly tokenHash: string; readonly principal: Principal },
    private readonly stalledMs: number,
  ) {
    this.tokenHash = caller.tokenHash;
    this.principal = caller.principal;
    response.once('close', () => this.#over('gone'));
  }

  /** Whether nothing more is sent: its client has gone, or it was ended. */
  get isOver(): boolean {
    return this.#end !== undefined || this.response.destroyed;
  }

  /** Calls `listener` when it is over; returns what takes that back. */
  onOver(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends the head of the answer. */
  open(): void {
    this.response.status(200);
    this.response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    this.response.setHeader('Cache-Control', 'no-cache, no-transform');
    // Proxies gather answers otherwise.
    this.response.setHeader('X-Accel-Buffering', 'no');
    this.response.flushHeaders();
    this.#isOpen = true;
    measureNow(this.response);
    this.response.write(`retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_SPREAD_MS)}\n\n`);
  }

  /** Resolves when the client has taken it, or it is over: a client that takes nothing for too long is cut off. */
  async send(text: string): Promise<void> {
    if (this.isOver || text === '') return;
    this.#lastSent = performance.now();
    if (this.response.write(text)) return;
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.response.off('drain', finish);
        this.#listeners.delete(finish);
        resolve();
      };
      const timer = setTimeout(() => this.#cut(), this.stalledMs);
      this.response.once('drain', finish);
      this.#listeners.add(finish);
    });
  }

  /** A sign of life, if there was none for so long. None is added to what a client has not taken. */
  beat(everyMs: number): void {
    if (!this.#isOpen || this.isOver || this.response.writableNeedDrain) return;
    if (performance.now() - this.#lastSent < everyMs) return;
    this.#lastSent = performance.now();
    this.response.write(': still here\n\n');
  }

  /** Ends the answer, in order. */
  end(reason: StreamEnd): void {
    if (this.#end !== undefined) return;
    this.#over(reason);
    if (this.#isOpen) this.response.end();
  }

  #cut(): void {
    this.#over('slow');
    this.response.destroy();
  }

  #over(reason: StreamEnd): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    if (this.#isOpen) streamsEnded.inc({ reason });
    for (const listener of [...this.#listeners]) listener();
  }
}

/** An event as a stream has it; `id` is where its client goes on. */
export function frameOf(type: string, id: string, data: object): string {
  return textFrame(type, id, JSON.stringify(data));
}

/** The same of data that are JSON text already. */
export function textFrame(type: string, id: string, json: string): string {
  return `event: ${type}\nid: ${id}\ndata: ${json}\n\n`;
}

/** Where its client goes on, without an event. */
export function placeMark(id: string): string {
  return `id: ${id}\n\n`;
}
