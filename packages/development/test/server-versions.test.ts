import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSafeServer, SERVER_FLOORS, type ServerName } from '@millrace/contracts';
import { parse } from 'yaml';
import { composeServers } from '../src/compose/compose-servers.js';
import { REPOSITORY } from './kubernetes/repository.js';

/* The servers that are installed are none with holes that are known, and each place that names a version means the same. */

const read = (...path: string[]): string => readFileSync(join(REPOSITORY, ...path), 'utf8');
const PAGE = read('docs', 'deploy.md');

/** Servers by their image. */
const IMAGES: Readonly<Record<string, ServerName>> = { nats: 'nats', redis: 'redis', mongo: 'mongodb' };

/** `SERVER VERSION` of each image of a server in a text. */
function serversIn(text: string): string[] {
  return [...text.matchAll(/"?image"?: ?"?([a-z]+):([\w.-]+)"?/g)].flatMap(([, image = '', tag = '']) => {
    const server = IMAGES[image];
    return server === undefined ? [] : [`${server} ${tag}`];
  });
}

function blockOf(name: string): Record<string, unknown> {
  const [, text = ''] = new RegExp(`<!-- ${name} -->\n\n\`\`\`yaml\n([^]*?)\`\`\``).exec(PAGE) ?? [];
  return parse(text) as Record<string, unknown>;
}

const ofPage = (): string[] => {
  const { container } = blockOf('nats values') as { container: { image: { tag: string } } };
  const { spec } = blockOf('mongodb object') as { spec: { version: string } };
  const { image } = blockOf('redis values') as { image: { tag: string } };
  return [`nats ${container.image.tag}`, `mongodb ${spec.version}`, `redis ${image.tag}`];
};
const SOURCES: readonly (readonly [string, () => string[]])[] = [
  ['docs/deploy.md for charts', ofPage],
  [
    'the servers of the evaluation',
    () => ['nats', 'redis', 'mongodb'].flatMap((name) => serversIn(read('k8s/components/servers', `${name}.yaml`))),
  ],
  ['deploy/compose.yaml', () => serversIn(JSON.stringify(composeServers()))],
  ['deploy/servers.compose.yaml', () => serversIn(read('deploy/servers.compose.yaml'))],
];

test.each(SOURCES)('%s has a safe version of each server', (_place, versions) => {
  const found = versions().map((one) => one.split(' ') as [ServerName, string]);
  expect(found.map(([server]) => server).sort()).toEqual(Object.keys(SERVER_FLOORS).sort());
  expect(found.filter(([server, version]) => !isSafeServer(server, version))).toEqual([]);
});

test('NATS is the same everywhere', () => {
  const tags = SOURCES.flatMap(([, versions]) => versions()).filter((one) => one.startsWith('nats '));
  expect(new Set(tags).size).toBe(1);
});

test.each(Object.entries({ NATS: SERVER_FLOORS.nats, MongoDB: SERVER_FLOORS.mongodb, Redis: SERVER_FLOORS.redis }))(
  'the page asks for the versions of %s that are safe',
  (name, floors) => expect(PAGE).toContain(`**${name}** ${floors.join(', ')} or later`),
);

test('`npm start` takes no program of NATS that is older', () => {
  const [, atLeast] = /nats: \{.*atLeast: '([\d.]+)'/.exec(read('deploy/local/src/servers/discovery.mjs')) ?? [];
  expect(atLeast).toBe(SERVER_FLOORS.nats[0]);
});
