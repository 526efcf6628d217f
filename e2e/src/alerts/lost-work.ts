import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { ApiClient } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { natsConnection } from '../support/nats.js';
import { startReplicas } from '../support/replicas.js';
import { Film } from './film.js';
import { measured, sumAt, untilMeasured } from '../support/measured.js';
import { targetOf } from './targets.js';

/** Two seconds: executions that are older are looked at. */
const LOST_AFTER_MINUTES = '0.03';

/** Something that nobody can read comes into a stream, as if of a release that writes otherwise. */
export async function unreadable(): Promise<Film> {
  const film = await Film.begin();
  const letters = () => measured('history', 'millrace_stream_last_sequence', { stream: 'DLQ' });
  const before = await letters();
  const nats = await natsConnection();
  const subject = 'timer.fire.executions.org_dev.exec_01kaxh3v9m0000000000000001.1';
  await nats.request(subject, '{"version":"two"}', { timeout: 10_000 }).finally(() => nats.close());
  await untilMeasured('it is a dead letter', letters, (now) => now > before);
  await film.take('during', 2);
  await film.take('after');
  return film;
}

/** The timer of an execution is gone from NATS, as after a loss of its store, and history finds that nothing would wake it. */
export async function timerGone(): Promise<Film> {
  const api = new ApiClient();
  const steps = [{ id: 'wait', type: 'wait', config: { duration: '4s' } }];
  const { id } = await api.create({ name: 'Never woken', steps });
  const film = await Film.begin();
  const { execution_id } = await api.execute(id);
  await purgeTimerOf(execution_id);
  const skipping = `--import=${pathToFileURL(join(__dirname, 'skipped-waits.mjs')).href}`;
  const settings = { NODE_OPTIONS: skipping, MILLRACE_HISTORY_LOST_AFTER_MINUTES: LOST_AFTER_MINUTES };
  const replicas = await startReplicas(['history'], settings);
  try {
    film.with(replicas.map(targetOf));
    const found = () => sumAt(replicas[0]?.healthUrl ?? '', 'millrace_history_reconciled_total', { outcome: 'woken' });
    await untilMeasured('it is found', found, (woken) => woken > 0);
    await film.take('during', 2);
    expect((await api.ended(execution_id)).status).toBe('completed');
    await film.take('after');
    return film;
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
  }
}

async function purgeTimerOf(executionId: string): Promise<void> {
  const nats = await natsConnection();
  try {
    const manager = await jetstreamManager(nats);
    const last_by_subj = `timer.set.executions.org_dev.${executionId}.*`;
    const timer = await eventually('it waits', async () => {
      const stored = await manager.streams.getMessage('TIMERS', { last_by_subj }).catch(() => null);
      return stored ?? undefined;
    });
    await manager.streams.purge('TIMERS', { filter: timer.subject });
  } finally {
    await nats.close();
  }
}
