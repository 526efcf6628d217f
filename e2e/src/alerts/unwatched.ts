import { startReplicas } from '../support/replicas.js';
import { Film } from './film.js';
import { targetOf } from './targets.js';

/** All processes are replaced by others that know neither their disks nor the pages of NATS, and come back. */
export async function storageUnwatched(): Promise<Film> {
  const film = await Film.begin();
  const replicas = await startReplicas(undefined, { MILLRACE_DATA_DIRS: '', MILLRACE_NATS_MONITOR_URL: '' });
  try {
    for (const { name } of replicas) film.forget(name);
    film.with(replicas.map(targetOf));
    await film.take('during', 3);
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
  }
  film.with([]);
  film.remember();
  await film.take('after', 2);
  return film;
}
