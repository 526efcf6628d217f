import { FakeHttpServer } from '@millrace/testing';

/** A span as it was received. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where a trace begins. */
  readonly parentSpanId: string;
  /** The traces that it points to. */
  readonly links: readonly string[];
}

/** What is read of a request of OTLP, as JSON. */
interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly { readonly key: string; readonly value: { stringValue?: string } }[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly ExportedSpan[] }[];
  }[];
}

interface ExportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string }[];
}

/** Takes traces by OTLP over HTTP, as whatever keeps them does. */
export class SpanReceiver {
  private constructor(private readonly server: FakeHttpServer) {}

  static async start(): Promise<SpanReceiver> {
    const server = await FakeHttpServer.start();
    server.on('/v1/traces', { body: {} });
    return new SpanReceiver(server);
  }

  get url(): string {
    return this.server.url;
  }

  /** All that was received, as it came. */
  get text(): string {
    return this.server.calls.map(({ body, headers }) => body + JSON.stringify(headers)).join('\n');
  }

  /** The spans of one trace. */
  of(traceId: string): ReceivedSpan[] {
    const requests = this.server.calls.map(({ body }) => JSON.parse(body) as Exported);
    return requests.flatMap(spansIn).filter((span) => span.traceId === traceId);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

function spansIn({ resourceSpans }: Exported): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId = '', links = [] }) => ({
        ...{ service, name, traceId, spanId, parentSpanId },
        links: links.map((link) => link.traceId),
      })),
    );
  });
}
