import { ExecutionFinished, firstIdAt, GetExecutionStats, newId, type ExecutionStats, type FinishedExecution } from '@millrace/contracts'; // prettier-ignore
import type { Bus } from '@millrace/messaging';

/** 10:00 of a day. */
export const TEN = Date.UTC(2026, 10, 25, 10);
export const HOUR_MS = 60 * 60_000;

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

/** The figures of a day around {@link TEN}, unless asked otherwise. */
export function statsOf(
  bus: Pick<Bus, 'request'>,
  question: { organisation_id: string } & Partial<Parameters<typeof GetExecutionStats.question.parse>[0] & object>,
): Promise<ExecutionStats> {
  const day = { from: '2026-11-25T00:00:00Z', to: '2026-11-26T00:00:00Z', bucket: 'hour' as const };
  return bus.request(GetExecutionStats, { ...day, ...question });
}
