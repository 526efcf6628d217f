import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeServices } from '../platform/service-descriptions.mjs';

/**
 * `packages/service-kit/src/manifest.ts`, as far as it is needed here.
 *
 * @typedef {object} SettingsModule
 * @property {unknown} COMMON_SETTINGS
 * @property {(service: import('../platform/service-descriptions.mjs').ServiceDescription) => unknown} ownSettings
 * @property {(page: string, settings: unknown) => string} withSettings
 */

/**
 * Writes the tables of settings: those of all services in the README of `service-kit`, those of one in its own.
 *
 * @param {{ repoRoot: string }} context
 * @returns {Promise<number>} exit code
 */
export async function settingsCommand({ repoRoot }) {
  const { services } = await describeServices(repoRoot);
  const url = pathToFileURL(join(repoRoot, 'packages', 'service-kit', 'dist', 'manifest.js')).href;
  const manifests = /** @type {unknown} */ (await import(url));
  const { COMMON_SETTINGS, ownSettings, withSettings } = /** @type {SettingsModule} */ (manifests);
  const write = (/** @type {string} */ folder, /** @type {unknown} */ settings) => {
    const file = join(repoRoot, folder, 'README.md');
    writeFileSync(file, withSettings(readFileSync(file, 'utf8'), settings));
  };
  write('packages/service-kit', COMMON_SETTINGS);
  for (const service of services) write(`apps/${service.name}`, ownSettings(service));
  return 0;
}
