import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '@millrace/contracts';
import { parse, parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* docs/capacity.md multiplies what others say: what an execution costs is in docs/performance.md, memory in the manifests and in the values for charts. */

const read = (...path: string[]): string => readFileSync(join(REPOSITORY, ...path), 'utf8');
const page = read('docs', 'capacity.md');
const performance = read('docs', 'performance.md');
const deploy = read('docs', 'deploy.md');

/** The cells of the rows of a page whose first cell begins with `name`. */
function rowsOf(text: string, name: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`| ${name}`))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

/** The first number behind, or in, what a pattern finds. */
function figure(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1]?.replaceAll(',', '') ?? NaN);
}

const [, ...measured] = /^\| workflow \| gateway.*$/m.exec(performance)?.[0].split('|') ?? [];
const columns = measured.map((cell) => cell.trim());

function costsOf(workflow: string): Record<string, number> {
  const [row = []] = rowsOf(performance, workflow).filter((cells) => cells.length === columns.length + 1);
  return Object.fromEntries(columns.map((name, index) => [name, Number(row[index + 1])]));
}

const costs = costsOf('mixed');
const RATES = [10, 100, 1_000];
const DAY_SECONDS = 86_400;
/** Bytes of an execution: what it leaves in NATS, and its record. */
const JOURNAL = figure(performance, /, (\d+) once it is finished/);
const EVENT = figure(performance, /, and (\d+) for the event/);
const RECORD =
  figure(performance, /it was (\d+) bytes of data/) + figure(performance, /bytes of data and ([\d,]+) of indexes/);
/** Bytes of an end marker in the memory of NATS, and for how many days it is there. */
const MARKER = figure(page, /its end marker[^|]*\| (\d+) bytes/);
const MARKER_DAYS = LIMITS.endMarkerMs / (DAY_SECONDS * 1_000);
const kilobytes = (bytes: number): number => Number((bytes / 1_000).toFixed(1));

/** With two digits, or all that are before the point. */
function large(bytes: number): string {
  const [value, unit] = bytes < 1e12 ? [bytes / 1e9, 'GB'] : [bytes / 1e12, 'TB'];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}

function ofService(name: string): [row: string, cells: string[]] {
  const cost = costs[name] ?? NaN;
  const processors = RATES.map((rate) => Math.max(0.01, Number(((cost * 2 * rate) / 1_000).toFixed(2))));
  return [`${name}: ${cost} ms × 2`, processors.map((one) => `${one.toFixed(2)} → ${Math.max(2, Math.ceil(one))}`)];
}

const mib = (text: unknown): number => Number.parseFloat(String(text)) * (String(text).endsWith('Gi') ? 1_024 : 1);
const shown = (sum: number): string => (sum < 1_024 ? `${sum} MiB` : `${Number((sum / 1_024).toFixed(1))} GiB`);

interface Resources {
  readonly requests: { readonly memory: string };
  readonly limits: { readonly memory: string };
}
const ofMany = (count: number, ...all: readonly Resources[]): string[] =>
  (['requests', 'limits'] as const).map((kind) =>
    shown(count * all.reduce((sum, resources) => sum + mib(resources[kind].memory), 0)),
  );

function resourcesOf(service: string): Resources {
  const objects = parseAllDocuments(read('k8s', 'base', `${service}.yaml`)).map(
    (one) => one.toJS() as KubernetesObject,
  );
  const { template } = objects.find(({ kind }) => kind === 'Deployment')?.['spec'] as {
    template: { spec: { containers: [{ resources: Resources }] } };
  };
  return template.spec.containers[0].resources;
}

function blockOf(name: string): unknown {
  return parse(new RegExp(`<!-- ${name} -->\n\n\`\`\`yaml\n([^]*?)\`\`\``).exec(deploy)?.[1] ?? '');
}
const nats = blockOf('nats values') as {
  config: { cluster: { replicas: number }; jetstream: { fileStore: { maxSize: string } } };
  container: { merge: { resources: Resources } };
};
const { spec: mongodb } = blockOf('mongodb object') as {
  spec: {
    members: number;
    statefulSet: {
      spec: {
        template: { spec: { containers: [{ resources: Resources }] } };
        volumeClaimTemplates: [{ spec: { resources: { requests: { storage: string } } } }];
      };
    };
  };
};
const redis = blockOf('redis values') as { redis: { resources: Resources } };
const slots = SERVICES.flatMap(({ settings }) => settings).find(({ name }) => name === 'MILLRACE_EXECUTOR_CONCURRENCY');
const SCHEDULES = 1_000_000;
/** A schedule in memory, in KB, and what a scheduler with one has, in MiB. */
const [withMany = NaN, withOne = NaN] = [
  ...(rowsOf(page, 'a schedule')[0]?.[2] ?? '').matchAll(/\b\d{1,6}(?= MiB)/g),
].map(([text]) => Number(text));
const scheduleKb = ((withMany - withOne) * 2 ** 20) / 100_000 / 1_000;
const aSecond = (seconds: number): string => `${Number((SCHEDULES / seconds).toPrecision(2)).toLocaleString('en')}/s`;
const perDay = (days: number, bytes: number) => RATES.map((rate) => large(rate * DAY_SECONDS * days * bytes));

/** Rows that are sums of what is said elsewhere: the first cell, and what those behind it begin with. */
const SUMS: readonly (readonly [row: string, cells: readonly string[]])[] = [
  ...['gateway', 'webhook-dispatcher', 'executor', 'history'].map(ofService),
  ['scheduler, definitions, email-ingest', ['2 each', '2 each', '2 each']],
  [
    'slots: executions a second × seconds of one',
    RATES.map((rate) => `${rate * 0.2}`).with(
      2,
      `200: ${{ 3: 'three' }[Math.ceil(200 / Number(slots?.default))]} executors`,
    ),
  ],
  [
    `disk of each NATS server, 36 hours of ${JOURNAL} bytes and 7 days of ${EVENT} (_reckoned_)`,
    perDay(1, MARKER_DAYS * JOURNAL + 7 * EVENT),
  ],
  [`memory of each NATS server for end markers, 36 hours of ${MARKER} bytes (_reckoned_)`, perDay(MARKER_DAYS, MARKER)],
  [`disk of each member, 30 days, ${kilobytes(RECORD)} KB (_reckoned_)`, perDay(30, kilobytes(RECORD) * 1_000)],
  ['seven services, two of each', ofMany(2, ...SERVICES.map(({ name }) => resourcesOf(name)))],
  ['each executor beyond these (heap of 768 MB)', ofMany(1, resourcesOf('executor'))],
  ['each history or gateway (heap of 512 MB)', ofMany(1, resourcesOf('history'))],
  ['NATS, three servers (_not measured_)', ofMany(nats.config.cluster.replicas, nats.container.merge.resources)],
  [
    'MongoDB, three members, without agents (_not measured_)',
    ofMany(mongodb.members, mongodb.statefulSet.spec.template.spec.containers[0].resources),
  ],
  ['Redis, three servers, without HAProxy', ofMany(3, redis.redis.resources)],
  [
    `1,000,000 × ${scheduleKb.toFixed(2)} KB + ${withOne} MiB = ${((SCHEDULES * scheduleKb * 1_000) / 2 ** 30 + withOne / 1_024).toFixed(1)} GiB`,
    ['each scheduler'],
  ],
  [
    'starts a second: schedules ÷ seconds between two',
    [`each is an execution as above: every hour ${aSecond(3_600)}, every ten minutes ${aSecond(600)}`],
  ],
];

it.each(SUMS)('%s: what is said is what it comes to', (name, expected) => {
  const rows = rowsOf(page, name);
  expect(rows).toHaveLength(1);
  const cells = rows[0]?.slice(2, 2 + expected.length) ?? [];
  expect(cells.map((cell, index) => cell.slice(0, expected[index]?.length))).toEqual(expected);
});

it.each([
  ['mixed', 'an execution of five steps'],
  ['effects', 'five calls of a service'],
])('what an execution of %s costs is what was measured', (workflow, row) => {
  const { all, workflow: _, '': __, Redis = NaN, 'all others': others = NaN, ...parts } = costsOf(workflow);
  const text = rowsOf(page, row)[0]?.[2] ?? '';
  const each = text.replace('CPU ms: ', '').split(', ');
  const said = Object.fromEntries(each.map((one) => [one.slice(0, -5), Number(one.slice(-4))]));
  expect(said).toEqual({ ...parts, 'Redis and others': Number((Redis + others).toFixed(2)) });
  expect(all).toBeGreaterThan(1);
});

it('what is repeated from docs/performance.md is what that has', () => {
  const [, , rate] = rowsOf(performance, 'mixed    | 64')[0]?.slice(1) ?? [];
  expect(page).toContain(`is ${rate} executions a second** of _mixed_, at 64 callers`);
  expect(rowsOf(page, 'its journal')[0]?.[2]).toMatch(new RegExp(`^${JOURNAL} bytes`));
  expect(rowsOf(page, 'the event')[0]?.[2]).toMatch(new RegExp(`^${EVENT} bytes`));
  expect(rowsOf(page, 'its record')[0]?.[2]).toMatch(new RegExp(`^${kilobytes(RECORD)} KB`));
  const twice = [costs['NATS'] ?? NaN, costs['database'] ?? NaN].map((cost) => (cost * 2).toFixed(1));
  expect(page).toContain(`twice that is ${twice.join(' and ')} of a processor at 1,000/s`);
  const late = rowsOf(page, 'time until a scheduler is ready')[0]?.[2] ?? '';
  const figures = [...late.matchAll(/\b[\d.]{1,5} to [\d.]{1,5} s|up to [\d.]{1,5} s/g)].map(([text]) => text);
  expect(figures).toHaveLength(3);
  expect(figures.filter((text) => !performance.includes(text))).toEqual([]);
});

it('the volumes of docs/deploy.md, and the memory of NATS, hold the rates that it names for them', () => {
  const gib = (text: unknown): number => Number.parseFloat(String(text)) * 2 ** 30;
  const rate = (place: RegExp): number => figure(deploy, place);
  const { maxSize } = nats.config.jetstream.fileStore;
  const ofNats = rate(/What \[NATS's chart\][^\n]* (\d+) executions a second/) * DAY_SECONDS;
  expect([ofNats > 0, ofNats * (MARKER_DAYS * JOURNAL + 7 * EVENT) < gib(maxSize)]).toEqual([true, true]);
  // It takes twice as much when it is started, and has to live beside them.
  const memory = ofNats * MARKER_DAYS * MARKER;
  expect([memory > 0, 2 * memory < gib(nats.container.merge.resources.limits.memory)]).toEqual([true, true]);
  const [data] = mongodb.statefulSet.spec.volumeClaimTemplates;
  const perSecond = rate(/as `mongodb\.yaml`[^\n]* (\d+) executions a second, kept for 30 days/);
  const ofMembers = perSecond * DAY_SECONDS * 30 * RECORD;
  expect([ofMembers > 0, ofMembers < 0.8 * gib(data.spec.resources.requests.storage)]).toEqual([true, true]);
});

it('how late schedules were is said beside the aims of its benchmark', () => {
  const source = read('bench', 'schedules', 'run.mjs');
  const [lag, start] = [/lagMs: ([\d_]+)/, /startMs: ([\d_]+)/].map(
    (pattern) => Number((pattern.exec(source)?.[1] ?? '').replaceAll('_', '')) / 1_000,
  );
  expect(page).toContain(`over the aims of ${start} s and ${lag} s`);
});

it('each cost has the command that prints it, and the day on which it did', () => {
  const [, section = ''] = /## What one costs\n([^]*?)\n## /.exec(page) ?? [];
  const rows = section.split('\n').filter((line) => /^\| (?!of |---)/.test(line) && line.split('|').length === 5);
  expect(rows.length).toBeGreaterThan(7);
  expect(rows.filter((row) => !/`npm run bench -- [^`]+`[^|]* \d{4}-\d\d-\d\d *\|$/.test(row))).toEqual([]);
});

const FIGURE =
  /(?<![\w.])\d[\d.,]*(?: (?:to|and) [\d.,]+)* ?(?:%|×(?! \d)|(?:ms|s|[KMGT]i?B|bytes|executions|calls|of a processor)\b|\/s)/;
const COMMAND = /`(?:npm (?:run|test)|kubectl|nats) [^`]+`/;

/** Paragraphs, items and rows that have figures and no command; those of a table may have theirs in its head. */
function withoutCommand(text: string): string[] {
  const parts = text
    .replaceAll(/^```[^]+?^```$/gm, '')
    .split(/\n{2,}/)
    .flatMap((block) => {
      const lines = block.split('\n');
      if (!/^\| -/.test(lines[1] ?? '')) return lines;
      // A head has loads, which are nobody's figures.
      return COMMAND.test(lines[0] ?? '') ? [] : lines.slice(1);
    });
  const summed = SUMS.map(([name]) => `| ${name}`);
  return parts.filter(
    (part) => FIGURE.test(part) && !COMMAND.test(part) && !summed.some((row) => part.startsWith(`${row} `)),
  );
}

it('no figure is without a command, or a sum that is made here', () => {
  expect(withoutCommand(page)).toEqual([]);
});

it('a figure of a benchmark has the day on which it was printed', () => {
  const measured = page.replaceAll(/^```[^]+?^```$/gm, '').split('\n');
  const dated = measured.filter((line) => FIGURE.test(line) && /\(`npm run bench -- [^)]*\)/.test(line));
  expect(dated.length).toBeGreaterThan(4);
  const undated = dated.flatMap((line) => line.match(/\(`npm run bench -- [^)]*\)/g) ?? []);
  expect(undated.filter((text) => !/\d{4}-\d\d-\d\d/.test(text))).toEqual([]);
});

it.each([
  'It takes 3.5 ms.',
  '- some 100 MiB of it',
  '| of | costs |\n| --- | --- |\n| a mail | 12 % |',
  'up to 900/s',
])('a figure without a command would be found: %s', (text) => expect(withoutCommand(text)).toHaveLength(1));

it('what is reckoned without a sum says how, below its table', () => {
  const [, section = ''] = /## Executions a second\n([^]*?)\n## /.exec(page) ?? [];
  const reckoned = [...section.matchAll(/^\| (.*?_reckoned_\)) /gm)].map(([, name = '']) => name);
  const summed = SUMS.map(([name]) => name);
  expect(reckoned.filter((name) => !summed.includes(name))).toEqual([
    'processors of each NATS server (_reckoned_)',
    'processors of each member of MongoDB (_reckoned_)',
    'journal streams (_reckoned_)',
  ]);
  for (const name of ['Processors of the servers', 'Journal streams']) expect(section).toContain(`- **${name}**`);
});

it('each command that it names is there', () => {
  const named = [...page.matchAll(/npm run bench -- ([\w/-]+)/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(6);
  const isThere = (name: string) =>
    ['/run.mjs', '.mjs'].some((end) => existsSync(join(REPOSITORY, 'bench', name + end)));
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});
