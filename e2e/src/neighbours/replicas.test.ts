import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api.js';
import { CountingService } from '../support/counting-service.js';
import { eventually, inParallel } from '../support/eventually.js';
import { readEndpoints } from '../support/platform.js';
import { allReady } from '../support/readiness.js';
import { startReplicas, type Replica } from '../support/replicas.js';
import { Attacker } from './attack.js';
import { addresses } from './attacks/addresses.js';
import { bodies } from './attacks/bodies.js';
import { FAMILIES } from './attacks/families.js';
import { StartsOverGateways, type Tally } from './starts-over-gateways.js';
import { SIDE_BY_SIDE, Victim } from './victim.js';
import { WorkOfItsOwn } from './work-of-its-own.js';

/*
 * Two processes of each service. The attacks go to the first gateway; what is behind it is shared. One process may suffer,
 * and one of each may even be killed: a client that turns to the other gateway, as a load balancer does, gets all responses.
 */

let replicas: Replica[] = [];
let attacker: Attacker;
let victim: Victim;
/** Clients of the platform's gateway and of the second one. */
let gateways: readonly ApiClient[];

beforeAll(async () => {
  replicas = await startReplicas();
  const second = replicas.find((replica) => replica.name === 'gateway') as Replica;
  attacker = await Attacker.open();
  gateways = [new ApiClient(), new ApiClient(readEndpoints().token, second.apiUrl)];
  victim = new Victim(gateways);
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
  it('leave the platform working', async () => {
    for (const { run } of family.attacks(extent, attacker)) await run(attacker);
    expect(attacker.defects.splice(0)).toEqual([]);
    const met = victim.take();
    expect(met.failures).toEqual([]);
    expect(met.calls).toBeGreaterThan(0);
  }, 3_600_000);
});

/**
 * Waits until nothing that the victim had called before goes on, and returns what it met by then: a question that a process had
 * been asked when it was killed is answered by nobody, and comes to an end after some seconds only. What ended before this wait
 * says nothing of what goes on, so it counts as a failure at most.
 */
async function untilAllEnded(): Promise<string[]> {
  const failures = [...victim.take().failures];
  const kinds = new Set<string>();
  await eventually('all calls to end', () => {
    const met = victim.take();
    failures.push(...met.failures);
    for (const kind of met.kinds) kinds.add(kind);
    return SIDE_BY_SIDE.every((kind) => kinds.has(kind)) || undefined;
  });
  return failures;
}

/** Ends what runs beside a test, however that ends. */
const besideIt: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const running of besideIt.splice(0).reverse()) await running.stop();
});

it('respond while one process after another is killed; all that either gateway accepted completes once, as does what a schedule starts, and events are sent', async () => {
  const service = await CountingService.start();
  besideIt.push({ stop: () => service.stop() });
  const api = new ApiClient();
  const { id } = await api.create({
    name: 'Over two gateways',
    steps: [
      { id: 'tell', type: 'http', config: { method: 'POST', url: `${service.url}/tell`, body: { n: '{{input.n}}' } } },
    ],
    output: { n: '{{input.n}}' },
  });
  const own = await WorkOfItsOwn.begin(api, service, id);
  const starts = new StartsOverGateways(gateways, `/workflows/${id}/execute`);
  besideIt.push({ stop: () => starts.stop() });
  // Only the second ones: what the platform runs is started again by its supervisor, which other tests are about.
  await sleep(1_000);
  for (const { pid } of replicas.filter(({ name }) => name !== 'gateway')) {
    process.kill(pid, 'SIGKILL');
    // Until its memory is given back its connections stay, and NATS goes on asking it: what it is asked then gets no response either.
    await sleep(1_000);
  }
  const behind = await untilAllEnded();
  expect(behind.filter((failure) => !failure.includes('SERVICE_UNAVAILABLE'))).toEqual([]);
  process.kill(replicas.find(({ name }) => name === 'gateway')?.pid ?? NaN, 'SIGKILL');
  await sleep(2_000);
  await starts.stop();
  expect([...(await untilAllEnded()), ...starts.wrong]).toEqual([]);
  const [first, second] = starts.tallies as [Tally, Tally];
  process.stderr.write(`neighbours/replicas: ${JSON.stringify(starts.tallies)}\n`);
  expect(first).toMatchObject({ accepted: expect.any(Number) as number, refused: 0, broken: 0 });
  expect(Math.min(first.accepted, second.accepted, second.refused)).toBeGreaterThan(0);
  const ended = await inParallel([...starts.accepted], 8, async ([n, id]) => ({ n, ...(await api.ended(id)) }));
  expect(ended.filter(({ n, status, output }) => status !== 'completed' || (output as { n: number }).n !== n)).toEqual(
    [],
  );
  // A call may be made again when its executor is killed, and then under the same key: that of an execution whose start was accepted.
  const called = new Set(service.callsTo('/tell').map(({ key }) => key?.split(':')[0]));
  expect([...called].sort()).toEqual([...starts.accepted.values()].sort());
  // No time of the schedule is left out or comes twice, and of each execution an event came.
  await own.announced(starts.accepted.values());
  const seconds = await own.end();
  expect(seconds).toEqual(seconds.map((_, index) => index));
  expect(seconds.length).toBeGreaterThan(replicas.length);
}, 600_000);
