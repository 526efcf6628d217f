import type { ImapFlow } from 'imapflow';
import { ImapFailure } from './imap-failure.error.js';

/** What a command may take: time, and bytes from the server. */
export interface CommandLimits {
  readonly milliseconds: number;
  readonly bytes: number;
  /** How slowly they may come; without it as slowly as the time allows. */
  readonly pace?: { readonly graceMs: number; readonly bytesPerSecond: number };
}

/** How often it is looked whether a command has brought more than it may. */
const COUNT_MS = 50;

/**
 * Runs a command within limits, at which the connection is closed: a server that sends a byte now and then is silent to no time-out,
 * and one that sends many small responses breaks no limit of one. What comes too slowly is `late`. Rejects with what `failureOf` makes of an error.
 */
export async function bounded<T>(
  client: ImapFlow,
  { milliseconds, bytes, pace }: CommandLimits,
  command: () => Promise<T>,
  failureOf: (error: unknown) => ImapFailure,
): Promise<T> {
  let failure: ImapFailure | undefined;
  const end = (message: string, kind: ImapFailure['kind']): void => {
    failure ??= new ImapFailure(message, kind);
    client.close();
  };
  const received = client.stats().received;
  const timer = setTimeout(
    () => end(`The mail server did not respond within ${milliseconds} ms`, 'late'),
    milliseconds,
  );
  let countedMs = 0;
  const counter = setInterval(() => {
    const got = client.stats().received - received;
    if (got > bytes) end(`The mail server sent more than ${bytes} bytes in response to one command`, 'excess');
    // Time in which the process does not run is not the server's: a count that comes late counts no more than another one.
    countedMs += COUNT_MS;
    if (pace !== undefined && countedMs > pace.graceMs + (got / pace.bytesPerSecond) * 1_000)
      end(`The mail server sends the message at less than ${pace.bytesPerSecond} bytes a second`, 'late');
  }, COUNT_MS);
  try {
    return await command();
  } catch (error) {
    throw failure ?? failureOf(error);
  } finally {
    clearTimeout(timer);
    clearInterval(counter);
  }
}
