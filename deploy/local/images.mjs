// `npm run test:images [-- SERVICE…]`: builds the images and runs each as Kubernetes would; ends with a line `N passed, N failed`.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imagesCommand } from './src/commands/images.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = await imagesCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  argv: process.argv.slice(2),
});
