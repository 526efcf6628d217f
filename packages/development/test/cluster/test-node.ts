import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import type { ClusterApi } from './cluster-api.js';

/** A variable of a container, as a pod has it. */
export interface PodVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: KeyReference;
    readonly configMapKeyRef?: KeyReference;
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** A pod, as far as a node looks at it. */
export interface Pod extends KubernetesObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly [
      {
        readonly name: string;
        readonly image: string;
        readonly env: readonly PodVariable[];
        readonly envFrom?: readonly { prefix?: string; configMapRef?: { name: string; optional?: boolean } }[];
        readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
        readonly readinessProbe: { readonly httpGet: { readonly path: string } };
      },
    ];
    readonly volumes?: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
  };
}

/** What stands for the container of a pod. */
export interface PodRuntime {
  isReady(): Promise<boolean>;
  /** Resolves once it is gone. */
  stop(graceMs: number): Promise<void>;
}

interface Running {
  readonly runtime: PodRuntime;
  isReady: boolean;
  isStopping: boolean;
}

const EVERY_MS = 250;

/**
 * A node of a cluster in a test: what is bound to it is started by a function of the test, is ready when that says so, and ends when it is deleted. It does what a
 * kubelet does as far as the control plane sees it.
 */
export class TestNode {
  /** What went wrong; none is expected. */
  readonly failures: string[] = [];
  readonly #running = new Map<string, Running>();
  #isOver = false;
  readonly #loop: Promise<void>;

  private constructor(
    private readonly api: ClusterApi,
    private readonly start: (pod: Pod) => Promise<PodRuntime>,
  ) {
    this.#loop = this.#keepRunning();
  }

  /** `start` makes what stands for a pod. */
  static async join(api: ClusterApi, start: (pod: Pod) => Promise<PodRuntime>): Promise<TestNode> {
    const room = { cpu: '64', memory: '256Gi', pods: '500' };
    const metadata = { name: 'node', labels: { 'kubernetes.io/hostname': 'node', 'kubernetes.io/os': 'linux' } };
    await api.must('POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata } });
    await api.merge('/api/v1/nodes/node/status', {
      status: { capacity: room, allocatable: room, conditions: [{ type: 'Ready', status: 'True' }] },
    });
    // A new node is not ready at first, and nobody else says here that it is now.
    await api.merge('/api/v1/nodes/node', { spec: { taints: null } });
    return new TestNode(api, start);
  }

  /** Ends everything that runs on it. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#loop;
    await Promise.all([...this.#running.values()].map(({ runtime }) => runtime.stop(20_000)));
  }

  async #keepRunning(): Promise<void> {
    while (!this.#isOver) {
      try {
        const pods = await this.api.list<Pod>('/api/v1/pods');
        await Promise.all(pods.filter(({ spec }) => spec.nodeName === 'node').map((pod) => this.#look(pod)));
      } catch (error) {
        this.failures.push(String(error));
      }
      await sleep(EVERY_MS);
    }
  }

  async #look(pod: Pod): Promise<void> {
    const { uid, name, deletionTimestamp } = pod.metadata;
    const known = this.#running.get(uid);
    if (deletionTimestamp !== undefined) {
      if (known?.isStopping !== true) await this.#end(pod, known);
    } else if (known === undefined) {
      try {
        this.#running.set(uid, { runtime: await this.start(pod), isReady: false, isStopping: false });
      } catch (error) {
        this.failures.push(`${name} could not be started: ${String(error)}`);
      }
    } else {
      const isReady = await known.runtime.isReady();
      if (isReady !== known.isReady) await this.#tell(pod, isReady);
      known.isReady = isReady;
    }
  }

  async #end(pod: Pod, known: Running | undefined): Promise<void> {
    if (known === undefined) return this.#remove(pod);
    known.isStopping = true;
    const graceMs = 1_000 * (pod.metadata.deletionGracePeriodSeconds ?? 30);
    known.runtime.stop(graceMs).then(
      async () => {
        this.#running.delete(pod.metadata.uid);
        await this.#remove(pod);
      },
      (error: unknown) => this.failures.push(`${pod.metadata.name} did not end: ${String(error)}`),
    );
  }

  async #remove(pod: Pod): Promise<void> {
    const { status, body } = await this.api.call('DELETE', pathOf(pod), { body: { gracePeriodSeconds: 0 } });
    if (status >= 300 && status !== 404) this.failures.push(`${pod.metadata.name} stays: ${JSON.stringify(body)}`);
  }

  async #tell(pod: Pod, isReady: boolean): Promise<void> {
    const status = isReady ? 'True' : 'False';
    const [{ name, image }] = pod.spec.containers;
    const startedAt = new Date().toISOString();
    const container = { name, image, imageID: image, ready: isReady, started: true, restartCount: 0 };
    await this.api.merge(`${pathOf(pod)}/status`, {
      status: {
        ...{ phase: 'Running', podIP: '127.0.0.1', podIPs: [{ ip: '127.0.0.1' }], startTime: startedAt },
        conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
          type,
          status: type.endsWith('Ready') ? status : 'True',
        })),
        containerStatuses: [{ ...container, state: { running: { startedAt } } }],
      },
    });
  }
}

function pathOf({ metadata }: Pod): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}
