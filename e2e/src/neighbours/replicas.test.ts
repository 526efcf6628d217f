import { ApiClient } from '../support/api.js';
import { readEndpoints } from '../support/platform.js';
import { allReady } from '../support/readiness.js';
import { startReplicas, type Replica } from '../support/replicas.js';
import { Attacker } from './attack.js';
import { addresses } from './attacks/addresses.js';
import { bodies } from './attacks/bodies.js';
import { FAMILIES } from './attacks/families.js';
import { Victim } from './victim.js';

/*
 * Two processes of each service. The attacks go to the first gateway; what is behind it is shared. One process may suffer,
 * and one of each may even be killed: a client that turns to the other gateway, as a load balancer does, gets all responses.
 */

let replicas: Replica[] = [];
let attacker: Attacker;
let victim: Victim;

beforeAll(async () => {
  replicas = await startReplicas();
  const second = replicas.find((replica) => replica.name === 'gateway') as Replica;
  attacker = await Attacker.open();
  victim = new Victim([new ApiClient(), new ApiClient(readEndpoints().token, second.apiUrl)]);
  await victim.start();
});

afterAll(async () => {
  await victim.stop();
  await attacker.close();
  await Promise.all(replicas.map((replica) => replica.stop()));
  await allReady();
});

const extent = process.env['MILLRACE_E2E_LONG'] ? 'whole' : 'short';
const families = extent === 'whole' ? FAMILIES : [addresses, bodies];

describe.each(families)('two replicas of each service, and attacks by $name', (family) => {
  it('leave the platform answering', async () => {
    for (const { run } of family.attacks(extent, attacker)) await run(attacker);
    expect(attacker.defects.splice(0)).toEqual([]);
    const met = victim.take();
    expect(met.failures).toEqual([]);
    expect(met.calls).toBeGreaterThan(0);
  }, 3_600_000);
});

it('answer on while one process after another is killed', async () => {
  // Only the second ones: what the platform runs is started again by its supervisor, which other tests are about.
  for (const { pid, name } of replicas) {
    if (name !== 'gateway') process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const met = victim.take();
  expect(met.failures.filter((failure) => !failure.includes('SERVICE_UNAVAILABLE'))).toEqual([]);
  expect(met.calls).toBeGreaterThan(0);
});
