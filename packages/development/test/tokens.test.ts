import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './kubernetes/repository.js';

interface Source {
  /** `apps/gateway`. */
  readonly folder: string;
  readonly text: string;
}

const sources: readonly Source[] = ['apps', 'packages'].flatMap((of) =>
  readdirSync(join(REPOSITORY, of)).flatMap((name) => {
    const folder = `${of}/${name}`;
    const at = join(REPOSITORY, folder, 'src');
    const files = readdirSync(join(REPOSITORY, folder)).includes('src') ? readdirSync(at, { recursive: true }) : [];
    const modules = files.map(String).filter((file) => file.endsWith('.ts'));
    return modules.map((file) => ({ folder, text: readFileSync(join(at, file), 'utf8') }));
  }),
);

it('a token by which something is injected has the name of its service, or of the platform', () => {
  const injected = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(/@Inject\((\w+)\)/g)].map(([, name]) => name)),
  );
  const tokens = sources.flatMap(({ folder, text }) =>
    [...text.matchAll(/^export const (\w+) = Symbol\('(.*)'\);$/gm)].map(([, name, said]) => ({ folder, name, said })),
  );
  const ofInjection = tokens.filter(({ name }) => injected.has(name));
  expect(ofInjection.length).toBeGreaterThan(20);
  const wrong = ofInjection.filter(({ folder, said = '' }) => {
    const owner = folder.startsWith('apps/') ? folder.slice('apps/'.length) : 'millrace';
    return !new RegExp(`^${owner}:[a-z-]+$`).test(said);
  });
  expect(wrong).toEqual([]);
});
