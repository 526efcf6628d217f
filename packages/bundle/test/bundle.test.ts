import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundle } from '../src/bundle.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  write('package.json', '{ "type": "module" }');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const run = (): unknown =>
  JSON.parse(execFileSync(process.execPath, [join(folder, 'dist/program/main.js')], { encoding: 'utf8' }));

it('makes one file of a program, its modules and the packages it uses, which needs none of them', async () => {
  write('dist/main.js', "import { word } from './word.js'; import old from 'old'; console.log(await word(old));");
  write(
    'dist/word.js',
    "export const word = async (old) => { const late = await import('late'); return late.say(old); };",
  );
  write('node_modules/old/package.json', '{ "name": "old" }');
  write(
    'node_modules/old/index.js',
    "module.exports = { base: require('path').basename(__filename), is: typeof __dirname };",
  );
  write('node_modules/late/package.json', '{ "name": "late", "type": "module", "exports": "./late.js" }');
  write('node_modules/late/late.js', 'export const say = (value) => JSON.stringify(value);');
  await bundle(folder);
  for (const gone of ['dist/main.js', 'dist/word.js', 'node_modules']) rmSync(join(folder, gone), { recursive: true });
  expect(run()).toEqual({ base: 'main.js', is: 'string' });
});

it('keeps the name of a class of which there is another', async () => {
  write(
    'dist/main.js',
    "import { A } from './a.js'; import { A as B } from './b.js'; console.log(JSON.stringify([A.name, B.name, new A().n, new B().n]));",
  );
  for (const name of ['a', 'b']) write(`dist/${name}.js`, `export class A { n = '${name}'; }`);
  await bundle(folder);
  expect(run()).toEqual(['A', 'A', 'a', 'b']);
});

it.each(['kafkajs', 'mqtt', 'amqp-connection-manager', '@nestjs/websockets/socket-module.js'])(
  'runs without %s, which NestJS would load if it were installed',
  async (name) => {
    write(
      'dist/main.js',
      `const load = () => import('${name}'); console.log(await load().catch((error) => JSON.stringify(error.code)));`,
    );
    await bundle(folder);
    expect(run()).toBe('ERR_MODULE_NOT_FOUND');
  },
);

it('leaves a package that finds files of its own where they are', async () => {
  write('dist/main.js', "import path from 'swagger-ui-dist/absolute-path.js'; console.log(JSON.stringify(path()));");
  write('node_modules/swagger-ui-dist/package.json', '{ "name": "swagger-ui-dist" }');
  write('node_modules/swagger-ui-dist/absolute-path.js', 'module.exports = () => __dirname;');
  await bundle(folder);
  expect(run()).toBe(join(realpathSync(folder), 'node_modules/swagger-ui-dist'));
});

it('needs no newer Node than the oldest that is supported', async () => {
  write('dist/main.js', "{ using it = { [Symbol.dispose]: () => console.log('1') }; }");
  await bundle(folder);
  expect(readFileSync(join(folder, 'dist/program/main.js'), 'utf8')).not.toContain('using it');
  expect(run()).toBe(1);
});

it.each([
  ['a package', "import 'forgotten';", 'Could not resolve "forgotten"'],
  ['a file', "import './forgotten.js';", 'Could not resolve "./forgotten.js"'],
  [
    'a name',
    "import { forgotten } from './word.js'; forgotten();",
    'No matching export in "dist/word.js" for import "forgotten"',
  ],
])('fails at %s that is not there', async (_what, text, message) => {
  write('dist/main.js', text);
  write('dist/word.js', 'export const word = 1;');
  await expect(bundle(folder)).rejects.toThrow(message);
});
