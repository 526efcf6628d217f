import { applyDecorators, Catch, UseFilters, type ExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { MessageDefinition, RequestDefinition } from '@millrace/contracts';
import { throwError, type Observable } from 'rxjs';
import type { BatchOptions } from '../consume/batch-runner.js';
import type { BatchContext, Delivery, GivenUp, Overflow, Received } from '../consume/delivery.js';
import type { KeyedWrite } from '../keyed-write.js';
import type { RunnerOptions } from '../consume/message-runner.js';
import type { AnyMessage } from '../consume/one-message.js';

/** Injection token of the {@link Bus}. */
export const BUS = Symbol('millrace:bus');

/** Handlers are marked with it, so that no other transport takes them. */
export const TRANSPORT = Symbol('millrace:transport');

/** What a request handler gets besides the question. */
export interface RequestContext {
  readonly requestId?: string | undefined;
  /** The entry of the audit log in which what is changed is recorded. */
  readonly auditEntry?: string | undefined;
  /** The write under an `Idempotency-Key` that the question is part of; none from a gateway of an earlier release. */
  readonly write?: KeyedWrite | undefined;
  /** Milliseconds for which whoever asks still waits when the handler begins: a reply behind them is read by nobody. */
  readonly patienceMs: number;
}

/** How questions are worked on. */
export interface RequestOptions {
  /** They or their replies take much work: only a few are worked on at once, and owners take turns. */
  readonly heavy?: boolean;
}

/** What the decorators leave for the strategy. */
export type Binding =
  | { readonly kind: 'request'; readonly request: RequestDefinition<unknown, unknown>; readonly heavy: boolean }
  | { readonly kind: 'message'; readonly message: AnyMessage; readonly group: string; readonly options: RunnerOptions }
  | { readonly kind: 'batch'; readonly message: AnyMessage; readonly group: string; readonly options: BatchOptions }
  | { readonly kind: 'given-up'; readonly message: AnyMessage; readonly group: string }
  | { readonly kind: 'overflow'; readonly message: AnyMessage; readonly group: string };

/**
 * Nest's own filter replaces every error by "Internal server error", class and all; then nothing could distinguish a terminal
 * failure from one worth another try. This one lets errors through as they are.
 */
@Catch()
class PassThroughFilter implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

type MethodOf<Argument, Context, Result> = <
  M extends (argument: Argument, context: Context) => Result | Promise<Result> | Observable<Result>,
>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * The method replies to requests of other services. An AppError that it throws reaches the caller; any other error is
 * logged here and becomes INTERNAL_ERROR there. All replicas of a service share the questions.
 */
export function OnRequest<Q, R>(
  request: RequestDefinition<Q, R>,
  { heavy = false }: RequestOptions = {},
): MethodOf<Q, RequestContext, R> {
  const binding: Binding = { kind: 'request', request, heavy };
  return bind(MessagePattern(request.subject, TRANSPORT, { binding }));
}

/**
 * The method processes messages, one at a time each, up to `concurrency` of them at once (at least the number of lanes).
 * It is awaited: the message is acknowledged when it returns, delivered again later when it throws, and becomes a dead
 * letter when it throws a TerminalError or fails on the last delivery. `group` is the service's name in topology.ts.
 * With `fairness` the slots are shared by keys, so that the messages of one do not hold up the others'.
 */
export function OnMessage<P, A>(
  message: MessageDefinition<P, A>,
  { group, ...options }: { group: string } & RunnerOptions,
): MethodOf<P, Delivery, unknown> {
  const binding: Binding = { kind: 'message', message, group, options };
  return bind(EventPattern(patternOf(message, group), TRANSPORT, { binding }) as MethodDecorator);
}

/**
 * The method processes messages in batches, one batch at a time for each stream of the message. All are acknowledged
 * when it returns; when it throws, all are delivered again, and the next time one by one. `lingerMs` (5) is the time between
 * batches in which more is gathered. Messages that say that more of their subject follow soon are held back for up to `holdMs` (0).
 */
export function OnBatch<P, A>(
  message: MessageDefinition<P, A>,
  options: { group: string; maxMessages: number; lingerMs?: number; holdMs?: number },
): MethodOf<readonly Received<P>[], BatchContext, unknown> {
  const { group, maxMessages, lingerMs = 5, holdMs = 0 } = options;
  const binding: Binding = { kind: 'batch', message, group, options: { maxMessages, lingerMs, holdMs } };
  return bind(EventPattern(patternOf(message, group), TRANSPORT, { binding }) as MethodDecorator);
}

/**
 * The method is called with each message of the group's handler that is about to become a dead letter, so that the service can leave word
 * of it. It may be called twice. When it throws, the message is delivered again, and it is called once more.
 */
export function OnGivenUp<P, A>(
  message: MessageDefinition<P, A>,
  { group }: { group: string },
): MethodOf<GivenUp, { signal: AbortSignal }, unknown> {
  const binding: Binding = { kind: 'given-up', message, group };
  return bind(EventPattern(`${patternOf(message, group)}/given-up`, TRANSPORT, { binding }) as MethodDecorator);
}

/**
 * The method keeps messages elsewhere, for about `delayMs`, that find no room among those that wait: of a key that has so many, once its share
 * of the slots is taken. It is acknowledged when the method returns; when it throws, the server brings it again. Without such a method the
 * server always does, and what waits so counts among the messages that its consumer has handed out: one key's could be all of them.
 */
export function OnOverflow<P, A>(
  message: MessageDefinition<P, A>,
  { group }: { group: string },
): MethodOf<P, Overflow, unknown> {
  const binding: Binding = { kind: 'overflow', message, group };
  return bind(EventPattern(`${patternOf(message, group)}/overflow`, TRANSPORT, { binding }) as MethodDecorator);
}

function patternOf(message: AnyMessage, group: string): string {
  return `${message.stream}/${message.name}/${group}`;
}

function bind(
  pattern: MethodDecorator,
): (target: object, key: string | symbol, descriptor: PropertyDescriptor) => void {
  const method = applyDecorators(pattern, UseFilters(PassThroughFilter));
  return (target, key, descriptor) => {
    method(target, key, descriptor);
    // Without these Nest passes the payload only.
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
  };
}
