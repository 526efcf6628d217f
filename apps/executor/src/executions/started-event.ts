import type { ExecutionEvent, RunRequest } from '@millrace/contracts';
import { isoTime } from '../clock.js';
import { newSeed } from '@millrace/service-kit/seeded-random';

export type Started = Extract<ExecutionEvent, { type: 'started' }>;

/** The beginning of an execution, which is its first event. `now` in milliseconds; `frozen` as in `frozen-values.ts`. */
export function startedEvent(
  request: RunRequest,
  now: number,
  frozen: Pick<Started, 'variables' | 'env' | 'seed'> = {},
): Started {
  const { workflow_id, version, accepted_at, trigger, input, request_id, traceparent, label, awaited, test } = request;
  return {
    type: 'started',
    at: isoTime(now),
    workflow_id,
    version,
    accepted_at,
    trigger,
    input: input ?? null,
    seed: newSeed(),
    ...frozen,
    ...(request_id === undefined ? {} : { request_id }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(label === undefined ? {} : { label }),
    ...(awaited === true ? { awaited } : {}),
    ...(test === undefined ? {} : { test }),
  };
}
