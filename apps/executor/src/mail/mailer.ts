import { Readable } from 'node:stream';
import { LIMITS } from '@millrace/contracts';
import { traced } from '@millrace/messaging';
import { AllowList } from '@millrace/service-kit/safe-http';
import { LRUCache } from 'lru-cache';
import { StepFailure } from '../steps/step-failure.js';
import type { SentMail } from './mail-lane.js';
import type { MailMessage } from './mail-message.js';
import { MailPool } from './mail-pool.js';
import type { MailRate } from './mail-rate.js';
import type { MailSender } from './sender.js';
import { doubtAfter, lostWhileSending, possiblySent, smtpFailure, type SmtpError } from './smtp-failure.js';

/** Senders whose connections are kept; those of one that nobody uses are closed by their idle time. */
const KEPT_POOLS = 500;

/** One attempt to send an e-mail. */
export interface MailCall {
  readonly organisationId: string;
  readonly signal: AbortSignal;
  /** Milliseconds that the attempt may take by its step, or null: then it has a bound of its own. */
  readonly timeoutMs: number | null;
  /** Whether it is sent again when nobody knows whether it arrived. */
  readonly repeatWhenUnsure: boolean;
  readonly failTimeoutWith: (failure: StepFailure | undefined) => void;
  /**
   * Called with what the attempt fails of, should its process be gone from now on; nothing of the message goes out before it resolves, and nothing at all when it
   * rejects. Absent where nobody would send the e-mail again.
   */
  readonly failLostWith?: (failure: StepFailure) => Promise<void>;
}

/** Sends e-mails by the connections of their senders, at most so many in a minute as each sender may. */
export class Mailer {
  readonly #pools = new LRUCache<string, MailPool>({ max: KEPT_POOLS });

  constructor(
    /** Internal hosts that senders of organisations may have their servers on. */
    private readonly allowed: AllowList,
    private readonly rate: MailRate,
    /** Of an attempt whose step has no timeout. */
    private readonly sendMs: number = LIMITS.mailSendMs,
  ) {}

  /** Rejects with a StepFailure (EMAIL_…), or with the reason of `signal`. `build` is called once it is the e-mail's turn. */
  async send(sender: MailSender, build: () => Promise<MailMessage>, call: MailCall): Promise<SentMail & MailIdentity> {
    await this.#untilItsTurn(sender, call);
    return this.#poolOf(sender).use(call.signal, async (lane) => {
      const message = await build();
      const attempt = new Attempt(sender, message.messageId, call, this.sendMs);
      try {
        const sent = await traced('send mail', { kind: 'client' }, () =>
          lane.send(attempt.announced(message), attempt),
        );
        return { ...sent, messageId: message.messageId };
      } catch (error) {
        throw attempt.failureOf(error);
      } finally {
        attempt.end();
      }
    });
  }

  /** Ends all connections. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
  }

  /** A step whose time is over before says what it waited for. */
  async #untilItsTurn(
    sender: MailSender,
    { organisationId, signal, timeoutMs, failTimeoutWith }: MailCall,
  ): Promise<void> {
    let waits = false;
    await this.rate.take(sender, organisationId, signal, () => {
      waits = true;
      if (timeoutMs !== null) failTimeoutWith(waitedForTurn(sender, timeoutMs));
    });
    if (waits) failTimeoutWith(undefined);
  }

  #poolOf(sender: MailSender): MailPool {
    let pool = this.#pools.get(sender.key);
    if (pool === undefined) {
      pool = new MailPool(sender, sender.organisationId === null ? chosenHost(sender) : this.allowed);
      this.#pools.set(sender.key, pool);
    }
    return pool;
  }
}

function waitedForTurn({ label, ratePerMinute }: MailSender, timeoutMs: number): StepFailure {
  const message = `The step waited for its turn for the sender ${label}, which may send ${ratePerMinute} a minute, until its timeout of ${timeoutMs} ms`;
  return new StepFailure('STEP_TIMEOUT', message, {
    details: { timeout_ms: timeoutMs, rate_per_minute: ratePerMinute },
  });
}

/** The operator's own server may be anywhere. */
function chosenHost({ account }: MailSender): AllowList {
  return AllowList.parse(account.host.replace(/\.$/, ''));
}

/** By what an e-mail is known to whoever reads it. */
export interface MailIdentity {
  readonly messageId: string;
}

/** Knows whether a message was handed over, and by that what a failure means. */
class Attempt {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #isHandedOver = false;

  constructor(
    private readonly sender: MailSender,
    private readonly messageId: string,
    private readonly call: MailCall,
    ownBoundMs: number,
  ) {
    call.signal.addEventListener('abort', this.#onAbort, { once: true });
    const timedOut = Object.assign(new Error('The e-mail took too long'), { code: 'ETIMEDOUT' });
    if (call.timeoutMs === null) this.#timer = setTimeout(() => this.#controller.abort(timedOut), ownBoundMs).unref();
  }

  /** Aborted by the call, or by the attempt's own bound. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly onHandedOver = (): void => {
    this.#isHandedOver = true;
    this.call.failTimeoutWith(
      this.#possiblySent('the time of the step was over before the server said that it took it'),
    );
  };

  /** The message, whose bytes are there once it is durable that it may arrive. */
  announced(message: MailMessage): MailMessage {
    const { failLostWith, repeatWhenUnsure } = this.call;
    if (failLostWith === undefined || repeatWhenUnsure) return message;
    // One promise for all connections that the attempt takes.
    let isAnnounced: Promise<void> | undefined;
    const announce = (): Promise<void> =>
      (isAnnounced ??= failLostWith(lostWhileSending(message.messageId, this.sender)));
    return { ...message, raw: () => Readable.from(bytesAfter(announce, message.raw), { objectMode: false }) };
  }

  failureOf(error: unknown): unknown {
    if (this.call.signal.aborted) return this.call.signal.reason;
    const doubt = doubtAfter(error as SmtpError, this.#isHandedOver);
    if (doubt !== null) return this.#possiblySent(doubt);
    return smtpFailure(error, this.sender);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.call.signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#controller.abort(this.call.signal.reason);

  #possiblySent(what: string): StepFailure {
    return possiblySent(what, this.messageId, this.sender, this.call.repeatWhenUnsure);
  }
}

/** The bytes of a message once `before` resolves; it is asked when the first of them is read. */
async function* bytesAfter(before: () => Promise<void>, raw: MailMessage['raw']): AsyncGenerator<Buffer> {
  await before();
  if (typeof raw === 'function') yield* raw() as AsyncIterable<Buffer>;
  else yield raw;
}
