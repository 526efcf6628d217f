import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node';
import { shortened } from '@millrace/contracts';
import { LOGGED_SUBJECT } from './errors.js';
import { newInbox, unguessable } from './inbox.js';
import { statusOf } from './wire.js';

/** How exactly time-outs are kept. */
const SWEEP_MS = 50;

/** Why no reply came. */
export type NoReply = 'no-responders' | 'refused' | 'timeout' | 'connection-lost' | 'closed';

/** A question to the server or to a service got no reply. */
export class NoReplyError extends Error {
  /** What was asked, shortened: for the log. The message goes to callers too, who have no use for subjects. */
  readonly subject: string;

  constructor(
    readonly reason: NoReply,
    subject: string,
  ) {
    super(`no reply: ${reason}`);
    this.name = 'NoReplyError';
    this.subject = shortened(subject, LOGGED_SUBJECT);
  }
}

interface Question {
  readonly subject: string;
  /** By `performance.now()`: a clock that is set ends no wait, and prolongs none. */
  readonly deadline: number;
  readonly received: (reply: Msg) => void;
  readonly failed: (error: NoReplyError) => void;
}

/** Where a question waits. It is emptied when the question is over, because a `Map` leaves old tables behind (see roster.ts). */
interface Place {
  question: Question | undefined;
}

/**
 * All questions of a process and their replies, over one subscription. Compared with the client's `request()`: no timer
 * and no promise race for each, and a question that was under way when the connection broke fails as soon as the
 * connection is back, instead of waiting for its time-out.
 */
export class ReplyMux {
  readonly #waiting = new Map<string, Place>();
  readonly #inbox: string;
  readonly #tokenAt: number;
  #subscription: Subscription | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #sweptAt = 0;

  /**
   * @param name of the client, in whose inbox the replies arrive
   * @param onLate is given the replies that nobody waits for any more
   */
  constructor(
    private readonly connection: NatsConnection,
    name: string,
    private readonly onLate: (reply: Msg) => void = () => undefined,
  ) {
    this.#inbox = newInbox(name);
    this.#tokenAt = this.#inbox.length + 1;
  }

  /** Sends a question and resolves with the first reply. Throws {@link NoReplyError}. */
  request(subject: string, data: Uint8Array | string | undefined, timeoutMs: number, headers?: MsgHdrs): Promise<Msg> {
    return new Promise<Msg>((resolve, reject) => {
      const token = this.#expect({
        subject,
        deadline: performance.now() + timeoutMs,
        received: (reply) => {
          this.#forget(token);
          if (statusOf(reply) === 503) reject(new NoReplyError('no-responders', subject));
          else resolve(reply);
        },
        failed: reject,
      });
      this.#send(token, subject, data, headers);
    });
  }

  /** Sends a question with many replies, and resolves with what `collect` makes of them: it returns undefined for "go on". */
  collect<T>(subject: string, data: Uint8Array, timeoutMs: number, collect: (reply: Msg) => T | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const token = this.#expect({
        subject,
        deadline: performance.now() + timeoutMs,
        received: (reply) => {
          try {
            const result = statusOf(reply) === 503 ? new NoReplyError('no-responders', subject) : collect(reply);
            if (result === undefined) return;
            this.#forget(token);
            if (result instanceof NoReplyError) reject(result);
            else resolve(result);
          } catch (error) {
            this.#forget(token);
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
        failed: reject,
      });
      this.#send(token, subject, data);
    });
  }

  /** To be called when the server did not let this user send to a subject: nobody will reply. */
  refused(subject: string): void {
    for (const [token, { question }] of this.#waiting) if (question?.subject === subject) this.#fail(token, 'refused');
  }

  /** To be called when the connection has come back: replies to earlier questions are lost. */
  reconnected(): void {
    this.#failAll('connection-lost');
  }

  /** Fails what waits. */
  close(): void {
    this.#failAll('closed');
    clearInterval(this.#sweeper);
  }

  #expect(question: Question): string {
    // Who was asked one question must not be able to answer another.
    const token = unguessable();
    this.#waiting.set(token, { question });
    return token;
  }

  /** The question is over; returns it if it was not before. */
  #forget(token: string): Question | undefined {
    const place = this.#waiting.get(token);
    if (place === undefined) return undefined;
    this.#waiting.delete(token);
    const { question } = place;
    place.question = undefined;
    return question;
  }

  #send(token: string, subject: string, data: Uint8Array | string | undefined, headers?: MsgHdrs): void {
    this.#subscription ??= this.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) return;
        const place = this.#waiting.get(message.subject.slice(this.#tokenAt));
        if (place) place.question?.received(message);
        else this.onLate(message);
      },
    });
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
    try {
      this.connection.publish(subject, data, { reply: `${this.#inbox}.${token}`, headers });
    } catch {
      this.#fail(token, 'closed');
    }
  }

  /**
   * Fails what was overdue at the sweep before: after a pause of the event loop the replies may be there, and nobody has
   * looked at them yet.
   */
  #sweep(): void {
    const overdue = this.#sweptAt;
    this.#sweptAt = performance.now();
    for (const [token, { question }] of this.#waiting) {
      if (question !== undefined && question.deadline <= overdue) this.#fail(token, 'timeout');
    }
  }

  #failAll(reason: NoReply): void {
    for (const token of [...this.#waiting.keys()]) this.#fail(token, reason);
  }

  #fail(token: string, reason: NoReply): void {
    const question = this.#forget(token);
    question?.failed(new NoReplyError(reason, question.subject));
  }
}
