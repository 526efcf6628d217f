import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorUser } from '../src/operator-user.js';
import { natsUsers } from '../src/permissions.js';
import { subjectCovers } from './subject-covers.fixture.js';

const REPOSITORY = join(__dirname, '../../..');
const RIGHTS = operatorUser().permissions.publish.allow;

/** What NATS's own program asks of the server for a command of the pages; `RUNS` stands for any stream. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  'account info': ['$JS.API.INFO'],
  'backup account': [
    '$JS.API.STREAM.LIST',
    '$JS.API.STREAM.SNAPSHOT.RUNS',
    '$JS.SNAPSHOT.ACK.RUNS.Xy',
    '$JS.API.STREAM.INFO.RUNS',
  ],
  'backup restore': [
    '$JS.API.STREAM.NAMES',
    '$JS.API.STREAM.RESTORE.RUNS',
    '$JS.SNAPSHOT.RESTORE.RUNS.Xy',
    '$JS.API.STREAM.INFO.RUNS',
  ],
  'consumer info': ['$JS.API.CONSUMER.INFO.RUNS.executor-0'],
  'consumer ls': ['$JS.API.STREAM.INFO.RUNS', '$JS.API.CONSUMER.LIST.RUNS', '$JS.API.CONSUMER.NAMES.RUNS'],
  'consumer report': ['$JS.API.STREAM.INFO.RUNS', '$JS.API.CONSUMER.LIST.RUNS'],
  'consumer rm': ['$JS.API.CONSUMER.INFO.RUNS.executor-36', '$JS.API.CONSUMER.DELETE.RUNS.executor-36'],
  // Of the program itself: where the server is.
  'context save': [],
  'stream edit': ['$JS.API.STREAM.INFO.RUNS', '$JS.API.STREAM.UPDATE.RUNS'],
  'stream report': ['$JS.API.STREAM.LIST'],
  'stream subjects': ['$JS.API.STREAM.INFO.RUNS'],
};

/** Pages for operators. */
function pages(): string[] {
  const docs = readdirSync(join(REPOSITORY, 'docs'), { recursive: true, encoding: 'utf8' }).map(
    (path) => `docs/${path}`,
  );
  const services = readdirSync(join(REPOSITORY, 'apps')).map((name) => `apps/${name}/README.md`);
  return [...docs, ...services].filter((path) => path.endsWith('.md'));
}

const named = pages().flatMap((path) => {
  const text = readFileSync(join(REPOSITORY, path), 'utf8');
  const commands = text.matchAll(
    /(?:`|^ *)nats ((?:account|backup|consumer|context|server|stream|kv|object|pub|sub|req)\b[^`\n]*)/gm,
  );
  return [...commands].map(([, words = '']) => ({ path, command: words.split(' ').slice(0, 2).join(' ') }));
});

test('each command of NATS that a page names is one that the operator may run', () => {
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter(({ command }) => !(command in ASKED))).toEqual([]);
  const refused = named.flatMap(({ path, command }) =>
    (ASKED[command] ?? [])
      .filter((subject) => !RIGHTS.some((right) => subjectCovers(right, subject)))
      .map((subject) => ({ path, command, subject })),
  );
  expect(refused).toEqual([]);
});

/** And what `millrace-ops drain` sends. */
const OF_DRAIN = ['system.roll-call', 'system.drain.executor'];

test('each right of the operator is needed by a command of the pages', () => {
  const commands = new Set(named.map(({ command }) => command));
  const asked = [...commands].flatMap((command) => ASKED[command] ?? []).concat(OF_DRAIN);
  const forOneStream = RIGHTS.map((right) => right.replace(/(\.STREAM\.(?:UPDATE|RESTORE))\.\w+$/, '$1.RUNS'));
  expect(forOneStream.filter((right) => !asked.some((subject) => subjectCovers(right, subject)))).toEqual([]);
});

test('the operator has a name that no service has', () => {
  expect(natsUsers().map(({ user }) => user)).not.toContain(operatorUser().user);
});

test('a limit may be set on each stream but that of the timers, which would drop some with it', () => {
  expect(RIGHTS).toContain('$JS.API.STREAM.UPDATE.JOURNAL_31');
  expect(RIGHTS.filter((right) => subjectCovers(right, '$JS.API.STREAM.UPDATE.TIMERS'))).toEqual([]);
});
