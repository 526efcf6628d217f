// What end markers cost NATS in memory, and when it is started again: npm run bench -- history/markers [markers]
// A private server whose collector says exactly what is in use. It keeps, for two minutes, the ids of what was stored and an index of what
// was written lately: what is measured is left after these. Needs the built workspace and the private runtime.
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestServers } from '@millrace/local/servers';
import { table } from '@millrace/local/table';
import { anyFreePort } from '../../deploy/local/src/ports.mjs';
import { JournalEntry, LIMITS, newId } from '../../packages/contracts/dist/index.js';
import { connectBus, silentLogger } from '../../packages/messaging/dist/index.js';

const markers = Number(process.argv[2] ?? 500_000);
const SETTLED_MS = 150_000;

const [port, profilePort] = [await anyFreePort(), await anyFreePort()];
const configuration = [
  `listen: "127.0.0.1:${port}"`,
  `prof_port: ${profilePort}`,
  'jetstream { store_dir: <data> }',
  '',
].join('\n');
const nats = await openTestServers(process.env).startNats({
  port,
  given: { files: { 'nats.conf': configuration }, env: {} },
});
const organisation_id = newId('organisation');

const rows = [];
try {
  for (const [name, expiresAfterMs] of /** @type {const} */ ([
    ['for the age of the journal', undefined],
    ['that expire', LIMITS.endMarkerMs],
  ])) {
    const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger });
    const before = await bytesInUse();
    await store(bus, expiresAfterMs);
    await sleep(SETTLED_MS);
    const inUse = await bytesInUse();
    await bus.close();
    rows.push([name, `${Math.round((inUse - before) / markers)}`]);
  }
  const stopped = await secondsOf(() => nats.restart());
  const atFirst = (await bytesInUse()) / (2 * markers);
  await nats.kill();
  const killed = await secondsOf(() => nats.restart());
  console.log(
    `${markers.toLocaleString('en')} end markers of each kind; bytes of the memory of NATS for one, once it is at rest`,
  );
  console.log(table(['end markers', 'bytes'], rows));
  console.log(
    `started again with a million of them: in ${perMillion(stopped)} s, after a crash in ${perMillion(killed)} s; in use at first ${Math.round(atFirst)} bytes for one`,
  );
} finally {
  await nats.stop();
}

/** @param {() => Promise<unknown>} work */
async function secondsOf(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

/** @param {number} seconds for all of them */
function perMillion(seconds) {
  return ((seconds / (2 * markers)) * 1e6).toFixed(1);
}

/**
 * As the trimmer writes them, in the place of the one entry of an execution.
 *
 * @param {import('../../packages/messaging/dist/index.js').NatsBus} bus
 * @param {number | undefined} expiresAfterMs
 */
async function store(bus, expiresAfterMs) {
  const options = { expectLastSequence: 0, replacesEarlier: true, ...(expiresAfterMs && { expiresAfterMs }) };
  for (let from = 0; from < markers; from += 1_000) {
    const part = Array.from({ length: Math.min(1_000, markers - from) }, () =>
      bus.publish(JournalEntry, aMarker(), options),
    );
    await Promise.all(part);
  }
}

/** @returns {import('../../packages/contracts/dist/index.js').JournalBatch} */
function aMarker() {
  return {
    entry_id: 'end',
    execution_id: newId('execution'),
    organisation_id,
    events: [{ type: 'completed', at: new Date().toISOString(), output: null }],
    end_marker: true,
  };
}

/** Of the heap of NATS, after a collection. */
async function bytesInUse() {
  const profile = await fetch(`http://127.0.0.1:${profilePort}/debug/pprof/heap?gc=1&debug=1`);
  return Number(/^# HeapAlloc = (\d+)/m.exec(await profile.text())?.[1]);
}
