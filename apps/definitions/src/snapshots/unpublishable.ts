import type { Logger } from '@millrace/service-kit/logging';
import { ZodError } from 'zod';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';

/**
 * Publishes one workflow of many. What cannot be published as it is stored, whatever is there, is logged and passed over: it keeps no workflow of
 * another organisation from being published, nor a service from starting. Returns whether it was published. Throws what else `publish` throws.
 */
export async function publishUnlessBroken(
  { organisation_id, _id }: Pick<WorkflowRecord, 'organisation_id' | '_id'>,
  publish: () => Promise<unknown>,
  logger: Pick<Logger, 'error'>,
): Promise<boolean> {
  try {
    await publish();
    return true;
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    logger.error(
      { err: error, organisationId: organisation_id, workflow: _id },
      'Passed over a workflow that cannot be published as it is stored; save it again',
    );
    return false;
  }
}
