import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { LIMITS } from '@millrace/contracts';
import { instance } from '../instance.js';
import type { Logger } from '../logging.js';
import { version } from '../release.js';
import { CountedExporter } from './counted-exporter.js';
import { OtelTracing } from './otel-tracing.js';

/** Where traces go, and how many. */
export interface TracesTo {
  readonly service: string;
  /** The address of OTLP over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Share of the traces that begin here, 0 to 1. */
  readonly ratio: number;
}

const EVERY_MS = 1_000;
const EXPORT_MS = 10_000;
/** How long an end waits for the last ones. */
const FLUSH_MS = 3_000;

/** Tracing that is on, and what ends it. */
export interface RunningTracing {
  readonly tracing: OtelTracing;
  readonly stop: () => Promise<void>;
}

/** Makes the tracing of this process. Only a process that traces loads this file, and with it the SDK. */
export function startSdk({ service, endpoint, headers, ratio }: TracesTo, logger: Logger): RunningTracing {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: EXPORT_MS });
  const processor = new BatchSpanProcessor({
    exporter: new CountedExporter(exporter, logger),
    maxQueueSize: LIMITS.traceWaitingParts,
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: EXPORT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'millrace',
      'service.version': version,
      'service.instance.id': instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [processor],
  });
  return {
    tracing: new OtelTracing(provider.getTracer('millrace', version)),
    stop: async () => {
      await provider.forceFlush({ timeoutMillis: FLUSH_MS }).catch(() => undefined);
      await provider.shutdown().catch(() => undefined);
    },
  };
}
