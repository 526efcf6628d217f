import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Jest loads this file without the preset's name mapping, hence the real extension.
import { platformCommand } from './platform.ts';

/**
 * Starts the platform of each worker in a home of its own (`MILLRACE_E2E_PLATFORMS`, one by default), or only the one in
 * MILLRACE_E2E_HOME, which then stays up after the run.
 */
export default async function startPlatforms(): Promise<void> {
  const given = process.env['MILLRACE_E2E_HOME'];
  const count = given ? 1 : Number(process.env['MILLRACE_E2E_PLATFORMS'] ?? 1);
  const homes = given ? [given] : Array.from({ length: count }, () => mkdtempSync(join(tmpdir(), 'millrace-e2e-')));
  process.env['MILLRACE_E2E_HOMES'] = JSON.stringify(homes);
  if (!given) process.env['MILLRACE_E2E_TEMPORARY'] = '1';
  try {
    // One after the other: the first one builds, and each picks ports that are free.
    for (const [index, home] of homes.entries()) await platformCommand('up', { home, built: index > 0 });
  } catch (error) {
    // Jest runs no global tear-down when the set-up fails.
    if (!given) await removePlatforms(homes);
    throw error;
  }
}

async function removePlatforms(homes: readonly string[]): Promise<void> {
  for (const home of homes) {
    await platformCommand('down', { home }).catch(() => undefined);
    rmSync(home, { recursive: true, force: true });
  }
}
