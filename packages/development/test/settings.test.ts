import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALIKE_SETTINGS } from '@millrace/service-kit/alike-settings';
import { COMMON_SETTINGS, ownSettings, withSettings, type DescribedManifest } from '@millrace/service-kit/manifest';

const root = join(__dirname, '..', '..', '..');

const names = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/manifest.ts')));
const services = names.map((name) => {
  const source = join(root, 'apps', name, 'src/manifest.ts');
  return jest.requireActual<{ manifest: DescribedManifest }>(source).manifest.describe();
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

it('settings that say they are the same everywhere are those that are compared, and none of them is secret', () => {
  const all = services.flatMap(({ settings }) => settings);
  const said = all.filter(({ description }) => /\bthe same in all\b/.test(description));
  expect([...new Set(said.map(({ name }) => name))].sort()).toEqual([...ALIKE_SETTINGS]);
  expect(said.filter(({ secret }) => secret)).toEqual([]);
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
