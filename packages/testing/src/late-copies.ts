import { waitUntil } from './wait-until.js';

/** What of a connection to NATS is used here. */
interface Connection {
  request(subject: string, data: string, options: { timeout: number }): Promise<{ json<T>(): T }>;
}

interface Answer {
  readonly error?: { readonly description: string };
}

const TIMEOUT_MS = 10_000;

/**
 * Gives each of the streams a copy that serves every other read (direct get) and has none of its messages: as one in a cluster
 * that is late. It never gets them. To be called before anybody consumes the streams.
 */
export async function addLateCopies(connection: Connection, streams: readonly string[]): Promise<void> {
  for (const stream of streams) {
    const name = `LATE_${stream}`;
    const { config } = await ask<{ config: { subjects: string[] } }>(connection, `STREAM.INFO.${stream}`, {});
    // A copy serves reads only once it has got a message: it gets this one and no other.
    const only = (config.subjects[0] ?? '').replaceAll(/[*>]/g, 'late');
    await ask(connection, `STREAM.CREATE.${name}`, {
      name,
      mirror: { name: stream, filter_subject: only },
      mirror_direct: true,
      allow_direct: true,
      storage: 'memory',
      num_replicas: 1,
    });
    const reply = await connection.request(only, '{}', { timeout: TIMEOUT_MS });
    const { seq } = reply.json<{ seq: number }>();
    await waitUntil(`${name} has its message`, async () => {
      const { state } = await ask<{ state: { messages: number } }>(connection, `STREAM.INFO.${name}`, {});
      return state.messages === 1;
    });
    await ask(connection, `STREAM.MSG.DELETE.${stream}`, { seq });
  }
}

async function ask<Reply>(connection: Connection, operation: string, question: object): Promise<Reply> {
  const options = { timeout: TIMEOUT_MS };
  const reply = await connection.request(`$JS.API.${operation}`, JSON.stringify(question), options);
  const answer = reply.json<Answer & Reply>();
  if (answer.error !== undefined) throw new Error(`${operation}: ${answer.error.description}`);
  return answer;
}
