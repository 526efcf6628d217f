import { createRequire } from 'node:module';

/** All packages of a release have the same version. By the name of the package: the code is also part of a bundle, which is in another folder. */
export const { version } = createRequire(import.meta.url)('@millrace/service-kit/package.json') as { version: string };
