import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';

/**
 * The floor: the same JetStream messages as an execution, and nothing else. A request is stored in a work queue, taken
 * from it, `journalEntries` entries are appended to a subject of its own with the expected sequence, the queue message is
 * acknowledged; each entry is read and acknowledged, and the last one makes an event.
 * @param {import('@nats-io/transport-node').NatsConnection} connection
 * @param {{ callers: number, seconds: number, journalEntries: number, payload: Uint8Array }} options
 * @returns {Promise<number>} per second
 */
export async function measureFloor(connection, { callers, seconds, journalEntries, payload }) {
  const manager = await jetstreamManager(connection);
  const stream = jetstream(connection);
  await createStreams(manager);
  try {
    const queue = await (await stream.consumers.get('BENCH_QUEUE', 'bench')).consume({ max_messages: 256 });
    const journal = await (await stream.consumers.get('BENCH_JOURNAL', 'bench')).consume({ max_messages: 512 });
    /** @type {Map<string, () => void>} */
    const waiting = new Map();
    /** @type {Set<Promise<void>>} */
    const running = new Set();
    const loops = [
      execute(stream, queue, { journalEntries, payload, running }),
      record(stream, journal, { journalEntries, payload, recorded: (id) => waiting.get(id)?.() }),
    ];

    let done = 0;
    let next = 0;
    const start = performance.now();
    const end = start + seconds * 1000;
    const caller = async () => {
      while (performance.now() < end) {
        const id = `x${next++}`;
        const recorded = new Promise((resolve) => waiting.set(id, () => resolve(undefined)));
        await stream.publish(`bench.queue.${id}`, payload, { msgID: id });
        await recorded;
        waiting.delete(id);
        done++;
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    const perSecond = done / ((performance.now() - start) / 1000);
    // The last are recorded before they are acknowledged: a stream that is deleted under them never responds.
    await Promise.all(running);
    await queue.close();
    await journal.close();
    await Promise.all(loops);
    return perSecond;
  } finally {
    for (const name of ['BENCH_QUEUE', 'BENCH_JOURNAL', 'BENCH_EVENTS']) await manager.streams.delete(name);
  }
}

/** @param {import('@nats-io/jetstream').JetStreamManager} manager */
async function createStreams(manager) {
  const base = { storage: StorageType.File, num_replicas: 1, allow_direct: true };
  const retention = RetentionPolicy.Workqueue;
  await manager.streams.add({ ...base, name: 'BENCH_QUEUE', subjects: ['bench.queue.>'], retention });
  await manager.streams.add({ ...base, name: 'BENCH_JOURNAL', subjects: ['bench.journal.>'] });
  await manager.streams.add({ ...base, name: 'BENCH_EVENTS', subjects: ['bench.events.>'] });
  for (const name of ['BENCH_QUEUE', 'BENCH_JOURNAL']) {
    await manager.consumers.add(name, {
      durable_name: 'bench',
      ack_policy: AckPolicy.Explicit,
      max_ack_pending: 4096,
    });
  }
}

/**
 * Appends the entries of every request in the queue, and acknowledges it.
 * @param {import('@nats-io/jetstream').JetStreamClient} stream
 * @param {import('@nats-io/jetstream').ConsumerMessages} queue
 * @param {{ journalEntries: number, payload: Uint8Array, running: Set<Promise<void>> }} options
 */
async function execute(stream, queue, { journalEntries, payload, running }) {
  const append = async (/** @type {import('@nats-io/jetstream').JsMsg} */ message) => {
    const id = message.subject.split('.')[2] ?? '';
    let sequence = 0;
    for (let entry = 1; entry <= journalEntries; entry++) {
      const acknowledged = await stream.publish(`bench.journal.${id}`, payload, {
        expect: { lastSubjectSequence: sequence },
        headers: undefined,
      });
      sequence = acknowledged.seq;
    }
    await message.ackAck();
  };
  for await (const message of queue) {
    const execution = append(message).finally(() => running.delete(execution));
    running.add(execution);
  }
}

/**
 * Reads every entry, and makes an event of the last one of each execution.
 * @param {import('@nats-io/jetstream').JetStreamClient} stream
 * @param {import('@nats-io/jetstream').ConsumerMessages} journal
 * @param {{ journalEntries: number, payload: Uint8Array, recorded: (id: string) => void }} options
 */
async function record(stream, journal, { journalEntries, payload, recorded }) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  for await (const message of journal) {
    const id = message.subject.split('.')[2] ?? '';
    const count = (seen.get(id) ?? 0) + 1;
    if (count < journalEntries) seen.set(id, count);
    else {
      seen.delete(id);
      void stream.publish(`bench.events.${id}`, payload.subarray(0, 200)).then(() => recorded(id));
    }
    message.ack();
  }
}
