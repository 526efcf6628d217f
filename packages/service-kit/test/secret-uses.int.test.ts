import { RecordSecretUses } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import { SecretUses } from '../src/sealing.js';

let nats: OwnServer;
let bus: NatsBus;
/** In the place of `definitions`. */
let owner: NatsBus;
let told: { organisation_id: string; name: string; used_at: string }[][];
let uses: SecretUses;
let clock = Date.UTC(2026, 10, 26);

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'executor', logger: silentLogger });
  owner = await connectBus({ url: nats.url, name: 'owner', logger: silentLogger });
});
beforeEach(() => {
  told = [];
  uses = new SecretUses({ info: () => undefined, warn: () => undefined }, bus, 30_000, () => clock++);
});
afterAll(async () => {
  await Promise.all([bus.close(), owner.close()]);
  await nats.stop();
});

/** Takes reports until the returned function is called; `during` runs while one is on its way. */
async function takeReports(during: () => void = () => undefined): Promise<() => void> {
  const subscription = owner.connection.subscribe(RecordSecretUses.subject, {
    callback: (_, message) => {
      const question = message.json<{ uses: (typeof told)[number] }>();
      told.push(question.uses);
      during();
      message.respond(JSON.stringify({ recorded: question.uses.length }));
    },
  });
  await owner.connection.flush();
  return () => subscription.unsubscribe();
}

const names = (): string[][] =>
  told.map((batch) => batch.map(({ organisation_id, name }) => `${organisation_id}/${name}`));

test('one message reports all uses since the last one, each secret once, and nothing is reported twice', async () => {
  const stop = await takeReports();
  for (const organisation of ['org_a', 'org_b', 'org_a']) uses.note(organisation, 'key');
  uses.note('org_a', 'other');
  await uses.report();
  await uses.report();
  stop();
  expect(names()).toEqual([['org_a/key', 'org_a/other', 'org_b/key']]);
});

test('what could not be reported, or was used while it was being reported, is reported the next time', async () => {
  uses.note('org_a', 'key');
  await expect(uses.report()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  const stop = await takeReports(() => {
    if (told.length === 1) uses.note('org_a', 'key');
  });
  await uses.report();
  await uses.report();
  await uses.report();
  stop();
  expect(names()).toEqual([['org_a/key'], ['org_a/key']]);
});
