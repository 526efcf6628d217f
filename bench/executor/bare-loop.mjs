// The floor: what JetStream itself costs for one execution of pure steps, with as many messages and bytes and nothing else.
// Pulls from the executor's work queue, appends one message to the execution's subject with the expected sequence, and
// acknowledges with confirmation. Arguments: NATS URL, concurrency, file with a journal entry, and how: `client` uses the
// official client's own calls, `raw` sends the requests they are made of by hand.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// The client that the product uses, wherever it is installed.
const require = createRequire(new URL('../../packages/messaging/package.json', import.meta.url));
const { connect, headers } = require('@nats-io/transport-node');
const { jetstream } = require('@nats-io/jetstream');

const [url, concurrency, entryFile, how] = process.argv.slice(2);
const entry = readFileSync(String(entryFile));
const connection = await connect({ servers: String(url), noAsyncTraces: true });
const lanes = 4;
// Each lane has its share, so that one that is empty holds nobody up.
const share = Math.ceil(Number(concurrency) / lanes);
await (how === 'raw' ? runRaw() : runClient());

async function runClient() {
  const client = jetstream(connection);
  for (let lane = 0; lane < lanes; lane++) {
    const consumer = await client.consumers.get('RUNS', `executor-${lane}`);
    await consumer.consume({
      max_messages: share,
      callback: /** @type {import('@nats-io/jetstream').ConsumerCallbackFn} */ (
        async (message) => {
          await client.publish(subjectOf(message.json()), entry, { expect: { lastSubjectSequence: 0 } });
          await message.ackAck();
        }
      ),
    });
  }
}

async function runRaw() {
  const inbox = 'bare.inbox';
  const open = Array.from({ length: lanes }, () => 0);
  const openIn = (/** @type {number} */ lane) => open[lane] ?? 0;
  /** @param {number} lane */
  const pull = (lane) => {
    while (openIn(lane) < share) {
      open[lane] = openIn(lane) + 1;
      const request = JSON.stringify({ batch: 1, expires: 2_000_000_000 });
      connection.publish(`$JS.API.CONSUMER.MSG.NEXT.RUNS.executor-${lane}`, request, { reply: `${inbox}.${lane}` });
    }
  };
  connection.subscribe(`${inbox}.*`, {
    callback: (/** @type {unknown} */ _, /** @type {any} */ message) => {
      // A message of the queue keeps its own subject, runs.<lane>.…; the end of a pull comes on the inbox, with a status.
      const lane = Number(message.subject.split('.')[message.subject.startsWith(inbox) ? 2 : 1]);
      const done = () => {
        open[lane] = openIn(lane) - 1;
        pull(lane);
      };
      if (message.headers?.code) done();
      else void handleRaw(message).finally(done);
    },
  });
  for (let lane = 0; lane < lanes; lane++) pull(lane);
}

/** @param {any} message */
async function handleRaw(message) {
  const expected = headers();
  expected.set('Nats-Expected-Last-Subject-Sequence', '0');
  await connection.request(subjectOf(message.json()), entry, { headers: expected, timeout: 5_000 });
  await connection.request(message.reply, '+ACK', { timeout: 5_000 });
}

/** @param {{ organisation_id: string, execution_id: string }} request */
function subjectOf(request) {
  // Any shard will do, as long as both are used.
  return `journal.${request.execution_id.charCodeAt(30) % 2}.${request.organisation_id}.${request.execution_id}`;
}
