import type { Row } from './panel.js';
import { largest, quantile, queue, rate, rise, total } from './queries.js';

export const WEBHOOKS: Row = {
  title: 'Webhooks and events',
  panels: [
    {
      title: 'Webhook calls',
      description: 'In each second, by what became of them.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_webhook_calls_total', 'verdict'), legend: '{{verdict}}' }],
    },
    {
      title: 'Webhook calls that are missing in the lists of calls',
      description: 'In an hour. There were too many, or the database was away for long.',
      unit: 'short',
      queries: [{ expr: rise('millrace_webhook_calls_unlisted_total', 'job'), legend: 'missing' }],
    },
    {
      title: 'Deliveries of events',
      description: 'Attempts in each second by outcome.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_event_delivery_attempts_total', 'outcome'), legend: '{{outcome}}' }],
    },
    {
      title: 'Deliveries that are not sent',
      description:
        'In an hour, and why: their subscriptions are disabled, or too many deliveries of them wait already.',
      unit: 'short',
      queries: [{ expr: rise('millrace_event_deliveries_unsent_total', 'reason'), legend: '{{reason}}' }],
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
};

export const SCHEDULES: Row = {
  title: 'Schedules',
  panels: [
    {
      title: 'Executions started by schedules',
      description: 'In each second.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_schedule_starts_total', 'job'), legend: 'started' }],
    },
    {
      title: 'Times at which nothing was started',
      description: 'In an hour, and why. Any that is missed is an alert.',
      unit: 'short',
      queries: [{ expr: rise('millrace_schedule_not_started_total', 'outcome'), legend: '{{outcome}}' }],
    },
    {
      title: 'Schedules: from due to accepted',
      description: 'Nearly all take less.',
      unit: 's',
      limit: { alert: 'MillraceSchedulesLate', above: 10 },
      queries: [{ expr: quantile(0.99, 'millrace_schedule_start_lag_seconds'), legend: 'p99' }],
    },
    {
      title: 'Clocks',
      description: 'How far that of each process is ahead of that of NATS; below 0 it is behind.',
      unit: 's',
      limit: { alert: 'MillraceClockWrong', above: 2 },
      isSigned: true,
      queries: [
        { expr: largest('millrace_clock_offset_seconds', 'service, instance'), legend: '{{service}} {{instance}}' },
      ],
    },
  ],
};

export const MAILBOXES: Row = {
  title: 'Mailboxes',
  panels: [
    {
      title: 'Mail',
      description: 'Messages in each second, by what became of them.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_mail_messages_total', 'verdict'), legend: '{{verdict}}' }],
    },
    {
      title: 'Failed looks into mailboxes',
      description: 'In each second, by what refused them.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_mailbox_failures_total', 'kind'), legend: '{{kind}}' }],
    },
    {
      title: 'Mailboxes by their health',
      description: 'Of all organisations. Silent: nobody has looked at them for three intervals; any is an alert.',
      unit: 'short',
      queries: [
        // Each process counts all of them.
        { expr: largest('millrace_mailboxes', 'state'), legend: '{{state}}' },
        { expr: largest('millrace_mailboxes_silent', 'job'), legend: 'silent' },
      ],
    },
    {
      title: 'Mailboxes that are watched',
      description: 'By all processes, and by the one that watches most of them.',
      unit: 'short',
      queries: [
        { expr: total('millrace_mailboxes_watched', 'job'), legend: 'all' },
        { expr: largest('millrace_mailboxes_watched', 'job'), legend: 'by one process' },
      ],
    },
  ],
};
