import { AppError, type RequestDefinition } from '@millrace/contracts';
import type { Msg } from '@nats-io/transport-node';
import { writtenKeyedWrite, type KeyedWrite } from './keyed-write.js';
import type { PayloadStore } from './payload-store.js';
import { NoReplyError, type ReplyMux } from './reply-mux.js';
import { tracedHeaders } from './tracing.js';
import { encodeJson, HEADERS, headerOf, headerText } from './wire.js';
import { ownerOf } from './work-meter.js';

/** So long an asker waits that says nothing else. */
export const PATIENCE_MS = 10_000;

export interface RequestOptions {
  /** 10 s by default. */
  readonly timeoutMs?: number;
  readonly requestId?: string;
  /** The entry of the audit log in which the change that is asked for is recorded. */
  readonly auditEntry?: string;
  /** The write under an `Idempotency-Key` that is being carried out. */
  readonly write?: KeyedWrite;
}

/** Asks other services, by core NATS request/reply. */
export class Requester {
  constructor(
    private readonly replies: ReplyMux,
    private readonly payloads: PayloadStore,
    private readonly replyPayloads: PayloadStore,
    private readonly options: { validate: boolean },
  ) {}

  /**
   * Asks a question and waits for its answer. Throws the AppError that the other side threw;
   * AppError('SERVICE_UNAVAILABLE', details {service}) when no reply comes in time.
   */
  async request<Q, R>(request: RequestDefinition<Q, R>, question: Q, options: RequestOptions = {}): Promise<R> {
    if (this.options.validate) request.question.parse(question);
    const packed = this.payloads.pack(encodeJson(question), 'question');
    const parcel = packed instanceof Promise ? await packed : packed;
    const headers = tracedHeaders();
    if (options.requestId !== undefined) headers.set(HEADERS.requestId, options.requestId);
    if (options.auditEntry !== undefined) headers.set(HEADERS.auditEntry, options.auditEntry);
    if (options.write !== undefined) headers.set(HEADERS.keyedWrite, writtenKeyedWrite(options.write));
    if (parcel.objectName !== undefined) {
      headers.set(HEADERS.payloadObject, parcel.objectName);
      headers.set(HEADERS.owner, headerText(ownerOf(question) ?? ''));
    }
    headers.set(HEADERS.replyObject, 'yes');
    const patienceMs = options.timeoutMs ?? PATIENCE_MS;
    if (patienceMs !== PATIENCE_MS) headers.set(HEADERS.patience, String(patienceMs));

    let reply: Msg;
    try {
      reply = await this.replies.request(request.subject, parcel.data, patienceMs, headers);
    } catch (error) {
      throw unavailable(request.subject, error, patienceMs);
    } finally {
      if (parcel.objectName !== undefined) void this.payloads.discard(parcel);
    }
    const answer = await this.#open(reply);
    if (headerOf(reply, HEADERS.error) !== undefined)
      throw AppError.fromBody(answer as { code: string; message: string; details?: Record<string, unknown> });
    const parsed = request.answer.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new AppError('INTERNAL_ERROR', {
      message: `The answer to ${request.subject} does not have the agreed form: are two versions of Millrace running?`,
      details: { subject: request.subject },
      cause: parsed.error,
    });
  }

  /** A large reply is deleted with its reading; also one of an earlier version, which is among the payloads. */
  async #open(reply: Msg): Promise<unknown> {
    const store = headerOf(reply, HEADERS.replyObject) === undefined ? this.payloads : this.replyPayloads;
    try {
      return await store.open(reply);
    } finally {
      void store.discard(reply);
    }
  }
}

/** Subjects of questions begin with the name of the service that replies: `history.executions.get`. */
function unavailable(subject: string, cause: unknown, timeoutMs: number): AppError {
  const service = subject.split('.', 1)[0] ?? subject;
  return new AppError('SERVICE_UNAVAILABLE', {
    message: `${problem(service, cause, timeoutMs)}; try again`,
    details: { service },
    cause,
  });
}

function problem(service: string, cause: unknown, timeoutMs: number): string {
  switch (cause instanceof NoReplyError ? cause.reason : undefined) {
    case 'no-responders':
      return `The service "${service}" is not running`;
    case 'refused':
      return `NATS does not let this service ask "${service}": its user has no right to`;
    case 'timeout':
      return `The service "${service}" did not respond within ${timeoutMs} ms`;
    default:
      return `The connection to NATS broke while the service "${service}" was asked`;
  }
}
