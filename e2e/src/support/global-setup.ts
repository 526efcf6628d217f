import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Jest loads this file without the preset's name mapping, hence the real extension.
import { platformCommand } from './platform.ts';

/** Starts the platform in a home of its own, or the one in MILLRACE_E2E_HOME, which then stays up after the run. */
export default async function startPlatform(): Promise<void> {
  const given = process.env['MILLRACE_E2E_HOME'];
  const home = given ?? mkdtempSync(join(tmpdir(), 'millrace-e2e-'));
  process.env['MILLRACE_E2E_HOME'] = home;
  if (!given) process.env['MILLRACE_E2E_TEMPORARY'] = '1';
  try {
    await platformCommand('up', { home });
  } catch (error) {
    // Jest runs no global tear-down when the set-up fails.
    if (!given) {
      await platformCommand('down', { home }).catch(() => undefined);
      rmSync(home, { recursive: true, force: true });
    }
    throw error;
  }
}
