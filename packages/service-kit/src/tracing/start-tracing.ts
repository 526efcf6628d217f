import { setTracing, tracing } from '@millrace/messaging';
import type { baseConfigShape, Config } from '../config.js';
import type { Logger } from '../logging.js';
// Every process has the metric, also one that sends no traces.
import './traces.metrics.js';

type TracingConfig = Pick<
  Config<typeof baseConfigShape>,
  'MILLRACE_OTLP_ENDPOINT' | 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'MILLRACE_OTLP_HEADERS' | 'MILLRACE_TRACE_RATIO'
>;

/** Where traces go by the settings; undefined when none are followed. */
export function tracesEndpoint(config: TracingConfig): string | undefined {
  return config.MILLRACE_OTLP_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT;
}

/** Follows traces if the settings say where they go. Returns what sends the last of them. */
export async function startTracing(
  service: string,
  config: TracingConfig,
  logger: Logger,
): Promise<() => Promise<void>> {
  const endpoint = tracesEndpoint(config);
  if (endpoint === undefined) return () => Promise.resolve();
  const { startSdk } = await import('./sdk.js');
  const { MILLRACE_OTLP_HEADERS: headers = {}, MILLRACE_TRACE_RATIO: ratio } = config;
  const { tracing: started, stop } = startSdk({ service, endpoint, headers, ratio }, logger);
  setTracing(started);
  return stop;
}

/** What each line of the log has of the trace that it belongs to. */
export function traceOfLine(): object {
  const traceparent = tracing()?.current?.traceparent;
  return traceparent === undefined ? {} : { traceId: traceparent.split('-')[1] };
}
