import { join } from 'node:path';
import { build } from 'esbuild';

/** Packages that find files of their own by where their code is. */
const KEPT_APART = ['swagger-ui-dist/*'];

/** What NestJS would load if it were installed and used: drivers of brokers, and web sockets. */
const ABSENT = ['kafkajs', 'mqtt', 'amqp-connection-manager', '@nestjs/websockets/*'];

/** What CommonJS modules have and ES modules do not, for those that are part of the bundle. */
const COMMONJS = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const { dirname: __dirname, filename: __filename } = import.meta;',
].join('\n');

/**
 * Makes `dist/program/main.js` of the built `dist/main.js` of a service: one file with all that it loads, ours and that of others. Node takes about a
 * millisecond to find, read and link a file, and a service has some 1,700. Programs of threads stay files of their own.
 *
 * @param {string} folder of the service
 * @returns {Promise<void>} rejects when a module is not found, or exports no such name
 */
export async function bundle(folder) {
  await build({
    absWorkingDir: folder,
    entryPoints: [join(folder, 'dist', 'main.js')],
    outfile: join(folder, 'dist', 'program', 'main.js'),
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    // Names of classes are in messages and logs, where two of the same name would have numbers.
    keepNames: true,
    banner: { js: COMMONJS },
    external: [...KEPT_APART, ...ABSENT],
    logLevel: 'silent',
  });
}
