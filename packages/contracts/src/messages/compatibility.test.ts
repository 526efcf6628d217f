import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import * as contracts from '../index.js';
import { EXECUTION_EVENTS } from './execution-events.js';
import { TRIGGER_INFOS, triggerInfoSchema } from './triggers.js';

/*
 * Services of two releases run beside each other during an upgrade. Backwards: what an earlier release wrote must parse, and
 * lose nothing. Forwards: what a newer release will write, played by what this one writes with parts that it does not know.
 */

interface Fixtures {
  readonly requests?: Record<string, { question: object; answer: object }>;
  readonly triggers?: readonly { type: string }[];
  /** Messages and snapshots by the name of their definition. */
  readonly [definition: string]: unknown;
}

interface Definitions {
  readonly messages: Map<string, z.ZodType>;
  readonly snapshots: Map<string, z.ZodType>;
  readonly requests: Map<string, { question: z.ZodType; answer: z.ZodType }>;
}

const folder = join(__dirname, 'fixtures');
const releases = readdirSync(folder).sort();
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixtures;
const current = read(releases.at(-1) ?? '');
const definitions = definitionsIn(contracts);
// The two that are in a stream instead of a bucket.
definitions.snapshots.set('JournalLayout', contracts.journalLayoutSchema).set('OwnLanes', contracts.ownLanesSchema);
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

describe('the current release', () => {
  it('has a payload of every message and snapshot, and of every question and answer', () => {
    const payloads = Object.keys(current).filter((name) => carriers.has(name));
    expect(payloads.sort()).toEqual([...carriers.keys()].sort());
    expect(Object.keys(current.requests ?? {}).sort()).toEqual([...definitions.requests.keys()].sort());
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
  });

  it('has each member of the texts inside of snapshots', () => {
    for (const { name, schema, values } of textsOf(current)) {
      const members = [...new Set(values.flatMap(Object.keys))].sort();
      expect({ name, members }).toEqual({ name, members: Object.keys(schema.shape).sort() });
    }
  });
});

describe.each(releases)('payloads of %s', (release) => {
  const { requests = {}, triggers = [], ...payloads } = read(release);

  it.each(Object.keys(payloads))('%s still parses and loses nothing', (name) => {
    expect(carriers.get(name)?.parse(payloads[name])).toEqual(payloads[name]);
  });

  it('texts inside of snapshots still parse and lose nothing', () => {
    for (const { schema, values } of textsOf(payloads))
      for (const value of values) expect(schema.parse(value)).toEqual(value);
  });

  it('questions and answers still parse', () => {
    for (const [name, { question, answer }] of Object.entries(requests)) {
      expect(definitions.requests.get(name)?.question.parse(question)).toEqual(question);
      expect(definitions.requests.get(name)?.answer.parse(answer)).toEqual(answer);
    }
  });

  it('triggers still parse', () => {
    for (const trigger of triggers) expect(triggerInfoSchema.parse(trigger)).toEqual(trigger);
  });
});

describe('what only a newer release knows', () => {
  const newer = { later: { deep: [1] } };

  it.each([...definitions.messages.keys(), ...REWRITTEN])('stays in a %s, in each object of it', (name) => {
    const schema = carriers.get(name) as z.ZodType;
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

  it('does no harm in questions and answers', () => {
    for (const [name, { question, answer }] of Object.entries(current.requests ?? {})) {
      const definition = definitions.requests.get(name);
      expect(definition?.question.parse({ ...question, ...newer })).toMatchObject(question);
      expect(definition?.answer.parse({ ...answer, ...newer })).toMatchObject(answer);
    }
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
    const { ActiveSnapshot, ExecutionFinished, GetExecution, ListExecutions } = contracts;
    const status = 'hibernating';
    expect(ActiveSnapshot.schema.parse({ ...(current['ActiveSnapshot'] as object), status }).status).toBe(status);
    expect(ExecutionFinished.schema.parse({ ...(current['ExecutionFinished'] as object), status }).status).toBe(status);
    const execution = current.requests?.['GetExecution']?.answer as contracts.ExecutionResource;
    const steps = [{ ...execution.steps[0], status }];
    expect(GetExecution.answer.parse({ ...execution, status, steps })).toMatchObject({ status, steps: [{ status }] });
    const page = { executions: [{ ...execution, status }], next_cursor: null, has_more: false };
    expect(ListExecutions.answer.parse(page).executions[0]?.status).toBe(status);
    expect(ListExecutions.question.parse({ organisation_id: 'org_1', limit: 1, status }).status).toBe(status);
  });
});

test('no message or snapshot has a closed list of names: with one that only a newer release has it would be a dead letter', () => {
  expect([...carriers].flatMap(([name, schema]) => closedEnumsIn(schema, name))).toEqual([]);
  expect(closedEnumsIn(z.object({ a: z.array(z.enum(['x']).optional()) }), 'one')).toEqual(['one.a']);
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

/** Where a schema takes only some names, and no others. */
function closedEnumsIn(schema: z.ZodType, path: string, seen = new Set<unknown>()): string[] {
  if (seen.has(schema)) return [];
  const within = new Set(seen).add(schema);
  if (schema instanceof z.ZodEnum) return [path];
  if (schema instanceof z.ZodUnion) {
    const options = schema.options as z.ZodType[];
    // Any other name is taken too.
    if (options.some((option) => option instanceof z.ZodString)) return [];
    return options.flatMap((option) => closedEnumsIn(option, path, within));
  }
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([member, one]) =>
      closedEnumsIn(one as z.ZodType, `${path}.${member}`, within),
    );
  if (schema instanceof z.ZodArray) return closedEnumsIn(schema.element as z.ZodType, path, within);
  if (schema instanceof z.ZodRecord) return closedEnumsIn(schema.valueType as z.ZodType, path, within);
  return 'unwrap' in schema ? closedEnumsIn((schema as z.ZodOptional).unwrap() as z.ZodType, path, within) : [];
}

/** Members that a schema describes and none of some values of it has. A kind of which there is no value is left out. */
function lackingIn(schema: z.ZodType, values: readonly unknown[], path: string): string[] {
  const given = values.filter((value) => typeof value === 'object' && value !== null) as Record<string, unknown>[];
  if (given.length === 0) return [];
  if (schema instanceof z.ZodUnion)
    return (schema.options as z.ZodType[]).flatMap((option, index, options) => {
      const isFirst = (value: unknown) => options.findIndex((one) => one.safeParse(value).success) === index;
      return lackingIn(option, given.filter(isFirst), path);
    });
  if (schema instanceof z.ZodArray) return lackingIn(schema.element as z.ZodType, given.flat(), `${path}[]`);
  if (schema instanceof z.ZodRecord)
    return lackingIn(schema.valueType as z.ZodType, given.flatMap(Object.values), `${path}{}`);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([member, one]) => {
      const found = given.filter((value) => Object.hasOwn(value, member)).map((value) => value[member]);
      return found.length === 0 ? [`${path}.${member}`] : lackingIn(one as z.ZodType, found, `${path}.${member}`);
    });
  return 'unwrap' in schema ? lackingIn((schema as z.ZodOptional).unwrap() as z.ZodType, given, path) : [];
}

/** A payload with something that is not known in each object that its schema describes. */
function withNewer(schema: z.ZodType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (schema instanceof z.ZodUnion) {
    const option = (schema.options as z.ZodType[]).find((one) => one.safeParse(value).success);
    return option === undefined ? value : withNewer(option, value);
  }
  if (schema instanceof z.ZodArray)
    return (value as unknown[]).map((one) => withNewer(schema.element as z.ZodType, one));
  const members = (typeOf: (member: string) => unknown) =>
    Object.fromEntries(
      Object.entries(value).map(([member, one]) => {
        const type = typeOf(member);
        return [member, type === undefined ? one : withNewer(type as z.ZodType, one)];
      }),
    );
  if (schema instanceof z.ZodRecord) return members(() => schema.valueType);
  if (schema instanceof z.ZodObject) return { ...members((member) => schema.shape[member]), later: { deep: [1] } };
  return 'unwrap' in schema ? withNewer((schema as z.ZodOptional).unwrap() as z.ZodType, value) : value;
}

/** The values of the texts inside of snapshots, of those that the fixtures have. */
function textsOf(fixtures: Readonly<Record<string, unknown>>) {
  return Object.entries(TEXTS).flatMap(([name, { member, schema }]) => {
    const snapshot = fixtures[name] as Record<string, Record<string, string>> | undefined;
    const values = Object.values(snapshot?.[member] ?? {}).map((text) => JSON.parse(text) as object);
    return snapshot === undefined ? [] : [{ name, schema, values }];
  });
}

function eventsOf(fixtures: Fixtures): readonly { type: string }[] {
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

/** The definitions among the exports of the package. */
function definitionsIn(exports: Readonly<Record<string, unknown>>): Definitions {
  const found: Definitions = { messages: new Map(), snapshots: new Map(), requests: new Map() };
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value !== 'object' || value === null) continue;
    if ('question' in value) found.requests.set(name, value as { question: z.ZodType; answer: z.ZodType });
    else if ('schema' in value)
      ('stream' in value ? found.messages : found.snapshots).set(name, value.schema as z.ZodType);
  }
  return found;
}
