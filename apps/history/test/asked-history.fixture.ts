import { JournalEntry, type JournalBatch } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { sharedMongo, startNats } from '@millrace/testing';
import { createHistory, type History, type Subject } from './start-history.js';

/** History on a NATS server of its own, and who asks it; nobody runs executions. */
export interface AskedHistory {
  readonly natsUrl: string;
  readonly history: History;
  readonly asker: NatsBus;
  stop(): Promise<void>;
}

/** Resolves when it takes questions. `keep`: as {@link createHistory}. */
export async function openAskedHistory(keep?: { journalMinutes?: number }): Promise<AskedHistory> {
  const [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
  const history = await createHistory({ nats: nats.url, mongo: mongo.url, ...(keep ? { keep } : {}) });
  await history.database.asPromise();
  await history.app.listen();
  const asker = await connectBus({ url: nats.url, name: 'asker', logger: silentLogger });
  return {
    natsUrl: nats.url,
    history,
    asker,
    stop: async () => {
      await asker.close();
      await history.stop();
      await Promise.all([nats.stop(), mongo.stop()]);
    },
  };
}

/** A subject as questions name it. */
export function addressOf({ organisationId, executionId }: Subject): { organisation_id: string; execution_id: string } {
  return { organisation_id: organisationId, execution_id: executionId };
}

/** The journal of a subject. */
export async function entriesOf({ bus }: History, subject: Subject): Promise<JournalBatch[]> {
  return (await bus.readSubject(JournalEntry, addressOf(subject))).map(({ payload }) => payload);
}
