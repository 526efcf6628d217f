import type { Row } from './panel.js';
import { largest, rate, rise } from './queries.js';

export const PROCESSES: Row = {
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
      queries: [{ expr: largest('process_resident_memory_bytes', 'service'), legend: '{{service}}' }],
    },
    {
      title: 'Heap',
      description: 'Share of the limit above which a process ends.',
      unit: 'percentunit',
      limit: { alert: 'MillraceHeapNearlyFull', above: 0.75 },
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
      limit: { alert: 'MillraceEventLoopBlocked', above: 2 },
      queries: [{ expr: largest('millrace_event_loop_longest_pause_seconds', 'service'), legend: '{{service}}' }],
    },
    {
      title: 'Pauses of the event loop above 200 ms',
      description: 'In an hour; the log says whose work it was.',
      unit: 'short',
      queries: [{ expr: rise('millrace_event_loop_long_pauses_total', 'service'), legend: '{{service}}' }],
    },
    {
      title: 'Restarts',
      description: 'In an hour, of processes that kept their address.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (service) (changes(process_start_time_seconds{job="millrace"}[1h]))',
          legend: '{{service}}',
        },
      ],
    },
    {
      title: 'Log lines lost',
      description: 'In an hour, and why. Any is an alert.',
      unit: 'short',
      queries: [{ expr: rise('millrace_log_lines_lost_total', 'service, reason'), legend: '{{service}}: {{reason}}' }],
    },
    {
      title: 'Parts of traces',
      description: 'In each second: sent, or lost since nobody took them. None where traces are off.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_trace_spans_total', 'outcome'), legend: '{{outcome}}' }],
    },
  ],
};
