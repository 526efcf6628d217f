import type { MsgHdrs } from '@nats-io/transport-node';
import { HEADERS, headerOf, newHeaders } from './wire.js';

/** What a trace shows of a piece of work: ids, counts and names that are ours, and nothing that anybody has sent. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** How a piece of work begins. */
export interface SpanStart {
  /** `internal` by default. */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: SpanAttributes;
  /** Milliseconds since the epoch; now by default. */
  readonly startedAt?: number;
}

/** A piece of work in a trace. */
export interface Span {
  /** By what others continue the trace: W3C `traceparent`. */
  readonly traceparent: string;
  /** Begins a part of it; undefined when it has too many parts already. */
  begin(name: string, start?: SpanStart): Span | undefined;
  /** What is done in `work`, or by what it begins, is part of it. */
  run<Result>(work: () => Result): Result;
  note(attributes: SpanAttributes): void;
  /** `failure`: the code of what it failed with. */
  end(failure?: string): void;
}

/** Who asks for what, once that is known. Of two traces it belongs to the one of `parent`, and only points to that of `link`. */
export interface Caller {
  readonly name: string;
  readonly parent?: string | undefined;
  readonly link?: string | undefined;
}

/** Follows work over processes. */
export interface Tracing {
  /** What is under way here, or undefined. */
  readonly current: Span | undefined;
  /** Work of another process, by its `traceparent`; undefined when that is none. */
  remote(traceparent: string): Span | undefined;
  /** Begins a trace. */
  root(name: string, start?: SpanStart): Span;
  /** Begins with a request whose caller is known only later: it is asked for at the first part, or at the end. */
  request(caller: () => Caller): Span;
}

let active: Tracing | undefined;

/** The process's tracing; undefined while it is off, which then is all that it costs. */
export function tracing(): Tracing | undefined {
  return active;
}

/** Turns tracing on, or off. */
export function setTracing(tracing: Tracing | undefined): void {
  active = tracing;
}

/** Does `work` as a part of what is under way; without that nothing is recorded of it. */
export function traced<Result>(name: string, start: SpanStart, work: () => Promise<Result>): Promise<Result> {
  return active === undefined ? work() : spanned(active.current?.begin(name, start), work);
}

/** The same, and begins a trace where nothing is under way. */
export function tracedFrom<Result>(name: string, start: SpanStart, work: () => Promise<Result>): Promise<Result> {
  if (active === undefined) return work();
  return spanned(active.current === undefined ? active.root(name, start) : active.current.begin(name, start), work);
}

/** Does `work` as what `span` is, and ends it. */
export async function spanned<Result>(span: Span | undefined, work: () => Promise<Result>): Promise<Result> {
  if (span === undefined) return work();
  let failure: string | undefined;
  try {
    return await span.run(work);
  } catch (error) {
    failure = failureCode(error);
    throw error;
  } finally {
    span.end(failure);
  }
}

/** Does `work` as a part of the trace that a message belongs to. */
export function continued<Result>(
  name: string,
  kind: 'server' | 'consumer',
  message: { headers?: MsgHdrs | undefined },
  work: () => Promise<Result>,
): Promise<Result> {
  if (active === undefined) return work();
  const parent = traceparentOf(message);
  return spanned(parent === undefined ? undefined : active.remote(parent)?.begin(name, { kind }), work);
}

/** Whose traces show the same work, at most. */
const MOST_TRACES = 100;

/** Does `work`, which is for several messages, as a part of the trace of each. */
export async function continuedTogether<Result>(
  name: string,
  messages: readonly { headers?: MsgHdrs | undefined }[],
  work: () => Promise<Result>,
): Promise<Result> {
  if (active === undefined) return work();
  const parents = new Set(messages.flatMap((message) => traceparentOf(message) ?? []));
  const remote = [...parents].slice(0, MOST_TRACES).map((parent) => active?.remote(parent));
  const attributes = { 'millrace.messages': messages.length };
  const spans = remote.map((parent) => parent?.begin(name, { kind: 'consumer', attributes }));
  let failure: string | undefined;
  try {
    return await work();
  } catch (error) {
    failure = failureCode(error);
    throw error;
  } finally {
    for (const span of spans) span?.end(failure);
  }
}

/** Does `work` as what follows from a message of a batch. */
export function following<Result>(traceparent: string | undefined, work: () => Result): Result {
  const parent = traceparent === undefined ? undefined : active?.remote(traceparent);
  return parent === undefined ? work() : parent.run(work);
}

/** The trace that a message belongs to. */
export function traceparentOf(message: { headers?: MsgHdrs | undefined }): string | undefined {
  return active && headerOf(message, HEADERS.traceparent);
}

/** Headers of a message that belongs to the trace of what is under way. */
export function tracedHeaders(): MsgHdrs {
  const made = newHeaders();
  const traceparent = active?.current?.traceparent;
  if (traceparent !== undefined) made.set(HEADERS.traceparent, traceparent);
  return made;
}

/** Codes are of the catalogue or of the system; messages may repeat what somebody has sent. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** What a trace says about a failure. */
export function failureCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && CODE.test(code) ? code : 'ERROR';
}
