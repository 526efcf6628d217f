import type { Row } from './panel.js';
import { rate, rise, total } from './queries.js';

export const CALLERS: Row = {
  title: 'Limits and streams of events',
  panels: [
    {
      title: 'Calls above a limit',
      description: 'In each second, by the limit.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_rate_limited_total', 'kind'), legend: '{{kind}}' }],
    },
    {
      title: 'Calls that a process counted by itself',
      description: 'In each second. Redis was away, and limits held for each process alone.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_rate_limit_local_total', 'service'), legend: '{{service}}' }],
    },
    {
      title: 'Streams of events that are open',
      description: 'At all gateways.',
      unit: 'short',
      queries: [{ expr: total('millrace_live_streams', 'job'), legend: 'open' }],
    },
    {
      title: 'Streams of events that are over',
      description: 'In each second, and why. Slow: nothing was taken from them.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_live_streams_ended_total', 'reason'), legend: '{{reason}}' }],
    },
  ],
};

export const CREDITS: Row = {
  title: 'Credits',
  panels: [
    {
      title: 'Credits taken from balances',
      description: 'In an hour, of all organisations. A million credits are a US dollar.',
      unit: 'short',
      queries: [{ expr: rise('millrace_credits_charged_total', 'job'), legend: 'charged' }],
    },
    {
      title: 'Calls of models that were not made',
      description:
        'In each second. Insufficient: too few credits. Busy: what is left is held back for calls that are under way.',
      unit: 'reqps',
      queries: [{ expr: rate('millrace_credits_refused_total', 'reason'), legend: '{{reason}}' }],
    },
    {
      title: 'Calls of models that could not be charged',
      description: 'In an hour. They were made, and are neither charged nor noted.',
      unit: 'short',
      queries: [{ expr: rise('millrace_credits_unsettled_total', 'job'), legend: 'not charged' }],
    },
  ],
};
