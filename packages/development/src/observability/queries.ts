/** What a count of all processes has risen by in each second. `by`: labels, with commas. */
export const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}{job="millrace"}[5m]))`;

/** What a count of all processes has risen by in an hour: of what is so rare that its rate says nothing. */
export const rise = (metric: string, by: string): string => `sum by (${by}) (increase(${metric}{job="millrace"}[1h]))`;

/** Below what a share of the durations of a histogram are. Seconds. */
export const quantile = (share: number, metric: string, by = ''): string =>
  `histogram_quantile(${share}, sum by (le${by === '' ? '' : `, ${by}`}) (rate(${metric}_bucket{job="millrace"}[5m])))`;

/** The sum of what processes measure, each of its own. */
export const total = (metric: string, by: string): string => `sum by (${by}) (${metric}{job="millrace"})`;

/** The largest value that processes measure, and so the value itself of what all replicas measure alike. */
export const largest = (metric: string, by: string): string => `max by (${by}) (${metric}{job="millrace"})`;

/** Of the consumers of streams; each replica of history measures the same queues. */
export const queue = (metric: string, stream: string): string =>
  `sum by (stream) (max by (stream, consumer) (${metric}{job="millrace",stream=~"${stream}"}))`;
