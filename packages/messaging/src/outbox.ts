import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';

interface Outgoing {
  readonly subject: string;
  readonly data: Uint8Array | string | undefined;
  readonly options: { reply?: string; headers?: MsgHdrs | undefined };
  readonly failed: (() => void) | undefined;
}

/**
 * Sends what one turn of the event loop has to say in one write. The client gathers only within a microtask, and a busy
 * service would spend a third of its time in the system call that writes to the socket. Everything leaves in the order in
 * which it came, which acknowledgements rely on.
 */
export class Outbox {
  #waiting: Outgoing[] = [];

  constructor(private readonly connection: NatsConnection) {}

  /** Queues a message for the end of this turn. `failed` is called when the connection is closed by then. */
  publish(
    subject: string,
    data: Uint8Array | string | undefined,
    options: Outgoing['options'] = {},
    failed?: () => void,
  ): void {
    this.#waiting.push({ subject, data, options, failed });
    if (this.#waiting.length === 1) setImmediate(() => this.flush());
  }

  /** Sends what is queued now. */
  flush(): void {
    const outgoing = this.#waiting;
    this.#waiting = [];
    for (const { subject, data, options, failed } of outgoing) {
      try {
        this.connection.publish(subject, data, options);
      } catch {
        failed?.();
      }
    }
  }
}
