import type { PresentProcess } from '@millrace/contracts';
import { connectProcesses, type Processes } from '@millrace/messaging';
import type { Outcome } from '../command.js';
import { ConfigError, type OpsConfig } from '../config.js';
import { reasonOf } from '../doctor/check.js';
import { RefusedError, UnavailableError } from '../operator-api.js';
import { table } from '../table.js';
import { chosenBy, isLeaving, leftWithout } from './chosen.js';

/** Roll calls in a row that a process has to be missing in before it is taken for ended: a busy one may miss one. */
const MISSED_CALLS = 2;

interface DrainOptions {
  readonly seconds: number;
  /** Also where a service has no ready process left. */
  readonly isForced: boolean;
}

/** All processes, or those with these names. */
export async function listed(names: readonly string[], config: OpsConfig): Promise<Outcome> {
  return withProcesses(config, async (processes) => {
    const present = await processes.present();
    return outcomeOf(names.length === 0 ? present : chosenBy(names, present));
  });
}

/** Drains the processes that are meant, and waits until they are drained or gone. */
export async function drained(names: readonly string[], options: DrainOptions, config: OpsConfig): Promise<Outcome> {
  if (names.length === 0) throw new ConfigError('Name instances, services or nodes; `drain --list` shows them');
  if (!(options.seconds > 0)) throw new ConfigError('--timeout is a number of seconds, as in 120');
  return withProcesses(config, async (processes) => {
    const present = await processes.present();
    const chosen = chosenBy(names, present);
    const without = leftWithout(chosen, present);
    if (without.length > 0 && !options.isForced)
      throw new RefusedError(
        'LAST_PROCESS',
        `${without.join(', ')} would have no ready process left. Start another one elsewhere first, or say --force`,
        undefined,
      );
    const ended = await waited(processes, chosen, options.seconds * 1_000);
    const outcome = outcomeOf(ended, isOut);
    const bare = options.isForced ? [] : await bareOf(ended, processes);
    const noted = bare.map((service) => `${service} has no ready process left: the others went at the same time.`);
    return { ...outcome, lines: [...(outcome.lines ?? []), ...noted], ok: outcome.ok === true && bare.length === 0 };
  });
}

/** Those of which nobody is ready any more. Each is looked for twice, since a busy process may miss a roll call. */
async function bareOf(ended: readonly Shown[], processes: Processes): Promise<string[]> {
  let bare = [...new Set(ended.map(({ service }) => service))].sort();
  for (let call = 0; call < MISSED_CALLS && bare.length > 0; call++) {
    const ready = (await processes.present()).filter(({ status }) => status === 'up');
    bare = bare.filter((service) => !ready.some((process) => process.service === service));
  }
  return bare;
}

/** How the chosen ones are in the end. One that was started again meanwhile is drained as well. */
async function waited(processes: Processes, chosen: readonly PresentProcess[], patienceMs: number): Promise<Shown[]> {
  const until = performance.now() + patienceMs;
  const missed = new Map<string, number>();
  let states: Shown[] = [...chosen];
  for (;;) {
    for (const process of states) {
      if (process.status !== 'gone' && !isLeaving(process)) await processes.drain(process);
    }
    const present = new Map((await processes.present()).map((process) => [keyOf(process), process]));
    states = states.map((process) => {
      const found = present.get(keyOf(process));
      if (found !== undefined) {
        missed.delete(keyOf(process));
        return found;
      }
      const times = (missed.get(keyOf(process)) ?? 0) + 1;
      missed.set(keyOf(process), times);
      if (times < MISSED_CALLS || process.status === 'gone') return process;
      return { ...process, status: isLeaving(process) ? 'gone' : 'silent' };
    });
    const isOver = states.every(({ status }) => isOut(status));
    if (isOver || performance.now() > until) return states;
  }
}

/**
 * A process with its state. Neither `gone` nor `silent` says any more that it is there: the former was stopping when it last did, and the latter had work,
 * so that it may only be cut off from NATS and still have it.
 */
type Shown = Omit<PresentProcess, 'status'> & { readonly status: PresentProcess['status'] | 'gone' | 'silent' };

/** What is said of one that has not come to its end in time. */
const LATE: Partial<Record<Shown['status'], string>> = {
  stopping: 'is not done yet, and goes on: `drain --list` shows when it is, and its log what it does.',
  silent:
    'no longer says that it is there, and was not seen to stop. If it has ended, nothing is left to do; if it is cut off from NATS, it has work again once it is back.',
};

const isOut = (state: Shown['status']): boolean => state === 'drained' || state === 'gone';

const keyOf = ({ service, instance }: Pick<Shown, 'service' | 'instance'>): string => `${service} ${instance}`;

function outcomeOf(shown: readonly Shown[], isGood: (state: Shown['status']) => boolean = () => true): Outcome {
  const processes = shown
    .map(({ service, instance, node, version, status }) => ({
      ...{ service, instance, node: node ?? null, version, state: status },
    }))
    .sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  const rows = processes.map(({ service, instance, node, state }) => [service, instance, node ?? '-', state]);
  const late = processes.filter(({ state }) => !isGood(state));
  const lines = [
    ...table(['service', 'instance', 'node', 'state'], rows),
    ...late.map(
      ({ service, instance, state }) =>
        `${service} ${instance} ${LATE[state] ?? 'was not drained in time: its log says what it does.'}`,
    ),
  ];
  return { json: { processes }, lines, ok: late.length === 0 };
}

async function withProcesses(
  { natsOperatorUrl }: OpsConfig,
  work: (processes: Processes) => Promise<Outcome>,
): Promise<Outcome> {
  if (natsOperatorUrl === undefined)
    throw new ConfigError(
      'MILLRACE_NATS_OPERATOR_URL is not set: NATS with its user `operator` and the password of that',
    );
  let processes: Processes;
  try {
    processes = await connectProcesses(natsOperatorUrl);
  } catch (error) {
    throw new UnavailableError(`NATS cannot be reached: ${reasonOf(error)}`);
  }
  try {
    return await work(processes);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof RefusedError) throw error;
    throw new UnavailableError(`Processes cannot be asked: ${reasonOf(error)}`);
  } finally {
    await processes.close();
  }
}
