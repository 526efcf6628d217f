import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as contracts from '@millrace/contracts';

const root = join(__dirname, '../../..');

/** Programs that call the API as anybody may: they name what they call, and need nothing of what is new. */
const CLIENTS = ['packages/sdk-js/src', 'packages/ops/src'];

/** Ids of endpoints by how they are named in code: `tokenEndpoints.list`. */
const IDS: ReadonlyMap<string, string> = new Map(
  Object.entries(contracts)
    .filter(([group]) => group.endsWith('Endpoints'))
    .flatMap(([group, endpoints]) =>
      Object.entries(endpoints as unknown as Record<string, { readonly id: string }>).map(
        ([member, { id }]) => [`${group}.${member}`, id] as const,
      ),
    ),
);

/** A file of the platform's source, and the endpoints that it declares, serves, and names in whatever way. */
interface Source {
  readonly path: string;
  readonly text: string;
  readonly declares: ReadonlySet<string>;
  readonly serves: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** The source of the platform: no tests, nothing generated. */
export const sources: readonly Source[] = ['apps', 'packages']
  .flatMap((group) => readdirSync(join(root, group)).map((part) => `${group}/${part}/src`))
  .filter((folder) => !CLIENTS.includes(folder) && existsSync(join(root, folder)))
  .flatMap(readSources);

function readSources(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => sourceOf(`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')));
}

function sourceOf(path: string, text: string): Source {
  const ids = new Set(IDS.values());
  const idsNamed = (pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map(([, name = '']) => IDS.get(name) ?? name).filter((id) => ids.has(id));
  const takenOut = takenOutIn(text);
  return {
    path,
    text,
    declares: new Set(idsNamed(/\bid: '(\w+)'/g)),
    serves: new Set([...idsNamed(/@Endpoint\((\w+\.\w+)\)/g), ...(text.includes('@Endpoint(') ? takenOut : [])]),
    names: new Set([...idsNamed(/'(\w+)'/g), ...idsNamed(/\b(\w+Endpoints\.\w+)/g), ...takenOut]),
  };
}

/** Those of `const { list, delete: remove } = tokenEndpoints`. */
function takenOutIn(text: string): string[] {
  return [...text.matchAll(/const \{([^}]*)\} = (\w+Endpoints);/g)].flatMap(([, members = '', group = '']) =>
    members.split(',').flatMap((member) => IDS.get(`${group}.${member.split(':', 1)[0]?.trim()}`) ?? []),
  );
}

/** The files that an endpoint has: where it is declared, then where it is served. */
export function filesOf(id: string): string[] {
  return [...sources.filter(({ declares }) => declares.has(id)), ...sources.filter(({ serves }) => serves.has(id))].map(
    ({ path }) => path,
  );
}
