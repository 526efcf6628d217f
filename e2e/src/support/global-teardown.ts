import { rmSync } from 'node:fs';
// Jest loads this file without the preset's name mapping, hence the real extension.
import { platformCommand, platformHomes } from './platform.ts';

/** Ends the platforms and removes their homes; `MILLRACE_E2E_KEEP=1` keeps the data and logs of a run that failed. */
export default async function stopPlatforms(): Promise<void> {
  if (!process.env['MILLRACE_E2E_TEMPORARY']) return;
  for (const home of platformHomes()) {
    await platformCommand('down', { home });
    if (!process.env['MILLRACE_E2E_KEEP']) rmSync(home, { recursive: true, force: true });
  }
}
