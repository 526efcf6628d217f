import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@millrace/testing';
import { REPOSITORY } from '../kubernetes/repository.js';
import type { ClusterApi } from './cluster-api.js';
import { startProgram, type Program } from '../installation/processes.js';
import type { Pod, PodRuntime, PodVariable } from './test-node.js';

interface Data {
  /** In clear text in a ConfigMap, as base64 in a Secret. */
  readonly data?: Readonly<Record<string, string>>;
}

interface ServiceProcess {
  readonly service: string;
  readonly program: Program;
  readonly port: number;
  /** Whether it has ever been ready. */
  wasReady: boolean;
}

/** How the process of a pod that was taken away has ended. */
export interface PodEnd {
  readonly service: string;
  /** Otherwise it may have been too early for the signal. */
  readonly wasReady: boolean;
  readonly end: number | NodeJS.Signals | null;
}

/**
 * Runs the pods of services as processes of this machine, each with the environment that its pod says: values, and keys of the cluster's ConfigMaps and
 * Secrets. All share the loopback and the file system, so their ports are others, and the place of the master keys.
 */
export class ServicePods {
  readonly ends: PodEnd[] = [];
  readonly #processes = new Map<string, ServiceProcess>();

  constructor(
    private readonly api: ClusterApi,
    private readonly folder: string,
  ) {}

  readonly start = async (pod: Pod): Promise<PodRuntime> => {
    const [container] = pod.spec.containers;
    const { name } = pod.metadata;
    const [healthPort, port] = [await freePort(), await freePort()];
    const env = await this.#environmentOf(pod, { healthPort, port });
    const program = startProgram({
      name,
      program: execPath,
      args: [join(REPOSITORY, 'apps', container.name, 'dist/program/main.js')],
      env,
      cwd: join(REPOSITORY, 'apps', container.name),
      logs: join(this.folder, 'logs'),
    });
    const process: ServiceProcess = { service: container.name, program, port, wasReady: false };
    this.#processes.set(name, process);
    return {
      isReady: async () => {
        if (!program.isRunning()) throw new Error(`${name} has ended by itself: ${String(await program.ended)}`);
        const isReady = await answers(`http://127.0.0.1:${healthPort}${container.readinessProbe.httpGet.path}`);
        process.wasReady ||= isReady;
        return isReady;
      },
      stop: async (graceMs) => {
        const leavingMs = 1_000 * (container.lifecycle?.preStop?.sleep?.seconds ?? 0);
        await sleep(leavingMs);
        const end = await program.stop(graceMs - leavingMs);
        this.ends.push({ service: container.name, wasReady: process.wasReady, end });
        this.#processes.delete(name);
      },
    };
  };

  /** The processes of a service that there are, ready or not. */
  running(service: string): readonly ServiceProcess[] {
    return [...this.#processes.values()].filter((one) => one.service === service && one.program.isRunning());
  }

  /** The address of one of the pods of a service. */
  addressOf(service: string): string {
    const [found] = this.running(service);
    if (found === undefined) throw new Error(`No pod of ${service} runs.`);
    return `http://127.0.0.1:${found.port}`;
  }

  async #environmentOf(pod: Pod, ports: { healthPort: number; port: number }): Promise<Record<string, string>> {
    const [{ env, envFrom = [] }] = pod.spec.containers;
    const variables: Record<string, string> = {};
    for (const { prefix = '', configMapRef } of envFrom) {
      const data = configMapRef && (await this.#dataOf('configmaps', pod, configMapRef.name));
      for (const [key, value] of Object.entries(data ?? {})) variables[`${prefix}${key}`] = value;
    }
    for (const variable of env) {
      const value = variable.value ?? (await this.#referred(pod, variable));
      if (value !== undefined) variables[variable.name] = value;
    }
    const here: Record<string, string> = {
      MILLRACE_HEALTH_PORT: String(ports.healthPort),
      MILLRACE_PORT: String(ports.port),
      MILLRACE_HEALTH_HOST: '127.0.0.1',
      MILLRACE_HOST: '127.0.0.1',
      MILLRACE_MASTER_KEYS_FILE: await this.#keysOf(pod),
    };
    for (const [name, value] of Object.entries(here)) if (name in variables) variables[name] = value;
    return variables;
  }

  async #referred(pod: Pod, { name, valueFrom = {} }: PodVariable): Promise<string | undefined> {
    const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom;
    if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath);
    const reference = secretKeyRef ?? configMapKeyRef;
    if (reference === undefined) return undefined;
    const data = await this.#dataOf(secretKeyRef ? 'secrets' : 'configmaps', pod, reference.name);
    const value = data?.[reference.key];
    // A kubelet does not start such a container either.
    if (value === undefined && reference.optional !== true)
      throw new Error(`${name}: there is no ${reference.key} in ${reference.name}`);
    return value;
  }

  async #keysOf(pod: Pod): Promise<string> {
    const secret = pod.spec.volumes?.find(({ name }) => name === 'keys')?.secret;
    if (secret === undefined) return '';
    const folder = join(this.folder, 'keys', pod.metadata.name);
    mkdirSync(folder, { recursive: true });
    const data = (await this.#dataOf('secrets', pod, secret.secretName)) ?? {};
    for (const [name, text] of Object.entries(data)) writeFileSync(join(folder, name), text, { mode: 0o440 });
    return join(folder, 'master-keys');
  }

  async #dataOf(kind: 'configmaps' | 'secrets', pod: Pod, name: string): Promise<Data['data']> {
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/${kind}/${name}`;
    const { status, body } = await this.api.call<Data>('GET', path);
    if (status !== 200) return undefined;
    const entries = Object.entries(body.data ?? {});
    return kind === 'configmaps'
      ? Object.fromEntries(entries)
      : Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
  }
}

/** What a pod has at a path such as `spec.nodeName`. */
function fieldOf(pod: Pod, path: string): string {
  let found: unknown = pod;
  for (const name of path.split('.')) found = (found as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (typeof found !== 'string') throw new Error(`The pod ${pod.metadata.name} has no ${path}.`);
  return found;
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
