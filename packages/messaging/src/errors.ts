import { JOURNAL_NUMBERS, shortened } from '@millrace/contracts';

/** Characters of a subject that errors and log lines hold: an id in it may be as long as somebody wished. */
export const LOGGED_SUBJECT = 200;

/** Thrown by `publish` with `expectLastSequence` when the subject has moved on: somebody else writes there now. */
export class WrongSequenceError extends Error {
  constructor(
    readonly subject: string,
    readonly expected: number,
    /** The last sequence of the subject as the server has it, 0 when it holds nothing. */
    readonly actual: number,
    /** Whether the message certainly is not stored: it may have been by an attempt without an answer, and be consumed since. */
    readonly certain: boolean = true,
  ) {
    super(`Subject ${subject} ends at sequence ${actual}, not at ${expected}: another writer has appended to it.`);
    this.name = 'WrongSequenceError';
  }
}

/** Thrown by a message handler to say that trying again is pointless: the message goes to the dead letters with `reason`. */
export class TerminalError extends Error {
  constructor(
    readonly reason: string,
    options: { cause?: unknown } = {},
  ) {
    super(reason, options);
    this.name = 'TerminalError';
  }
}

/** A message refers to a large payload that the object store does not hold (any more). Trying again will not bring it back. */
export class PayloadMissingError extends Error {
  constructor(readonly objectName: string) {
    super(
      `The object store has no payload "${objectName}" that the message refers to: it expired (see PAYLOAD_AGE in topology.ts) or was deleted.`,
    );
    this.name = 'PayloadMissingError';
  }
}

/** A message refers to a payload above `LIMITS.payloadBytes`, which no service takes into its memory. */
export class PayloadTooLargeError extends Error {
  constructor(
    readonly objectName: string,
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(`The payload "${objectName}" has ${bytes} bytes, more than the ${limit} that are read at once.`);
    this.name = 'PayloadTooLargeError';
  }
}

/** The server refused to store a message and would refuse it again (too large, no permission). */
export class PublishRefusedError extends Error {
  /** Where the message would have gone, shortened. */
  readonly subject: string;

  constructor(
    subject: string,
    readonly code: number,
    description: string,
  ) {
    super(`NATS refused the message on ${shortened(subject, LOGGED_SUBJECT)}: ${description} (error ${code}).`);
    this.name = 'PublishRefusedError';
    this.subject = shortened(subject, LOGGED_SUBJECT);
  }
}

/** What exists on the server contradicts topology.ts in a way that must not be changed under running services. */
export class TopologyError extends Error {
  constructor(readonly differences: readonly string[]) {
    super(
      `NATS holds streams or consumers that do not fit this version of Millrace:\n${differences.map((line) => `  - ${line}`).join('\n')}\n` +
        'They are not changed automatically, because that could lose messages. Stop all services and migrate them by hand ' +
        '(nats stream edit / nats consumer edit), or run "npm run reset" where the data may go.',
    );
    this.name = 'TopologyError';
  }
}

/** There is no room for as many new journal streams as are wanted: those of earlier layouts have not drained yet. */
export class JournalLayoutFullError extends Error {
  constructor(shards: number) {
    super(
      `The journal cannot get ${shards} new streams now: of ${JOURNAL_NUMBERS} numbers too few are free, because streams of earlier layouts still hold executions. They are free some 37 days after the growth before, since an execution may wait for 30; or set MILLRACE_JOURNAL_SHARDS lower.`,
    );
    this.name = 'JournalLayoutFullError';
  }
}

/** The decorated handlers do not fit the topology: a message without a handler, or two handlers for one. Raised at boot. */
export class HandlerBindingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'HandlerBindingError';
  }
}
