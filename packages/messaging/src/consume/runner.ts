/** Takes the messages of one handler from its consumers. */
export interface Runner {
  start(): void;
  /** Stops pulling and gives back what has not begun. */
  stop(): Promise<void>;
  /** Resolves when no handler runs any more. */
  idle(): Promise<void>;
  /** Gives back what still runs, so that another replica can take it at once. */
  abandon(): void;
}

/** How often silent pulls are looked for. */
export const CHECK_MS = 3_000;

/** How often a heartbeat is due for an `ack_wait`. */
export function heartbeatMs(ackWaitMs: number): number {
  return Math.max(50, Math.floor(ackWaitMs / 3));
}
