import { z } from 'zod';
import { SECRET } from './config.js';
import { defineManifest, settingsOf, withSettings } from './manifest.js';

const shape = {
  NEEDED: z.string().describe('cannot do without'),
  COUNT: z.coerce.number().int().default(30).describe('a | b'),
  LIST: z.string().default('a,b').transform((text) => text.split(',')).describe('parts'),
  EMPTY: z.string().default('').transform((text) => text.split(',')).describe('maybe parts'),
  JSON: z.string().transform((text) => text).pipe(z.string()).default('{}').describe('text'),
  CHOICE: z.url().transform((url) => url).optional().describe('an address').meta(SECRET),
}; // prettier-ignore

test('settings are described with their defaults as they would be written in the environment', () => {
  expect(settingsOf(shape)).toEqual([
    { name: 'NEEDED', required: true, secret: false, description: 'cannot do without' },
    { name: 'COUNT', required: false, secret: false, default: '30', description: 'a | b' },
    { name: 'LIST', required: false, secret: false, default: 'a,b', description: 'parts' },
    { name: 'EMPTY', required: false, secret: false, description: 'maybe parts' },
    { name: 'JSON', required: false, secret: false, default: '{}', description: 'text' },
    { name: 'CHOICE', required: false, secret: true, description: 'an address' },
  ]);
});

test('a table of settings is written into a page as prettier formats it, and nothing else is changed', () => {
  const begin = '# Title\n\n<!-- settings: written by npm run settings -->\n\n';
  const end = '\n\n<!-- end of settings -->\n\nText.\n';
  const table = [
    '| setting  | default    | meaning           |',
    '| -------- | ---------- | ----------------- |',
    '| `NEEDED` | (required) | cannot do without |',
    '| `COUNT`  | `30`       | a \\| b            |',
    '| `LIST`   | `a,b`      | parts             |',
    '| `EMPTY`  | none       | maybe parts       |',
  ].join('\n');
  const page = withSettings(`${begin}| old |${end}`, settingsOf(shape).slice(0, 4));
  expect(page).toBe(`${begin}${table}${end}`);
  expect(() => withSettings('# Title\n', [])).toThrow('has no lines');
});

test('a description is plain JSON, with the health port and the consumers of the service', () => {
  const manifest = defineManifest({
    name: 'executor',
    summary: 'Runs executions',
    settings: z.object(shape),
    ports: [{ name: 'public', setting: 'COUNT' }],
    heapMb: 64,
    scalesBy: 'backlog',
  });
  const description = manifest.describe();
  expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  expect(description.ports.map(({ name }) => name)).toEqual(['health', 'public']);
  expect(description.consumers.map(({ message }) => message)).toContain('RunRequested');
});
