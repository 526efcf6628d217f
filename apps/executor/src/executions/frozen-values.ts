import { VariablesSnapshot } from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import type { Bus } from '@millrace/messaging';
import type { StorageQuota } from '@millrace/service-kit/storage-quota';
import { sizeOf } from '../engine/value-size.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import type { Started } from './started-event.js';

/** What an execution reads that may change while it runs, as it is when it starts. */
export type Frozen = Pick<Started, 'variables' | 'env'>;

const NOTHING: Frozen = {};

/**
 * Freezes the organisation's variables and the values of `env` for executions that start, and charges them: each execution
 * stores a copy, which may be far larger than its start.
 */
export class FrozenValues {
  constructor(
    private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly env: Readonly<Record<string, string>>,
    private readonly quota: Pick<StorageQuota, 'charge'>,
  ) {}

  /** Those that the version names; all, when it is not known yet. Throws SERVICE_UNAVAILABLE. */
  async of(organisationId: string, program: WorkflowProgram | null): Promise<Frozen> {
    const reads = program?.reads ?? null;
    if (reads !== null && reads.variables.length === 0 && reads.env.length === 0) return NOTHING;
    const wantsVariables = reads === null || reads.variables.length > 0;
    const snapshot = wantsVariables
      ? await this.bus.snapshots.get(VariablesSnapshot, { organisation_id: organisationId })
      : null;
    const texts = snapshot?.organisation_id === organisationId ? snapshot.variables : {};
    const all = reads === null || reads.variables === 'all';
    const variables = Object.entries(texts)
      .filter(([name]) => all || reads.variables.includes(name))
      .map(([name, text]): [string, unknown] => [name, parseJson(text)]);
    const env = Object.entries(this.env).filter(([name]) => reads === null || reads.env.includes(name));
    const frozen = {
      ...(variables.length === 0 ? {} : { variables: Object.fromEntries(variables) }),
      ...(env.length === 0 ? {} : { env: Object.fromEntries(env) }),
    };
    this.quota.charge(organisationId, sizeOf(frozen, Infinity).bytes);
    return frozen;
  }
}
