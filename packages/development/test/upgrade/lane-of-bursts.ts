import { BURST_LANE, STREAMS, runLaneSubjects } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { valuesOfSecret, type Servers } from '../installation/servers.js';

const USER = 'executor';
const CONSUMER = `executor-${BURST_LANE}`;

/** What JetStream replies to what is asked here; `error` instead of the rest. */
interface JetStreamAnswer {
  readonly error?: { readonly description: string };
  readonly state?: { readonly subjects?: Readonly<Record<string, number>> };
  readonly delivered?: { readonly consumer_seq: number };
}

/** The lane of bursts, with the rights of executors: what docs/operate.md has an operator do with the program `nats`. */
export class LaneOfBursts {
  private constructor(private readonly connection: NatsConnection) {}

  static async of(servers: Servers): Promise<LaneOfBursts> {
    const { MILLRACE_NATS_URL: address = '' } = valuesOfSecret(servers, `millrace-${USER}`);
    const { host, password } = new URL(address);
    return new LaneOfBursts(
      await connect({ servers: host, user: USER, pass: password, inboxPrefix: `_INBOX.${USER}` }),
    );
  }

  /** How many executors have been given from it. */
  async delivered(): Promise<number> {
    const { delivered } = await this.#ask(`CONSUMER.INFO.${STREAMS.runs}.${CONSUMER}`);
    return delivered?.consumer_seq ?? 0;
  }

  /** Messages in it: those that wait, and those that are under way. */
  async messages(): Promise<number> {
    const filter = { subjects_filter: runLaneSubjects(BURST_LANE) };
    const { state } = await this.#ask(`STREAM.INFO.${STREAMS.runs}`, filter);
    return Object.values(state?.subjects ?? {}).reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when executors have taken all of it. */
  async empty(): Promise<void> {
    await waitUntil('the lane of bursts to be empty', async () => (await this.messages()) === 0, 180_000, {
      everyMs: 200,
    });
  }

  async removeConsumer(): Promise<void> {
    await this.#ask(`CONSUMER.DELETE.${STREAMS.runs}.${CONSUMER}`);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  async #ask(what: string, body?: object): Promise<JetStreamAnswer> {
    const question = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.connection.request(`$JS.API.${what}`, question, { timeout: 30_000 });
    const told = answer.json<JetStreamAnswer>();
    if (told.error !== undefined) throw new Error(`${what}: ${told.error.description}`);
    return told;
  }
}
