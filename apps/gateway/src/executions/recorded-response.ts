import {
  AppError,
  GetExecutionValue,
  LIMITS,
  MASK,
  stepResponseSchema,
  type ExecutionResource,
  type StepResponse,
} from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import type { Bus } from '@millrace/messaging';
import { marksOf } from '@millrace/schema';
import type { z } from 'zod';

/**
 * The response that an execution has given, by its record with the first step runs; null when there is none to show. Throws what the question of
 * a large one throws.
 */
export async function recordedResponse(
  bus: Pick<Bus, 'request'>,
  organisationId: string,
  { execution_id, steps }: ExecutionResource,
): Promise<StepResponse | null> {
  const step = steps.find(({ type, status }) => marksOf(type).responds && status === 'completed');
  if (step === undefined) return null;
  const shown = stepResponseSchema.safeParse(step.output);
  if (shown.success) return shown.data;
  // A reference takes the place of a large one.
  const json = await wholeValue(bus, {
    organisation_id: organisationId,
    execution_id,
    value: 'step_output',
    path: step.path,
  });
  const whole = stepResponseSchema.safeParse(json === null ? null : parseJson(json));
  return whole.success ? whole.data : null;
}

/**
 * The output of an execution as a response, by its record; null when it has none to show: it did not complete, its output is secret or has more
 * than `LIMITS.responseBytes`. Throws what the question of a large one throws.
 */
export async function recordedOutput(
  bus: Pick<Bus, 'request'>,
  organisationId: string,
  { execution_id, status, output, output_ref: reference }: ExecutionResource,
): Promise<StepResponse | null> {
  if (status !== 'completed' || output === MASK) return null;
  if (reference === undefined) return { status: 200, headers: {}, body: output ?? null };
  if (reference.bytes > LIMITS.responseBytes) return null;
  const json = await wholeValue(bus, { organisation_id: organisationId, execution_id, value: 'output' });
  return json === null ? null : { status: 200, headers: {}, body: parseJson(json) };
}

/** The JSON text of a value that a record only refers to; null when it is gone. */
async function wholeValue(
  bus: Pick<Bus, 'request'>,
  question: z.input<typeof GetExecutionValue.question>,
): Promise<string | null> {
  try {
    return (await bus.request(GetExecutionValue, question)).json;
  } catch (error) {
    if (error instanceof AppError && error.code === 'EXECUTION_NOT_FOUND') return null;
    throw error;
  }
}
