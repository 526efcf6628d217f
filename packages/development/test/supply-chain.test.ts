import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { installedLicences, isAllowed } from '../src/supply-chain/licences.js';
import { lockedPackages, productionOf, readLockFile } from '../src/supply-chain/lock-file.js';
import { deployedFolders, writeBills } from '../src/supply-chain/write-bills.js';
import { REPOSITORY } from './kubernetes/repository.js';

const lock = readLockFile(REPOSITORY);
const DEPLOYED = deployedFolders(REPOSITORY);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: object;
}

/** A bill of materials, of which this is looked at. */
interface Bill {
  readonly components: readonly { name: string; version: string; hashes?: readonly object[] }[];
  readonly dependencies: readonly { readonly dependsOn: readonly string[] }[];
}

const read = <Content>(...path: string[]): Content =>
  JSON.parse(readFileSync(join(...path, 'package.json'), 'utf8')) as Content;

interface Workspace {
  readonly catalog: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
  readonly onlyBuiltDependencies: readonly string[];
  readonly ignoredBuiltDependencies: readonly string[];
  readonly dangerouslyAllowAllBuilds?: boolean;
}
const workspace = parse(readFileSync(join(REPOSITORY, 'pnpm-workspace.yaml'), 'utf8')) as Workspace;

/** The least versions of each major that are known to be safe; an older major is not, and a newer one is. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  // CVE-2026-125120, CVE-2026-42334, CVE-2024-53900, CVE-2025-23061
  mongoose: ['8.24.3', '9.9.2'],
  // CVE-2026-90776, CVE-2026-82853, CVE-2026-82854, CVE-2026-82661, CVE-2025-13033
  nodemailer: ['10.1.0'],
  // Injection of commands until 1.6.4, hostile servers until 2.5.9
  imapflow: ['2.5.9'],
  mailparser: ['3.14.2'],
  'postal-mime': ['3.0.1'],
  // CVE-2026-84890, CVE-2026-1525 to 1528, CVE-2026-2229, CVE-2026-22036, CVE-2025-47279
  undici: ['7.29.1', '8.10.2'],
  // CVE-2026-102281, CVE-2026-35515, CVE-2026-2293, CVE-2025-54782
  '@nestjs/common': ['11.2.4', '12.0.2'],
  '@nestjs/core': ['11.2.4', '12.0.2'],
  '@nestjs/microservices': ['11.2.4', '12.0.2'],
  '@nestjs/platform-express': ['11.2.4', '12.0.2'],
  // CVE-2026-82333
  multer: ['2.3.0'],
  // CVE-2026-12590
  'body-parser': ['2.3.0'],
  // CVE-2025-15284, CVE-2026-2391
  qs: ['6.15.4'],
  // CVE-2026-116803, CVE-2026-109344, CVE-2026-109345
  dompurify: ['3.4.17'],
};

const numbersOf = (version: string): number[] => version.split(/[.-]/, 3).map(Number);

function isSafe(version: string, floors: readonly string[]): boolean {
  const [major = 0, minor = 0, patch = 0] = numbersOf(version);
  const floor = floors.map(numbersOf).find(([of]) => of === major);
  if (floor === undefined) return floors.every((one) => (numbersOf(one)[0] ?? 0) < major);
  const [, leastMinor = 0, leastPatch = 0] = floor;
  return minor > leastMinor || (minor === leastMinor && patch >= leastPatch);
}

it.each([
  ['7.29.0', false],
  ['7.29.1', true],
  ['7.30.0', true],
  ['6.99.9', false],
  ['8.10.1', false],
  ['9.0.0', true],
])('%s is safe: %s', (version, expected) => expect(isSafe(version, FLOORS['undici'] ?? [])).toBe(expected));

it('no package is installed in a version below that in which what is known of it was fixed', () => {
  const below = lockedPackages(lock).filter(({ name, version }) => !isSafe(version, FLOORS[name] ?? [version]));
  expect(below.map(({ name, version }) => `${name}@${version}`)).toEqual([]);
});

it('each version is an exact one, from the catalog, and its archive is known by its hash', () => {
  // An alias names a package that is there in another version too.
  const EXACT = /^(?:npm:[@\w/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;
  const { catalog, overrides } = workspace;
  const versions = [...Object.values(catalog), ...Object.values(overrides).filter((version) => version !== '-')];
  expect(versions.filter((version) => !EXACT.test(version))).toEqual([]);
  const elsewhere = Object.keys(lock.importers).flatMap((folder) => {
    const { dependencies, devDependencies, optionalDependencies } = read<Manifest>(REPOSITORY, folder);
    return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([, version]) => !/^(?:catalog:|workspace:\*)$/.test(version))
      .map(([name, version]) => `${folder}: ${name} ${version}`);
  });
  expect(elsewhere).toEqual([]);
  const unknown = lockedPackages(lock).filter(({ integrity }) => !integrity.startsWith('sha512-'));
  expect(unknown).toEqual([]);
});

it('the versions of pnpm that build images and install here are one', () => {
  const { packageManager } = read<{ packageManager: string }>(REPOSITORY);
  const dockerfile = readFileSync(join(REPOSITORY, 'deploy', 'Dockerfile'), 'utf8');
  expect(new Set(dockerfile.match(/pnpm@[\w.-]+/g))).toEqual(new Set([packageManager]));
});

it('no package runs a program at its installation that nobody has decided about', () => {
  // What pnpm has not run, of packages that are in no list. It writes JSON there.
  const { ignoredBuilds = [] } = JSON.parse(
    readFileSync(join(REPOSITORY, 'node_modules', '.modules.yaml'), 'utf8'),
  ) as {
    ignoredBuilds?: readonly string[];
  };
  const decided = workspace.ignoredBuiltDependencies;
  expect(ignoredBuilds.filter((id) => !decided.includes(id.slice(0, id.lastIndexOf('@'))))).toEqual([]);
});

it('what may run a program at its installation is named here too, and everything may nowhere', () => {
  // The compiler of the tests looks for the binary of this machine.
  expect(workspace.onlyBuiltDependencies).toEqual(['@swc/core']);
  expect(workspace.dangerouslyAllowAllBuilds ?? false).toBe(false);
});

describe.each(DEPLOYED)('%s', (folder) => {
  it('has packages under licences that are allowed', () => {
    const licences = installedLicences(REPOSITORY);
    const { packages } = productionOf(lock, folder);
    const refused = [...packages.keys()].filter((id) => !isAllowed(licences.get(id) ?? ''));
    expect(refused.map((id) => `${id}: ${licences.get(id)}`)).toEqual([]);
  });

  it('is made of the packages of the lock file that the installed ones ask for, and no others', () => {
    expect([...productionOf(lock, folder).packages.keys()].sort()).toEqual([...installedWith(folder)].sort());
  });
});

/** What is found from a folder as Node.js finds it, by what each package says that it depends on. */
function installedWith(folder: string): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (at: string): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const manifest = read<Manifest>(at);
    if (at.includes('node_modules')) found.add(`${manifest.name}@${manifest.version}`);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest;
    const wanted = { ...dependencies, ...optionalDependencies, ...peerDependencies, ...peerDependenciesMeta };
    for (const needed of Object.keys(wanted)) {
      const place = placeOf(needed, at);
      // One that need not be there may not be, and one that is left out by an override is nowhere.
      if (place !== undefined) visit(place);
    }
  };
  visit(join(REPOSITORY, folder));
  return found;
}

function placeOf(name: string, from: string): string | undefined {
  // Above the folder of a package are those of all others, of which none is meant by it.
  for (let folder = from; basename(folder) !== '.pnpm' && folder !== dirname(folder); folder = dirname(folder)) {
    try {
      return realpathSync(join(folder, 'node_modules', name));
    } catch {
      // Further up.
    }
  }
  return undefined;
}

describe('the licences that are allowed', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['GPL-3.0', false],
    ['MIT AND GPL-3.0', false],
    ['', false],
    ['SEE LICENSE IN LICENSE', false],
  ])('%s: %s', (expression, expected) => expect(isAllowed(expression)).toBe(expected));
});

describe('bills of materials (npm run sbom)', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'millrace-bills-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are what CycloneDX asks for, one for each program, the same each time', () => {
    const schemas = join(dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema');
    const schemaOf = (name: string) => JSON.parse(readFileSync(join(schemas, name), 'utf8')) as object;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const other of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
      ajv.addSchema(schemaOf(other), `http://cyclonedx.org/schema/${other}`);
    const isValid = ajv.compile(schemaOf('bom-1.6.SNAPSHOT.schema.json'));

    const files = writeBills(REPOSITORY, folder);
    expect(readdirSync(folder).sort()).toEqual([...files].sort());
    expect(files).toHaveLength(DEPLOYED.length);
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
    for (const text of texts) {
      const bill = JSON.parse(text) as { components: { licenses?: object[] }[] };
      expect([isValid(bill), isValid.errors]).toEqual([true, null]);
      expect(bill.components.filter(({ licenses }) => licenses === undefined)).toEqual([]);
    }
    writeBills(REPOSITORY, folder);
    expect(files.map((file) => readFileSync(join(folder, file), 'utf8'))).toEqual(texts);
  });

  it('have each package that runs with a program, by the hash of its archive, and what needs it', () => {
    const files = writeBills(REPOSITORY, folder);
    for (const [index, file] of files.entries()) {
      const { packages, dependencies } = productionOf(lock, DEPLOYED[index] ?? '');
      const bill = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Bill;
      const hashes = new Map(bill.components.map((one) => [`${one.name}@${one.version}`, one.hashes?.[0]]));
      const archives = [...packages].map(([id, { integrity }]): [string, object] => [
        id,
        { alg: 'SHA-512', content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex') },
      ]);
      expect(Object.fromEntries(hashes)).toEqual(Object.fromEntries(archives));
      const needed = bill.dependencies.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
      expect(needed).toBe([...dependencies.values()].reduce((sum, ids) => sum + ids.size, 0));
    }
  });
});
