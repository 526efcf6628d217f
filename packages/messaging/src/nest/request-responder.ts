import { AppError, type RequestDefinition } from '@millrace/contracts';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { runHandler, type NestHandler } from '../consume/delivery.js';
import { readKeyedWrite } from '../keyed-write.js';
import type { NatsBus } from '../nats-bus.js';
import { isAsked } from '../questions.js';
import { PATIENCE_MS } from '../requester.js';
import { Roster } from '../roster.js';
import { continued } from '../tracing.js';
import { encodeJson, HEADERS, headerOf, newHeaders } from '../wire.js';
import { ownerOf, workMeter } from '../work-meter.js';
import type { RequestContext } from './decorators.js';

/** Serves the questions of one subject with a handler; replicas of the service share them by queue group. */
export class RequestResponder {
  readonly #running = new Roster<Promise<void>>();
  #subscription: Subscription | undefined;
  #hasRefused = false;

  constructor(
    private readonly bus: NatsBus,
    private readonly request: RequestDefinition<unknown, unknown>,
    private readonly handler: NestHandler,
    private readonly isHeavy: boolean,
  ) {}

  start(): void {
    this.#subscription = this.bus.connection.subscribe(this.request.subject, {
      queue: this.bus.internals.name,
      callback: (error, message) => {
        if (error) return;
        if (!isAsked(message)) return this.#refuse();
        const work = this.#inTurn(message).finally(() => this.#running.remove(place));
        const place = this.#running.add(work);
      },
    });
  }

  /** Takes no more questions; those that the server has sent are still served. */
  async stop(): Promise<void> {
    if (this.bus.status().connected) await this.#subscription?.drain().catch(() => undefined);
  }

  /** Resolves when no handler runs any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** Says so once: whoever can do this can do it without end. */
  #refuse(): void {
    if (this.#hasRefused) return;
    this.#hasRefused = true;
    this.bus.internals.logger.warn(
      { subject: this.request.subject },
      'What comes out of a stream on the subject of a question is not served; `millrace-ops doctor` finds streams that send it',
    );
  }

  /** Replies at once, or when it is the turn of a large question's owner. */
  async #inTurn(message: Msg): Promise<void> {
    const asked = performance.now();
    if (headerOf(message, HEADERS.payloadObject) === undefined) return this.#answer(message, asked);
    const leave = await this.bus.largeQuestions.enter(headerOf(message, HEADERS.owner) ?? '');
    try {
      await this.#answer(message, asked);
    } finally {
      leave();
    }
  }

  async #answer(message: Msg, asked: number): Promise<void> {
    const headers = newHeaders();
    let body: unknown;
    let owner: string | undefined;
    let ended = (): void => undefined;
    let leave = (): void => undefined;
    try {
      const opened = this.bus.payloads.open(message);
      const question = this.#parse(opened instanceof Promise ? await opened : opened);
      owner = ownerOf(question);
      if (this.isHeavy) leave = await this.#heavyTurn(message, owner ?? '', asked);
      const context: RequestContext = {
        requestId: headerOf(message, HEADERS.requestId),
        auditEntry: headerOf(message, HEADERS.auditEntry),
        write: readKeyedWrite(headerOf(message, HEADERS.keyedWrite)),
        patienceMs: patienceLeft(message, asked),
      };
      ended = workMeter.begin(this.request.subject, owner);
      body = await continued(`answer ${this.request.subject}`, 'server', message, () =>
        runHandler(this.handler, question, context),
      );
      if (this.bus.internals.validateOutgoing) this.request.answer.parse(body);
    } catch (error) {
      body = this.#toError(error, message, headers);
    } finally {
      ended();
    }
    try {
      // An asker of an earlier version looks for it among the payloads.
      const separate = headerOf(message, HEADERS.replyObject) !== undefined;
      const parcel = await (separate ? this.bus.replyPayloads : this.bus.payloads).pack(
        workMeter.run(`encoding the reply to ${this.request.subject}`, owner, () => encodeJson(body)),
      );
      if (parcel.objectName !== undefined)
        headers.set(separate ? HEADERS.replyObject : HEADERS.payloadObject, parcel.objectName);
      message.respond(parcel.data, { headers });
    } catch (error) {
      this.bus.internals.logger.error({ subject: this.request.subject, err: error }, 'An answer could not be sent');
    } finally {
      leave();
    }
  }

  /** Resolves when it is the owner's turn, with the function that ends it; throws when nobody waits for the answer any more. */
  async #heavyTurn(message: Msg, owner: string, asked: number): Promise<() => void> {
    const leave = await this.bus.heavyQuestions.enter(owner);
    if (patienceLeft(message, asked) > 0) return leave;
    leave();
    throw new AppError('SERVICE_UNAVAILABLE', { message: 'The question waited for its turn until its asker gave up' });
  }

  #parse(question: unknown): unknown {
    const parsed = this.request.question.safeParse(question);
    if (parsed.success) return parsed.data;
    throw new AppError('INTERNAL_ERROR', {
      message: `A question on ${this.request.subject} does not have the agreed form: are two versions of Millrace running?`,
      details: { subject: this.request.subject, problem: parsed.error.message },
    });
  }

  #toError(error: unknown, message: Msg, headers: ReturnType<typeof newHeaders>): unknown {
    const known = error instanceof AppError;
    if (!known || error.entry.kind === 'bug') {
      const fields = { subject: this.request.subject, requestId: headerOf(message, HEADERS.requestId), err: error };
      this.bus.internals.logger.error(fields, 'A question could not be answered');
    }
    const body = (known ? error : new AppError('INTERNAL_ERROR')).toBody();
    headers.set(HEADERS.error, body.code);
    return body;
  }
}

/** Milliseconds for which the asker of a question that came at a time still waits. */
function patienceLeft(message: Msg, asked: number): number {
  return Number(headerOf(message, HEADERS.patience) ?? PATIENCE_MS) - (performance.now() - asked);
}
