import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DescribedManifest, ServiceDescription } from '@millrace/service-kit/manifest';

/** The manifests of all services that are built, by their names. */
export async function describedServices(root: string): Promise<ServiceDescription[]> {
  const apps = join(root, 'apps');
  const built = readdirSync(apps).filter((app) => existsSync(join(apps, app, 'dist', 'manifest.js')));
  return Promise.all(
    built.sort().map(async (name) => {
      const module: unknown = await import(pathToFileURL(join(apps, name, 'dist', 'manifest.js')).href);
      return (module as { manifest: DescribedManifest }).manifest.describe();
    }),
  );
}
