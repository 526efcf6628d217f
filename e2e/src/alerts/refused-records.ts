import mongoose from 'mongoose';
import { ApiClient } from '../support/api.js';
import { readEndpoints } from '../support/platform.js';
import { Film } from './film.js';
import { measured, untilMeasured } from '../support/measured.js';

/** By which a document with events is invalid, and one without is not. */
const NO_EVENTS = { events: { $exists: false } };

/** Somebody has given the collection of executions a validator, by which the database refuses what history writes there. */
export async function recordRefused(): Promise<Film> {
  const api = new ApiClient();
  const steps = [{ id: 'say', type: 'transform', config: { output: 'said' } }];
  const { id } = await api.create({ name: 'Refused', steps });
  const refused = () => measured('history', 'millrace_history_refused_documents_total', { outcome: 'without_events' });
  const before = await refused();
  const film = await Film.begin();
  await validatedBy(NO_EVENTS, async () => {
    const { execution_id } = await api.execute(id);
    await untilMeasured('its record is refused', refused, (now) => now > before);
    await film.take('during', 2);
    expect(await api.ended(execution_id)).toMatchObject({
      status: 'completed',
      incomplete: { code: 'HISTORY_INCOMPLETE' },
    });
  });
  await film.take('after');
  return film;
}

/** Does something while the documents of executions are held against this. */
async function validatedBy<Result>(validator: object, work: () => Promise<Result>): Promise<Result> {
  const { url } = readEndpoints().servers.mongodb;
  if (!url) throw new Error('endpoints.json has no address of mongodb');
  const connection = await mongoose.createConnection(url, { dbName: 'millrace' }).asPromise();
  const validate = (by: object) => connection.db!.command({ collMod: 'executions', validator: by });
  try {
    await validate(validator);
    return await work();
  } finally {
    await validate({}).finally(() => connection.close());
  }
}
