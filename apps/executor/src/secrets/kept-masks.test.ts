import { Keyring } from '@millrace/service-kit/sealing';
import type { TextMask } from '@millrace/service-kit/redaction';
import type { WorkflowProgram } from '../steps/step-program.js';
import { SecretsOfRuns } from './run-secrets.js';

/** The secrets of organisations; what opens them is in tests of its own. */
let stored: Map<string, string>;
let secrets: SecretsOfRuns;
beforeEach(() => {
  stored = new Map();
  const read = (organisationId: string, names: readonly string[]) =>
    Promise.resolve(Object.fromEntries(names.map((name) => [name, stored.get(`${organisationId} ${name}`) ?? ''])));
  secrets = new SecretsOfRuns({ read }, new Keyring(undefined));
});

/** What masks the secret of that name in a run. */
async function maskOf(organisation_id: string, name: string, value: string): Promise<TextMask | undefined> {
  stored.set(`${organisation_id} ${name}`, value);
  const program = { secrets: [name], sealsResults: false } as unknown as WorkflowProgram;
  const found = await secrets.of({ organisation_id, execution_id: 'exec_a' }, program);
  return 'masks' in found ? found.masks[0] : undefined;
}

const KEPT_OF_ALL = 256 * 1024;

it('keeps masks, whatever others have', async () => {
  const own = await maskOf('org_a', 'key', 'correct-horse-battery');
  expect(own).toBeDefined();
  for (let at = 0; at < 4; at++) await maskOf('org_b', `large_${at}`, `${at}`.repeat(KEPT_OF_ALL / 3));
  expect(await maskOf('org_a', 'key', 'correct-horse-battery')).toBe(own);
});

it('lets go of what its own organisation has not used for longest', async () => {
  const large = (at: number) => maskOf('org_a', `large_${at}`, `${at}`.repeat(KEPT_OF_ALL / 3));
  const [first, second] = [await large(1), await large(2)];
  expect(await large(1)).toBe(first);
  await large(3);
  expect(await large(1)).toBe(first);
  expect(await large(2)).not.toBe(second);
});

it('shares no mask between organisations: how long a run takes would show that another one has the same secret', async () => {
  const own = await maskOf('org_a', 'key', 'correct-horse-battery');
  expect(await maskOf('org_b', 'key', 'correct-horse-battery')).not.toBe(own);
});
