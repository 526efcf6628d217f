import type { Row } from './panel.js';
import { largest, quantile, queue, rate, rise, total } from './queries.js';

/** What is looked at first. */
export const OVERVIEW: Row = {
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
      limit: { alert: 'MillraceBacklog', above: 1_000 },
      queries: [
        { expr: queue('millrace_consumer_waiting', 'RUNS'), legend: 'waiting' },
        { expr: queue('millrace_consumer_under_way', 'RUNS'), legend: 'running' },
      ],
    },
    {
      title: 'Calls of the API',
      description: 'In each second, by the status of their responses.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_http_request_seconds_count', 'status'), legend: '{{status}}' }],
    },
    {
      title: 'Time to answer, 95th percentile',
      description: 'By route; starts that wait for their end take as long as they do.',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'millrace_http_request_seconds', 'route'), legend: '{{route}}' }],
    },
    {
      title: 'Processes that can be asked',
      description: 'For their metrics, of each service.',
      unit: 'short',
      queries: [{ expr: total('up', 'service'), legend: '{{service}}' }],
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
    {
      title: 'Executions that nothing runs on',
      description: 'Suspected: looked at again. Woken late or failed as lost, in an hour: any is an alert.',
      unit: 'short',
      queries: [
        { expr: largest('millrace_history_suspected_executions', 'job'), legend: 'suspected' },
        { expr: rise('millrace_history_reconciled_total', 'outcome'), legend: '{{outcome}}' },
      ],
    },
    {
      title: 'Processes that refuse starts for lack of space',
      description: 'Of each service. Any is an alert.',
      unit: 'short',
      queries: [{ expr: total('millrace_storage_refusing', 'service'), legend: '{{service}}' }],
    },
  ],
};

export const EXECUTIONS: Row = {
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
      title: 'Calls of http steps that were held back or had to wait',
      description: 'In each second. Held back: the service did not respond. Waited: it is slow, for one organisation.',
      unit: 'reqps',
      queries: [
        { expr: rate('millrace_http_calls_held_back_total', 'job'), legend: 'held back' },
        { expr: rate('millrace_http_calls_queued_total', 'job'), legend: 'waited' },
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
    {
      title: 'Entries appended to journals',
      description: 'In each second.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_journal_appends_total', 'job'), legend: 'appended' }],
    },
  ],
};
