import { startNats, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import { TOPOLOGY, type NatsBus } from '../src/index.js';
import { LayoutRecord, type RecordServer } from '../src/layout-record.js';
import { startService, type TestService } from './start-service.js';

interface Names {
  readonly names: readonly string[];
}

const kind = { subject: 'layout.test', schema: z.object({ names: z.array(z.string()) }), initial: { names: [] } };
/** Changes of two processes are never the same bytes: those would count as one. */
const adding =
  (name: string) =>
  ({ names }: Names): Names => ({ names: [...names, name] });

let nats: OwnServer;
let service: TestService;
let bus: NatsBus;

beforeAll(async () => {
  nats = await startNats();
  const topology = { ...TOPOLOGY, consumers: [] };
  service = await startService({ url: nats.url, name: 'history', controllers: [], topology });
  bus = service.bus;
});
afterAll(async () => {
  await service.close();
  await nats.stop();
});
beforeEach(async () => {
  await bus.connection.request('$JS.API.STREAM.PURGE.LAYOUT', JSON.stringify({ filter: kind.subject }));
});

function server(): RecordServer {
  const { publisher } = bus;
  return { last: publisher.lastStored.bind(publisher), send: publisher.send.bind(publisher) };
}

function recordOf(its: RecordServer, applied: (value: Names) => void = () => undefined): LayoutRecord<Names> {
  return new LayoutRecord<Names>(its, kind, applied);
}

/** A moment that the test decides about. */
class Gate {
  reach: () => void = () => undefined;
  open: () => void = () => undefined;
  readonly reached = new Promise<void>((resolve) => (this.reach = resolve));
  readonly #opened = new Promise<void>((resolve) => (this.open = resolve));

  /** Waits at the gate. */
  pass(): Promise<void> {
    this.reach();
    return this.#opened;
  }
}

describe('a record on the server', () => {
  it('keeps the changes of all processes, however many change it at once', async () => {
    const records = [recordOf(server()), recordOf(server()), recordOf(server())];
    await Promise.all(records.map((record, index) => record.change(adding(`process ${index}`))));
    const names = (await records[0]?.refresh())?.names ?? [];
    expect([...names].sort()).toEqual(['process 0', 'process 1', 'process 2']);
  });

  it('is not replaced by what was decided on an older one, although a newer one was read meanwhile', async () => {
    const [mine, theirs] = [recordOf(server()), recordOf(server())];
    let decisions = 0;
    const changed = await mine.change(async (value) => {
      if (decisions++ === 0) {
        await theirs.change(adding('theirs'));
        await mine.refresh();
      }
      return adding('mine')(value);
    });
    expect([changed, decisions]).toEqual([{ names: ['theirs', 'mine'] }, 2]);
    expect(await theirs.refresh()).toEqual({ names: ['theirs', 'mine'] });
  });

  it('stays as it was written when a read that began before ends after', async () => {
    const held = new Gate();
    const real = server();
    let reads = 0;
    const record = recordOf({
      ...real,
      last: async (stream, subject) => {
        const stored = await real.last(stream, subject);
        if (++reads === 2) await held.pass();
        return stored;
      },
    });
    await record.refresh();
    const reading = record.refresh();
    await held.reached;
    expect(await record.replace(adding('mine'))).toBe(true);
    held.open();
    expect(await reading).toEqual({ names: ['mine'] });
    expect(record.current).toEqual({ names: ['mine'] });
  });

  it('stays as it was read when the confirmation of an older write arrives after', async () => {
    const held = new Gate();
    const real = server();
    const mine = recordOf({
      ...real,
      send: async (...parcel) => {
        const written = await real.send(...parcel);
        await held.pass();
        return written;
      },
    });
    const writing = mine.replace(adding('mine'));
    await held.reached;
    await recordOf(server()).change(adding('theirs'));
    expect(await mine.refresh()).toEqual({ names: ['mine', 'theirs'] });
    held.open();
    expect(await writing).toBe(true);
    expect(mine.current).toEqual({ names: ['mine', 'theirs'] });
  });

  it('is read one after the other, so that an older read is never the last', async () => {
    const held = new Gate();
    const real = server();
    let reads = 0;
    const mine = recordOf({
      ...real,
      last: async (stream, subject) => {
        const stored = await real.last(stream, subject);
        if (++reads === 1) await held.pass();
        return stored;
      },
    });
    const first = mine.refresh();
    await held.reached;
    await recordOf(server()).change(adding('theirs'));
    const second = mine.refresh();
    held.open();
    await Promise.all([first, second]);
    expect(mine.current).toEqual({ names: ['theirs'] });
  });

  it('begins again where the server has lost it', async () => {
    const seen: Names[] = [];
    const record = recordOf(server(), (value) => seen.push(value));
    await record.change(adding('lost'));
    await bus.connection.request('$JS.API.STREAM.PURGE.LAYOUT', JSON.stringify({ filter: kind.subject }));
    expect(await record.refresh()).toEqual({ names: [] });
    expect(await record.change(adding('new'))).toEqual({ names: ['new'] });
    expect(seen.at(-1)).toEqual({ names: ['new'] });
  });
});
