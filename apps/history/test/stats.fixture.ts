import { ExecutionFinished, firstIdAt, GetExecutionStats, newId, type ExecutionStats, type FinishedExecution } from '@millrace/contracts'; // prettier-ignore
import type { Bus } from '@millrace/messaging';
import type { z } from 'zod';

export const HOUR_MS = 60 * 60_000;
export const DAY_MS = 24 * HOUR_MS;

/** The beginning of a day that is over, and so recent that its figures are kept. */
export const DAY = Math.floor(Date.now() / DAY_MS) * DAY_MS - 2 * DAY_MS;
/** 10:00 of this day. */
export const TEN = DAY + 10 * HOUR_MS;

/** An hour after the beginning of this day, as ISO text. */
export function at(hour: number): string {
  return new Date(DAY + hour * HOUR_MS).toISOString();
}

let number = 0;

/** The end of an execution of its own, as history announces it. */
export function anEnd(overrides: Partial<FinishedExecution> & { acceptedAt?: number } = {}): FinishedExecution {
  const { acceptedAt = TEN, ...others } = overrides;
  number += 1;
  const duration_ms = others.duration_ms ?? 100;
  return {
    execution_id: `${firstIdAt('execution', acceptedAt)}${String(number).padStart(16, '0')}`,
    organisation_id: newId('organisation'),
    workflow_id: newId('workflow'),
    version: 1,
    status: 'completed',
    started_at: new Date(acceptedAt).toISOString(),
    completed_at: new Date(acceptedAt + duration_ms).toISOString(),
    duration_ms,
    journal_sequence: number,
    ...others,
  };
}

/** Announces an end; once more, too, when the server has forgotten that it was announced before. */
export async function announce(bus: Pick<Bus, 'publish'>, end: FinishedExecution): Promise<void> {
  await bus.publish({ ...ExecutionFinished, messageId: () => newId('execution') }, end);
}

/** The figures of {@link DAY} by hour, unless asked otherwise. */
export function statsOf(
  bus: Pick<Bus, 'request'>,
  question: { organisation_id: string } & Partial<z.output<typeof GetExecutionStats.question>>,
): Promise<ExecutionStats> {
  return bus.request(GetExecutionStats, { from: at(0), to: at(24), bucket: 'hour', ...question });
}
