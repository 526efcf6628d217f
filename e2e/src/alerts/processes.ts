import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { killHard, processIds } from '../support/platform.js';
import { allReady } from '../support/readiness.js';
import { Film } from './film.js';
import { measured, untilMeasured } from '../support/measured.js';
import { kill, whileHung, withoutRestarts } from '../support/stopped.js';

/** Longer than a schedule waits for a start that is late (10 s). */
const AWAY_MS = 12_500;
/** Longer than a pause may be (2 s). */
const HELD_UP_MS = 3_000;
const KILLS = 4;

const SERVICE = 'scheduler';
const EVERY_SECOND = { type: 'schedule', config: { interval: '1s' } };
const STEPS = [{ id: 'one', type: 'transform', config: { output: 1 } }];

/** A process is killed and not started again; then its pod is deleted. */
export async function killed(): Promise<Film> {
  const film = await Film.begin();
  await withoutRestarts(async () => {
    kill(SERVICE);
    await film.take('during', 2);
    film.forget(SERVICE);
    await film.take('during', 2);
  });
  film.remember();
  await allReady();
  await film.take('after');
  return film;
}

/** A process is killed again and again, and each time started again. */
export async function restarting(): Promise<Film> {
  const film = await Film.begin();
  for (let kills = 0; kills < KILLS; kills++) {
    const began = await startOf();
    const pid = killHard(`service:${SERVICE}`);
    await untilMeasured('the process is another one', startOf, (start) => start > began);
    // It responds before its pid is written down.
    await eventually('the other one is known', () => ![undefined, pid].includes(schedulerPid()) || undefined);
    await film.take('during');
  }
  await allReady();
  await film.take('after');
  return film;
}

const schedulerPid = () => processIds()[`service:${SERVICE}`];
const startOf = () => measured(SERVICE, 'process_start_time_seconds');

/** A process does nothing for a while. */
export async function heldUp(): Promise<Film> {
  const film = await Film.begin();
  await whileHung('service:gateway', () => sleep(HELD_UP_MS));
  // Not by its metrics: each look at them begins the longest pause anew.
  await allReady();
  await film.take('during');
  await film.take('after');
  return film;
}

/** The scheduler is away for longer than schedules wait, twice: what is made up for comes late, the rest is missed. */
export async function schedulerAway(): Promise<Film> {
  const api = new ApiClient();
  const workflows = await Promise.all(
    (['all', 'none'] as const).map((catch_up) =>
      api.create({
        name: `Catches up with ${catch_up}`,
        trigger: { ...EVERY_SECOND, config: { ...EVERY_SECOND.config, catch_up } },
        steps: STEPS,
      }),
    ),
  );
  await untilMeasured(
    'schedules start executions',
    () => measured(SERVICE, 'millrace_schedule_starts_total'),
    (n) => n > 4,
  );
  const film = await Film.begin();
  for (let times = 0; times < 2; times++) {
    const [late, missed] = [await lateStarts(), await missedTimes()];
    await whileHung(`service:${SERVICE}`, () => sleep(AWAY_MS));
    await untilMeasured('starts that are late', lateStarts, (now) => now > late);
    await untilMeasured('times that are missed', missedTimes, (now) => now > missed);
    await film.take('during');
  }
  for (const { id } of workflows) await api.expect(204, 'DELETE', `/workflows/${id}`);
  await film.take('after');
  return film;
}

const missedTimes = () => measured(SERVICE, 'millrace_schedule_not_started_total', { outcome: 'missed' });

async function lateStarts(): Promise<number> {
  const bucket = 'millrace_schedule_start_lag_seconds_bucket';
  return (await measured(SERVICE, bucket, { le: '+Inf' })) - (await measured(SERVICE, bucket, { le: '10' }));
}

/** History and definitions are killed and not started again, and Redis hangs, while the API is called. */
export async function serversAway(): Promise<Film> {
  const api = new ApiClient();
  const calls = async () => {
    for (let call = 0; call < 10; call++) await api.call('GET', '/workflows?per_page=1');
  };
  const film = await Film.begin();
  await calls();
  await film.take('before');
  await withoutRestarts(async () => {
    kill('history', 'definitions');
    await whileHung('server:redis', async () => {
      for (let times = 0; times < 3; times++) {
        await calls();
        await film.take('during');
      }
    });
  });
  await allReady();
  const stored = () => measured('history', 'millrace_stream_bytes');
  await untilMeasured('history measures the queues', stored, (bytes) => bytes > 0);
  await calls();
  await film.take('after', 2);
  return film;
}

/** Nothing but the work of every day. */
export async function nothing(): Promise<Film> {
  const api = new ApiClient();
  const workflow = await api.create({ name: 'Every day', trigger: EVERY_SECOND, steps: STEPS });
  const film = await Film.begin();
  for (let times = 0; times < 4; times++) {
    await api.run(workflow.id);
    await film.take('before');
  }
  await api.expect(204, 'DELETE', `/workflows/${workflow.id}`);
  return film;
}
