import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  COMMON_SETTINGS,
  ownSettings,
  withSettings,
  type DescribedManifest,
  type SettingDescription,
} from '@millrace/service-kit/manifest';

/** Writes the tables of settings: those of all services in the README of `service-kit`, those of one in its own. */
export async function writeSettings(root: string): Promise<void> {
  write(join(root, 'packages', 'service-kit'), COMMON_SETTINGS);
  const apps = join(root, 'apps');
  for (const name of readdirSync(apps).filter((app) => existsSync(join(apps, app, 'dist', 'manifest.js')))) {
    const module: unknown = await import(pathToFileURL(join(apps, name, 'dist', 'manifest.js')).href);
    const { manifest } = module as { manifest: DescribedManifest };
    write(join(apps, name), ownSettings(manifest.describe()));
  }
}

function write(folder: string, settings: readonly SettingDescription[]): void {
  const file = join(folder, 'README.md');
  writeFileSync(file, withSettings(readFileSync(file, 'utf8'), settings));
}
