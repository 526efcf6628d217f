/** One graph of the dashboard. */
export interface Panel {
  readonly title: string;
  /** What a reader should know of it; for numbers without a unit in their name also what they count. */
  readonly description: string;
  /** Grafana's name of the unit. */
  readonly unit: 's' | 'bytes' | 'short' | 'reqps' | 'percentunit';
  /** Queries in PromQL, each with how its lines are named. */
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
}

/** Graphs that are read together. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}{job="millrace"}[5m]))`;
const quantile = (share: number, metric: string, by = ''): string =>
  `histogram_quantile(${share}, sum by (le${by === '' ? '' : `, ${by}`}) (rate(${metric}_bucket{job="millrace"}[5m])))`;
/** Each replica of history measures the same queues. */
const queue = (metric: string, stream: string): string =>
  `sum by (stream) (max by (stream, consumer) (${metric}{job="millrace",stream=~"${stream}"}))`;

/** What the dashboard shows, from top to bottom. */
export const ROWS: readonly Row[] = [
  {
    title: 'Is it working?',
    panels: [
      {
        title: 'Executions that ended',
        description: 'In each second, by how they ended.',
        unit: 'reqps',
        queries: [{ expr: rate('millrace_executions_total', 'status'), legend: '{{status}}' }],
      },
      {
        title: 'Executions in the queue',
        description: 'Those that wait for an executor, and those that one runs.',
        unit: 'short',
        queries: [
          { expr: queue('millrace_consumer_waiting', 'RUNS'), legend: 'waiting' },
          { expr: queue('millrace_consumer_under_way', 'RUNS'), legend: 'running' },
        ],
      },
      {
        title: 'Calls of the API',
        description: 'In each second, by the kind of answer.',
        unit: 'reqps',
        queries: [{ expr: rate('millrace_http_request_seconds_count', 'status'), legend: '{{status}}' }],
      },
      {
        title: 'Dead letters',
        description: 'Messages that could not be processed. Any new one is an alert.',
        unit: 'short',
        queries: [
          {
            expr: 'max by (stream) (millrace_stream_messages{job="millrace",stream=~"DLQ|ADVISORIES"})',
            legend: '{{stream}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Executions',
    panels: [
      {
        title: 'Duration of steps, 95th percentile',
        description: 'Of the attempt that gave a step its result, by type.',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'millrace_step_duration_seconds', 'type'), legend: '{{type}}' }],
      },
      {
        title: 'Steps with a result, and attempts that are made again',
        description: 'In each second, by type and result.',
        unit: 'reqps',
        queries: [
          { expr: rate('millrace_steps_total', 'type, result'), legend: '{{type}} {{result}}' },
          { expr: rate('millrace_step_retries_total', 'type'), legend: '{{type}} again' },
        ],
      },
      {
        title: 'Taken over, fenced off, suspended',
        description: 'In each second. Taken over: their executor died. Fenced off: somebody else had taken over.',
        unit: 'reqps',
        queries: [
          { expr: rate('millrace_executions_replayed_total', 'job'), legend: 'taken over' },
          { expr: rate('millrace_executions_fenced_total', 'job'), legend: 'fenced off' },
          { expr: rate('millrace_executions_suspended_total', 'job'), legend: 'suspended' },
        ],
      },
      {
        title: 'Timers',
        description: 'Stored ones, and those that are due and not taken.',
        unit: 'short',
        queries: [
          { expr: 'max(millrace_stream_messages{job="millrace",stream="TIMERS"})', legend: 'stored' },
          { expr: queue('millrace_consumer_waiting', 'TIMERS'), legend: 'due' },
        ],
      },
    ],
  },
  {
    title: 'Records',
    panels: [
      {
        title: 'Journal entries that are not recorded yet',
        description: 'How far lists, figures and events lag behind.',
        unit: 'short',
        queries: [{ expr: queue('millrace_consumer_waiting', 'JOURNAL.*'), legend: '{{stream}}' }],
      },
      {
        title: 'Writing a batch of records',
        description: 'Half of them and nearly all of them take less.',
        unit: 's',
        queries: [
          { expr: quantile(0.5, 'millrace_history_batch_seconds'), legend: 'p50' },
          { expr: quantile(0.99, 'millrace_history_batch_seconds'), legend: 'p99' },
        ],
      },
      {
        title: 'Bytes in NATS',
        description: 'By stream.',
        unit: 'bytes',
        queries: [{ expr: 'max by (stream) (millrace_stream_bytes{job="millrace"})', legend: '{{stream}}' }],
      },
      {
        title: 'Free space',
        description: 'Of each disk and store that is watched.',
        unit: 'bytes',
        queries: [{ expr: 'min by (store) (millrace_storage_free_bytes{job="millrace"})', legend: '{{store}}' }],
      },
    ],
  },
  {
    title: 'API and triggers',
    panels: [
      {
        title: 'Time to answer, 95th percentile',
        description: 'By route; starts that wait for their end take as long as they do.',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'millrace_http_request_seconds', 'route'), legend: '{{route}}' }],
      },
      {
        title: 'Calls above a limit',
        description: 'In each second, by the limit.',
        unit: 'reqps',
        queries: [{ expr: rate('millrace_rate_limited_total', 'kind'), legend: '{{kind}}' }],
      },
      {
        title: 'Webhook calls',
        description: 'In each second, by what became of them.',
        unit: 'reqps',
        queries: [{ expr: rate('millrace_webhook_calls_total', 'verdict'), legend: '{{verdict}}' }],
      },
      {
        title: 'Schedules: from due to accepted',
        description: 'Nearly all take less.',
        unit: 's',
        queries: [{ expr: quantile(0.99, 'millrace_schedule_start_lag_seconds'), legend: 'p99' }],
      },
      {
        title: 'Mail',
        description: 'Messages by what became of them, and failed looks into mailboxes, in each second.',
        unit: 'reqps',
        queries: [
          { expr: rate('millrace_mail_messages_total', 'verdict'), legend: '{{verdict}}' },
          { expr: rate('millrace_mailbox_failures_total', 'kind'), legend: 'failed: {{kind}}' },
        ],
      },
      {
        title: 'Deliveries of events',
        description: 'Attempts in each second by outcome.',
        unit: 'reqps',
        queries: [{ expr: rate('millrace_event_delivery_attempts_total', 'outcome'), legend: '{{outcome}}' }],
      },
      {
        title: 'Events that wait to go out',
        description: 'Events that nobody has taken yet, and deliveries that were made of others.',
        unit: 'short',
        queries: [
          { expr: queue('millrace_consumer_waiting', 'EVENTS'), legend: 'events' },
          { expr: queue('millrace_consumer_waiting', 'DELIVERIES'), legend: 'deliveries' },
        ],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'Processor',
        description: 'Cores that each service uses.',
        unit: 'short',
        queries: [{ expr: rate('process_cpu_seconds_total', 'service'), legend: '{{service}}' }],
      },
      {
        title: 'Memory',
        description: 'The largest process of each service.',
        unit: 'bytes',
        queries: [{ expr: 'max by (service) (process_resident_memory_bytes{job="millrace"})', legend: '{{service}}' }],
      },
      {
        title: 'Heap',
        description: 'Share of the limit above which a process ends.',
        unit: 'percentunit',
        queries: [
          {
            expr: 'max by (service) (nodejs_heap_size_used_bytes{job="millrace"} / millrace_heap_limit_bytes{job="millrace"})',
            legend: '{{service}}',
          },
        ],
      },
      {
        title: 'Longest pause of the event loop',
        description: 'For so long a process did nothing for anybody else.',
        unit: 's',
        queries: [
          {
            expr: 'max by (service) (millrace_event_loop_longest_pause_seconds{job="millrace"})',
            legend: '{{service}}',
          },
        ],
      },
    ],
  },
];
