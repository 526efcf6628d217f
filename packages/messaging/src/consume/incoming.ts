import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from '@nats-io/transport-node';
import type { NatsBus } from '../nats-bus.js';

const ACK = Buffer.from('+ACK');
const WORKING = Buffer.from('+WPI');
const NAK = Buffer.from('-NAK');

const ACK_TIMEOUT_MS = 5_000;
const ACK_ATTEMPTS = 2;
const ACK_PAUSE_MS = 300;

/** What a JetStream reply subject contains about the delivery. */
export interface DeliveryInfo {
  readonly stream: string;
  readonly consumer: string;
  readonly deliveryCount: number;
  /** Sequence in the stream. */
  readonly sequence: number;
  /** Milliseconds since the epoch at which the server stored the message. */
  readonly storedAt: number;
  /** Messages of the consumer that have not been delivered yet. */
  readonly pending: number;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<consumer sequence>.<time>.<pending>`, and the form with
 * domain and account hash in front that newer servers can use.
 */
export function parseAckSubject(reply: string): DeliveryInfo {
  const tokens = reply.split('.');
  const first = tokens.length >= 11 ? 4 : 2;
  return {
    stream: tokens[first] ?? '',
    consumer: tokens[first + 1] ?? '',
    deliveryCount: Number(tokens[first + 2]),
    sequence: Number(tokens[first + 3]),
    storedAt: Math.floor(Number(tokens[first + 5]) / 1e6),
    pending: Number(tokens[first + 6]),
  };
}

/** A delivered message and its settlement, which happens at most once. */
export class Incoming {
  readonly info: DeliveryInfo;
  readonly #connectionNumber: number;
  #settled = false;

  constructor(
    readonly message: Msg,
    private readonly bus: NatsBus,
  ) {
    this.info = parseAckSubject(message.reply ?? '');
    this.#connectionNumber = bus.connectionNumber;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /**
   * Acknowledges and waits until the server has taken it. Without a confirmation it goes on: the message may be
   * delivered again. A server that was killed has lost the latest deliveries and never confirms their acknowledgements,
   * so a delivery of an earlier connection is not waited for: it would hold its slot for nothing.
   */
  async ack(): Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    let reason: unknown = 'the connection was lost after the delivery';
    for (let attempt = 1; attempt <= ACK_ATTEMPTS && this.#deliveredOnThisConnection; attempt++) {
      try {
        await this.bus.replies.request(this.#reply, ACK, ACK_TIMEOUT_MS);
        return;
      } catch (error) {
        reason = error;
        await sleep(ACK_PAUSE_MS);
      }
    }
    if (!this.bus.connection.isClosed()) this.bus.connection.publish(this.#reply, ACK);
    this.bus.internals.logger.warn(
      { subject: this.message.subject, sequence: this.info.sequence, reason: String(reason) },
      'An acknowledgement was not confirmed; the message may be delivered again',
    );
  }

  /** Acknowledges without waiting. Confirmed by a later `ack` of the same connection, since the server takes them in order. */
  ackUnconfirmed(): void {
    this.#settle(ACK);
  }

  /** Asks for another delivery after `delayMs`. */
  nak(delayMs = 0): void {
    this.#settle(delayMs > 0 ? Buffer.from(`-NAK {"delay":${Math.round(delayMs * 1e6)}}`) : NAK);
  }

  /** Ends the deliveries of the message; the server removes it from a work queue and reports `reason`. */
  term(reason: string): void {
    this.#settle(Buffer.from(`+TERM ${reason}`));
  }

  /** Heartbeat: starts `ack_wait` again. */
  working(): void {
    if (!this.#settled && !this.bus.connection.isClosed()) this.bus.connection.publish(this.#reply, WORKING);
  }

  get #deliveredOnThisConnection(): boolean {
    return this.#connectionNumber === this.bus.connectionNumber && !this.bus.connection.isClosed();
  }

  get #reply(): string {
    return this.message.reply ?? '';
  }

  #settle(verb: Uint8Array): void {
    if (this.#settled || this.bus.connection.isClosed()) return;
    this.#settled = true;
    this.bus.connection.publish(this.#reply, verb);
  }
}
