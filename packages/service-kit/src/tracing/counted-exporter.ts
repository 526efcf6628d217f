import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logging.js';
import { exportedSpans } from './traces.metrics.js';

type Done = Parameters<SpanExporter['export']>[1];

/** Success, as the SDK writes it. */
const SUCCESS = 0;

/** Counts what an exporter has sent and lost. Says once that it loses spans, and nothing of what the other side returned. */
export class CountedExporter implements SpanExporter {
  #isLosing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: Pick<Logger, 'warn' | 'info'>,
  ) {}

  export(spans: ReadableSpan[], done: Done): void {
    this.exporter.export(spans, (result) => {
      this.#note(spans.length, Number(result.code) === SUCCESS);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  #note(spans: number, isSent: boolean): void {
    exportedSpans.inc({ outcome: isSent ? 'sent' : 'lost' }, spans);
    if (this.#isLosing === !isSent) return;
    this.#isLosing = !isSent;
    if (isSent) this.logger.info('Traces are sent again');
    else this.logger.warn({ spans }, 'Traces could not be sent and are lost; is MILLRACE_OTLP_ENDPOINT right?');
  }
}
