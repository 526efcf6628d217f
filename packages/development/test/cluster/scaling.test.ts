import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeHttpServer, mustCall, waitUntil } from '@millrace/testing';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { startServers, TOKEN, type Servers } from '../installation/servers.js';
import type { KubernetesTools } from '../kubernetes/kubernetes-tools.js';
import { ControlPlane } from './control-plane.js';
import { addCustomResources } from './custom-resources.js';
import { installationOf } from './installation.js';
import { startKeda } from './keda.js';
import { BUILD_MS, clusterPrograms, kedaPrograms } from './programs.js';
import { ServicePods, type PodEnd } from './service-pod.js';
import { TestNode } from './test-node.js';

/*
 * The production overlay on a real control plane with KEDA and real servers. Each pod is a process of its service with the environment that the pod says. A backlog makes
 * KEDA add executors, from none, and remove them again, all of them; between the two they are replaced by a rollout. The same by the consumers of the queue, once all services
 * are replaced by those with the component for that. Nothing is lost, and nothing is done twice.
 */

/** More than the executors take at once. */
const BACKLOG = 400;
/** Executions that are enough for two executors by their consumers. */
const SMALL_BACKLOG = 120;
/** Third parties: so many that no executor makes calls wait for their turn at one of them, for what waits is not in the queue. */
const ORIGINS = 8;
const STEPS = ['first', 'second'];
const MOST = 3;
const CALLERS = 4;
/** Between two calls of a caller, for the sake of the machine. */
const BETWEEN_MS = 100;
/** A bound of a hang, on a machine that is busy with ten times what it has. */
const LONGEST_MS = 900_000;

let plane: ControlPlane;
let servers: Servers;
let origins: readonly FakeHttpServer[];
let pods: ServicePods;
let node: TestNode;
let folder: string;
let workflow: string;
/** Numbers of executions by their ids. */
const accepted = new Map<string, number>();
let next = 0;
let letThrough = () => {};
let tools: KubernetesTools;

beforeAll(async () => {
  const { tools: found, ...programs } = await clusterPrograms(process.env);
  tools = found;
  const keda = await kedaPrograms(process.env);
  folder = mkdtempSync(join(tmpdir(), 'millrace-scaling-'));
  origins = await Promise.all(Array.from({ length: ORIGINS }, () => FakeHttpServer.start()));
  [plane, servers] = await Promise.all([ControlPlane.start(programs), startServers()]);
  await addCustomResources(plane);
  await startKeda(plane, keda);
  pods = new ServicePods(plane.api, plane.folder);
  node = await TestNode.join(plane.api, pods.start);
  await apply(installationOf({ tools, folder: join(folder, 'k8s'), servers }));
}, BUILD_MS);
afterAll(async () => {
  letThrough?.();
  await node?.stop();
  await plane?.stop();
  await servers?.stop();
  await Promise.all((origins ?? []).map((origin) => origin.stop()));
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}, 120_000);

/** Applies an installation with so many executors at least, and waits until each service runs as it says. */
async function apply(objects: readonly KubernetesObject[], leastExecutors = 0): Promise<void> {
  const file = join(folder, 'objects.yaml');
  writeFileSync(file, objects.map((object) => stringify(scaledSoon(object, leastExecutors))).join('---\n'));
  await plane.kubectl('apply', '--warnings-as-errors', '-f', file);
  const services = objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name);
  for (const service of services) await rolledOut(service);
}

async function rolledOut(service: string): Promise<void> {
  const inTime = `--timeout=${LONGEST_MS / 1_000}s`;
  try {
    await plane.kubectl('-n', 'millrace', 'rollout', 'status', `deployment/${service}`, inTime);
  } catch (error) {
    // What kubectl says is when it gave up; the node knows why.
    throw new Error(`${service} was not rolled out; the node: ${JSON.stringify(node.failures.slice(-5))}`, {
      cause: error,
    });
  }
}

/** No call gets a response from now on, before {@link letThrough}. */
function holdCalls(): void {
  const mayAnswer = new Promise<void>((resolve) => (letThrough = resolve));
  for (const origin of origins) origin.otherwise(() => mayAnswer.then(() => ({ body: { ok: true } })));
}

/** One process of each service, for the sake of the machine, and `executors` without a backlog: in production there are two of each at least. */
function scaledSoon(object: KubernetesObject, executors: number): KubernetesObject {
  const spec = object['spec'] as object;
  if (object.kind === 'HorizontalPodAutoscaler') return { ...object, spec: { ...spec, minReplicas: 1 } };
  if (object.kind !== 'ScaledObject') return object;
  const minReplicaCount = object.metadata.name === 'executor' ? executors : 1;
  const soon = { pollingInterval: 2, cooldownPeriod: 5, minReplicaCount, maxReplicaCount: MOST };
  return { ...object, spec: { ...spec, ...soon } };
}

function call<Body>(method: string, path: string, json?: unknown, token = TOKEN): Promise<Body> {
  return mustCall<Body>({ base: `${pods.addressOf('gateway')}/v1`, token, method, path, json, timeoutMs: 120_000 });
}

/** Starts executions as long as more are wanted. */
async function startWhile(isWanted: () => boolean): Promise<void> {
  const caller = async (): Promise<void> => {
    while (isWanted()) {
      const n = next++;
      const input = { n, origin: origins[n % ORIGINS]?.url };
      const path = `/workflows/${workflow}/execute`;
      const { execution_id: id } = await call<{ execution_id: string }>('POST', path, { input });
      accepted.set(id, n);
      await sleep(BETWEEN_MS);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

async function consumersOfRuns(): Promise<string[]> {
  const response = await fetch(`${servers.nats.monitorUrls[0]}/jsz?streams=true&consumers=true`);
  const { account_details: accounts } = (await response.json()) as {
    account_details: { stream_detail: { name: string; consumer_detail: { name: string }[] }[] }[];
  };
  const streams = accounts.flatMap(({ stream_detail: details }) => details);
  const consumers = streams.find(({ name }) => name === 'RUNS')?.consumer_detail ?? [];
  return consumers.map(({ name }) => name).sort();
}

const callsMade = (): number => origins.reduce((sum, { calls }) => sum + calls.length, 0);
const executors = (): number => pods.running('executor').length;
const readyExecutors = (): number => pods.running('executor').filter(({ wasReady }) => wasReady).length;

test(
  'executors come from none by the backlog, are replaced, and go to none behind it; each execution completes, and no call is made twice',
  async () => {
    const steps = STEPS.map((id) => ({
      ...{ id, type: 'http', timeout: '10m' },
      config: { method: 'POST', url: `{{input.origin}}/${id}`, body: { n: '{{input.n}}' } },
    }));
    const document = { name: 'Backlog', trigger: { type: 'webhook' }, steps, output: { n: '{{input.n}}' } };
    workflow = (await call<{ id: string }>('POST', '/workflows', document)).id;

    await waitUntil('no executor to run', () => executors() === 0, LONGEST_MS, { seen: executors });
    holdCalls();
    await startWhile(() => next < BACKLOG);
    await waitUntil('as many executors to be ready as there may be', () => readyExecutors() === MOST, LONGEST_MS, {
      seen: () => [executors(), readyExecutors(), callsMade(), plane.logOf('keda-operator'), node.failures],
    });
    letThrough();

    await plane.kubectl('-n', 'millrace', 'rollout', 'restart', 'deployment/executor');
    let isReplaced = false;
    const replaced = rolledOut('executor').finally(() => (isReplaced = true));
    await Promise.all([replaced, startWhile(() => !isReplaced)]);
    expect(accepted.size).toBeGreaterThan(BACKLOG);

    await untilDrained();
    expect(endsOf('executor').length).toBeGreaterThan(MOST);
  },
  4 * LONGEST_MS,
);

test(
  'once all services are replaced by those of the component, they come by the consumers of the queue, and go',
  async () => {
    const { length: before } = endsOf('gateway');
    const settings = { MILLRACE_EXECUTOR_OWN_LANES: '0' };
    const options = { tools, servers, components: ['scaled-by-consumers'], settings };
    const installation = installationOf({ ...options, folder: join(folder, 'by-consumers') });
    // Executors take back what was lent, and no trigger asks for one because of what is in it.
    await apply(installation, 1);
    await waitUntil('the gateway before to end', () => endsOf('gateway').length > before, LONGEST_MS);
    const found = await plane.kubectl('-n', 'millrace', 'get', 'scaledobject/executor', '-o', 'yaml');
    const named = [...found.matchAll(/consumer: (executor-\d+)/g)].map(([, name]) => name);
    await waitUntil(
      'no consumer to be there that no trigger names',
      async () => String(await consumersOfRuns()) === String(named),
      LONGEST_MS,
      { seen: () => [named, executors()] },
    );
    await apply(installation);

    await waitUntil('no executor to run', () => executors() === 0, LONGEST_MS, { seen: executors });
    holdCalls();
    const goal = next + SMALL_BACKLOG;
    await startWhile(() => next < goal);
    await waitUntil('two executors to be ready', () => readyExecutors() > 1, LONGEST_MS, {
      seen: () => [executors(), readyExecutors(), callsMade(), plane.logOf('keda-operator'), node.failures],
    });
    letThrough();
    await untilDrained();
  },
  4 * LONGEST_MS,
);

/** Waits until no executor runs any more, and looks that all has been done once. */
async function untilDrained(): Promise<void> {
  await waitUntil('the executors to go', () => executors() === 0, LONGEST_MS, {
    seen: () => [executors(), callsMade()],
  });
  for (const [id, n] of accepted) {
    const execution = await call<object>('GET', `/executions/${id}`);
    expect({ n, ...execution }).toMatchObject({ n, id, status: 'completed', output: { n } });
  }
  const keys = origins.reduce((sum, origin) => sum + origin.idempotencyKeys().size, 0);
  expect([keys, callsMade()]).toEqual([accepted.size * STEPS.length, accepted.size * STEPS.length]);
  const system = await call<{ dead_letters: { count: number } }>('GET', '/system', undefined, servers.operatorToken);
  expect(system.dead_letters.count).toBe(0);
  expect(new Set(pods.ends.filter(({ wasReady }) => wasReady).map(({ end }) => end))).toEqual(new Set([0]));
  expect(node.failures).toEqual([]);
}

/** What the processes of a service that were ready have ended with. */
function endsOf(name: string): PodEnd['end'][] {
  return pods.ends.filter(({ service, wasReady }) => service === name && wasReady).map(({ end }) => end);
}
