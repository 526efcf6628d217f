import { setTimeout as sleep } from 'node:timers/promises';
import { pauseProcess, type SeededRandom } from '@millrace/testing';
import { isAlive, killHard, processIds } from '../support/platform.js';
import { allReady } from '../support/readiness.js';
import { startReplicas, type Replica } from '../support/replicas.js';

/** Three executors, of which one after another is killed: that of the platform, and two of which each is followed by a new one. */
export class Executors {
  kills = 0;
  readonly #replicas: Replica[];

  private constructor(replicas: Replica[]) {
    this.#replicas = replicas;
  }

  static async start(): Promise<Executors> {
    return new Executors(await startReplicas(['executor', 'executor']));
  }

  /** Kills one of them; the supervisor of the platform, or this, starts another one. */
  async killOne(random: SeededRandom): Promise<void> {
    const index = random.below(this.#replicas.length + 1);
    const replica = this.#replicas[index];
    // Killed before, it may not have been started again.
    if (!isAlive(replica?.pid ?? processIds()['service:executor'] ?? 0)) return;
    this.kills++;
    if (replica === undefined) killHard('service:executor');
    else {
      process.kill(replica.pid, 'SIGKILL');
      [this.#replicas[index]] = (await startReplicas(['executor'])) as [Replica];
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.stop()));
  }
}

/** A server that is away for a while, as a process that does not reply. */
export async function awayFor(names: readonly string[], ms: number): Promise<void> {
  const ids = processIds();
  const pids = names.flatMap((name) => ids[name] ?? []);
  if (pids.length === 0) throw new Error(`None of ${names.join(', ')} is a process of the platform`);
  for (const pid of pids) await pauseProcess(pid);
  await sleep(ms);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  await allReady();
}
