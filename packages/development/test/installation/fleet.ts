import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, waitUntil } from '@millrace/testing';
import { MASTER_KEYS } from '../../src/kubernetes/container-settings.js';
import { SERVICES } from '../kubernetes/services.js';
import { startProgram, type Program } from './processes.js';
import { valuesOfSecret, type Servers } from './servers.js';

/** By then a gateway that gets no more calls has served those it had. */
const LED_AWAY_MS = 1_000;
/** A bound of a hang: on a machine that is busy with ten times what it has, seven processes take ten minutes to start. */
const READY_MS = 900_000;

interface Process {
  readonly program: Program;
  readonly port: number;
  readonly healthPort: number;
}

/** One process of each service, each of the release that it was last replaced by. */
export class Fleet {
  /** Where the gateway is that gets the calls. */
  gateway = '';
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-fleet-'));
  readonly #processes = new Map<string, Process>();
  readonly #environment: Readonly<Record<string, string>>;

  constructor(
    private readonly servers: Servers,
    settings: Readonly<Record<string, string>>,
    /** Of the gateway, where none is replaced by one beside it; any free one by default. */
    private readonly publicPort?: number,
  ) {
    this.#environment = settings;
  }

  /** Starts services of a release side by side, by default all: each waits for the streams that others create. */
  async begin(release: string, names: readonly string[] = IN_ORDER): Promise<void> {
    await Promise.all(names.map((name) => this.replace(name, release)));
  }

  /** Ends services as a cluster does it, side by side; those that do not run are none. Rejects when one does not end well, or had ended by itself. */
  async end(names: readonly string[] = IN_ORDER): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const end = await this.#processes.get(name)?.program.stop(60_000);
        if (!this.#processes.delete(name) || end === 0) return;
        throw new Error(`${name} ended with ${String(end)}: ${this.#logOf(name)}`);
      }),
    );
  }

  /** Ports for operators of the services that run, by their names. */
  get healthUrls(): Readonly<Record<string, string>> {
    const urls = [...this.#processes].map(([name, { healthPort }]) => [name, `http://127.0.0.1:${healthPort}`]);
    return Object.fromEntries(urls) as Record<string, string>;
  }

  /** The file of master keys that the services have been started with. */
  get keysFile(): string {
    return join(this.#folder, 'master-keys');
  }

  /**
   * Replaces a service as a cluster does it: a process of the other release becomes ready, calls are led to it, and the former one is made to end. Rejects
   * when that does not end well.
   */
  async replace(name: string, release: string): Promise<void> {
    const former = this.#processes.get(name);
    if (former?.program.isRunning() === false) throw new Error(`${name} has ended by itself: ${this.#logOf(name)}`);
    this.#processes.set(name, await this.#start(name, release));
    if (name === 'gateway') this.gateway = `http://127.0.0.1:${this.#processes.get(name)?.port}/v1`;
    if (former === undefined) return;
    if (name === 'gateway') await sleep(LED_AWAY_MS);
    const end = await former.program.stop(60_000);
    if (end !== 0) throw new Error(`${name} ended with ${String(end)}: ${this.#logOf(name)}`);
  }

  /** Ends all processes; the names of those that had ended by themselves. */
  async stop(): Promise<string[]> {
    const all = [...this.#processes];
    const gone = all.filter(([, { program }]) => !program.isRunning()).map(([name]) => name);
    await Promise.all(all.map(([, { program }]) => program.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
    return gone;
  }

  async #start(name: string, release: string): Promise<Process> {
    const port = (name === 'gateway' ? this.publicPort : undefined) ?? (await freePort());
    const healthPort = await freePort();
    const logs = join(this.#folder, 'logs');
    mkdirSync(logs, { recursive: true });
    const program = startProgram({
      name,
      program: process.execPath,
      args: [programOf(release, name)],
      env: {
        ...this.#environment,
        ...valuesOfSecret(this.servers, `millrace-${name}`),
        MILLRACE_MASTER_KEYS_FILE: this.#keys(),
        MILLRACE_PORT: String(port),
        MILLRACE_HEALTH_PORT: String(healthPort),
        MILLRACE_HOST: '127.0.0.1',
        MILLRACE_HEALTH_HOST: '127.0.0.1',
      },
      cwd: join(release, 'apps', name),
      logs,
    });
    const isReady = async (): Promise<boolean> => {
      if (!program.isRunning()) return true;
      return (await fetch(`http://127.0.0.1:${healthPort}/health/ready`)).ok;
    };
    try {
      await waitUntil(`${name} to be ready`, isReady, READY_MS, { seen: () => this.#logOf(name) });
      if (!program.isRunning()) throw new Error(`${name} has ended: ${this.#logOf(name)}`);
    } catch (error) {
      await program.stop();
      throw error;
    }
    return { program, port, healthPort };
  }

  #keys(): string {
    const { 'master-keys': keys = '' } = valuesOfSecret(this.servers, MASTER_KEYS);
    writeFileSync(this.keysFile, keys, { mode: 0o600 });
    return this.keysFile;
  }

  #logOf(name: string): string {
    return readFileSync(join(this.#folder, 'logs', `${name}.log`), 'utf8').slice(-3_000);
  }
}

const FIRST = ['definitions', 'executor'];
const LAST = 'gateway';

/** Services in the order of an upgrade: first what is asked by the others, and what takes what they publish. A rollback goes the other way. */
export const IN_ORDER: readonly string[] = [
  ...FIRST,
  ...SERVICES.map(({ name }) => name).filter((name) => !FIRST.includes(name) && name !== LAST),
  LAST,
];

/** Releases before 0.2 have no bundles. */
function programOf(release: string, name: string): string {
  const built = join(release, 'apps', name, 'dist');
  return [join(built, 'program/main.js'), join(built, 'main.js')].find((program) => existsSync(program)) as string;
}
