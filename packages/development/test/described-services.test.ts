import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describedServices } from '../src/services.js';

it('a service that is not built is named, instead of being left out of what is written', async () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-services-'));
  try {
    for (const app of ['console', 'gateway', 'history']) mkdirSync(join(root, 'apps', app, 'src'), { recursive: true });
    // A folder without a manifest is no service.
    for (const app of ['gateway', 'history']) writeFileSync(join(root, 'apps', app, 'src', 'manifest.ts'), '');
    await expect(describedServices(root)).rejects.toMatchObject({
      name: 'Failure',
      message: 'Not built: gateway, history.',
      cure: 'npm run build',
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
