import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMON_SETTINGS, ownSettings, withSettings, type SettingDescription } from '@millrace/service-kit/manifest';
import { describedServices } from '../services.js';

/** Writes the tables of settings: those of all services in the README of `service-kit`, those of one in its own. */
export async function writeSettings(root: string): Promise<void> {
  write(join(root, 'packages', 'service-kit'), COMMON_SETTINGS);
  for (const service of await describedServices(root)) {
    write(join(root, 'apps', service.name), ownSettings(service));
  }
}

function write(folder: string, settings: readonly SettingDescription[]): void {
  const file = join(folder, 'README.md');
  writeFileSync(file, withSettings(readFileSync(file, 'utf8'), settings));
}
