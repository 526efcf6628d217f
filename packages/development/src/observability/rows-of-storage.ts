import type { Row } from './panel.js';
import { largest, quantile, queue, rate, rise } from './queries.js';

export const RECORDS: Row = {
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
      title: 'Parts of executions that became records',
      description: 'In each second: written, or given up.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_history_projected_total', 'outcome'), legend: '{{outcome}}' }],
    },
    {
      title: 'Documents that the database refused for good',
      description: 'In an hour. Any is an alert.',
      unit: 'short',
      queries: [{ expr: rise('millrace_history_refused_documents_total', 'outcome'), legend: '{{outcome}}' }],
    },
    {
      title: 'Executions that left the journal, and records deleted',
      description: 'In an hour. They leave the journal before its age limit; records go for their age or number.',
      unit: 'short',
      queries: [
        { expr: rise('millrace_history_trimmed_total', 'job'), legend: 'left the journal' },
        { expr: rise('millrace_history_expired_records_total', 'job'), legend: 'records deleted' },
      ],
    },
    {
      title: 'Retention lag',
      description: 'Since a sweep began that has deleted all records which were to be deleted: some minutes.',
      unit: 's',
      queries: [{ expr: largest('millrace_history_retention_lag_seconds', 'job'), legend: 'lag' }],
    },
    {
      title: 'Age of the oldest record',
      description: 'To the hour; whatever keeps it.',
      unit: 's',
      queries: [{ expr: largest('millrace_history_oldest_record_seconds', 'job'), legend: 'oldest' }],
    },
  ],
};

export const STORAGE: Row = {
  title: 'NATS and storage',
  panels: [
    {
      title: 'Bytes in NATS',
      description: 'By stream.',
      unit: 'bytes',
      queries: [{ expr: largest('millrace_stream_bytes', 'stream'), legend: '{{stream}}' }],
    },
    {
      title: 'Messages in NATS',
      description: 'By stream.',
      unit: 'short',
      queries: [{ expr: largest('millrace_stream_messages', 'stream'), legend: '{{stream}}' }],
    },
    {
      title: 'New messages in NATS',
      description: 'In each second, by stream.',
      unit: 'reqps',
      queries: [
        {
          // The number of its newest message only rises, and is the same of all replicas.
          expr: 'max by (stream) (rate(millrace_stream_last_sequence{job="millrace"}[5m]))',
          legend: '{{stream}}',
        },
      ],
    },
    {
      title: 'Age of the oldest message in NATS',
      description: 'By stream. Where messages go once they are processed, one has waited for so long.',
      unit: 's',
      queries: [{ expr: largest('millrace_stream_oldest_seconds', 'stream'), legend: '{{stream}}' }],
    },
    {
      title: 'Messages under way that came more than once',
      description: 'By stream. Who had taken them died, or could not process them yet.',
      unit: 'short',
      queries: [{ expr: queue('millrace_consumer_redelivered', '.+'), legend: '{{stream}}' }],
    },
    {
      title: 'Free space',
      description: 'Of each disk and store that is watched.',
      unit: 'bytes',
      queries: [{ expr: 'min by (store) (millrace_storage_free_bytes{job="millrace"})', legend: '{{store}}' }],
    },
    {
      title: 'Disks and stores that are watched',
      description: 'By the process of each service that knows the free space of the fewest.',
      unit: 'short',
      queries: [{ expr: 'min by (service) (millrace_storage_watched{job="millrace"})', legend: '{{service}}' }],
    },
  ],
};
