import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../../support/api.js';
import { inParallel } from '../../support/eventually.js';
import { anOrganisation } from '../../support/organisations.js';
import type { Attack, Attacker, Extent, Family } from '../attack.js';

/** Organisations that break no rule, and use all that the limits of a new one let them have. */
export const quotas: Family = {
  name: 'quotas',
  attacks: (extent, attacker) => [everythingAllowed(extent, attacker)],
};

/** How large a body is that each webhook call brings. */
const BODY_BYTES = 512 * 1024;

/** Those of the reference; `npm start` has higher ones. */
const LIMITS = { api_calls_per_hour: 1_000, executions_per_minute: 100, webhook_calls_per_minute: 500 } as const;

/** What each of two does at the same time, until it has been told so often that it asks for too much. */
interface Use {
  readonly calls: number;
  readonly starts: number;
}

function everythingAllowed(extent: Extent, attacker: Attacker): Attack {
  // Above what a minute allows, so that the last ones are refused.
  const use: Use = extent === 'short' ? { calls: 60, starts: 20 } : { calls: 1_200, starts: 240 };
  return {
    name: 'two organisations that do all they may, at the same time',
    run: async () => {
      const tenants = await Promise.all([aTenant(), aTenant()]);
      const refused = await Promise.all(tenants.map((tenant) => useAll(tenant, use, attacker)));
      if (extent === 'whole' && refused.some((count) => count === 0))
        attacker.defects.push('an organisation was never told that it does too much');
    },
  };
}

async function aTenant(): Promise<ApiClient> {
  return new ApiClient((await anOrganisation(LIMITS)).token);
}

/** Returns how many calls were refused because of a limit. */
async function useAll(tenant: ApiClient, { calls, starts }: Use, attacker: Attacker): Promise<number> {
  const fat = (id: string) => ({ id, type: 'transform', config: { output: "{{'x'.repeat(1000000)}}" } });
  const nap = { id: 'nap', type: 'wait', config: { duration: '2s' } };
  const workflow = await tenant.create({
    name: 'All it may',
    trigger: { type: 'webhook' },
    steps: [fat('a'), fat('b'), nap, fat('c')],
    output: '{{1}}',
  });
  const raw = JSON.stringify({ text: 'y'.repeat(BODY_BYTES) });
  const headers = { 'content-type': 'application/json' };
  let refused = 0;
  const count = async (status: Promise<number>): Promise<void> => {
    if ((await status) === 429) refused++;
  };
  await Promise.all([
    inParallel(Array.from({ length: calls }), 10, () =>
      count(attacker.send(tenant, 'POST', ApiClient.webhookPath(workflow), { raw, headers, busyStatus: 503 })),
    ),
    inParallel(Array.from({ length: starts }), 5, () =>
      count(
        attacker.send(tenant, 'POST', `/workflows/${workflow.id}/execute`, { json: { input: {} }, busyStatus: 503 }),
      ),
    ),
  ]);
  // What was accepted goes on: the neighbours must not notice that either.
  await sleep(5_000);
  await attacker.send(tenant, 'DELETE', `/workflows/${workflow.id}`);
  return refused;
}
