import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as OtelSpan,
  type Tracer,
} from '@opentelemetry/api';
import { LIMITS } from '@millrace/contracts';
import type { Caller, Span, SpanAttributes, SpanStart, Tracing } from '@millrace/messaging';
import { spanContextOf, traceparentOf } from './traceparent.js';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const satisfies Record<NonNullable<SpanStart['kind']>, SpanKind>;

/** How many parts a piece of work may still have: an execution of many steps must not fill the memory with them. */
class Parts {
  #left = LIMITS.traceParts;
  leftOut = 0;

  take(): boolean {
    if (this.#left-- > 0) return true;
    this.leftOut++;
    return false;
  }
}

/** What makes spans, and knows which one is under way. */
interface Maker {
  readonly tracer: Tracer;
  readonly underWay: AsyncLocalStorage<Span>;
}

/** {@link Tracing} with the SDK of OpenTelemetry. Nothing is global, and no library is patched: what is traced says so. */
export class OtelTracing implements Tracing {
  readonly #maker: Maker;

  constructor(tracer: Tracer) {
    this.#maker = { tracer, underWay: new AsyncLocalStorage() };
  }

  get current(): Span | undefined {
    return this.#maker.underWay.getStore();
  }

  remote(traceparent: string): Span | undefined {
    const found = spanContextOf(traceparent);
    return found && new RemoteSpan(this.#maker, trace.wrapSpanContext(found), traceparent);
  }

  root(name: string, start: SpanStart = {}): Span {
    return OwnSpan.begin(this.#maker, name, start, ROOT_CONTEXT);
  }

  request(caller: () => Caller): Span {
    const startedAt = Date.now();
    return new RequestSpan(this.#maker.underWay, () => {
      const { name, parent, link } = caller();
      const parentOf = parent === undefined ? undefined : spanContextOf(parent);
      const context = parentOf === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parentOf);
      const linked = link === undefined ? undefined : spanContextOf(link);
      const links = linked === undefined ? [] : [{ context: linked }];
      return OwnSpan.begin(this.#maker, name, { kind: 'server', startedAt }, context, links);
    });
  }
}

/** A span of this process. */
class OwnSpan implements Span {
  readonly traceparent: string;

  private constructor(
    private readonly maker: Maker,
    private readonly span: OtelSpan,
    private readonly parts: Parts,
    /** Whether the parts are its own, and not those of what it is itself a part of. */
    private readonly isTop: boolean,
  ) {
    this.traceparent = traceparentOf(span.spanContext());
  }

  static begin(
    maker: Maker,
    name: string,
    { kind = 'internal', attributes = {}, startedAt }: SpanStart,
    parent: Context,
    within: readonly { context: ReturnType<OtelSpan['spanContext']> }[] | Parts = [],
  ): OwnSpan {
    const isTop = !(within instanceof Parts);
    const options = {
      kind: KINDS[kind],
      attributes,
      ...(startedAt === undefined ? {} : { startTime: startedAt }),
      ...(isTop ? { links: [...within] } : {}),
    };
    const span = maker.tracer.startSpan(name, options, parent);
    return new OwnSpan(maker, span, isTop ? new Parts() : within, isTop);
  }

  begin(name: string, start: SpanStart = {}): Span | undefined {
    if (!this.parts.take()) return undefined;
    return OwnSpan.begin(this.maker, name, start, trace.setSpan(ROOT_CONTEXT, this.span), this.parts);
  }

  run<Result>(work: () => Result): Result {
    return this.maker.underWay.run(this, work);
  }

  note(attributes: SpanAttributes): void {
    this.span.setAttributes(attributes);
  }

  end(failure?: string): void {
    if (this.isTop && this.parts.leftOut > 0) this.note({ 'millrace.parts_left_out': this.parts.leftOut });
    if (failure !== undefined) {
      this.note({ 'error.type': failure });
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

/** Work of another process, which reports it. */
class RemoteSpan implements Span {
  constructor(
    private readonly maker: Maker,
    private readonly span: OtelSpan,
    readonly traceparent: string,
  ) {}

  begin(name: string, start: SpanStart = {}): Span {
    return OwnSpan.begin(this.maker, name, start, trace.setSpan(ROOT_CONTEXT, this.span));
  }

  run<Result>(work: () => Result): Result {
    return this.maker.underWay.run(this, work);
  }

  note(): void {
    // It is recorded by the process whose work it is.
  }

  end(): void {
    // As above.
  }
}

/** A span that is begun when it has its first part: only then it is known whose it is. */
class RequestSpan implements Span {
  #begun: Span | undefined;

  constructor(
    private readonly underWay: AsyncLocalStorage<Span>,
    private readonly make: () => Span,
  ) {}

  get traceparent(): string {
    return this.#span.traceparent;
  }

  begin(name: string, start?: SpanStart): Span | undefined {
    return this.#span.begin(name, start);
  }

  run<Result>(work: () => Result): Result {
    return this.underWay.run(this, work);
  }

  note(attributes: SpanAttributes): void {
    this.#span.note(attributes);
  }

  end(failure?: string): void {
    this.#span.end(failure);
  }

  get #span(): Span {
    return (this.#begun ??= this.make());
  }
}
