import {
  AppError,
  GetExecutionValue,
  stepResponseSchema,
  type ExecutionResource,
  type StepResponse,
} from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import type { Bus } from '@millrace/messaging';
import { responds } from '@millrace/schema';

/**
 * The response that an execution has given, by its record with the first step runs; null when there is none to show. Throws what the question of
 * a large one throws.
 */
export async function recordedResponse(
  bus: Pick<Bus, 'request'>,
  organisationId: string,
  { execution_id, steps }: ExecutionResource,
): Promise<StepResponse | null> {
  const step = steps.find(({ type, status }) => responds(type) && status === 'completed');
  if (step === undefined) return null;
  const shown = stepResponseSchema.safeParse(step.output);
  if (shown.success) return shown.data;
  // A reference stands in the place of a large one.
  const question = {
    organisation_id: organisationId,
    execution_id,
    value: 'step_output' as const,
    path: step.path,
  };
  try {
    const { json } = await bus.request(GetExecutionValue, question);
    const whole = stepResponseSchema.safeParse(parseJson(json));
    return whole.success ? whole.data : null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'EXECUTION_NOT_FOUND') return null;
    throw error;
  }
}
