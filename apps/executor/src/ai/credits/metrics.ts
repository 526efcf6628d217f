import { counter } from '@millrace/service-kit/metrics';

const charged = counter('millrace_credits_charged_total', 'Credits that were taken from balances for calls of models');
const refused = counter('millrace_credits_refused_total', 'Calls of models that were not made, by why', ['reason']);
const unsettled = counter(
  'millrace_credits_unsettled_total',
  'Calls of models that were made and could not be charged or noted',
);

/** The process's counters of credits, at /metrics. */
export const creditMetrics = {
  charged: (credits: number): void => charged.inc(credits),
  refused: (reason: 'insufficient' | 'busy'): void => refused.labels(reason).inc(),
  unsettled: (): void => unsettled.inc(),
};
