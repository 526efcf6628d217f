import { counter } from '../metrics.js';

/** Spans that were sent to where traces are kept, or could not be. */
export const exportedSpans = counter('millrace_trace_spans_total', 'Spans sent to where traces are kept', ['outcome']);
