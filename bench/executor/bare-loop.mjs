// The floor: what JetStream itself costs for one execution of pure steps, with as many messages and bytes and nothing else.
// Pulls from the same kind of work queue, appends one message to the execution's subject with the expected sequence, and
// acknowledges with confirmation. Arguments: NATS URL, concurrency, journal entry as JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';


// The client that the product uses, wherever it is installed.
const { connect, headers } = createRequire(new URL('../../packages/messaging/package.json', import.meta.url))('@nats-io/transport-node');

const [url, concurrency, entryFile] = process.argv.slice(2);
const entry = readFileSync(String(entryFile));
const connection = await connect({ servers: String(url), noAsyncTraces: true });
const lanes = 4;
const inbox = 'bare.inbox';
// Each lane has its share, so that one that is empty holds nobody up.
const share = Math.ceil(Number(concurrency) / lanes);
const open = Array.from({ length: lanes }, () => 0);

connection.subscribe(`${inbox}.*`, {
  callback: (_, message) => {
    const lane = Number(message.subject.slice(inbox.length + 1));
    const done = () => {
      open[lane] -= 1;
      pull(lane);
    };
    // A status message: the pull has expired.
    if (message.headers?.code) done();
    else void handle(message).finally(done);
  },
});

/** @param {number} lane */
function pull(lane) {
  while (open[lane] < share) {
    open[lane] += 1;
    const request = JSON.stringify({ batch: 1, expires: 2_000_000_000 });
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.RUNS.executor-${lane}`, request, { reply: `${inbox}.${lane}` });
  }
}

/** @param {import('@nats-io/transport-node').Msg} message */
async function handle(message) {
  const request = message.json();
  const expected = headers();
  expected.set('Nats-Expected-Last-Subject-Sequence', '0');
  const shard = String(request.execution_id).charCodeAt(30) % 2;
  await connection.request(`journal.${shard}.${request.organisation_id}.${request.execution_id}`, entry, { headers: expected, timeout: 5_000 });
  await connection.request(String(message.reply), '+ACK', { timeout: 5_000 });
}

for (let lane = 0; lane < lanes; lane++) pull(lane);
process.stdout.write('ready\n');
