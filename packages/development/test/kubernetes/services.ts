import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DescribedManifest, ServiceDescription } from '@millrace/service-kit/manifest';
import { REPOSITORY } from './repository.js';

const apps = join(REPOSITORY, 'apps');

/** All services, from their sources. */
export const SERVICES: readonly ServiceDescription[] = readdirSync(apps)
  .map((name) => join(apps, name, 'src/manifest.ts'))
  .filter((source) => existsSync(source))
  .map((source) => jest.requireActual<{ manifest: DescribedManifest }>(source).manifest.describe());
