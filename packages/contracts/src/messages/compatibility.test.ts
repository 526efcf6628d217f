import { z } from 'zod';
import { current, definitions, payloadsOf, releases, type Payloads } from '../../test/release-payloads.fixture.js';
import { closedIn, lackingIn, withNewer } from '../../test/schema-walk.fixture.js';
import * as contracts from '../index.js';
import { openUnion } from '../open-values.js';
import { EXECUTION_EVENTS } from './execution-events.js';
import { TRIGGER_INFOS, triggerInfoSchema } from './triggers.js';

/*
 * Services of two releases run beside each other during an upgrade. Backwards: what an earlier release wrote must parse, and
 * lose nothing. Forwards: what a newer release will write, played by what this one writes with parts that it does not know.
 * Questions and answers: requests-compatibility.test.ts.
 */

const carriers = new Map([...definitions.messages, ...definitions.snapshots]);

/** Records that are written again by whoever has read them. */
const REWRITTEN = [
  ...['CreditAccountRecord', 'IdempotencyRecord', 'JournalLayout', 'OwnLanes', 'ScheduleCursor', 'SlotsRecord'],
] as const;

/** Members of snapshots that hold JSON texts, and what a text is. Whoever cannot read one leaves out a mailbox, a sender or a subscription. */
const TEXTS = {
  AiProvidersSnapshot: { member: 'providers', schema: contracts.storedAiProviderSchema },
  EventSubscriptionsSnapshot: { member: 'subscriptions', schema: contracts.storedEventSubscriptionSchema },
  MailboxesSnapshot: { member: 'mailboxes', schema: contracts.mailboxAccountSchema },
  MailSendersSnapshot: { member: 'senders', schema: contracts.storedMailSenderSchema },
} as const satisfies Record<string, { member: string; schema: z.ZodObject }>;

/** Texts in payloads of a build that its own readers refused: they say that there is a text, and not which. */
const NO_TEXTS: { readonly [file: string]: readonly string[] } = {
  '0.2.0-bf4681c1.json': ['EventSubscriptionsSnapshot', 'MailSendersSnapshot'],
};

describe('the current release', () => {
  it('has a payload of every message and snapshot', () => {
    const payloads = Object.keys(current).filter((name) => carriers.has(name));
    expect(payloads.sort()).toEqual([...carriers.keys()].sort());
  });

  it('has one of every kind of event and trigger, with each member that it may have', () => {
    expectEach(EXECUTION_EVENTS, eventsOf(current));
    expectEach(TRIGGER_INFOS, current.triggers ?? []);
  });

  it('has each member of a message or snapshot, in each object of it', () => {
    expect([...carriers].flatMap(([name, schema]) => lackingIn(schema, [current[name]], name))).toEqual([]);
    const schema = z.object({ a: z.array(z.object({ b: z.string(), c: z.string().optional() }).nullable()) });
    expect(lackingIn(schema, [{ a: [null, { b: 'x' }] }], 'one')).toEqual(['one.a[].c']);
    expect(lackingIn(schema, [{ a: [{ b: 'x' }] }, { a: [{ b: 'x', c: 'y' }] }], 'one')).toEqual([]);
    expect(lackingIn(schema, [{ a: [null] }, { a: [] }], 'one')).toEqual(['one.a[]']);
  });

  it('has each member of the texts inside of snapshots, in each object of them', () => {
    expect(textsOf(current).map(({ name }) => name)).toEqual(Object.keys(TEXTS));
    expect(textsOf(current).flatMap(({ name, schema, values }) => lackingIn(schema, values, name))).toEqual([]);
  });
});

describe.each(releases)('payloads of %s', (release) => {
  const { requests: _, triggers = [], ...payloads } = payloadsOf(release);

  it.each(Object.keys(payloads))('%s still parses and loses nothing', (name) => {
    expect(carriers.get(name)?.parse(payloads[name])).toEqual(payloads[name]);
  });

  it('texts inside of snapshots still parse and lose nothing', () => {
    for (const { name, schema, values } of textsOf(payloads))
      for (const value of values) {
        if (NO_TEXTS[release]?.includes(name)) expect(schema.safeParse(value).success).toBe(false);
        else expect(schema.parse(value)).toEqual(value);
      }
  });

  it('triggers still parse', () => {
    for (const trigger of triggers) expect(triggerInfoSchema.parse(trigger)).toEqual(trigger);
  });
});

describe('what only a newer release knows', () => {
  const newer = { later: { deep: [1] } };

  it.each([...definitions.messages.keys(), ...REWRITTEN])('stays in a %s, in each object of it', (name) => {
    const schema = carriers.get(name)!;
    const payload = withNewer(schema, current[name]);
    expect(schema.parse(payload)).toEqual(payload);
  });

  it.each([...definitions.snapshots.keys()])('does no harm in a %s, in no object of it', (name) => {
    const schema = definitions.snapshots.get(name) as z.ZodType;
    expect(schema.parse(withNewer(schema, current[name]))).toMatchObject(current[name] as object);
  });

  it('does no harm in the texts inside of snapshots', () => {
    for (const { schema, values } of textsOf(current))
      for (const value of values) expect(schema.parse(withNewer(schema, value))).toMatchObject(value);
  });

  it('is put into each object that a schema describes', () => {
    const inner = z.object({ a: z.string() });
    const schema = z.object({ list: z.array(inner.nullable()), by: z.record(z.string(), inner), any: z.unknown() });
    const [a, payload] = [{ a: 'x' }, { list: [{ a: 'x' }, null], by: { b: { a: 'x' } }, any: {} }];
    expect(withNewer(z.union([z.string(), schema]).optional(), payload)).toEqual({
      ...{ list: [{ ...a, ...newer }, null], by: { b: { ...a, ...newer } }, any: {} },
      ...newer,
    });
  });

  it('stays among the events of an entry, kinds and members alike', () => {
    const events = [
      ...eventsOf(current).map((event) => ({ ...event, ...newer })),
      { type: 'teleported', at: '2026-11-25T01:00:00.000Z', path: 'a', step_type: 'b', ...newer },
    ];
    const entry = { ...(current['JournalEntry'] as object), events };
    expect(contracts.JournalEntry.schema.parse(entry)).toEqual(entry);
  });

  it('stays in a trigger', () => {
    for (const trigger of [...(current.triggers ?? []), { type: 'telepathy' }]) {
      const run = { ...(current['RunRequested'] as object), trigger: { ...trigger, ...newer } };
      expect(contracts.RunRequested.schema.parse(run)).toEqual(run);
    }
  });

  it('may be a status', () => {
    const { ActiveSnapshot, ExecutionFinished } = contracts;
    const status = 'hibernating';
    expect(ActiveSnapshot.schema.parse({ ...(current['ActiveSnapshot'] as object), status }).status).toBe(status);
    expect(ExecutionFinished.schema.parse({ ...(current['ExecutionFinished'] as object), status }).status).toBe(status);
  });
});

describe('closed lists of names, and members with one value', () => {
  it('are in no message, record or snapshot: what only a newer release has would make a dead letter of it', () => {
    expect([...carriers].flatMap(([name, schema]) => closedIn(schema, name))).toEqual([]);
  });

  it('are in texts inside of snapshots only where who does not know a name must not go on', () => {
    expect(Object.entries(TEXTS).flatMap(([name, { schema }]) => closedIn(schema, name))).toEqual([
      // Which API it speaks: nothing could be asked of it.
      'AiProvidersSnapshot.type',
      // Whether events are sent: to one that is neither active nor disabled, none are.
      'EventSubscriptionsSnapshot.status',
      // How a secret is sent, and what is done with mail that was there before.
      ...['MailboxesSnapshot.imap.tls', 'MailboxesSnapshot.imap.auth.type', 'MailboxesSnapshot.since'],
      'MailSendersSnapshot.tls',
    ]);
  });

  it('are found in each object, also where other kinds are taken', () => {
    const names = z.enum(['x']);
    expect(closedIn(z.object({ a: z.array(names.optional()), b: z.record(z.string(), names) }), 'one')).toEqual([
      ...['one.a[]', 'one.b{}'],
    ]);
    expect(closedIn(z.object({ a: z.literal(true), b: contracts.RunRequested.schema }), 'one')).toEqual(['one.a']);
    const kind = z.object({ type: z.literal('a'), names });
    expect(closedIn(openUnion([kind]), 'one')).toEqual(['one.names']);
    expect(closedIn(z.discriminatedUnion('type', [kind]), 'one')).toEqual(['one.type', 'one.names']);
  });
});

describe('what is wrong by what this release knows', () => {
  it('is refused as before, also where unknown kinds pass', () => {
    const entry = current['JournalEntry'] as { events: object[] };
    const parse = (event: object) => contracts.JournalEntry.schema.safeParse({ ...entry, events: [event] }).success;
    const at = '2026-11-25T01:00:00.000Z';
    expect(parse({ type: 'completed', at })).toBe(true);
    expect(parse({ type: 'completed' })).toBe(false);
    expect(parse({ type: 'step_skipped', at, path: 'a' })).toBe(false);
    expect(parse({ type: 7, at })).toBe(false);
    expect(parse({ at })).toBe(false);
    expect(triggerInfoSchema.safeParse({ type: 'webhook' }).success).toBe(false);
  });
});

/** The values of the texts inside of snapshots, of those that the fixtures have. */
function textsOf(fixtures: Readonly<Record<string, unknown>>) {
  return Object.entries(TEXTS).flatMap(([name, { member, schema }]) => {
    const snapshot = fixtures[name] as Record<string, Record<string, string>> | undefined;
    const values = Object.values(snapshot?.[member] ?? {}).map((text) => JSON.parse(text) as object);
    return snapshot === undefined ? [] : [{ name, schema, values }];
  });
}

function eventsOf(fixtures: Payloads): readonly { type: string }[] {
  return (fixtures['JournalEntry'] as { events: { type: string }[] }).events;
}

/** Each schema has an example, and each of its members is in one. */
function expectEach(schemas: readonly z.ZodObject[], examples: readonly { type: string }[]): void {
  const members = (type: unknown) => new Set(examples.filter((one) => one.type === type).flatMap(Object.keys));
  for (const { shape } of schemas) {
    const { value: type } = shape['type'] as z.ZodLiteral;
    expect({ type, members: [...members(type)].sort() }).toEqual({ type, members: Object.keys(shape).sort() });
  }
}
