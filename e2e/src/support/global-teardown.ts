import { rmSync } from 'node:fs';
// Jest loads this file without the preset's name mapping, hence the real extension.
import { platformCommand, platformHome } from './platform.ts';

/** Ends the platform and removes its home; `MILLRACE_E2E_KEEP=1` keeps the data and logs of a run that failed. */
export default async function stopPlatform(): Promise<void> {
  if (!process.env['MILLRACE_E2E_TEMPORARY']) return;
  await platformCommand('down');
  if (!process.env['MILLRACE_E2E_KEEP']) rmSync(platformHome(), { recursive: true, force: true });
}
