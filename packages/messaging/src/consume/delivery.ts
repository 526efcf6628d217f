import { lastValueFrom, isObservable } from 'rxjs';

/** What a message handler gets besides the payload. */
export interface Delivery {
  /** Sequence of the message in its stream. */
  readonly sequence: number;
  readonly subject: string;
  /** This delivery, counted from 1. */
  readonly deliveryCount: number;
  readonly redelivered: boolean;
  /** Milliseconds since the epoch at which the server stored the message, by its clock. */
  readonly storedAt: number;
  /** If this delivery fails, the message goes to the dead letters. */
  readonly last: boolean;
  readonly requestId: string | undefined;
  /** Aborted when the service shuts down and its grace time is over: stop, and throw. */
  readonly signal: AbortSignal;
}

/** One message of a batch. */
export interface Received<P> {
  readonly payload: P;
  /** The size of the payload as JSON, where it is known. */
  readonly bytes?: number;
  /** Sequence of the message in its stream. */
  readonly sequence: number;
  readonly subject: string;
  readonly deliveryCount: number;
  /** Milliseconds since the epoch at which the server stored it. */
  readonly storedAt: number;
  /** The trace that it belongs to, while traces are followed. */
  readonly traceparent?: string | undefined;
}

/** What a batch handler gets besides the messages. */
export interface BatchContext {
  /** Aborted when the service shuts down and its grace time is over: stop, and throw. */
  readonly signal: AbortSignal;
  /** To be called before waiting for something that is not the messages' fault: if the process dies then, they are not blamed. */
  readonly blameless: () => Promise<void>;
}

/** What the handler of messages that find no room gets besides the payload. */
export interface Overflow {
  /** After so long, in milliseconds, it would about be its turn. */
  readonly delayMs: number;
  /** Aborted when the service shuts down and its grace time is over: stop, and throw. */
  readonly signal: AbortSignal;
}

/** A message that is about to become a dead letter. */
export interface GivenUp {
  /** Sequence of the message in its stream. */
  readonly sequence: number;
  readonly subject: string;
  /** Milliseconds since the epoch at which the server stored it. */
  readonly storedAt: number;
  readonly reason: string;
  /** What travelled in the message itself: its payload, or of a large one what its definition makes its `outline`. */
  readonly inline: Uint8Array;
  /** Its payload as it was sent; null when reading it is what processes died of. Throws PayloadMissingError, PayloadTooLargeError. */
  readonly read: () => Promise<Uint8Array | null>;
}

/** A handler as Nest has made it: with its pipes, guards, interceptors and filters. */
export type NestHandler = (data: unknown, context?: unknown) => unknown;

/** Runs a handler to its end, whether it returns a value, a promise or an observable (then its last value). */
export async function runHandler(handler: NestHandler, data: unknown, context: unknown): Promise<unknown> {
  const result = await handler(data, context);
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}
