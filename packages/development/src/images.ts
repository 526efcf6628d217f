// `npm run test:images [-- SERVICE…]`: builds the images and runs each as Kubernetes would; ends with a line `N passed, N failed`.
import { ENVIRONMENT } from './config.js';
import { testImages } from './images/test-images.js';
import { REPOSITORY } from './repository.js';

const ok = await testImages({ repoRoot: REPOSITORY, env: ENVIRONMENT, names: process.argv.slice(2) });
if (!ok) process.exitCode = 1;
