import { createServer, type AddressInfo, type Server } from 'node:net';
import { ApiClient } from '../../support/api.js';
import { eventually, inParallel } from '../../support/eventually.js';
import { anOrganisation } from '../../support/organisations.js';
import type { Attack, Attacker, Extent, Family } from '../attack.js';

/** What is bearable once, by many at a time: whoever asks for so much may be told to come again, and nobody else notices. */
export const crowds: Family = {
  name: 'crowds',
  attacks: (extent, attacker) => [
    previews(extent, attacker),
    rareSchedules(extent, attacker),
    drafts(extent, attacker),
    largeResults(extent, attacker),
    floodedMailboxes(extent, attacker),
  ],
};

const many = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Its next time is years away, and takes long to work out in the process in which all schedules are due. */
const RARE = { cron: '0 0 29 2 1#5', timezone: 'Africa/Casablanca' } as const;
const STEPS = [{ id: 'one', type: 'transform', config: { output: 1 } }] as const;

function previews(extent: Extent, attacker: Attacker): Attack {
  return {
    name: 'previews of a rare schedule, a hundred and fifty at a time',
    run: async () => {
      const asked = { json: { ...RARE, count: 50 }, busyStatus: 503 };
      const count = extent === 'short' ? 150 : 450;
      await inParallel(many(count), 150, () => attacker.send(attacker.tenant, 'POST', '/schedules/preview', asked));
    },
  };
}

function rareSchedules(extent: Extent, attacker: Attacker): Attack {
  const { tenant } = attacker;
  return {
    name: 'a list of a hundred rare schedules, thirty at a time',
    run: async () => {
      const document = { name: 'Rare', trigger: { type: 'schedule', config: RARE }, steps: STEPS };
      const made = await inParallel(many(100), 8, () => tenant.create(document));
      const times = many(extent === 'short' ? 30 : 120);
      await inParallel(times, 30, () => attacker.send(tenant, 'GET', '/schedules?limit=100', { busyStatus: 503 }));
      await inParallel(made, 8, ({ id }) => attacker.send(tenant, 'DELETE', `/workflows/${id}`));
    },
  };
}

function drafts(extent: Extent, attacker: Attacker): Attack {
  const { tenant } = attacker;
  const steps = many(900).map((index) => ({ ...STEPS[0], id: `s${index}`, config: { output: 'x'.repeat(900) } }));
  const draft = {
    document: { name: 'Draft', trigger: { type: 'webhook' }, steps },
    source: 'x'.repeat(900_000),
    pins: Object.fromEntries(steps.map(({ id }) => [id, 'y'.repeat(800)])),
  };
  return {
    name: 'drafts of 2.5 MB, read by forty at a time',
    run: async () => {
      const { id } = await tenant.create({ name: 'Drafted', trigger: { type: 'webhook' }, steps: STEPS });
      const path = `/workflows/${id}/draft`;
      const times = many(extent === 'short' ? 40 : 200);
      await inParallel(times.slice(0, 20), 10, () =>
        attacker.send(tenant, 'PUT', path, { json: draft, busyStatus: 503 }),
      );
      await inParallel(times, 40, () => attacker.send(tenant, 'GET', path, { busyStatus: 503 }));
    },
  };
}

/** Each is within its limit; together they are more than an executor may hold beside its heap. */
function largeResults(extent: Extent, attacker: Attacker): Attack {
  const { tenant } = attacker;
  const output = many(3).map(() => "{{'x'.repeat(1000000)}}");
  const steps = ['a', 'b', 'c'].map((id) => ({ id, type: 'transform', config: { output } }));
  return {
    name: 'executions with results of 9 MB, sixty at a time',
    run: async () => {
      const workflow = await tenant.create({ name: 'Results', trigger: { type: 'webhook' }, steps, output: '{{1}}' });
      const started = await inParallel(many(extent === 'short' ? 20 : 60), 20, () => tenant.execute(workflow.id));
      await inParallel(started, 4, (execution) => tenant.ended(execution.execution_id, 180_000));
    },
  };
}

/** Servers of mail that send short lines as fast as they are taken: each is dear to parse, and small for a limit of bytes. */
function floodedMailboxes(extent: Extent, attacker: Attacker): Attack {
  return {
    name: 'mailboxes whose servers flood their reader',
    run: async () => {
      // Other attacks have left some, and there may not be many.
      const tenant = new ApiClient((await anOrganisation()).token);
      const server = await floodingServer();
      const { port } = server.address() as AddressInfo;
      const imap = { host: '127.0.0.1', port, tls: 'none', auth: { secret: 'correct-horse' } };
      const made = await inParallel(many(extent === 'short' ? 20 : 45), 10, (index) =>
        tenant.expect<{ id: string }>(201, 'POST', '/mailboxes', {
          json: { address: `m${index}@example.com`, imap: { ...imap, user: `u${index}` } },
        }),
      );
      await eventually('all of them to be looked at', async () => {
        const { mailboxes } = await tenant.expect<Mailboxes>(200, 'GET', '/mailboxes?limit=100');
        const states = mailboxes.map(({ health }) => health.state);
        if (states.includes('unknown')) attacker.defects.push('email-ingest did not say how mailboxes are');
        return states.includes('unknown') || states.every((state) => state !== 'starting') || undefined;
      });
      await inParallel(made, 10, ({ id }) => attacker.send(tenant, 'DELETE', `/mailboxes/${id}`));
      server.close();
    },
  };
}

interface Mailboxes {
  readonly mailboxes: readonly { readonly health: { readonly state: string } }[];
}

async function floodingServer(): Promise<Server> {
  const lines = Buffer.from('* LIST (\\x) "/" a\r\n'.repeat(4_000));
  const server = createServer((socket) => {
    const send = (): void => {
      while (socket.writable && socket.write(lines));
    };
    socket.on('error', () => undefined).on('drain', send);
    socket.write('* OK ready\r\n');
    socket.once('data', send);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
