import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');

/** Modules of other packages, read from source: this package depends on none of them. */
const { COMMON_SETTINGS, ownSettings, withSettings } = jest.requireActual<{
  COMMON_SETTINGS: readonly Setting[];
  ownSettings: (description: Description) => Setting[];
  withSettings: (page: string, settings: readonly Setting[]) => string;
}>(join(root, 'packages/service-kit/src/manifest.ts'));

interface Setting {
  readonly name: string;
  readonly description: string;
}

interface Description {
  readonly name: string;
  readonly settings: readonly Setting[];
  readonly ports: readonly { readonly setting: string }[];
}

const names = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/manifest.ts')));
const services = names.map((name) => {
  const source = join(root, 'apps', name, 'src/manifest.ts');
  return jest.requireActual<{ manifest: { describe(): Description } }>(source).manifest.describe();
});
const page = (folder: string) => readFileSync(join(root, folder, 'README.md'), 'utf8');

it('every service that can be started has a manifest of its name', () => {
  const started = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/main.ts')));
  expect(names).toEqual(started);
  expect(services.map(({ name }) => name)).toEqual(names);
});

it('the table of the settings that every service has is as they are (npm run settings)', () => {
  const text = page('packages/service-kit');
  expect(text).toBe(withSettings(text, COMMON_SETTINGS));
});

describe.each(services)('the manifest of $name', (service) => {
  it('has the table of its settings in the README (npm run settings)', () => {
    const text = page(`apps/${service.name}`);
    expect(text).toBe(withSettings(text, ownSettings(service)));
  });

  it('describes each setting, and names a setting for each port', () => {
    expect(service.settings.filter(({ description }) => description === '')).toEqual([]);
    const known = service.settings.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(service.ports.map(({ setting }) => setting)));
  });
});
