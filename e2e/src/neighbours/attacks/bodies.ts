import { gzipSync } from 'node:zlib';
import { inParallel } from '../../support/eventually.js';
import type { ApiClient } from '../../support/api.js';
import type { Attack, Attacker, Extent, Family } from '../attack.js';

const MEBIBYTE = 1024 * 1024;
/** Just below the limit of a body, so that it is read and parsed if anything is. */
const LARGE = Math.floor(4.6 * MEBIBYTE);

const repeated = (text: string, bytes = LARGE): string => text.repeat(Math.floor(bytes / text.length));

const PART = '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n';

/** Bodies that are wide, deep, repeated or long, by what they claim to be. Made one at a time: each is some MB. */
const BODIES: readonly { readonly name: string; readonly type: string; readonly make: () => string | Uint8Array }[] = [
  { name: 'JSON of empty lists', type: 'application/json', make: () => `{"input":[${repeated('[],')}[]]}` },
  { name: 'a form of one name', type: 'application/x-www-form-urlencoded', make: () => repeated('a&', 80_000) },
  { name: 'JSON that is deep', type: 'application/json', make: () => '['.repeat(LARGE / 2) + ']'.repeat(LARGE / 2) },
  { name: 'a form that is wide', type: 'application/x-www-form-urlencoded', make: () => repeated('a=1&') },
  { name: 'JSON of numbers', type: 'application/json', make: () => `{"input":[${repeated('1,')}1]}` },
  { name: 'JSON of equal names', type: 'application/json', make: () => `{${repeated('"a":{},')}"a":1}` },
  { name: 'JSON of many names', type: 'application/json', make: manyNames },
  { name: 'JSON of one long number', type: 'application/json', make: () => `{"input":${'9'.repeat(LARGE)}}` },
  { name: 'JSON of escapes', type: 'application/json', make: () => `{"input":"${repeated('\\u0000')}"}` },
  { name: 'JSON that is cut off', type: 'application/json', make: () => `{"input":[${repeated('{"a":[')}` },
  { name: 'JSON in UTF-16', type: 'application/json; charset=utf-16le', make: () => utf16(repeated('[', MEBIBYTE)) },
  { name: 'JSON of long names', type: 'application/json', make: () => `{"${repeated('n')}":1}` },
  { name: 'a form that is deep', type: 'application/x-www-form-urlencoded', make: () => `a${repeated('[a]')}=1` },
  { name: 'YAML that is wide', type: 'application/yaml', make: () => repeated('- a\n') },
  { name: 'YAML that is deep', type: 'application/yaml', make: () => '['.repeat(LARGE / 2) + ']'.repeat(LARGE / 2) },
  { name: 'YAML of equal names', type: 'application/yaml', make: () => repeated('a: 1\n') },
  {
    name: 'YAML of aliases',
    type: 'application/yaml',
    make: () => `a: &a [${repeated('x,', 1_000)}x]\nb: [${repeated('*a,')}*a]`,
  },
  { name: 'text', type: 'text/plain', make: () => repeated('a\u0301') },
  { name: 'XML entities', type: 'application/xml', make: () => `<!DOCTYPE a [${repeated('<!ENTITY b "c">')}]><a/>` },
  { name: 'XML that is deep', type: 'application/xml', make: () => repeated('<a>') },
  { name: 'XML of equal attributes', type: 'application/xml', make: () => `<a ${repeated('b="c" ')}/>` },
  { name: 'multipart that is deep', type: 'multipart/form-data; boundary=b', make: nestedParts },
  { name: 'multipart of equal names', type: 'multipart/form-data; boundary=b', make: () => repeated(PART) },
  { name: 'multipart of many parts', type: 'multipart/form-data; boundary=b', make: () => repeated('--b\r\n\r\n\r\n') },
  { name: 'bytes', type: 'application/octet-stream', make: () => new Uint8Array(LARGE) },
  { name: 'a form of escapes', type: 'application/x-www-form-urlencoded', make: () => `a=${repeated('%25')}` },
];

/** Every body × every kind of address × every kind of caller. */
export const bodies: Family = {
  name: 'bodies',
  attacks: (extent, attacker) => [
    ...plain(extent, attacker),
    compressed(attacker),
    ...atOnce(attacker),
    ...small(attacker),
  ],
};

function plain(extent: Extent, attacker: Attacker): Attack[] {
  const chosen = extent === 'short' ? BODIES.slice(0, 4) : BODIES;
  return chosen.map(({ name, type, make }) => ({
    name,
    run: async () => {
      const raw = make();
      const headers = { 'content-type': type };
      for (const [client, path] of targets(attacker)) await attacker.send(client, 'POST', path, { raw, headers });
    },
  }));
}

function targets({ tenant, stranger, workflow, webhook }: Attacker) {
  return [
    [tenant, `/workflows/${workflow.id}/execute`],
    [tenant, '/workflows'],
    [stranger, '/workflows'],
    [stranger, `/workflows/${workflow.id}/execute`],
    [stranger, '/nowhere'],
    [stranger, webhook],
    [stranger, '/webhooks/wh_unknown'],
  ] as const;
}

function compressed(attacker: Attacker): Attack {
  return {
    name: 'a compressed bomb',
    run: async () => {
      const raw = gzipSync(`{"input":"${'0'.repeat(64 * MEBIBYTE)}"}`);
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      for (const [client, path] of targets(attacker)) await attacker.send(client, 'POST', path, { raw, headers });
    },
  };
}

/** What one body does little harm with, many at a time may. */
function atOnce(attacker: Attacker): Attack[] {
  const { tenant, stranger, workflow, webhook } = attacker;
  const headers = { 'content-type': 'application/json' };
  const send = (client: ApiClient, path: string, raw: string, times: number, width: number) => async () => {
    await inParallel(Array.from({ length: times }), width, () => attacker.send(client, 'POST', path, { raw, headers }));
  };
  const objects = `{"input":[${repeated('{"a":1},')}{}]}`;
  const text = `{"input":"${repeated('x')}"}`;
  return [
    { name: 'large JSON from nobody, four at a time', run: send(stranger, '/workflows', objects, 40, 4) },
    {
      name: 'large JSON of many names, eight at a time',
      run: send(tenant, `/workflows/${workflow.id}/execute`, `{"input":${manyNames()}}`, 8, 8),
    },
    {
      name: 'large JSON, sixteen at a time',
      run: send(tenant, `/workflows/${workflow.id}/execute`, objects, 16, 16),
    },
    {
      name: 'large texts from a stranger to a known webhook, forty at a time',
      // Most of them are refused, and what has been read of them is memory for a while too.
      run: send(stranger, webhook, text, 120, 40),
    },
  ];
}

/** A few kilobytes each, which become much more; with keys, so that they are held until it is known whether they are repetitions. */
function small(attacker: Attacker): Attack[] {
  const FORM = 'application/x-www-form-urlencoded';
  const made: readonly (readonly [name: string, type: string, text: string])[] = [
    ['forms of plus signs', FORM, `a=${repeated('+')}`],
    ['forms of JSON parts', 'multipart/form-data; boundary=b', jsonParts()],
    ['numbers of millions of digits', 'application/json', `{"input":${'9'.repeat(LARGE)}}`],
  ];
  return made.map(([name, type, text]) => ({
    name: `${name}, compressed, from a stranger to a known webhook, eight at a time`,
    run: async () => {
      const raw = gzipSync(text);
      await inParallel(
        Array.from({ length: 8 }, (_, index) => index),
        8,
        (index) => {
          const headers = { 'content-type': type, 'content-encoding': 'gzip', 'idempotency-key': `${name} ${index}` };
          return attacker.send(attacker.stranger, 'POST', attacker.webhook, { raw, headers, busyStatus: 503 });
        },
      );
    },
  }));
}

/** All of its parts together have more values than one text may. */
function jsonParts(): string {
  const count = 900;
  const part = `[${repeated('{},', LARGE / count - 200)}{}]`;
  const head = '--b\r\ncontent-disposition: form-data; name="a"\r\ncontent-type: application/json\r\n\r\n';
  return `${`${head}${part}\r\n`.repeat(count)}--b--\r\n`;
}

function manyNames(): string {
  const names: string[] = [];
  for (let index = 0; index < 300_000; index++) names.push(`"n${index}":1`);
  return `{${names.join(',')}}`;
}

/** Parts that say that they are made of parts themselves. */
function nestedParts(): string {
  return repeated(
    '--b\r\ncontent-disposition: form-data; name="a"\r\ncontent-type: multipart/mixed; boundary=b\r\n\r\n',
  );
}

function utf16(text: string): Uint8Array {
  return Buffer.from(text, 'utf16le');
}
