import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '@millrace/local/failure';
import type { DescribedManifest, ServiceDescription } from '@millrace/service-kit/manifest';

/** The manifests of all services, by their names. Throws {@link Failure} when one is not built: what is written without it would lack it. */
export async function describedServices(root: string): Promise<ServiceDescription[]> {
  const apps = join(root, 'apps');
  const services = readdirSync(apps).filter((app) => existsSync(join(apps, app, 'src', 'manifest.ts')));
  const missing = services.filter((app) => !existsSync(join(apps, app, 'dist', 'manifest.js')));
  if (missing.length > 0) throw new Failure(`Not built: ${missing.join(', ')}.`, 'npm run build');
  return Promise.all(
    services.sort().map(async (name) => {
      const module: unknown = await import(pathToFileURL(join(apps, name, 'dist', 'manifest.js')).href);
      return (module as { manifest: DescribedManifest }).manifest.describe();
    }),
  );
}
