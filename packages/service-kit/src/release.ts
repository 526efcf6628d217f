import { createRequire } from 'node:module';

/** All packages of a release have the same version. */
export const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
